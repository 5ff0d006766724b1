import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "../../clients/typescript/src/index.ts";
import { answerFaults, type RouteName, routes } from "../../shared/api/contract/routes.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { type Api, ApiRefusal } from "../client/api-client.ts";
import { count, decimal, list, plural, winRate } from "../terminal/figures.ts";
import { timeLook } from "./evaluation-speed.ts";
import { type Finding, fail, note, pass, unknown, within } from "./finding.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** What a machine can look at. Each check comes to one finding; none changes anything on the stack that is examined. */

const MS_PER_S = 1000;
const LIMITS = { testsMs: 200, decisionMs: 500, rollbackMs: 30_000, memoryMb: 500, overheadPercent: 5, answerMs: 2000 };
/** Signals a second that the overhead is stated for: more than most ensembles see in a minute. */
const SIGNALS_PER_S = 1;
const RECORDED = 500;

const milliseconds = (ms: number) => `${decimal(ms, ms < 10 ? 1 : 0)} ms`;
const seconds = (ms: number) => `${decimal(ms / MS_PER_S, 2)} s`;

export type Findings = Record<CheckId, Finding>;
export type CheckId = keyof ReturnType<typeof rehearsalFindings> | keyof ReturnType<typeof speedFindings> | StackCheck;
type StackCheck =
  | "settings"
  | "routes"
  | "champion"
  | "challenger"
  | "decision"
  | "rollbackDryRun"
  | "health"
  | "alertsPublished"
  | "tradeHistory"
  | "figures"
  | "checkpoint"
  | "first100"
  | "success";

/** What the checklist wants the settings to be. */
const wanted = { min_trades: 500, mdd_tolerance: 1.2, alpha: 0.05, n_bootstrap: 10_000, check_interval: 100 } as const;

export function settingsFinding({ settings }: StatusAnswer): Finding {
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  const other = names.filter((name) => settings[name] !== wanted[name]);
  if (other.length === 0) return pass("as in this checklist");
  return note(other.map((name) => `SHADOW_${name.toUpperCase()} is ${settings[name]}, not ${wanted[name]}`).join("; "));
}

/** Every route that only reads, held against its schema. */
export async function routesFinding(api: Api, status: StatusAnswer): Promise<Finding> {
  const challenger = status.challengers[0]?.model_name;
  const paths: [RouteName, string][] = (Object.keys(routes) as RouteName[])
    .filter((name) => routes[name].method === "GET")
    .flatMap((name): [RouteName, string][] => {
      const { path } = routes[name];
      if (!path.includes("{")) return [[name, path]];
      return challenger === undefined ? [] : [[name, path.replace(/\{\w+\}/, encodeURIComponent(challenger))]];
    });
  const faults: string[] = [];
  let slowest = { name: "", ms: 0 };
  for (const [name, path] of paths) {
    const startedAt = performance.now();
    const answer = await api.raw("GET", path);
    const ms = performance.now() - startedAt;
    if (ms > slowest.ms) slowest = { name, ms };
    // Without a champion the allocation has nothing to give: that is an answer, too.
    faults.push(...answerFaults(routes[name], answer).map((fault) => `${path}: ${fault}`));
  }
  if (faults.length > 0) return fail(faults.slice(0, 3).join("; "));
  return within(
    slowest.ms,
    LIMITS.answerMs,
    (ms) => `${paths.length} routes answer, slowest ${slowest.name} ${milliseconds(ms)}`,
  );
}

export function championFinding({ champion }: StatusAnswer): Finding {
  if (!champion) return unknown("nobody is deployed yet");
  const { metrics } = champion;
  const complete = metrics === null || Object.values(metrics).every((value) => value !== null);
  return complete
    ? pass(`${champion.model_name}, ${plural(champion.trade_count, "trade")}`)
    : fail("metrics with nulls");
}

export function challengerFinding({ challengers }: StatusAnswer): Finding {
  if (challengers.length === 0) return unknown("no challenger is deployed");
  const funded = challengers.filter((m) => m.allocation > 0);
  const names = list(challengers.map((m) => `${m.model_name} at ${count(m.pairs)} common signals`));
  return funded.length === 0
    ? pass(`${names}; 0 % of the money`)
    : note(`${names}; some get money (SHADOW_ALLOCATION)`);
}

export function decisionFinding({ challengers }: StatusAnswer): Finding {
  const [judged] = challengers.filter((m) => m.last_look !== null);
  if (!judged) return unknown("no look was taken yet: the first one comes at 500 common signals");
  const { model_name: name, promotion_score: score, promotion_status: status } = judged;
  return pass(`${name}: ${status}, score ${decimal(Math.floor(score), 0)}/100`);
}

export async function rollbackFinding(api: Api): Promise<Finding> {
  const startedAt = performance.now();
  try {
    const answer = await api.rollback({ reason: "doctor: rehearsal, nothing is changed", dry_run: true });
    return pass(`would restore ${answer.restored}, said within ${milliseconds(performance.now() - startedAt)}`);
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === "NOTHING_TO_RESTORE")
      return unknown("nothing to restore yet: no promotion");
    if (error instanceof ApiRefusal && error.status < 500) return unknown(error.message);
    throw error;
  }
}

export async function healthFindings(api: Api): Promise<Pick<Findings, "health" | "alertsPublished">> {
  const health = await api.health();
  const lag = health.stream?.lag_ms ?? null;
  const words = `store ${health.store}, stream lag ${lag === null ? "unknown" : milliseconds(lag)}, dead letters ${health.dead_letters ?? "unknown"}`;
  const waiting = health.alerts_waiting;
  return {
    health: health.healthy ? pass(words) : fail(health.problems.join("; ")),
    alertsPublished:
      waiting === null
        ? unknown("not known")
        : waiting === 0
          ? pass("none waits to be published")
          : note(`${waiting} wait`),
  };
}

