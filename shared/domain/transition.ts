import type { Command } from "./command.ts";
import { Draft, type TransitionContext } from "./draft.ts";
import type { DomainEvent } from "./event.ts";
import { recordGuard, recordJudgement, recordLook, recordMonitor } from "./records.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type Registry, registryFaults } from "./registry.ts";
import { deploy, promote, retire } from "./role-changes.ts";
import { failRollback, rollback } from "./rollback.ts";

/**
 * Transitions: every change of roles, as a pure function of the registry. The store commits the new registry, the events and
 * the outbox entries in one transaction that fails when somebody else changed the registry first.
 */

export type Change = { ok: true; registry: Registry; events: DomainEvent[] };

/** Applies a command, or says why it cannot be. Starts waiting models when places became free. */
export function transition(registry: Registry, command: Command, c: TransitionContext): Change | Refusal {
  const draft = new Draft(registry, c);
  const refusal = apply(draft, command, c);
  if (refusal) return refusal;
  draft.fillPlaces();
  // A lowered limit must not stop anything, least of all a rollback: who is seated stays until the test ends.
  const maxChallengers = Math.max(c.maxChallengers, registry.challengers.length);
  const faults = registryFaults(draft.next, { maxChallengers });
  if (faults.length > 0) throw new Error(`transition ${command.kind} would break the registry: ${faults.join(", ")}`);
  return { ok: true, registry: draft.next, events: draft.events };
}

function apply(draft: Draft, command: Command, c: TransitionContext): Refusal | null {
  switch (command.kind) {
    case "deploy":
      return deploy(draft, command, c);
    case "promote":
      return promote(draft, command, c);
    case "rollback":
      return rollback(draft, command, c);
    case "rollback-failed":
      return failRollback(draft, command);
    case "retire":
      return retire(draft, command, c);
    case "look":
      return recordLook(draft, command);
    case "guard":
      return recordGuard(draft, command, c);
    case "monitor":
      return recordMonitor(draft, command, c);
    case "judgement":
      return recordJudgement(draft, command);
    case "pause":
      return pause(draft, c);
    case "resume":
      return resume(draft, c);
    default:
      return assertNever(command);
  }
}

function pause(draft: Draft, c: TransitionContext): Refusal | null {
  if (!draft.next.champion) return refuse("NO_CHAMPION", "No model is deployed yet: there is nothing to pause.");
  if (draft.next.paused)
    return refuse("ALREADY_PAUSED", `Automatic action is paused already: ${draft.next.paused.reason}`);
  draft.next.paused = { at: draft.next.updatedAt, actor: c.actor, reason: c.reason };
  draft.event("paused", null, `All automatic action is paused: ${c.reason}`, {});
  return null;
}

function resume(draft: Draft, c: TransitionContext): Refusal | null {
  const { champion, paused } = draft.next;
  if (!paused && !champion?.breaker) return refuse("NOT_PAUSED", "Automatic action is not paused.");
  const money = champion?.breaker ? ` ${champion.name} gets all of the money again.` : "";
  draft.next.paused = null;
  if (champion) champion.breaker = null;
  draft.event("resumed", null, `Automatic action resumes: ${c.reason}${money && `.${money}`}`, {});
  return null;
}

export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
