import { describeGuard } from "../domain/guard.ts";
import { emptyHead, type LedgerHead, rowsInClosingOrder } from "../domain/ledger.ts";
import type { Challenger, Champion, ModelEntry, Registry } from "../domain/registry.ts";
import { gapsOf } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { loadEvidence } from "../pipeline/evidence.ts";
import { guardReading, readReverseShadow } from "../pipeline/guard.ts";
import { chartView, readCharts } from "../pipeline/monitor.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { isoTime, metricsView } from "./view.ts";

/** Newest trades a champion's or archived model's figures are computed over. */
const METRICS_TRADES_MAX = 5000;

type StatusPorts = { state: StatePort; settings: Settings };

/** Everything about the present: who holds which role, how they do, and what happens next. */
export async function readStatus(ports: StatusPorts): Promise<Answer> {
  const { state, settings } = ports;
  const registry = await state.loadRegistry();
  const seated = [registry.champion, ...registry.challengers, ...registry.queue, ...registry.archive].flatMap(
    (m) => m ?? [],
  );
  const [heads, rejections] = await Promise.all([
    state.loadHeads([...seated, ...registry.departed].map((m) => m.name)),
    state.listRejectionCounts(),
  ]);
  const headOf = (name: string) => heads.get(name) ?? emptyHead(name);
  const [champion, challengers, archive] = await Promise.all([
    registry.champion ? championView(registry.champion, headOf(registry.champion.name), registry, ports) : null,
    Promise.all(registry.challengers.map((m) => challengerView(m, registry, heads, ports))),
    Promise.all(
      registry.archive.map(async (m) => ({
        ...base(m, headOf(m.name)),
        metrics: await newestMetrics(m.name, registry, state),
      })),
    ),
  ]);
  return success({
    champion,
    challengers,
    queue: registry.queue.map((m, i) => ({ ...base(m, headOf(m.name)), queue_position: i + 1, metrics: null })),
    archive,
    departed: registry.departed.map((m) => ({
      ...entryView(m),
      role: m.role,
      reason: m.reason,
      since: isoTime(m.since),
      trade_count: headOf(m.name).count,
      rejected_count: headOf(m.name).rejected,
    })),
    paused: registry.paused ? { ...registry.paused, at: isoTime(registry.paused.at) } : null,
    error_budget: {
      trials: registry.trials,
      alpha_per_champion: settings.alpha,
      expected_false_promotions_at_most: (registry.trials * settings.alpha) / settings.maxChallengers,
    },
    rejected: rejections.map((r) => ({
      model_name: r.modelName,
      count: r.count,
      by_kind: r.byKind,
      last_reason: r.lastReason,
      last_trade_id: r.lastTradeId,
      last_at: isoTime(r.lastAt),
    })),
    settings: snakeCase(settings),
    registry_version: registry.version,
  });
}

function entryView(m: ModelEntry) {
  return {
    model_name: m.name,
    model_type: m.type,
    version: m.version,
    description: m.description,
    deployed_at: isoTime(m.deployedAt),
  };
}

function base(m: ModelEntry & { role: string; since: number }, head: LedgerHead) {
  return {
    ...entryView(m),
    role: m.role,
    since: isoTime(m.since),
    allocation: m.role === "champion" ? 1 : 0,
    trade_count: head.count,
    rejected_count: head.rejected,
    last_trade_at: isoTime(head.clock),
  };
}

async function newestMetrics(name: string, registry: Registry, state: StatePort): Promise<unknown> {
  const rows = await state.readNewestRows(name, { count: METRICS_TRADES_MAX });
  return metricsView(rowsInClosingOrder(rows, { after: null }), { trials: registry.trials });
}

