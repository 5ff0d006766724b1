import {
  floored,
  rounded,
  roundedCount,
  roundedGain,
  roundedMoney,
  roundedPercent,
} from "../shared/domain/number-words.ts";

/** Numbers and times as the page writes them: those of sentences and tables, with a true minus and a dash for what is not known. */

const none = "\u2013";

type Maybe = number | null | undefined;

const shown = (x: Maybe, write: (x: number) => string): string =>
  x === null || x === undefined ? none : write(x).replace("-", "\u2212");

export const count = (x: Maybe): string => shown(x, roundedCount);

/** Account currency: cents for small amounts, whole units for large ones. */
export const money = (x: Maybe): string =>
  shown(x, (known) => (Math.abs(known) >= 1000 ? roundedCount(known) : roundedMoney(known)));

/** The same with its sign; nothing gained and nothing lost has none. */
export const signed = (x: Maybe): string =>
  shown(x, (known) => (known === 0 ? roundedMoney(0) : roundedGain(known, Math.abs(known) >= 1000 ? 0 : 2)));

export const decimal = (x: Maybe, digits = 2): string => shown(x, (known) => rounded(known, digits));

/** A score must reach a bound, so it is never written higher than it is. */
export const score = (x: Maybe): string => shown(x, (known) => floored(known, Number.isInteger(known) ? 0 : 1));

export const percent = (x: Maybe): string => shown(x, (known) => roundedPercent(known));

export function when(iso: string | null | undefined): string {
  if (!iso) return none;
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

export function duration(ms: Maybe): string {
  return shown(ms, (known) => {
    if (known < 1000) return `${rounded(known, 0)} ms`;
    if (known < 90_000) return `${rounded(known / 1000, 1)} s`;
    if (known < 5_400_000) return `${rounded(known / 60_000, 0)} min`;
    return known < 172_800_000 ? `${rounded(known / 3_600_000, 0)} h` : `${rounded(known / 86_400_000, 0)} days`;
  });
}

/** At an axis: no more digits than the tick needs. */
export function axisFigure(x: number, { percent }: { percent: boolean }): string {
  if (percent) return shown(x, (known) => roundedPercent(known, 0));
  if (Number.isInteger(x)) return count(x);
  return decimal(x, Math.abs(10 * x - Math.round(10 * x)) < 1e-9 ? 1 : 2);
}

/** A name of the interface as words: "win-rate-kept" is "win rate kept". */
export const words = (name: string): string => name.replaceAll(/[-_]/g, " ").replaceAll(/\bpnl\b/g, "PnL");

/** Words that stand alone, or begin a sentence. */
export const begin = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
