import { plainText } from "../shared/domain/plain-text.ts";

/** Text for a page or a drawing (HTML, SVG). Names and reasons are chosen by others: they are shown, never read as markup. */
export function escaped(text: string): string {
  return plainText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
