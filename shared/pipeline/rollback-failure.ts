import type { DomainEvent } from "../domain/event.ts";
import type { Registry } from "../domain/registry.ts";
import type { Ports } from "./ports.ts";

/** A rollback that cannot be done is itself an emergency: it is told, and nothing else changes. */
export async function reportFailure(
  registry: Registry,
  to: string | null,
  reason: string,
  ports: Ports,
  actor: string,
): Promise<void> {
  const champion = registry.champion?.name ?? null;
  const at = ports.clock.now();
  const event: DomainEvent = {
    eventId: `${String(registry.version).padStart(8, "0")}-${at}-rollback_failed`,
    type: "rollback_failed",
    at,
    tradeTime: null,
    modelName: champion,
    summary: `Rollback of ${champion ?? "the champion"} failed: ${to ? `${to} is not archived` : "there is nothing to restore"}.`,
    actor,
    reason,
    registryVersion: registry.version,
    details: { to, archive: registry.archive.map((m) => m.name) },
  };
  await ports.state.commit({ fromVersion: registry.version, registry: null, events: [event] });
}
