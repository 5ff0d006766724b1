/** Figures as people read them. A figure that does not exist is a dash. */

const NONE = "–";

export function count(x: number): string {
  return Math.round(x).toLocaleString("en-US");
}

/** @param o.digits  after the point, default 1 */
export function percent(share: number | null | undefined, o: { digits?: number } = {}): string {
  return share == null ? NONE : `${(100 * share).toFixed(o.digits ?? 1)} %`;
}

export function decimal(x: number | null | undefined, digits = 2): string {
  return x == null ? NONE : x.toFixed(digits).replace(/^-(0(?:\.0+)?)$/, "$1");
}

/** Money with its sign, thousands set apart. */
export function money(x: number | null | undefined, digits = 2): string {
  if (x == null) return NONE;
  const text = Math.abs(x).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${x < 0 ? "-" : "+"}${text}`;
}

/** A score of 0..100: rounded down, so that 69.9 does not look like the 70 it has to reach. */
export function points(score: number | null | undefined): string {
  return score == null ? NONE : String(Math.floor(score));
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** "1 trade", "2 trades". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Trade time to the minute, as it is written in most logs. */
export function minuteOf(iso: string | null | undefined): string {
  return iso ? iso.slice(0, 16).replace("T", " ") : NONE;
}

/** "a, b and c". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
