import type { LedgerHead, LedgerRows } from "../domain/ledger.ts";
import type { LedgerStretch, StatePort } from "./ports.ts";

/**
 * Reading ledgers forward from a moment of trade time, in growing attempts until there is enough: what is read follows what is needed,
 * wherever in a ledger it lies and however much follows.
 */

/** Rows of the first attempt: what a quiet model trades within SHADOW_SETTLE_HOURS, and more. */
export const FIRST_ROWS = 1_000;
/** Of the second, for a busy one. */
const BUSY_ROWS = 16_000;
/** Rows after which reading ends where no attempt would be enough. */
export const ROWS_MAX = 20_000;

/** Rows of the next attempt. */
export function moreThan(rows: number): number {
  return Math.max(BUSY_ROWS, 2 * rows);
}

/**
 * @param options.past  the stretch reaches beyond this moment if the ledger does, however many rows that takes
 * @param options.enough  whether a stretch with this clock will do
 */
export async function readForward(
  model: string,
  options: {
    closedAfter: number | null;
    past: number;
    enough: (clock: number) => boolean;
    head?: LedgerHead | undefined;
  },
  state: StatePort,
): Promise<LedgerStretch> {
  for (let count = FIRST_ROWS; ; count = moreThan(count)) {
    const { closedAfter, head } = options;
    const stretch = await state.readStretch(model, { closedAfter, count, head });
    const { clock, complete } = stretch;
    if (complete || options.enough(clock) || (count >= ROWS_MAX && clock > options.past)) return stretch;
  }
}

/**
 * Before which moment of trade time these stretches hold every row. What follows a stretch may have closed a little before its
 * clock, because reports come late: by SHADOW_SETTLE_HOURS at the most.
 * @returns Infinity where nothing follows
 */
export function knownBefore(stretches: readonly (LedgerStretch | null)[], { settleMs }: { settleMs: number }): number {
  const reach = stretches.map((s) => (s === null || s.complete ? Number.POSITIVE_INFINITY : s.clock - settleMs));
  return Math.min(...reach);
}

/** The rows of a model that closed up to a moment, for somebody who takes again what was said of that moment. */
export async function readUntil(
  model: string,
  options: { closedAfter: number | null; until: number; settleMs: number },
  state: StatePort,
): Promise<LedgerRows> {
  const { closedAfter, until, settleMs } = options;
  const enough = (clock: number) => clock - settleMs > until;
  return (await readForward(model, { closedAfter, past: until + settleMs, enough }, state)).rows;
}

/**
 * The rows of a model from a moment on, until they are enough or the ledger ends.
 * @param options.count  rows of the first attempt; each further one takes twice as many
 */
export async function readEnough(
  model: string,
  options: { closedAfter: number | null; count: number; enough: (rows: LedgerRows) => boolean },
  state: StatePort,
): Promise<LedgerRows> {
  for (let count = options.count; ; count *= 2) {
    const { rows, complete } = await state.readStretch(model, { closedAfter: options.closedAfter, count });
    if (complete || options.enough(rows)) return rows;
  }
}
