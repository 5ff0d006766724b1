import type { z } from "zod";
import { rollbackTarget, transition } from "../domain/transition.ts";
import { readReverseShadow } from "../pipeline/guard.ts";
import { contextOf, type Ports } from "../pipeline/ports.ts";
import { reportFailure } from "../pipeline/rollback-failure.ts";
import { type Answer, Refused, success } from "./answer.ts";
import { changeRoles, latestTradeTime } from "./change-roles.ts";
import type { RollbackRequest } from "./request.ts";

/** Restores a former champion by request, or says what that would do. */
export async function rollback(
  request: z.output<typeof RollbackRequest>,
  ports: Ports,
  o: { actor: string; idempotency: { key: string; fingerprint: string } | null },
): Promise<Answer> {
  const startedAt = ports.clock.now();
  const to = request.to ?? null;
  if (request.dry_run) return foretell(to, request.reason, ports, o.actor);
  return changeRoles(ports, {
    ...o,
    plan: async (registry) => {
      if (!rollbackTarget(registry, to)) await reportFailure(registry, to, request.reason, ports, o.actor);
      const { settleMs } = ports.settings;
      const before = Number.POSITIVE_INFINITY;
      const shadow = registry.champion
        ? await readReverseShadow(registry.champion, { before, settleMs }, ports.state)
        : null;
      return {
        command: { kind: "rollback", to, details: { reverseShadow: shadow, automatic: false } },
        tradeTime: await latestTradeTime(ports.state, registry),
        reason: request.reason,
      };
    },
    answer: (registry, events) => {
      const details = events.find((e) => e.type === "rollback")!.details;
      return success({
        restored: details.restored,
        demoted: details.demoted,
        duration_ms: ports.clock.now() - startedAt,
        registry_version: registry.version,
      });
    },
  });
}

async function foretell(to: string | null, reason: string, ports: Ports, actor: string): Promise<Answer> {
  const registry = await ports.state.loadRegistry();
  const tradeTime = await latestTradeTime(ports.state, registry);
  const command = { kind: "rollback", to, details: { automatic: false } } as const;
  const change = transition(registry, command, contextOf(ports, { tradeTime, actor, reason }));
  if (!change.ok) throw new Refused(409, change.code, change.message);
  return success({
    dry_run: true,
    restored: change.registry.champion!.name,
    demoted: registry.champion!.name,
    challengers_restarted: change.registry.challengers.map((m) => m.name),
    archive_after: change.registry.archive.map((m) => m.name),
    events: change.events.map((e) => e.summary),
  });
}
