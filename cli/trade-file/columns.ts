import { CommandError, UsageError } from "../terminal/command-line.ts";

/** Which column of a file holds which field of a trade. */

const required = ["trade_id", "model_name", "closed_at", "pnl"] as const;
const optional = ["signal_id", "symbol", "side", "opened_at", "confidence", "executed", "actual_outcome"] as const;

export type Field = (typeof required)[number] | (typeof optional)[number];

export const fieldNames: readonly Field[] = [...required, ...optional];

/** Field to the name of the file's column, or to several joined by "+". */
export type ColumnMap = Partial<Record<Field, string>>;

/** Field to the positions of its columns in a row. */
export type Columns = Partial<Record<Field, readonly number[]>>;

/**
 * The character between columns, as --delimiter says it.
 * @returns null: nothing was said
 */
export function delimiterOption(text: string | undefined): string | null {
  const delimiter = text === "tab" ? "\t" : (text ?? null);
  if (delimiter !== null && delimiter.length !== 1)
    throw new UsageError(`--delimiter is one character or "tab", not "${delimiter}"`);
  return delimiter;
}

/**
 * Reads what `--map` was given.
 * @param texts  each "ours=theirs" or several of them with commas between
 * @throws UsageError for anything else, a field nobody knows, or one given twice
 */
export function parseColumnMap(texts: readonly string[]): ColumnMap {
  const map: ColumnMap = {};
  for (const pair of texts.flatMap((text) => text.split(",")).filter((text) => text.trim() !== "")) {
    const at = pair.indexOf("=");
    const ours = pair.slice(0, at).trim();
    const theirs = pair.slice(at + 1).trim();
    if (at < 0 || theirs === "") throw new UsageError(`--map wants ours=theirs, e.g. pnl=profit, not "${pair.trim()}"`);
    if (!isField(ours))
      throw new UsageError(`--map: there is no field "${ours}"; the fields are ${fieldNames.join(", ")}`);
    if (map[ours] !== undefined) throw new UsageError(`--map names ${ours} twice`);
    map[ours] = theirs;
  }
  return map;
}

/**
 * Finds the fields in a file's header.
 * @param options.header  column names as the file has them
 * @throws CommandError that lists the columns found when a needed or a mapped one is not among them
 */
export function findColumns(options: { header: readonly string[]; map: ColumnMap; file: string }): Columns {
  const names = options.header.map((name) => name.trim());
  const found = `its columns are ${names.map((name) => name || "(unnamed)").join(", ")}`;
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) !== i);
  if (twice) throw new CommandError(`${options.file} has two columns called ${twice}`);
  const columns: Columns = {};
  for (const field of fieldNames) {
    const wanted = options.map[field] ?? field;
    const places = placesOf(wanted, names);
    if (places) columns[field] = places;
    else if (options.map[field] !== undefined)
      throw new CommandError(`${options.file} has no column "${wanted}" for ${field}: ${found}`);
  }
  const missing = required.filter((field) => !columns[field]);
  if (missing.length > 0) {
    const example = missing.map((field) => `${field}=…`).join(",");
    throw new CommandError(
      `${options.file} has no column ${missing.join(", ")}: ${found}. Name the right ones with --map ${example}`,
    );
  }
  return columns;
}

function placesOf(wanted: string, names: readonly string[]): number[] | null {
  const whole = names.indexOf(wanted);
  if (whole >= 0) return [whole];
  const parts = wanted.split("+").map((part) => names.indexOf(part.trim()));
  return parts.length > 1 && parts.every((place) => place >= 0) ? parts : null;
}

/** A field's text in a row; undefined when the file has no such column or the row leaves it empty. */
export function fieldText(row: readonly string[], columns: Columns, field: Field): string | undefined {
  const places = columns[field];
  if (!places) return undefined;
  const text = places.map((place) => (row[place] ?? "").trim()).join("@");
  return places.length === 1 && text === "" ? undefined : text;
}

function isField(name: string): name is Field {
  return (fieldNames as readonly string[]).includes(name);
}
