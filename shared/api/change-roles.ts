import type { Command } from "../domain/command.ts";
import type { DomainEvent } from "../domain/event.ts";
import { latestClock } from "../domain/ledger.ts";
import { type Registry, seatedModels } from "../domain/registry.ts";
import { transition } from "../domain/transition.ts";
import { contextOf, type Ports, type RegistryCommit, type StatePort } from "../pipeline/ports.ts";
import { type Outcome, Refused } from "./answer.ts";
import { expectVersion } from "./champion-of.ts";

/** Attempts against other changes of the registry; each one reads and decides anew. */
const ATTEMPTS_MAX = 8;
const ANSWER_KEPT_MS = 24 * 3_600_000;

export type Caller = {
  actor: string;
  /** the key under which repeats get the same answer */
  idempotency: { key: string; fingerprint: string } | null;
  /** version of the registry the caller has seen, from If-Match; null or left out: whatever it is */
  expectedVersion?: number | null;
};

export type PlannedChange<Planned extends Command> = {
  command: Planned;
  tradeTime: number | null;
  reason: string;
  enrolled?: RegistryCommit["enrolled"];
};

/** A change that is about to be committed. */
export type RoleChange<Planned extends Command> = {
  command: Planned;
  before: Registry;
  after: Registry;
  events: DomainEvent[];
};

type RoleChangeRequest<Planned extends Command, Result> = Caller & {
  plan(registry: Registry): Promise<PlannedChange<Planned>>;
  answer(change: RoleChange<Planned>): Result;
};

/**
 * Carries out a person's change of roles: idempotent under a key, fenced by the registry's version, and never half done.
 * @param options.plan  decides from the registry just read; throws Refused when it must not be
 * @param options.answer  what the caller gets once the change is committed
 * @throws Refused with 409 when the transition is not allowed or the key was used for another request
 */
export async function changeRoles<Planned extends Command, Result extends Outcome<unknown>>(
  ports: Ports,
  options: RoleChangeRequest<Planned, Result>,
): Promise<Result> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const repeated = await answeredBefore<Result>(ports.state, options.idempotency);
    if (repeated) return repeated;
    try {
      const answer = await attemptChange(ports, options);
      if (answer) return answer;
    } catch (error) {
      // What stands in the way may be this very request, carried out by a twin since we looked.
      const twins = error instanceof Refused ? await answeredBefore<Result>(ports.state, options.idempotency) : null;
      if (twins) return twins;
      throw error;
    }
  }
  throw new Refused("BUSY", "The registry kept changing; nothing was done. Try again.");
}

/** @returns null when somebody else changed the registry first */
async function attemptChange<Planned extends Command, Result extends Outcome<unknown>>(
  ports: Ports,
  options: RoleChangeRequest<Planned, Result>,
): Promise<Result | null> {
  const registry = await ports.state.loadRegistry();
  expectVersion(registry, options.expectedVersion);
  const plan = await options.plan(registry);
  const change = transition(registry, plan.command, contextOf(ports, { ...plan, actor: options.actor }));
  if (!change.ok) throw new Refused(change.code, change.message);
  const { command } = plan;
  const answer = options.answer({ command, before: registry, after: change.registry, events: change.events });
  const written = await ports.state.commit({
    fromVersion: registry.version,
    registry: change.registry,
    events: change.events,
    ...(plan.enrolled ? { enrolled: plan.enrolled } : {}),
    ...(options.idempotency
      ? { answer: { ...options.idempotency, ...answer, expiresAt: ports.clock.now() + ANSWER_KEPT_MS } }
      : {}),
  });
  return written === "written" ? answer : null;
}

/** The answer given to the same key before; null when the key is new. */
async function answeredBefore<Result>(state: StatePort, idempotency: Caller["idempotency"]): Promise<Result | null> {
  if (!idempotency) return null;
  const stored = await state.loadAnswer(idempotency.key);
  if (!stored) return null;
  if (stored.fingerprint !== idempotency.fingerprint) {
    throw new Refused("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request.");
  }
  // The fingerprint holds method, path and body: it was this route that wrote the answer.
  return { status: stored.status, body: stored.body } as Result;
}

/** The latest moment of trade time any seated model has reported; null before any trade. */
export async function latestTradeTime(state: StatePort, registry: Registry): Promise<number | null> {
  return latestClock(await state.loadHeads(seatedModels(registry).map((m) => m.name)));
}
