import type { Decision } from "./decide.ts";
import type { WantedDesign } from "./design.ts";
import { Draft, entryOf, type TransitionContext } from "./draft.ts";
import type { DomainEvent, GuardFinding, MonitorFinding, RetiredEvidence, RollbackCause } from "./event.ts";
import type { GuardState } from "./guard.ts";
import { freshMonitor, type MonitorState } from "./monitor.ts";
import { type Refusal, refuse } from "./refusal.ts";
import {
  type Breaker,
  findModel,
  type LookSummary,
  type ModelEntry,
  QUEUE_MAX,
  type Queued,
  type Registry,
  registryFaults,
} from "./registry.ts";
import { failRollback, rollback } from "./rollback.ts";
import { describeJudgement, type RollbackJudgement } from "./rollback-judgement.ts";

/**
 * Transitions: every change of roles, as a pure function of the registry. The store commits the new registry, the events and
 * the outbox entries in one transaction that fails when somebody else changed the registry first.
 */

export type Deployment = {
  name: string;
  type: string;
  version: string;
  description: string;
  priority: number;
  design: WantedDesign;
};

export type Command =
  | { kind: "deploy"; model: Deployment; usedVersions: readonly string[] }
  | {
      kind: "promote";
      challenger: string;
      guard: GuardState;
      decision: Decision | null;
      forced: boolean;
      /** rows it rests on, and what they showed: challenger minus champion */
      n: number;
      improvement: { winRate: number | null; meanPnl: number | null };
    }
  | { kind: "rollback"; to: string | null; details: RollbackCause }
  /** there is nothing to restore; an automatic attempt leaves the guard blind, or it would be repeated for ever */
  | { kind: "rollback-failed"; to: string | null; automatic: boolean }
  | { kind: "retire"; challenger: string; why: "request" }
  | { kind: "retire"; challenger: string; why: "futility" | "horizon"; evidence: RetiredEvidence }
  | { kind: "look"; challenger: string; look: LookSummary; nextLook: number }
  /** breaker: money is held back from now on; left out: nothing changes about it */
  | { kind: "guard"; guard: GuardState; event: GuardEvent; details: GuardFinding; breaker?: Breaker }
  | { kind: "judgement"; judgement: RollbackJudgement }
  /** the checkpoint moves on; an alarm is reported */
  | { kind: "monitor"; monitor: MonitorState; alarm: MonitorFinding | null }
  | { kind: "pause" }
  | { kind: "resume" };

/** What a guard has to say without a change of roles. */
export type GuardEvent =
  | "degradation"
  | "guard_passed"
  | "guard_mode"
  | "guard_unclear"
  | "market"
  | "rollback_advised"
  | "hard_stop";

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

function deploy(draft: Draft, command: Extract<Command, { kind: "deploy" }>, c: TransitionContext): Refusal | null {
  const { model, usedVersions } = command;
  const present = findModel(draft.next, model.name);
  if (present && present.role !== "quarantined" && present.role !== "retired") {
    return refuse("MODEL_EXISTS", `${model.name} is already deployed (${present.role}, version ${present.version}).`);
  }
  if (usedVersions.includes(model.version)) {
    return refuse(
      "VERSION_USED",
      `${model.name} version ${model.version} was deployed before and may not enter again: each entry spends error budget. Deploy a new version.`,
    );
  }
  const entry: ModelEntry = { ...model, entry: draft.next.nextEntry, deployedAt: draft.next.updatedAt };
  draft.next.nextEntry += 1;
  if (draft.next.champion === null) {
    draft.beginReign();
    draft.next.champion = {
      ...entry,
      role: "champion",
      since: draft.next.updatedAt,
      startAt: c.tradeTime,
      guard: null,
      monitor: freshMonitor(null, c.tradeTime),
    };
    draft.event("deployed", model.name, `${model.name} is the champion: the first model deployed.`, {
      version: model.version,
      role: "champion",
    });
  } else if (draft.next.challengers.length < c.maxChallengers) {
    draft.seatChallenger(entry);
    draft.event("deployed", model.name, `${model.name} is a challenger (0 % allocation).`, {
      version: model.version,
      role: "challenger",
    });
  } else {
    if (draft.next.queue.length >= QUEUE_MAX)
      return refuse("QUEUE_FULL", `The queue holds ${QUEUE_MAX} models already.`);
    const queued: Queued = { ...entry, role: "queued", since: draft.next.updatedAt };
    draft.next.queue = [...draft.next.queue, queued].sort((a, b) => b.priority - a.priority || a.entry - b.entry);
    draft.event("queued", model.name, `${model.name} waits: ${c.maxChallengers} challengers are being tested.`, {
      version: model.version,
      position: draft.next.queue.findIndex((m) => m.name === model.name) + 1,
    });
  }
  return null;
}

