/** How a command hands over its answer: words for people, one JSON document for programs. */

export function print<T>(answer: T, options: { json?: boolean; text: (answer: T) => string }): void {
  process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${options.text(answer).trimEnd()}\n`);
}

/** Columns as wide as their widest cell; numbers are the caller's to format, and stand to the right. */
export function table(
  rows: readonly (readonly string[])[],
  options: { right?: readonly number[]; indent?: string } = {},
): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const { right = [], indent = "" } = options;
  const cellOf = (text: string, i: number) => (right.includes(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!));
  return rows.map((row) => `${indent}${row.map(cellOf).join("  ")}`.trimEnd());
}
