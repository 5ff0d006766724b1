import { plainText } from "../../shared/domain/plain-text.ts";

/** Text for an HTML page. Names and reasons are chosen by others: they are shown, never read as markup. */
export function escaped(text: string): string {
  return plainText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