function promote(draft: Draft, command: Extract<Command, { kind: "promote" }>, c: TransitionContext): Refusal | null {
  const challenger = draft.challenger(command.challenger);
  const former = draft.next.champion;
  if (!challenger || !former) return refuse("NOT_A_CHALLENGER", `${command.challenger} is not an active challenger.`);
  draft.remove(challenger.name);
  draft.next.champion = {
    ...entryOf(challenger),
    ...(command.decision ? { score: command.decision.score } : {}),
    role: "champion",
    since: draft.next.updatedAt,
    startAt: c.tradeTime,
    guard: command.guard,
    monitor: freshMonitor(command.guard.baseline, c.tradeTime),
  };
  draft.event(
    "promotion",
    challenger.name,
    `${challenger.name} replaces ${former.name} as champion after ${command.n} common signals${command.forced ? " (forced by hand)" : ""}.${guardNotice(command.guard, former.name)}`,
    {
      version: challenger.version,
      former: former.name,
      n: command.n,
      forced: command.forced,
      winRateChange: command.improvement.winRate,
      meanPnlChange: command.improvement.meanPnl,
      score: command.decision?.score ?? null,
      decision: command.decision,
      guard: command.guard,
      restarted: draft.next.challengers.length,
    },
  );
  draft.archive(former);
  draft.beginReign();
  return null;
}

/** A guard that begins without a comparison says so from the first day on. */
function guardNotice({ status, mode }: GuardState, former: string): string {
  if (status === "blind") return " Its guard is blind: there is too little shadow evidence to measure it by.";
  if (mode === "paired") return "";
  return ` Its guard is unpaired: too few common signals differ to compare it with ${former}, so a fall of the market counts as its own.`;
}

function retire(draft: Draft, command: Extract<Command, { kind: "retire" }>, c: TransitionContext): Refusal | null {
  const queued = draft.next.queue.find((m) => m.name === command.challenger);
  const model = draft.challenger(command.challenger) ?? queued;
  if (!model) return refuse("NOT_A_CHALLENGER", `${command.challenger} is neither an active challenger nor queued.`);
  draft.remove(model.name);
  draft.next.queue = draft.next.queue.filter((m) => m.name !== model.name);
  draft.depart(model, "retired", c.reason);
  const { version } = model;
  draft.event(
    "retired",
    model.name,
    `${model.name} was retired: ${c.reason}`,
    command.why === "request" ? { version, why: command.why } : { ...command.evidence, version, why: command.why },
  );
  return null;
}

function recordLook(draft: Draft, command: Extract<Command, { kind: "look" }>): Refusal | null {
  const challenger = draft.challenger(command.challenger);
  if (!challenger || challenger.nextLook !== command.look.n) {
    return refuse("LOOK_OUT_OF_DATE", `The look of ${command.challenger} at ${command.look.n} rows is no longer due.`);
  }
  const before = challenger.lastLook?.verdict;
  challenger.lastLook = command.look;
  challenger.nextLook = command.nextLook;
  const needsPerson = command.look.verdict === "manual-review" || command.look.verdict === "approve";
  if (needsPerson && before !== command.look.verdict) {
    draft.event(
      "manual_review",
      challenger.name,
      `${challenger.name} needs a person's decision after ${command.look.n} common signals: ${command.look.reason}`,
      { score: command.look.score, n: command.look.n, version: challenger.version, look: command.look },
    );
  }
  return null;
}

function recordGuard(draft: Draft, command: Extract<Command, { kind: "guard" }>, c: TransitionContext): Refusal | null {
  const champion = draft.next.champion;
  if (!champion) return refuse("NO_CHAMPION", "There is no champion to guard.");
  champion.guard = command.guard;
  if (command.breaker) champion.breaker = command.breaker;
  draft.event(command.event, champion.name, guardSummary(command, champion.name, c.reason), command.details);
  return null;
}

function guardSummary(command: Extract<Command, { kind: "guard" }>, name: string, reason: string): string {
  const left = command.breaker
    ? ` ${Math.round(100 * command.breaker.share)} % of the money is allocated until somebody resumes.`
    : "";
  const summaries: Record<GuardEvent, string> = {
    degradation: `${name} falls behind its promise: ${reason}`,
    guard_passed:
      command.guard.status === "market"
        ? `The guard of ${name} ended in a fallen market: ${reason}`
        : `${name} passed the guard: ${reason}`,
    guard_mode: `The guard of ${name} changes its mode: ${reason}.`,
    guard_unclear: `${name} broke its promise, and the cause is unclear: ${reason}.`,
    market: `Nothing is swapped under ${name}: ${reason}.${left}`,
    rollback_advised: `A rollback of ${name} is advised: ${reason}.`,
    hard_stop: `${name} reached the hard stop: ${reason}.${left}`,
  };
  return summaries[command.event];
}

/** What a rollback was worth; no role changes. */
function recordJudgement(draft: Draft, { judgement }: Extract<Command, { kind: "judgement" }>): Refusal | null {
  const { restored, quarantined } = judgement;
  const waiting = draft.next.judgements ?? [];
  const rest = waiting.filter((p) => p.restored !== restored || p.quarantined !== quarantined);
  if (rest.length === waiting.length)
    return refuse("NOT_WAITING", `The rollback of ${quarantined} was judged already.`);
  draft.next.judgements = rest;
  draft.event(
    "rollback_judged",
    quarantined,
    `Rollback of ${quarantined}: ${describeJudgement(judgement)}.`,
    judgement,
  );
  return null;
}

/** The degradation monitor moved on; an alarm tells people and changes no role. */
function recordMonitor(
  draft: Draft,
  command: Extract<Command, { kind: "monitor" }>,
  c: TransitionContext,
): Refusal | null {
  const champion = draft.next.champion;
  if (!champion) return refuse("NO_CHAMPION", "There is no champion to watch.");
  champion.monitor = command.monitor;
  if (command.alarm)
    draft.event("degradation", champion.name, `${champion.name} degrades: ${c.reason}.`, command.alarm);
  return null;
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
