import { cooldownWords } from "../domain/cooldown.ts";
import type { Verdict } from "../domain/decide.ts";
import { judge } from "../domain/judge.ts";
import { emptyHead, type LedgerHead, rowsInClosingOrder } from "../domain/ledger.ts";
import { evaluationInput } from "../domain/look.ts";
import {
  type Archived,
  type Challenger,
  type Champion,
  type Departed,
  isReigning,
  knownModels,
  type ModelEntry,
  type Queued,
  type Registry,
} from "../domain/registry.ts";
import { gapsOf } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { assertNever } from "../domain/transition.ts";
import { presentAllocation } from "../pipeline/allocation.ts";
import { readCooldown } from "../pipeline/cooldown.ts";
import { loadEvidence, SHOWN_ROWS_MAX } from "../pipeline/evidence.ts";
import { chartView, readCharts } from "../pipeline/monitor.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { readReverseShadow } from "../pipeline/reverse-shadow.ts";
import { type Answer, success, type Unchanged } from "./answer.ts";
import { championOf } from "./champion-of.ts";
import type { MetricsAnswer } from "./contract/metrics.ts";
import type { ChallengerAnswer, ChallengerStatusWord, ChampionAnswer, StatusAnswer } from "./contract/status.ts";
import { guardView } from "./guard-view.ts";
import { readRejected } from "./rejected-view.ts";
import { statusInWords } from "./status-words.ts";
import { tagOf } from "./tag.ts";
import { isoTime, metricsView } from "./view.ts";

/** Newest trades a champion's or archived model's figures are computed over. */
const METRICS_TRADES_MAX = 5000;

type StatusPorts = { state: StatePort; settings: Settings };
type HeadOf = (name: string) => LedgerHead;
/** The money a model gets, as the allocation route gives it. */
type ShareOf = (name: string) => number;

/**
 * Everything about the present: who holds which role, how they do, and what happens next.
 * @param options.known  tag of the answer the caller has
 */
export function readStatus(ports: StatusPorts): Promise<Answer<StatusAnswer>>;
export function readStatus(
  ports: StatusPorts,
  options: { known: string | null },
): Promise<Answer<StatusAnswer> | Unchanged>;
export async function readStatus(
  ports: StatusPorts,
  options: { known: string | null } = { known: null },
): Promise<Answer<StatusAnswer> | Unchanged> {
  const { state, settings } = ports;
  const registry = await state.loadRegistry();
  const names = knownModels(registry).map((m) => m.name);
  const [heads, rejected, allocation] = await Promise.all([
    state.loadHeads(names),
    readRejected(names, state),
    isReigning(registry) ? presentAllocation(registry, ports) : null,
  ]);
  const about = JSON.stringify(["status", rejected, allocation]);
  const tag = tagOf({ registry, heads, settings, about });
  if (tag === options.known) return { status: 304, tag };
  const shareOf = (name: string) => allocation?.weights.find((w) => w.name === name)?.weight ?? 0;
  const headOf = (name: string) => heads.get(name) ?? emptyHead(name);
  const [champion, challengers, archive] = await Promise.all([
    registry.champion ? championView(registry.champion, headOf, shareOf, registry, ports) : null,
    Promise.all(registry.challengers.map((m) => challengerView(m, registry, heads, shareOf, ports))),
    Promise.all(registry.archive.map((m) => archivedView(m, headOf, shareOf, registry, state))),
  ]);
  const answer = {
    champion,
    challengers,
    queue: registry.queue.map((m, i) => queuedView(m, i + 1, headOf)),
    archive,
    departed: registry.departed.map((m) => departedView(m, headOf(m.name))),
    paused: registry.paused ? { ...registry.paused, at: isoTime(registry.paused.at) } : null,
    error_budget: {
      trials: registry.trials,
      alpha_per_champion: settings.alpha,
      expected_false_promotions_at_most: (registry.trials * settings.alpha) / settings.maxChallengers,
    },
    ...rejected,
    settings: snakeCase(settings),
    registry_version: registry.version,
  };
  return { ...success({ in_words: statusInWords(answer), ...answer }), tag };
}

function entryView(m: ModelEntry) {
  return { model_name: m.name, model_type: m.type, version: m.version, description: m.description };
}

/** What a seated model has besides its role; `metrics` in the place people look for it. */
function seatView(m: ModelEntry, head: LedgerHead, options: { allocation: number; metrics: MetricsAnswer | null }) {
  return {
    allocation: options.allocation,
    deployed_at: isoTime(m.deployedAt),
    trade_count: head.count,
    metrics: options.metrics,
  };
}

/** A score is given by a look alone; a model that never had one has none that counts. */
function scoreView(m: ModelEntry) {
  return { promotion_score: m.score ?? 0, provisional: m.score === undefined };
}

function ledgerView(m: { since: number }, head: LedgerHead) {
  return { since: isoTime(m.since), rejected_count: head.rejected, last_trade_at: isoTime(head.clock) };
}

async function newestMetrics(name: string, registry: Registry, state: StatePort): Promise<MetricsAnswer | null> {
  const rows = await state.readNewestRows(name, { count: METRICS_TRADES_MAX });
  return metricsView(rowsInClosingOrder(rows, { after: null }), { trials: registry.trials });
}

