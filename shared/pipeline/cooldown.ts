import { cooldownLeft, hasCooled, mayCool } from "../domain/cooldown.ts";
import type { Registry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import type { StatePort } from "./ports.ts";

/**
 * Trades the champion still has to close before anything is promoted by itself; 0: no cooldown lasts.
 * @param options.at  moment of trade time that is asked about, epoch ms; Infinity: now
 */
export async function readCooldown(
  registry: Registry,
  options: { at: number },
  { state, settings }: { state: StatePort; settings: Settings },
): Promise<number> {
  const { cooldownTrades } = settings;
  if (!mayCool(registry) || hasCooled(registry, { ...options, cooldownTrades })) return 0;
  const { name, startAt } = registry.champion;
  const rows = await state.readRows(name, { closedAfter: startAt });
  return cooldownLeft(registry, { rows, ...options, cooldownTrades });
}
