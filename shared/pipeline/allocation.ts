import { type Answer, Refused, success } from "./answer.ts";
import type { StatePort } from "./ports.ts";

/** Weights for the ensemble to follow: all money with the champion. */
export async function readAllocation(ports: { state: StatePort }): Promise<Answer> {
  const registry = await ports.state.loadRegistry();
  if (!registry.champion) throw new Refused(409, "NO_CHAMPION", "No model is deployed yet: POST /shadow/deploy.");
  const weights: Record<string, number> = { [registry.champion.name]: 1 };
  for (const challenger of registry.challengers) weights[challenger.name] = 0;
  return success({ champion: registry.champion.name, weights, registry_version: registry.version });
}
