import type { DomainEvent } from "../domain/event.ts";
import type { Registry } from "../domain/registry.ts";
import { type Command, transition } from "../domain/transition.ts";
import { contextOf, type Ports, type RegistryCommit, type StatePort } from "../pipeline/ports.ts";
import { type Answer, Refused } from "./answer.ts";

/** Attempts against other changes of the registry; each one reads and decides anew. */
const ATTEMPTS_MAX = 8;
const ANSWER_KEPT_MS = 24 * 3_600_000;

export type PlannedChange = {
  command: Command;
  tradeTime: number | null;
  reason: string;
  enrolled?: RegistryCommit["enrolled"];
};

/**
 * Carries out a person's change of roles: idempotent under a key, fenced by the registry's version, and never half done.
 * @param o.plan  decides from the registry just read; throws Refused when it must not be
 * @param o.answer  what the caller gets once the change is committed
 * @throws Refused with 409 when the transition is not allowed or the key was used for another request
 */
export async function changeRoles(ports: Ports, o: RoleChange): Promise<Answer> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const repeated = await answeredBefore(ports.state, o.idempotency);
    if (repeated) return repeated;
    try {
      const answer = await attemptChange(ports, o);
      if (answer) return answer;
    } catch (error) {
      // What stands in the way may be this very request, carried out by a twin since we looked.
      const twins = error instanceof Refused ? await answeredBefore(ports.state, o.idempotency) : null;
      if (twins) return twins;
      throw error;
    }
  }
  throw new Refused(503, "BUSY", "The registry kept changing; nothing was done. Try again.");
}

type RoleChange = {
  actor: string;
  idempotency: { key: string; fingerprint: string } | null;
  plan(registry: Registry): Promise<PlannedChange>;
  answer(registry: Registry, events: DomainEvent[]): Answer;
};

/** @returns null when somebody else changed the registry first */
async function attemptChange(ports: Ports, o: RoleChange): Promise<Answer | null> {
  const registry = await ports.state.loadRegistry();
  const plan = await o.plan(registry);
  const change = transition(registry, plan.command, contextOf(ports, { ...plan, actor: o.actor }));
  if (!change.ok) throw new Refused(409, change.code, change.message);
  const answer = o.answer(change.registry, change.events);
  const written = await ports.state.commit({
    fromVersion: registry.version,
    registry: change.registry,
    events: change.events,
    ...(plan.enrolled ? { enrolled: plan.enrolled } : {}),
    ...(o.idempotency
      ? { answer: { ...o.idempotency, ...answer, expiresAt: ports.clock.now() + ANSWER_KEPT_MS } }
      : {}),
  });
  return written === "written" ? answer : null;
}

/** The answer given to the same key before; null when the key is new. */
export async function answeredBefore(
  state: StatePort,
  idempotency: { key: string; fingerprint: string } | null,
): Promise<Answer | null> {
  if (!idempotency) return null;
  const stored = await state.loadAnswer(idempotency.key);
  if (!stored) return null;
  if (stored.fingerprint !== idempotency.fingerprint) {
    throw new Refused(409, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.");
  }
  return { status: stored.status, body: stored.body };
}

/** The latest moment of trade time any seated model has reported; null before any trade. */
export async function latestTradeTime(state: StatePort, registry: Registry): Promise<number | null> {
  const seated = [registry.champion, ...registry.challengers, ...registry.archive, ...registry.queue];
  const heads = await state.loadHeads(seated.flatMap((m) => (m ? [m.name] : [])));
  const clocks = [...heads.values()].flatMap((head) => (head.clock === null ? [] : [head.clock]));
  return clocks.length > 0 ? Math.max(...clocks) : null;
}
