import { allocationOf, pickModel } from "../domain/allocation.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import type { Settings } from "../domain/settings.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { championOf } from "./champion-of.ts";
import type { RequestPart } from "./contract/routes.ts";
import type { AllocationAnswer } from "./contract/system.ts";

/** Newest trades of a model its mean is judged by. */
const TRADES_MAX = 5000;

/** Weights for the ensemble to follow, and who trades a given signal. */
export async function readAllocation(
  query: RequestPart<"allocation", "query">,
  ports: { state: StatePort; settings: Settings },
): Promise<Answer<AllocationAnswer>> {
  const registry = await ports.state.loadRegistry();
  const champion = championOf(registry);
  const { challengers, archive } = registry;
  const since = rowsInClosingOrder(await ports.state.readNewestRows(champion.name, { count: TRADES_MAX }), {
    after: champion.startAt,
  });
  const models = await Promise.all(
    [champion, ...challengers].map(async (m) => ({ name: m.name, pnl: await paperPnl(m, ports) })),
  );
  // Only a promotion is ramped: a restored or first champion has nobody to share with.
  const former = champion.guard !== null ? (archive[0]?.name ?? null) : null;
  const allocation = allocationOf({
    models,
    championTrades: since.took.reduce((sum, took) => sum + took, 0),
    former,
    breaker: champion.breaker ?? null,
    settings: ports.settings,
  });
  const weights = Object.fromEntries(challengers.map((m) => [m.name, 0]));
  const best: Record<string, number | null> = {};
  for (const { name, weight, probabilityBest } of allocation.weights) {
    weights[name] = weight;
    best[name] = probabilityBest;
  }
  return success({
    champion: champion.name,
    weights,
    probability_best: best,
    reason: allocation.reason,
    ...(query.signal_id === undefined
      ? {}
      : { signal_id: query.signal_id, model_name: pickModel(allocation, query.signal_id) }),
    registry_version: registry.version,
  });
}

async function paperPnl(m: { name: string }, ports: { state: StatePort }): Promise<Float64Array> {
  const rows = await ports.state.readNewestRows(m.name, { count: TRADES_MAX });
  return rows.pnl.filter((_, i) => rows.took[i] === 1);
}
