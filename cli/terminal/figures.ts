import {
  floored,
  flooredPercent,
  rounded,
  roundedCount,
  roundedGain,
  roundedPercent,
} from "../../shared/domain/number-words.ts";

/** Figures as people read them. A figure that does not exist is a dash. */

const NONE = "–";

export const count = roundedCount;

/** A share held against no bound. @param options.digits  after the point, default 1 */
export function percent(share: number | null | undefined, options: { digits?: number } = {}): string {
  return share == null ? NONE : roundedPercent(share, options.digits);
}

/** A win rate reads as in the sentence of its gate: one just below the rate that is asked for must not look like it. */
export function winRate(share: number | null | undefined): string {
  return share == null ? NONE : flooredPercent(share);
}

export function decimal(x: number | null | undefined, digits = 2): string {
  return x == null ? NONE : rounded(x, digits).replace(/^-(0(?:\.0+)?)$/, "$1");
}

/** Money with its sign, thousands set apart. */
export function money(x: number | null | undefined, digits = 2): string {
  return x == null ? NONE : roundedGain(x, digits);
}

/** A score of 0..100: rounded down, so that 69.9 does not look like the 70 it has to reach. */
export function points(score: number | null | undefined): string {
  return score == null ? NONE : floored(score, 0);
}

export function duration(ms: number): string {
  if (ms < 1000) return `${rounded(ms, 0)} ms`;
  if (ms < 60_000) return `${rounded(ms / 1000, 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
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
