import type { Registry } from "./registry.ts";
import type { Settings } from "./settings.ts";

/** Why nothing automatic may happen; null: it may. */
export function heldBecause(registry: Registry, settings: Pick<Settings, "enabled">): string | null {
  if (!settings.enabled) return "ENABLE_SHADOW_MODELS is false";
  if (registry.paused) return `paused: ${registry.paused.reason}`;
  return registry.champion ? null : "no champion yet";
}