async function championView(
  champion: Champion,
  headOf: HeadOf,
  shareOf: ShareOf,
  registry: Registry,
  ports: StatusPorts,
): Promise<ChampionAnswer> {
  const head = headOf(champion.name);
  const metrics = await newestMetrics(champion.name, registry, ports.state);
  return {
    ...entryView(champion),
    role: "champion",
    ...seatView(champion, head, { allocation: shareOf(champion.name), metrics }),
    promotion_status: "CHAMPION",
    ...scoreView(champion),
    ...ledgerView(champion, head),
    guard: await guardView(champion, registry, ports),
    breaker: champion.breaker ? { ...champion.breaker, at: isoTime(champion.breaker.at) } : null,
    cooldown: await cooldownView(champion, registry, ports),
    reverse_shadow: snakeCase(await readReverseShadow(champion, ports)),
    monitor: snakeCase(
      chartView(champion, await readCharts(champion, registry, { ...ports, before: Number.NEGATIVE_INFINITY })),
    ),
  };
}

async function cooldownView(
  { name }: Champion,
  registry: Registry,
  ports: StatusPorts,
): Promise<ChampionAnswer["cooldown"]> {
  const left = await readCooldown(registry, { at: Number.POSITIVE_INFINITY }, ports);
  return left > 0 ? { in_words: cooldownWords(name, left), trades_left: left } : null;
}

async function archivedView(
  m: Archived,
  headOf: HeadOf,
  shareOf: ShareOf,
  registry: Registry,
  state: StatePort,
): Promise<StatusAnswer["archive"][number]> {
  const metrics = await newestMetrics(m.name, registry, state);
  return {
    ...entryView(m),
    role: "archive",
    ...seatView(m, headOf(m.name), { allocation: shareOf(m.name), metrics }),
    promotion_status: "ARCHIVED",
    passed_over: m.passedOver ?? false,
    ...scoreView(m),
    ...ledgerView(m, headOf(m.name)),
  };
}

function queuedView(m: Queued, position: number, headOf: HeadOf): StatusAnswer["queue"][number] {
  return {
    ...entryView(m),
    role: "queued",
    ...seatView(m, headOf(m.name), { allocation: 0, metrics: null }),
    promotion_status: "QUEUED",
    ...scoreView(m),
    ...ledgerView(m, headOf(m.name)),
    queue_position: position,
  };
}

function departedView(m: Departed, head: LedgerHead): StatusAnswer["departed"][number] {
  return {
    ...entryView(m),
    role: m.role,
    deployed_at: isoTime(m.deployedAt),
    trade_count: head.count,
    reason: m.reason,
    since: isoTime(m.since),
    rejected_count: head.rejected,
  };
}

async function challengerView(
  challenger: Challenger,
  registry: Registry,
  heads: Map<string, LedgerHead>,
  shareOf: ShareOf,
  ports: StatusPorts,
): Promise<ChallengerAnswer> {
  const { state, settings } = ports;
  const champion = championOf(registry);
  const head = heads.get(challenger.name) ?? emptyHead(challenger.name);
  const before = Number.POSITIVE_INFINITY;
  const count = SHOWN_ROWS_MAX;
  const evidence = await loadEvidence({ champion, challenger, heads, settings, before, count }, state);
  const own = rowsInClosingOrder(evidence.challengerRows, { after: challenger.startAt });
  const window = evidence.rows.latest();
  const gaps = gapsOf(window);
  const look = challenger.lastLook;
  const { name: model, entry } = challenger;
  const dossier = look ? await state.loadLook({ model, entry, reign: registry.reign, n: look.n }) : null;
  const score =
    look?.score ??
    judge(evaluationInput(window, { ...evidence, champion, challenger, registry, settings })).score.total;
  return {
    ...entryView(challenger),
    role: "challenger",
    ...seatView(challenger, head, {
      allocation: shareOf(challenger.name),
      metrics: metricsView(own, { trials: registry.trials }),
    }),
    trade_count: own.count,
    promotion_status: challengerStatus(look?.verdict),
    promotion_score: score,
    provisional: look === null,
    reason: look?.reason ?? waitingReason(challenger, window.n),
    next_look: challenger.nextLook,
    blocking_criterion: look ? look.blocking : "trades",
    trades_left: dossier ? snakeCase(dossier.evaluation.tradesLeft) : null,
    ...ledgerView(challenger, head),
    ledger_count: head.count,
    evidence_since: isoTime(challenger.startAt),
    design: evidence.design,
    pairs: window.n,
    open_signals: gaps.open,
    missing_signals: gaps.missing + gaps.challengerOnMissing.length,
    summed_signals: gaps.summed,
    pair_coverage: window.n + gaps.missing > 0 ? window.n / (window.n + gaps.missing) : null,
    pairs_to_next_look: Math.max(0, challenger.nextLook - window.n),
    last_look: look ? { ...snakeCase(look), at: isoTime(look.at) } : null,
  };
}

function waitingReason(challenger: Challenger, pairs: number): string {
  return `${pairs} of ${challenger.nextLook} common signals before the first look.`;
}

/** The words of the status page for a look's verdict. */
export function challengerStatus(verdict: Verdict | undefined): ChallengerStatusWord {
  switch (verdict) {
    case "approve":
      return "APPROVED";
    case "manual-review":
      return "MANUAL_REVIEW";
    case "reject":
      return "REJECTED";
    case "retire":
      return "RETIRED";
    case "no-data":
      return "NO_DATA";
    case "not-yet":
    case undefined:
      return "PENDING";
    default:
      return assertNever(verdict);
  }
}
