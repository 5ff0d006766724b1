import type { LedgerHead } from "../domain/ledger.ts";
import type { Champion } from "../domain/registry.ts";
import { addCompleted, noShadow, type ReverseShadow, type ShadowSums, shadowOf } from "../domain/reverse-shadow.ts";
import type { LedgerStretch, StatePort } from "./ports.ts";
import { readForward } from "./stretches.ts";

type ShadowPorts = { state: StatePort; settings: { settleMs: number } };

/**
 * The sums kept in the registry with what has been completed since, up to a moment. Where more has come since than is read at once
 * they end earlier, and go on from there the next time.
 * @param options.until  moment of trade time, epoch ms; Infinity: everything known
 * @returns null when no promotion made this champion
 */
export async function advanceShadow(
  champion: Champion,
  options: { until: number; heads?: ReadonlyMap<string, LedgerHead> },
  { state, settings }: ShadowPorts,
): Promise<ShadowSums | null> {
  const { guard, startAt, monitor } = champion;
  if (!guard?.reference) return null;
  const sums = monitor.shadow ?? noShadow;
  const from = sums.upTo ?? startAt ?? Number.NEGATIVE_INFINITY;
  // A signal may have been answered by one side long before the other completes it.
  const closedAfter = sums.upTo === null ? startAt : sums.upTo - settings.settleMs;
  const read = (model: string, until: number) =>
    readForward(
      model,
      { closedAfter, past: from, enough: (clock) => clock >= until, head: options.heads?.get(model) },
      state,
    );
  const former = await read(guard.reference, options.until);
  if (former.clock <= from) return sums;
  const own = await read(champion.name, Math.min(options.until, reachOf(former, options)));
  const until = Math.min(options.until, reachOf(former, options), reachOf(own, options));
  return addCompleted(sums, { champion: own.rows, former: former.rows, startAt, until });
}

/** Up to when all of a model's answers are in a stretch: sums that are kept never go beyond its clock. */
function reachOf({ clock, complete }: LedgerStretch, { until }: { until: number }): number {
  return complete && until === Number.POSITIVE_INFINITY ? until : clock;
}

/** The new champion beside the former one, which goes on shadowing, on the same signals since the promotion. */
export async function readReverseShadow(champion: Champion, ports: ShadowPorts): Promise<ReverseShadow | null> {
  const sums = await advanceShadow(champion, { until: Number.POSITIVE_INFINITY }, ports);
  return sums && shadowOf(champion.guard!.reference!, sums);
}

/** The same as the registry knows it, as of the latest checkpoint of the monitor; no ledger is read. */
export function keptReverseShadow(champion: Champion): ReverseShadow | null {
  const { guard, monitor } = champion;
  return guard?.reference && monitor.shadow ? shadowOf(guard.reference, monitor.shadow) : null;
}