export function first100Finding({ champion }: StatusAnswer): Finding {
  if (!champion?.metrics) return unknown("no trades yet");
  return pass(`${plural(champion.trade_count, "trade")}, WR ${winRate(champion.metrics.win_rate)}`);
}

/** The success criteria of the checklist, as far as they can be counted. */
export async function successFinding(api: Api): Promise<Finding> {
  const report = await api.report({});
  const points = report.mean_win_rate_change === null ? "–" : decimal(100 * report.mean_win_rate_change, 1);
  return note(
    `tested ${report.models_tested}, promotions ${report.promotions}, rollbacks ${report.rollbacks}, win rate change ${points} points, ` +
      `false promotions to expect at most ${decimal(report.expected_false_promotions, 2)}`,
  );
}

/** What the arithmetic of a look and the recording of a trade cost on this machine. */
export function speedFindings() {
  const { testsMs, decisionMs } = timeLook();
  const recordMs = timeRecording();
  const overhead = (100 * recordMs * SIGNALS_PER_S) / MS_PER_S;
  return {
    testsLatency: within(testsMs, LIMITS.testsMs, milliseconds),
    decisionLatency: within(decisionMs, LIMITS.decisionMs, milliseconds),
    overhead: within(overhead, LIMITS.overheadPercent, (share) => `${decimal(share, 3)} % at one signal a second`),
    writePath: within(recordMs, LIMITS.decisionMs, (ms) => `${decimal(ms, 3)} ms to hand over the trades of a signal`),
  };
}

/** ms that record() takes for a signal of three models, the table being away: what a trade costs the ensemble's own thread. */
function timeRecording(): number {
  const queueDir = mkdtempSync(join(tmpdir(), "understudy-doctor-"));
  try {
    const away = { send: () => new Promise(() => {}) } as unknown as NonNullable<
      ConstructorParameters<typeof Recorder>[0]["client"]
    >;
    const recorder = new Recorder({ table: "none", queueDir, client: away, log: () => {} });
    const closedAt = new Date(0);
    const decisions = { a: { pnl: 1, closedAt }, b: { pnl: 2, closedAt }, c: { pnl: 3, closedAt } };
    const startedAt = performance.now();
    for (let i = 0; i < RECORDED; i++) recorder.record(`doctor-${i}`, decisions);
    return (performance.now() - startedAt) / RECORDED;
  } finally {
    rmSync(queueDir, { recursive: true, force: true });
  }
}

/** What the whole cycle in a stack of its own showed; null: it was not played. */
export function rehearsalFindings(rehearsal: Rehearsal | null) {
  const skipped = unknown("not rehearsed (--no-rehearsal)");
  if (!rehearsal)
    return {
      cycle: skipped,
      rollbackSpeed: skipped,
      rollbackRestores: skipped,
      memory: skipped,
      noErrors: skipped,
      alertPromotion: skipped,
      alertReview: skipped,
      alertRollback: skipped,
      alertDegradation: skipped,
      alertFormat: skipped,
    };
  const { promotedAt, rollbackMs, restored, errors, memoryBytes } = rehearsal;
  return {
    cycle:
      promotedAt === null
        ? fail("nobody was promoted")
        : pass(`promotion after ${count(promotedAt)} signals, then rollback, in a stack of its own`),
    rollbackSpeed: rollbackMs === null ? fail("no rollback came") : within(rollbackMs, LIMITS.rollbackMs, seconds),
    rollbackRestores: restored === null ? fail("no rollback came") : pass(`${restored} is champion again`),
    memory: within(memoryBytes / 1e6, LIMITS.memoryMb, (mb) => `${decimal(mb, 0)} MB, the local stack included`),
    noErrors:
      errors.length === 0
        ? pass("none")
        : fail(`${plural(errors.length, "error")}, first: ${errors[0]!.slice(0, 200)}`),
    alertPromotion: alertFinding(rehearsal, "promotion", "HIGH"),
    alertReview: alertFinding(rehearsal, "manual_review", "MEDIUM"),
    alertRollback: alertFinding(rehearsal, "rollback", "CRITICAL"),
    alertDegradation: alertFinding(rehearsal, "degradation", "HIGH"),
    alertFormat: deliveredFinding(rehearsal),
  };
}

function alertFinding({ alerts }: Rehearsal, type: string, priority: string): Finding {
  const found = alerts.find(({ event }) => event.event_type === type);
  if (!found) return fail(`no ${type} happened in the rehearsal`);
  if (!found.alert) return fail("it happened, and no alert reached the queue");
  if (found.alert.priority !== priority) return fail(`priority ${found.alert.priority}`);
  const ms = found.alert.receivedAt - Date.parse(found.event.at);
  return pass(`${priority}, in a subscribed queue ${milliseconds(Math.max(0, ms))} after the change`);
}

function deliveredFinding({ alerts }: Rehearsal): Finding {
  const missing = alerts.filter(({ alert }) => alert === null).map(({ event }) => event.event_type);
  const kinds = plural(alerts.length, "kind");
  return missing.length === 0
    ? pass(`${kinds} of alert delivered: ${list(alerts.map(({ event }) => event.event_type))}`)
    : fail(`not delivered: ${list(missing)}`);
}
