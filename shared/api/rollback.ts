import type { z } from "zod";
import { eventOf } from "../domain/event.ts";
import type { Registry } from "../domain/registry.ts";
import { type Command, nothingToRestore, type Refusal, rollbackTarget, transition } from "../domain/transition.ts";
import { readReverseShadow } from "../pipeline/guard.ts";
import { contextOf, type Ports } from "../pipeline/ports.ts";
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
  if (request.dry_run) return rehearse(to, request.reason, ports, o.actor);
  return changeRoles(ports, {
    ...o,
    plan: async (registry) => ({
      command: await planRollback(registry, to, ports),
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: request.reason,
    }),
    answer: (registry, events) => {
      const done = eventOf(events, "rollback");
      if (!done) return notPossible(nothingToRestore(registry, to)).answer();
      return success({
        restored: done.details.restored,
        demoted: done.details.demoted,
        duration_ms: ports.clock.now() - startedAt,
        registry_version: registry.version,
      });
    },
  });
}

/** A rollback that cannot be done is an emergency: it is recorded and reported like any other change. */
async function planRollback(registry: Registry, to: string | null, { state, settings }: Ports): Promise<Command> {
  const { champion } = registry;
  if (!champion || !rollbackTarget(registry, to)) return { kind: "rollback-failed", to, automatic: false };
  const window = { before: Number.POSITIVE_INFINITY, settleMs: settings.settleMs };
  const reverseShadow = await readReverseShadow(champion, window, state);
  return { kind: "rollback", to, details: { reverseShadow, automatic: false } };
}

function notPossible({ code, message }: Refusal): Refused {
  return new Refused(409, code, message);
}

async function rehearse(to: string | null, reason: string, ports: Ports, actor: string): Promise<Answer> {
  const registry = await ports.state.loadRegistry();
  const tradeTime = await latestTradeTime(ports.state, registry);
  const command = { kind: "rollback", to, details: { reverseShadow: null, automatic: false } } as const;
  const change = transition(registry, command, contextOf(ports, { tradeTime, actor, reason }));
  if (!change.ok) throw notPossible(change);
  return success({
    dry_run: true,
    restored: change.registry.champion!.name,
    demoted: registry.champion!.name,
    challengers_restarted: change.registry.challengers.map((m) => m.name),
    archive_after: change.registry.archive.map((m) => m.name),
    events: change.events.map((e) => e.summary),
  });
}
