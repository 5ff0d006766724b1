import type { Command, GuardEvent } from "./command.ts";
import type { GuardFinding } from "./event.ts";
import { isWorse } from "./gates/proof.ts";
import { afterNews, beginGuard, describeGuard, type GuardReading, type GuardState } from "./guard.ts";
import { type LookDossier, seedOf } from "./look.ts";
import type { LookSummary, Registry } from "./registry.ts";
import type { ReverseShadow } from "./reverse-shadow.ts";
import { rollbackTarget } from "./rollback.ts";
import type { ComparedWindow } from "./rows.ts";
import type { Settings } from "./settings.ts";

/**
 * Consequences: which commands follow from what was seen at one moment of trade time. Nothing is read and nothing is written
 * here; whether a command is still possible is the transition's to say.
 */

export type TimedCommand = { command: Command; tradeTime: number; reason: string };

/** Something to do, and the moment of trade time it belongs to. */
export type Due = { at: number; commands: readonly TimedCommand[]; looks: readonly LookDossier[] };

/** A look with the rows it was taken on. */
export type TakenLook = { look: LookDossier; window: ComparedWindow };

/** What comes first in trade time; of one moment, what stands first in the list. */
export function earliest(dues: readonly (Due | null)[]): Due | null {
  return dues.reduce<Due | null>((first, due) => (due && (!first || due.at < first.at) ? due : first), null);
}

/** What a guard's reading calls for: a rollback, what people must hear of, or its end. */
export function guardDue(
  reading: GuardReading,
  options: { guard: GuardState; registry: Registry; reverseShadow: ReverseShadow | null; marketBreaker: number | null },
): Due | null {
  const { at } = reading;
  const command = guardCommand(reading, options);
  if (command === null) return null;
  return { at, commands: [{ command, tradeTime: at, reason: describeGuard(reading) }], looks: [] };
}

function guardCommand(reading: GuardReading, options: Parameters<typeof guardDue>[1]): Command | null {
  const details = { guard: reading, reverseShadow: options.reverseShadow, automatic: true } as const;
  if (reading.verdict === "rollback" && reading.ended) {
    // Paired, the model that earned more on the same signals comes back and no other.
    const to = reading.mode === "paired" && reading.rule !== "max-loss" ? reading.former : null;
    return rollbackTarget(options.registry, to)
      ? { kind: "rollback", to, details }
      : { kind: "rollback-failed", to, automatic: true };
  }
  const { news } = reading;
  return news === null
    ? endCommand(reading, details, options.guard)
    : newsCommand({ ...reading, news }, details, options);
}

const newsEvents = {
  mode: "guard_mode",
  alert: "degradation",
  market: "market",
  unclear: "guard_unclear",
  "max-loss": "hard_stop",
} as const satisfies Record<NonNullable<GuardReading["news"]>, GuardEvent>;

function newsCommand(
  reading: GuardReading & { news: NonNullable<GuardReading["news"]> },
  details: GuardFinding,
  options: Parameters<typeof guardDue>[1],
): Command {
  const { news, at } = reading;
  const share = news === "max-loss" ? 0 : news === "market" ? options.marketBreaker : null;
  const command = {
    kind: "guard",
    guard: afterNews(options.guard, reading),
    event: newsEvents[news],
    details,
  } as const;
  if (share === null) return command;
  const why = news === "max-loss" ? news : "market";
  return { ...command, breaker: { share, why, at, reason: describeGuard(reading) } };
}

function endCommand(reading: GuardReading, details: GuardFinding, guard: GuardState): Command | null {
  if (!reading.ended) return null;
  if (reading.verdict === "advised")
    return { kind: "guard", guard: { ...guard, status: "advised" }, event: "rollback_advised", details };
  const status = reading.verdict === "market" ? "market" : "passed";
  return { kind: "guard", guard: { ...guard, status }, event: "guard_passed", details };
}

/** Whether there is anything to do about a reading: mostly there is not. */
export function needsAction(reading: GuardReading): boolean {
  return reading.ended || reading.news !== null;
}

/**
 * What follows from the looks of one moment. Looks that stay looks come first, then retirements; of several approved challengers
 * the one with the best score is promoted.
 * @param options.held  why nothing is promoted by itself; null: it may be
 */
export function lookCommands(
  taken: readonly TakenLook[],
  options: { champion: string; held: string | null; settings: Settings },
): TimedCommand[] {
  const winner = options.held === null ? bestApproved(taken) : null;
  const timed = (look: LookDossier, command: Command): TimedCommand => ({
    command,
    tradeTime: look.at,
    reason: look.decision.reason,
  });
  const looks = taken.map((t) => t.look);
  return [
    ...looks.filter((look) => look !== winner?.look).map((look) => timed(look, recording(look, options))),
    ...looks.filter((look) => look.decision.verdict === "retire").map((look) => timed(look, retirement(look))),
    ...(winner ? [timed(winner.look, promotion(winner, options))] : []),
  ];
}

function bestApproved(taken: readonly TakenLook[]): TakenLook | null {
  return taken
    .filter((t) => t.look.decision.verdict === "approve")
    .reduce<TakenLook | null>(
      (best, t) => (best && best.look.decision.score >= t.look.decision.score ? best : t),
      null,
    );
}

function recording(look: LookDossier, { held, settings }: { held: string | null; settings: Settings }): Command {
  const { n, at } = look;
  const { verdict, score, blocking } = look.decision;
  // Whoever is approved and not promoted is owed the reason.
  const reason = verdict === "approve" && held !== null ? `${look.decision.reason} ${held}` : look.decision.reason;
  const summary: LookSummary = { n, at, verdict, score, blocking, reason };
  return { kind: "look", challenger: look.challenger, look: summary, nextLook: n + settings.checkInterval };
}

function retirement(look: LookDossier): Command {
  const { n } = look;
  const { score, retireReason: why = "horizon" } = look.decision;
  const { meanPnl } = look.evaluation.difference;
  // What the challenger would have cost on the signals it was tested on, had it been in the seat.
  const paperDifference = meanPnl === null ? null : meanPnl * n;
  const evidence = { n, score, meanPnlChange: meanPnl, paperDifference, provedWorse: isWorse(look.evaluation) };
  return { kind: "retire", challenger: look.challenger, why, evidence };
}

/** The guard a promotion begins, by itself or by request: the same evidence gives the same one. */
export function guardOfPromotion(
  window: ComparedWindow,
  options: { champion: string; challenger: string; settings: Settings },
): GuardState {
  const { champion, challenger, settings } = options;
  return beginGuard({
    evidence: window,
    formerChampion: champion,
    window: settings.guardTrades,
    seed: `${seedOf(champion, challenger, window.n)}|guard`,
  });
}

function promotion({ look, window }: TakenLook, options: { champion: string; settings: Settings }): Command {
  const guard = guardOfPromotion(window, { ...options, challenger: look.challenger });
  return {
    kind: "promote",
    challenger: look.challenger,
    guard,
    decision: look.decision,
    forced: false,
    n: look.n,
    improvement: look.evaluation.difference,
  };
}
