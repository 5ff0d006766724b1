import { pickModel } from "../domain/allocation.ts";
import type { Settings } from "../domain/settings.ts";
import { presentAllocation } from "../pipeline/allocation.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { reigning } from "./champion-of.ts";
import type { RequestPart } from "./contract/routes.ts";
import type { AllocationAnswer } from "./contract/system.ts";

/** Weights for the ensemble to follow, and who trades a given signal. Asked for every signal, so no ledger is read. */
export async function readAllocation(
  query: RequestPart<"allocation", "query">,
  ports: { state: StatePort; settings: Settings },
): Promise<Answer<AllocationAnswer>> {
  const registry = reigning(await ports.state.loadRegistry());
  const allocation = await presentAllocation(registry, ports);
  return success({
    champion: registry.champion.name,
    weights: Object.fromEntries(allocation.weights.map(({ name, weight }) => [name, weight])),
    probability_best: Object.fromEntries(allocation.weights.map((w) => [w.name, w.probabilityBest])),
    reason: allocation.reason,
    ...(query.signal_id === undefined
      ? {}
      : { signal_id: query.signal_id, model_name: pickModel(allocation, query.signal_id) }),
    registry_version: registry.version,
  });
}
