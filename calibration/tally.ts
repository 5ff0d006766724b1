/**
 * A tally: named whole-number counts of many simulated lives. Addition in any order gives the same tally, so a table does
 * not depend on how many workers made it or on where it was interrupted.
 */
export type Tally = Record<string, number>;

export function count(tally: Tally, key: string, by = 1): void {
  tally[key] = (tally[key] ?? 0) + by;
}

export function addTallies(parts: readonly Tally[]): Tally {
  const sum: Tally = {};
  for (const part of parts) for (const [key, value] of Object.entries(part)) count(sum, key, value);
  return sum;
}

/** Counts of keys `name@value` as pairs, smallest value first. */
function histogram(tally: Tally, name: string): [number, number][] {
  const pairs: [number, number][] = [];
  for (const [key, value] of Object.entries(tally)) {
    if (key.startsWith(`${name}@`)) pairs.push([Number(key.slice(name.length + 1)), value]);
  }
  return pairs.sort((a, b) => a[0] - b[0]);
}

/** Of the events `name@n`, those with n <= limit. */
export function countedBy(tally: Tally, name: string, limit: number): number {
  return histogram(tally, name).reduce((sum, [n, times]) => sum + (n <= limit ? times : 0), 0);
}

/** A share with its binomial standard error. */
export type Share = { share: number; se: number; of: number };

/**
 * Share and standard error sqrt(p (1-p)/n).
 * With no event, or nothing but events, the error is that of half an event: a zero that was seen is not a certain zero.
 */
export function shareOf(options: { times: number; of: number }): Share {
  if (!(options.of > 0)) return { share: 0, se: 0, of: 0 };
  const p = options.times / options.of;
  const kept = Math.min(1 - 0.5 / options.of, Math.max(0.5 / options.of, p));
  return { share: p, se: Math.sqrt((kept * (1 - kept)) / options.of), of: options.of };
}

/** The smallest n by which a share `q` of all lives had the event; null when that many never had it. */
export function quantileOf(tally: Tally, name: string, options: { q: number; of: number }): number | null {
  let seen = 0;
  for (const [n, times] of histogram(tally, name)) {
    seen += times;
    if (seen >= options.q * options.of) return n;
  }
  return null;
}
