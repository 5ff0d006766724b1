import type { LedgerHead } from "./ledger.ts";
import type { Challenger, ReigningRegistry } from "./registry.ts";
import type { Settings } from "./settings.ts";

/** Look hints: when a look cannot be due yet, from the ledgers' counts alone. Losing them costs time only, never a look. */

/** Trades each ledger must hold, per challenger's next look. */
export type LookHints = Map<string, { champion: number; challenger: number }>;

const HINTS_MAX = 1000;

type Place = { registry: ReigningRegistry; challenger: Challenger; heads: ReadonlyMap<string, LedgerHead> };

/** Cheap refusal before any ledger is read: a pair needs a trade on each side. */
export function cannotBeDue(o: Place & { hints: LookHints; settings: Settings }): boolean {
  const { champion: champions, challenger: own } = countsOf(o);
  const { nextLook } = o.challenger;
  // Where a silent side counts as 0, a row needs a trade of one side only.
  if (o.settings.unreported === "abstain") return own + champions < nextLook;
  const hint = o.hints.get(keyOf(o)) ?? { champion: nextLook, challenger: nextLook };
  return own < hint.challenger || champions < hint.champion;
}

/**
 * After a look was found not to be due: how many trades each ledger must hold before it can be.
 * @param o.pending  trades of each ledger that were not looked at, because later reports may still be under way
 * @param o.short  trades each side needs at the least
 */
export function rememberHint(
  o: Place & {
    hints: LookHints;
    pending: { champion: number; challenger: number };
    short: { champion: number; challenger: number };
  },
): void {
  const counts = countsOf(o);
  if (o.hints.size > HINTS_MAX) o.hints.clear();
  o.hints.set(keyOf(o), {
    champion: counts.champion - o.pending.champion + o.short.champion,
    challenger: counts.challenger - o.pending.challenger + o.short.challenger,
  });
}

function countsOf({ registry, challenger, heads }: Place): { champion: number; challenger: number } {
  const of = (name: string) => heads.get(name)?.count ?? 0;
  return { champion: of(registry.champion.name), challenger: of(challenger.name) };
}

function keyOf({ registry, challenger }: Place): string {
  return `${registry.reign}/${challenger.entry}/${challenger.nextLook}`;
}
