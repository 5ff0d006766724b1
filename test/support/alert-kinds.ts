import { guardDue } from "../../shared/domain/consequences.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { GuardState } from "../../shared/domain/guard.ts";
import { newStreamEvent, rejectionEvents } from "../../shared/domain/ingest-events.ts";
import { emptyHead } from "../../shared/domain/ledger.ts";
import { describeAlarm, freshMonitor } from "../../shared/domain/monitor.ts";
import type { RejectedTrade, RejectionCount } from "../../shared/domain/quarantine.ts";
import { addCompleted, noShadow, shadowOf } from "../../shared/domain/reverse-shadow.ts";
import { describeJudgement } from "../../shared/domain/rollback-judgement.ts";
import { noteUnknown } from "../../shared/domain/unknown-models.ts";
import { answered, guard, many, type Played, read, winning } from "./guard-play.ts";
import { aLook, RegistryRun } from "./registry-run.ts";
import { anAlarm, NOON } from "./samples.ts";

/** Every kind of alert, from events that the product's own steps mint: commands of a registry, a guard that is played, records refused. */

const FORMER = "trend-v7";
const CHAMPION = "trend-v8";
const automatic = { actor: "understudy" };
const person = { actor: "arn:aws:iam::123456789012:user/ana" };

/** A stretch of the product's life and what people heard of it, in order. */
export type Story = { title: string; events: DomainEvent[] };

export function alertStories(): Story[] {
  return [
    { title: "A challenger comes, is proved and promoted", events: promoted() },
    { title: "Promoted by hand, before there was evidence", events: forced() },
    {
      title: "The new champion keeps its promise",
      events: guarded({ champion: winning(110, 6), former: winning(110, 5) }),
    },
    {
      title: "The new champion collapses alone",
      events: guarded({ champion: winning(100, 2), former: winning(100, 6) }),
    },
    { title: "The market falls on both", events: guarded({ champion: winning(110, 2), former: winning(110, 2) }) },
    { title: "The former champion falls silent", events: guarded({ champion: many(60, -0.1), former: winning(5, 5) }) },
    {
      title: "The former champion falls silent, and nobody is archived",
      events: guarded({ champion: many(60, -0.1), former: [] }, { archive: false }),
    },
    {
      title: "A chart stands open at the end of the window",
      events: guarded({
        champion: [...winning(100, 4), ...winning(100, 2)],
        former: [...winning(100, 5), ...winning(100, 6)],
      }),
    },
    {
      title: "The hard stop",
      events: guarded({
        champion: [...many(5, 1), -40],
        former: [...many(5, 1), -38],
        settings: { SHADOW_GUARD_MAX_LOSS: "39" },
      }),
    },
    { title: "The degradation monitor", events: degraded() },
    { title: "Rolled back by hand, and judged afterwards", events: byHand() },
    { title: "Decisions, and models that leave", events: decisions() },
    { title: "Stopped and resumed by a person", events: stopped() },
    { title: "What is wrong with the trades", events: trades() },
  ];
}

function settled(): RegistryRun {
  const run = new RegistryRun({ reason: "requested through the API", ...person });
  run.deploy(FORMER);
  run.deploy(CHAMPION);
  return run;
}

const promote = (run: RegistryRun, options: { guard?: GuardState; forced?: boolean; n?: number } = {}) =>
  run.do(
    {
      kind: "promote",
      challenger: CHAMPION,
      guard: options.guard ?? { ...guard, reference: FORMER },
      decision: null,
      forced: options.forced ?? false,
      n: options.n ?? 500,
      improvement: options.n === 0 ? { winRate: null, meanPnl: null } : { winRate: 0.086, meanPnl: 37.0105 },
    },
    options.forced
      ? { reason: "trend-v7 lost its data feed" }
      : {
          ...automatic,
          reason:
            "Approved with score 95. Proved by the mean and Sharpe route at 500 rows. Mean route: all rows 8.35 of 3.05, blocks of 50 3.98 of 2.70, ten blocks 3.98 of 2.10.",
        },
  );

function promoted(): DomainEvent[] {
  const run = settled();
  for (const name of ["lgbm-v2", "mlp-v1", "rf-v9"]) run.deploy(name);
  promote(run);
  return run.events.filter(({ modelName }) => modelName !== "lgbm-v2" && modelName !== "mlp-v1");
}

function forced(): DomainEvent[] {
  const run = settled();
  promote(run, { forced: true, n: 0, guard: { ...guard, status: "blind", baseline: null, reference: FORMER } });
  return run.events.slice(2);
}

/** From the promotion on, as the pipeline goes on: what is due is done, until nothing is new. */
function guarded(played: Played, { archive }: { archive?: boolean } = {}): DomainEvent[] {
  const run = settled();
  promote(run);
  if (archive === false) run.registry = { ...run.registry, archive: [] };
  const from = run.events.length;
  for (let i = 0; i < 10; i++) {
    const state = run.registry.champion?.guard;
    const reading = state && read({ ...played, guard: state });
    if (!reading) break;
    const due = guardDue(reading, {
      guard: state,
      registry: run.registry,
      reverseShadow: shadowUntil(played, reading.at),
      marketBreaker: null,
    });
    if (!due) break;
    for (const { command, tradeTime, reason } of due.commands) run.do(command, { ...automatic, tradeTime, reason });
  }
  return run.events.slice(from);
}

function shadowUntil({ champion, former = [] }: Played, until: number) {
  const rows = { champion: answered("t", champion), former: answered("f", former, 1000) };
  return shadowOf(FORMER, addCompleted(noShadow, { ...rows, startAt: null, until }));
}

