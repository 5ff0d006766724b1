import type { CommandOf, GuardEvent } from "./command.ts";
import type { Draft, TransitionContext } from "./draft.ts";
import { percentAsSet } from "./number-words.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { describeJudgement } from "./rollback-judgement.ts";

/** What the registry remembers without a change of roles: looks, readings of guard and monitor, judgements of rollbacks. */

export function recordLook(draft: Draft, command: CommandOf<"look">): Refusal | null {
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

export function recordGuard(draft: Draft, command: CommandOf<"guard">, c: TransitionContext): Refusal | null {
  const champion = draft.next.champion;
  if (!champion) return refuse("NO_CHAMPION", "There is no champion to guard.");
  champion.guard = command.guard;
  if (command.breaker) champion.breaker = command.breaker;
  draft.event(command.event, champion.name, guardSummary(command, champion.name, c.reason), command.details);
  return null;
}

function guardSummary(command: CommandOf<"guard">, name: string, reason: string): string {
  const left = command.breaker
    ? ` ${percentAsSet(command.breaker.share)} of the money is allocated until somebody resumes.`
    : "";
  const summaries: Record<GuardEvent, string> = {
    degradation: `${name} falls behind its promise: ${reason}.`,
    guard_passed:
      command.guard.status === "market"
        ? `The guard of ${name} ended in a fallen market: ${reason}.`
        : `${name} passed the guard: ${reason}.`,
    guard_mode: `The guard of ${name} changes its mode: ${reason}.`,
    guard_unclear: `${name} broke its promise, and the cause is unclear: ${reason}.`,
    market: `Nothing is swapped under ${name}: ${reason}.${left}`,
    rollback_advised: `A rollback of ${name} is advised: ${reason}.`,
    hard_stop: `${name} reached the hard stop: ${reason}.${left}`,
  };
  return summaries[command.event];
}

/** What a rollback was worth; no role changes. */
export function recordJudgement(draft: Draft, { judgement }: CommandOf<"judgement">): Refusal | null {
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
export function recordMonitor(draft: Draft, command: CommandOf<"monitor">, c: TransitionContext): Refusal | null {
  const champion = draft.next.champion;
  if (!champion) return refuse("NO_CHAMPION", "There is no champion to watch.");
  champion.monitor = command.monitor;
  if (command.alarm)
    draft.event("degradation", champion.name, `${champion.name} degrades: ${c.reason}.`, command.alarm);
  return null;
}
