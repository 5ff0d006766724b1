/** Columns of an ordinary terminal. */
const WIDTH = 80;

/** Breaks text at spaces. */
export function wrap(text: string, options: { indent?: number; hang?: number; width?: number } = {}): string[] {
  const { indent = 0, hang = 0, width = WIDTH } = options;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    const margin = lines.length === 0 ? indent : indent + hang;
    if (line !== "" && margin + line.length + 1 + word.length > width) {
      lines.push(" ".repeat(margin) + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(" ".repeat(lines.length === 0 ? indent : indent + hang) + line);
  return lines;
}