async function championView(champion: Champion, head: LedgerHead, registry: Registry, ports: StatusPorts) {
  return {
    ...base(champion, head),
    metrics: await newestMetrics(champion.name, registry, ports.state),
    promotion_status: "CHAMPION",
    promotion_score: null,
    guard: await guardView(champion, ports.state),
    reverse_shadow: await reverseShadowView(champion, ports),
    monitor: snakeCase(
      chartView(champion, await readCharts(champion, { before: Number.NEGATIVE_INFINITY }, ports.state)),
    ),
  };
}

/** The champion beside its predecessor, which goes on shadowing, on the same signals since the promotion. */
export async function reverseShadowView(champion: Champion, { state, settings }: StatusPorts): Promise<unknown> {
  const window = { before: Number.POSITIVE_INFINITY, settleMs: settings.settleMs };
  return snakeCase(await readReverseShadow(champion, window, state));
}

async function guardView(champion: Champion, state: StatePort): Promise<unknown> {
  const { guard, startAt } = champion;
  if (!guard) return null;
  const reading = await guardReading(champion, state);
  return {
    status: guard.status,
    window: guard.window,
    former_champion: guard.reference,
    alerted: guard.alerted,
    since_trade_time: isoTime(startAt),
    baseline: snakeCase(guard.baseline),
    reading: reading ? { ...snakeCase(reading), at: isoTime(reading.at) } : null,
    in_words:
      guard.status === "blind"
        ? "No baseline: this champion was promoted without enough shadow trades, so it is not rolled back by itself."
        : reading
          ? describeGuard(reading)
          : guard.status === "passed"
            ? "The first trades after the promotion kept the promise."
            : "No trade since the promotion yet.",
  };
}

async function challengerView(
  challenger: Challenger,
  registry: Registry,
  heads: Map<string, LedgerHead>,
  ports: StatusPorts,
) {
  const { state, settings } = ports;
  const head = heads.get(challenger.name) ?? emptyHead(challenger.name);
  const [rows, evidence] = await Promise.all([
    state.readRows(challenger.name, { closedAfter: challenger.startAt }),
    loadEvidence(
      { champion: registry.champion!, challenger, heads, settings, before: Number.POSITIVE_INFINITY },
      state,
    ),
  ]);
  const own = rowsInClosingOrder(rows, { after: challenger.startAt });
  const window = evidence.rows.latest();
  const gaps = gapsOf(window);
  const look = challenger.lastLook;
  const dossier = look
    ? await state.loadLook({ model: challenger.name, entry: challenger.entry, reign: registry.reign, n: look.n })
    : null;
  return {
    ...base(challenger, head),
    trade_count: own.count,
    ledger_count: head.count,
    metrics: metricsView(own, { trials: registry.trials }),
    evidence_since: isoTime(challenger.startAt),
    design: evidence.design,
    pairs: window.n,
    open_signals: gaps.open,
    missing_signals: gaps.missing,
    pair_coverage: window.n + gaps.missing > 0 ? window.n / (window.n + gaps.missing) : null,
    next_look: challenger.nextLook,
    pairs_to_next_look: Math.max(0, challenger.nextLook - window.n),
    promotion_status: promotionStatus(look?.verdict),
    promotion_score: look?.score ?? null,
    blocking_criterion: look?.blocking ?? "trades",
    reason: look?.reason ?? waitingReason(challenger, window.n),
    last_look: look ? { ...snakeCase(look), at: isoTime(look.at) } : null,
    trades_left: dossier ? snakeCase(dossier.evaluation.tradesLeft) : null,
  };
}

function waitingReason(challenger: Challenger, pairs: number): string {
  return `${pairs} of ${challenger.nextLook} common signals before the first look.`;
}

/** The words of the status page for a look's verdict. */
export function promotionStatus(verdict: string | undefined): string {
  const words: Record<string, string> = {
    approve: "APPROVED",
    "manual-review": "MANUAL_REVIEW",
    reject: "REJECTED",
    retire: "RETIRED",
    "no-data": "NO_DATA",
  };
  return words[verdict ?? ""] ?? "PENDING";
}
