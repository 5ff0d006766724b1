import { cooldownWords } from "./cooldown.ts";
import { type Draft, entryOf, type TransitionContext } from "./draft.ts";
import type { RollbackCause } from "./event.ts";
import { freshMonitor } from "./monitor.ts";
import { type Refusal, refuse } from "./refusal.ts";
import type { Archived, Champion, Registry } from "./registry.ts";
import { JUDGEMENTS_MAX } from "./rollback-judgement.ts";

/** Rollback: a former champion takes the seat again, and the present one is quarantined. */

export function rollback(
  draft: Draft,
  command: { to: string | null; details: RollbackCause },
  c: TransitionContext,
): Refusal | null {
  const failed = draft.next.champion;
  const target = rollbackTarget(draft.next, command.to);
  if (!failed || !target) return nothingToRestore(draft.next, command.to);
  draft.next.archive = withoutTarget(draft.next.archive, target.name);
  const restored: Champion = {
    ...entryOf(target),
    role: "champion",
    since: draft.next.updatedAt,
    startAt: c.tradeTime,
    guard: null,
    monitor: freshMonitor(target.baseline, c.tradeTime),
  };
  draft.next.champion = restored;
  draft.next.rolledBackAt = c.tradeTime;
  if (c.cooldownTrades > 0) {
    const pending = { restored: restored.name, quarantined: failed.name, version: failed.version };
    const { automatic } = command.details;
    const judgements = [
      ...(draft.next.judgements ?? []),
      { ...pending, startAt: c.tradeTime, signals: c.cooldownTrades, automatic },
    ];
    draft.next.judgements = judgements.slice(-JUDGEMENTS_MAX);
  }
  draft.depart(failed, "quarantined", c.reason);
  const cooldown = c.cooldownTrades > 0 ? ` ${cooldownWords(restored.name, c.cooldownTrades)}` : "";
  draft.event(
    "rollback",
    failed.name,
    `${failed.name} was rolled back; ${restored.name} is champion again.${cooldown}`,
    {
      ...command.details,
      restored: restored.name,
      demoted: failed.name,
      demotedVersion: failed.version,
      restarted: draft.next.challengers.length,
    },
  );
  draft.beginReign();
  return null;
}

/** Whoever goes back to an older champion does not want the newer ones: those come back only when they are named. */
function withoutTarget(archive: readonly Archived[], target: string): Archived[] {
  const place = archive.findIndex((m) => m.name === target);
  const newer = archive.slice(0, place).map((m): Archived => ({ ...m, passedOver: true }));
  return [...newer, ...archive.slice(place + 1)];
}

/** The archived champion a rollback would restore: the named one, else the newest that no rollback passed over. */
export function rollbackTarget(registry: Registry, to: string | null): Archived | null {
  return registry.archive.find((m) => (to === null ? !m.passedOver : m.name === to)) ?? null;
}

/** Why a rollback cannot be. */
export function nothingToRestore(registry: Registry, to: string | null): Refusal {
  return refuse(
    "NOTHING_TO_RESTORE",
    to
      ? `${to} is not among the archived champions (${archiveNames(registry)}).`
      : registry.archive.length === 0
        ? "There is no archived champion to restore."
        : `An earlier rollback passed over what is archived (${archiveNames(registry)}): name the one to restore.`,
  );
}

/** Nobody is there to be restored: an emergency for people, while every role stays as it is. */
export function failRollback(draft: Draft, command: { to: string | null; automatic: boolean }): Refusal | null {
  const { champion, archive } = draft.next;
  if (!champion) return nothingToRestore(draft.next, command.to);
  if (command.automatic && champion.guard) champion.guard.status = "blind";
  draft.event(
    "rollback_failed",
    champion.name,
    `Rollback of ${champion.name} failed: ${command.to ? `${command.to} is not archived` : "there is nothing to restore"}.`,
    { to: command.to, archive: archive.map((m) => m.name) },
  );
  return null;
}

function archiveNames(registry: Registry): string {
  return registry.archive.length > 0 ? registry.archive.map((m) => m.name).join(", ") : "there are none";
}
