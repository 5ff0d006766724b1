import type { LedgerHead } from "./ledger.ts";
import type { Challenger, ReigningRegistry } from "./registry.ts";
import type { Settings } from "./settings.ts";

/** Look hints: when a look cannot be due yet, from the ledgers' counts alone. Losing them costs time only, never a look. */

/** Trades each ledger must hold, per challenger's next look. */
export type LookHints = Map<string, { champion: number; challenger: number }>;

const HINTS_MAX = 1000;

type Place = { registry: ReigningRegistry; challenger: Challenger; heads: ReadonlyMap<string, LedgerHead> };

type HintedPlace = Place & { hints: LookHints; settings: Pick<Settings, "unreported"> };

/** Cheap refusal before any ledger is read: a pair needs a trade on each side. */
export function cannotBeDue(options: HintedPlace): boolean {
  const { champion: champions, challenger: own } = countsOf(options);
  // Where a silent side counts as 0, a row needs a trade of one side only.
  if (options.settings.unreported === "abstain") return own + champions < options.challenger.nextLook;
  return lacksTrades(options) || own < hintOf(options).challenger;
}

/** The same from the champion's head alone. */
export function lacksTrades(options: HintedPlace): boolean {
  return options.settings.unreported !== "abstain" && countsOf(options).champion < hintOf(options).champion;
}

function hintOf(options: Place & { hints: LookHints }): { champion: number; challenger: number } {
  const { nextLook } = options.challenger;
  return options.hints.get(keyOf(options)) ?? { champion: nextLook, challenger: nextLook };
}

/**
 * After a look was found not to be due: how many trades each ledger must hold before it can be.
 * @param options.pending  trades of each ledger that were not looked at, because later reports may still be under way
 * @param options.short  trades each side needs at the least
 */
export function rememberHint(
  options: Place & {
    hints: LookHints;
    pending: { champion: number; challenger: number };
    short: { champion: number; challenger: number };
  },
): void {
  const counts = countsOf(options);
  if (options.hints.size > HINTS_MAX) options.hints.clear();
  options.hints.set(keyOf(options), {
    champion: counts.champion - options.pending.champion + options.short.champion,
    challenger: counts.challenger - options.pending.challenger + options.short.challenger,
  });
}

function countsOf({ registry, challenger, heads }: Place): { champion: number; challenger: number } {
  const of = (name: string) => heads.get(name)?.count ?? 0;
  return { champion: of(registry.champion.name), challenger: of(challenger.name) };
}

function keyOf({ registry, challenger }: Place): string {
  return `${registry.reign}/${challenger.entry}/${challenger.nextLook}`;
}
