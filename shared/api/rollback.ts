import type { Command } from "../domain/command.ts";
import type { Registry } from "../domain/registry.ts";
import { nothingToRestore, rollbackTarget } from "../domain/rollback.ts";
import { transition } from "../domain/transition.ts";
import { contextOf, type Ports } from "../pipeline/ports.ts";
import { keptReverseShadow } from "../pipeline/reverse-shadow.ts";
import { type Answer, type Outcome, Refused, success } from "./answer.ts";
import { championFence, championOf, expectChampion, expectVersion } from "./champion-of.ts";
import { type Caller, changeRoles, latestTradeTime } from "./change-roles.ts";
import type { RollbackAnswer } from "./contract/roles.ts";
import type { RequestPart } from "./contract/routes.ts";

type RollbackRequest = RequestPart<"rollback", "body">;

/** Restores a former champion by request, or says what that would do. */
export async function rollback(
  request: RollbackRequest,
  ports: Ports,
  caller: Caller,
): Promise<Outcome<RollbackAnswer>> {
  const startedAt = ports.clock.now();
  const to = request.to ?? null;
  if (request.dry_run) return rehearse(request, ports, caller);
  const fence = championFence(request.expected_champion);
  return changeRoles(ports, {
    ...caller,
    plan: async (registry) => {
      fence(registry);
      return {
        command: planRollback(registry, to),
        tradeTime: await latestTradeTime(ports.state, registry),
        reason: request.reason,
      };
    },
    answer: ({ command, before, after }): Outcome<RollbackAnswer> => {
      if (command.kind === "rollback-failed") {
        const { code, message } = nothingToRestore(before, to);
        return new Refused(code, message).answer();
      }
      return success({
        restored: championOf(after).name,
        demoted: championOf(before).name,
        duration_ms: ports.clock.now() - startedAt,
        registry_version: after.version,
      });
    },
  });
}

/**
 * A rollback that cannot be done is an emergency: it is recorded and reported like any other change. One that can be done waits for no
 * ledger: what it says of the former champion is what the registry knew at the latest checkpoint.
 */
function planRollback(registry: Registry, to: string | null): Command {
  const { champion } = registry;
  if (!champion || !rollbackTarget(registry, to)) return { kind: "rollback-failed", to, automatic: false };
  return { kind: "rollback", to, details: { reverseShadow: keptReverseShadow(champion), automatic: false } };
}

/** What a rollback would do; nothing is written. */
async function rehearse(request: RollbackRequest, ports: Ports, caller: Caller): Promise<Answer<RollbackAnswer>> {
  const registry = await ports.state.loadRegistry();
  expectVersion(registry, caller.expectedVersion);
  expectChampion(registry, request.expected_champion);
  const tradeTime = await latestTradeTime(ports.state, registry);
  const details = { reverseShadow: null, automatic: false } as const;
  const command = { kind: "rollback", to: request.to ?? null, details } as const;
  const change = transition(
    registry,
    command,
    contextOf(ports, { tradeTime, actor: caller.actor, reason: request.reason }),
  );
  if (!change.ok) throw new Refused(change.code, change.message);
  return success({
    dry_run: true,
    restored: championOf(change.registry).name,
    demoted: championOf(registry).name,
    challengers_restarted: change.registry.challengers.map((m) => m.name),
    archive_after: change.registry.archive.map((m) => m.name),
    events: change.events.map((e) => e.summary),
  });
}