function degraded(): DomainEvent[] {
  return (["model", "market", "unclear"] as const).flatMap((cause) => {
    const run = settled();
    promote(run);
    const alarm = {
      ...anAlarm,
      charts: "cusum-win, cusum-pair",
      cause,
      former: FORMER,
      formerPnl: cause === "market" ? -362.4 : 50.25,
      suggestion:
        cause === "model"
          ? `${FORMER} would have made 450.25 more over 60 signals: roll back to it`
          : "no challenger is being tested: deploy one, or roll back",
    };
    const state = freshMonitor(null, NOON);
    const reading = {
      state: { ...state, charts: { ...state.charts, trades: alarm.trades } },
      alarms: ["cusum-win", "cusum-pair"] as ("cusum-win" | "cusum-pair")[],
      cause,
      beside: { pairs: alarm.pairs, championPnl: -400, formerPnl: alarm.formerPnl },
      begins: true,
      at: NOON,
      worthKeeping: true,
    };
    const reason = describeAlarm(reading, { former: FORMER });
    return run.do({ kind: "monitor", monitor: state, alarm }, { ...automatic, reason }).events;
  });
}

function byHand(): DomainEvent[] {
  const run = settled();
  promote(run);
  const from = run.events.length;
  const reverseShadow = { former: FORMER, pairs: 310, meanDifference: -1.2, totalDifference: -372, z: -1.1 };
  const details = { reverseShadow, automatic: false } as const;
  run.do({ kind: "rollback", to: null, details }, { reason: "spreads doubled and v8 trades the open" });
  for (const [pairs, restoredPnl, quarantinedPnl] of [
    [500, 812.5, -304.25],
    [498, 12, 260.5],
    [0, 0, 0],
  ] as const) {
    const judgement = {
      ...{ restored: FORMER, quarantined: CHAMPION, signals: 500, pairs, restoredPnl, quarantinedPnl },
      harmful: pairs === 0 ? null : quarantinedPnl > restoredPnl,
      cost: Math.max(0, quarantinedPnl - restoredPnl),
      automatic: false,
    };
    const waiting = [
      { restored: FORMER, quarantined: CHAMPION, version: "1", startAt: NOON, signals: 500, automatic: false },
    ];
    run.registry = { ...run.registry, judgements: waiting };
    run.do({ kind: "judgement", judgement }, { ...automatic, reason: describeJudgement(judgement) });
  }
  run.try({ kind: "rollback-failed", to: "trend-v3", automatic: false }, { reason: "I want v3 back" });
  return run.events.slice(from);
}

function decisions(): DomainEvent[] {
  const run = settled();
  for (const name of ["lgbm-v2", "mlp-v1"]) run.deploy(name);
  const from = run.events.length;
  const reason =
    "Proved better, and its maximum drawdown 1402.50 is 1.31 times the champion's 1070.20, at most 1.20: a person decides.";
  const look = { ...aLook(600, "manual-review"), score: 66, blocking: "drawdown" as const, reason };
  const challenger = run.registry.challengers.find((m) => m.name === CHAMPION);
  if (challenger) challenger.nextLook = 600;
  run.do({ kind: "look", challenger: CHAMPION, look, nextLook: 700 }, { ...automatic, reason });
  const approved = {
    ...aLook(700, "approve"),
    score: 88,
    reason: "Approved with score 88. Promotion by itself is off.",
  };
  run.do(
    { kind: "look", challenger: CHAMPION, look: approved, nextLook: 800 },
    { ...automatic, reason: approved.reason },
  );
  const evidence = { n: 1600, score: 21, meanPnlChange: -2, paperDifference: -3200, provedWorse: true };
  run.do(
    { kind: "retire", challenger: "lgbm-v2", why: "futility", evidence },
    { ...automatic, reason: "Both routes are proved worse at 1600 rows." },
  );
  run.do({ kind: "retire", challenger: "mlp-v1", why: "request" }, { reason: "superseded by mlp-v2" });
  return run.events.slice(from);
}

function stopped(): DomainEvent[] {
  const run = settled();
  run.do({ kind: "pause" }, { reason: "central bank day" });
  run.do({ kind: "resume" }, { reason: "the day is over" });
  return run.events.slice(2);
}

function trades(): DomainEvent[] {
  const now = NOON;
  const stream = "trades/2026-01-01T00:00:00.000";
  const head = { ...emptyHead(CHAMPION), count: 700, clock: NOON, streamsSeen: 2 };
  const rejected = (kind: RejectedTrade["kind"], reasons: string[], modelName = CHAMPION): RejectedTrade => ({
    ...{ modelName, tradeId: "trade-4711", sequence: "1", stream, kind, reasons, image: "{}", arrivedAt: now },
  });
  const counted = (byKind: Record<string, number>): RejectionCount => ({
    ...{ modelName: CHAMPION, count: 1, byKind, lastReason: "", lastTradeId: "", lastAt: now, stream, watermark: "1" },
  });
  const heard = (byKind: Record<string, number>, one: RejectedTrade) =>
    rejectionEvents(null, counted(byKind), { rejected: [one], now, head });
  return [
    ...heard({ invalid: 1 }, rejected("invalid", ["pnl is not a number", "closed_at is missing"])),
    ...noteUnknown(null, [rejected("unknown-model", [], "trend-v9")], { now }).events,
    ...heard(
      { amended: 1 },
      rejected("amended", ["a trade was changed after it had been counted; the first version stays"]),
    ),
    newStreamEvent(head, { stream: "trades/2026-02-01T00:00:00.000", former: stream, now }),
  ];
}
