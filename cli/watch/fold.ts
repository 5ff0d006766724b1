import type { Line } from "./line.ts";

/** Columns by which the rest of a folded line stands in beneath its beginning. */
const HANG = 4;

/** A line of toned text over as many lines as it needs: broken at spaces, and within a word only where that alone is too long. */
export function folded(line: Line, columns: number): Line[] {
  const width = (of: Line) => of.reduce((sum, { text }) => sum + text.length, 0);
  if (width(line) <= columns) return [line];
  const margin = " ".repeat(/^ */.exec(line[0]?.text ?? "")![0].length + HANG);
  const lines: Line[] = [[]];
  let gap = "";
  const breakLine = () => {
    lines.push([{ text: margin, tone: "plain" }]);
    gap = "";
  };
  for (const { text, tone } of line) {
    for (const token of text.match(/ +|[^ ]+/g) ?? []) {
      const isLead = width(lines.at(-1)!) === 0;
      if (token.startsWith(" ") && !isLead) {
        gap = token;
        continue;
      }
      if (!isLead && width(lines.at(-1)!) + gap.length + token.length > columns) breakLine();
      let rest = gap + token;
      gap = "";
      for (let room = columns - width(lines.at(-1)!); rest.length > room; room = columns - width(lines.at(-1)!)) {
        lines.at(-1)!.push({ text: rest.slice(0, room), tone });
        rest = rest.slice(room);
        breakLine();
      }
      lines.at(-1)!.push({ text: rest, tone });
    }
  }
  return lines;
}
