import { type GuardReading, type GuardState, readGuard } from "../domain/guard.ts";
import { type LedgerRows, pickRows, rowsInClosingOrder, rowsWhere } from "../domain/ledger.ts";
import { completedPairs, type MonitorReading } from "../domain/monitor.ts";
import { Pairing } from "../domain/pairing.ts";
import type { Champion, Registry } from "../domain/registry.ts";
import { describeJudgement, judgeRollback, type PendingJudgement } from "../domain/rollback-judgement.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { formerOf } from "../pipeline/guard.ts";
import { chartView, readCharts } from "../pipeline/monitor.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { readReverseShadow } from "../pipeline/reverse-shadow.ts";
import { FIRST_ROWS, readUntil } from "../pipeline/stretches.ts";
import { histogram, keepExtremes, rollingFigures, runningTotal, underwater } from "../stats/report/courses.ts";
import {
  type ChartStep,
  freshCharts,
  restartAfterAlarm,
  stepCharts,
  stepPairedChart,
} from "../stats/watch/degradation.ts";
import { PAIRED_ALERT_SD, PAIRED_ROLLBACK_SD } from "../stats/watch/paired-guard.ts";
import { type Answer, success, type Unchanged } from "./answer.ts";
import { POINTS_MAX } from "./contract/drawn-lines.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { guardView } from "./guard-view.ts";
import { posteriorsOf } from "./posteriors.ts";
import { drawn, tagOf } from "./tag.ts";
import { isoTime } from "./view.ts";

/** Newest trades of a model the lines are made of: a champion of 50,000 trades costs no more reads than one of 5,000. */
const TRADES_MAX = 5000;
/** Trades in a rolling window. */
const WINDOW = 100;
const BINS = 40;
/** 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959964;

type WatchPorts = { state: StatePort; settings: Settings };

const nobody: WatchAnswer = {
  champion: null,
  word: null,
  guard: null,
  reverse_shadow: null,
  race: null,
  monitor: null,
  charts: null,
  recent: null,
  since_rollback: null,
  posteriors: null,
};

/**
 * The champion under watch: its guard as a race, its degradation charts, its newest trades, and what a model that was rolled back does
 * since.
 * @param options.known  tag of the answer the caller has
 */
export async function readWatch(
  options: { known: string | null },
  ports: WatchPorts,
): Promise<Answer<WatchAnswer> | Unchanged> {
  const { state, settings } = ports;
  const registry = await state.loadRegistry();
  const { champion } = registry;
  const former = champion?.guard?.reference ?? null;
  const left = quarantinedOf(registry);
  const rivals = registry.challengers.map((m) => m.name);
  const heads = await state.loadHeads([champion?.name, former, left, ...rivals].flatMap((name) => name ?? []));
  const tag = tagOf({ registry, heads, settings, about: "watch" });
  if (tag === options.known) return { status: 304, tag };
  if (!champion) return { ...success(nobody), tag };
  const newest = await state.readNewestRows(champion.name, { count: TRADES_MAX });
  const reign = rowsInClosingOrder(newest, { after: champion.startAt });
  const guard = await guardView(champion, registry, ports);
  const before = Number.NEGATIVE_INFINITY;
  const reading = await readCharts(champion, registry, { state, settings, before });
  const reference = formerOf(champion, registry);
  const formerRows = reference === null ? null : await state.readNewestRows(reference, { count: TRADES_MAX });
  const ledgers = await Promise.all(
    rivals.map(async (name) => ({ name, rows: await state.readNewestRows(name, { count: TRADES_MAX }) })),
  );
  const cut = newest.count >= TRADES_MAX;
  return {
    ...success({
      champion: champion.name,
      word: wordOf(guard),
      guard,
      reverse_shadow: snakeCase(await readReverseShadow(champion, { state, settings })),
      race: champion.guard?.baseline
        ? raceOf(champion, { ...(await readRace(champion, reference, { state, settings })), settings })
        : null,
      monitor: snakeCase(chartView(champion, reading)),
      charts: chartsOf(champion, { reading, reign, formerRows, cut }),
      recent: recentOf(rowsInClosingOrder(newest, { after: null })),
      since_rollback: left === null ? null : await sinceRollback(left, registry, newest, ports),
      posteriors: posteriorsOf([{ name: champion.name, rows: newest }, ...ledgers]),
    }),
    tag,
  };
}

const words: Record<GuardReading["verdict"], WatchAnswer["word"]> = {
  watching: "watching",
  alert: "watching",
  prolonged: "watching",
  market: "market",
  unclear: "unclear",
  rollback: "model",
  advised: "model",
  passed: null,
};

/** What the guard says in one word; null when it is over without a finding, or never began. */
function wordOf(guard: WatchAnswer["guard"]): WatchAnswer["word"] {
  if (guard?.status === "market") return "market";
  if (guard?.status === "advised") return "model";
  return guard?.reading ? words[guard.reading.verdict] : null;
}

function takenOf(rows: LedgerRows): LedgerRows {
  return rowsWhere(rows, (i) => rows.took[i] === 1);
}

/** Both models over the first trades since the promotion, however long ago that is. */
async function readRace(
  { name, startAt, guard }: Champion,
  reference: string | null,
  { state, settings }: WatchPorts,
): Promise<{ reign: LedgerRows; formerRows: LedgerRows | null }> {
  const count = Math.max(FIRST_ROWS, 4 * (guard?.window ?? 0));
  const own = await state.readStretch(name, { closedAfter: startAt, count });
  const until = own.complete ? Number.POSITIVE_INFINITY : own.clock;
  const range = { closedAfter: startAt, until, settleMs: settings.settleMs };
  return {
    reign: rowsInClosingOrder(own.rows, { after: startAt }),
    formerRows: reference === null ? null : await readUntil(reference, range, state),
  };
}

/** The first trades since the promotion, beside what was promised and what the former champion made of the same signals. */
function raceOf(
  champion: Champion,
  options: { reign: LedgerRows; formerRows: LedgerRows | null; settings: Settings },
): WatchAnswer["race"] {
  const { guard } = champion;
  if (!guard?.baseline) return null;
  const taken = takenOf(options.reign);
  // A guard may be prolonged once, to twice its window.
  const shown = Math.min(taken.count, 2 * guard.window, POINTS_MAX);
  const trades = pickRows(
    taken,
    Array.from({ length: shown }, (_, i) => i),
  );
  const former = options.formerRows && answersTo(trades.signalIds, options.formerRows, champion.startAt);
  const promised = guard.baseline.meanPnl;
  return {
    window: guard.window,
    former: guard.reference,
    trade: Array.from({ length: shown }, (_, i) => i + 1),
    promise: Array.from({ length: shown }, (_, i) => drawn(promised * (i + 1))),
    champion: [...runningTotal(trades.pnl)].map(drawn),
    former_champion: onSameSignals(trades, former),
    figures: figuresOf(guard, { trades, former, settings: options.settings }),
  };
}

/** A model's trades on these signals, in closing order. */
function answersTo(signalIds: readonly string[], rows: LedgerRows, after: number | null): LedgerRows {
  const asked = new Set(signalIds);
  const own = rowsInClosingOrder(rows, { after });
  return rowsWhere(own, (i) => asked.has(own.signalIds[i]!));
}

/** What the former champion made of these trades' signals, added up; null before the first it answered. */
function onSameSignals(trades: LedgerRows, former: LedgerRows | null): (number | null)[] {
  const answers = new Map<string, number>();
  for (let i = 0; former && i < former.count; i++)
    answers.set(former.signalIds[i]!, (answers.get(former.signalIds[i]!) ?? 0) + former.pnl[i]!);
  let sum: number | null = null;
  return trades.signalIds.map((id) => {
    const pnl = answers.get(id);
    if (pnl !== undefined) sum = (sum ?? 0) + pnl;
    return sum === null ? null : drawn(sum);
  });
}

type Figure = NonNullable<WatchAnswer["race"]>["figures"][number];

/** The guard's own reading after every trade: the very function that decides. */
function figuresOf(
  begun: GuardState,
  options: { trades: LedgerRows; former: LedgerRows | null; settings: Settings },
): Figure[] {
  // Read as if it still watched and everybody knew everything, so that no reading ends before its trade.
  const known = {
    alerted: true,
    reported: ["market", "unclear", "max-loss"],
    modeAt: Number.POSITIVE_INFINITY,
  } as const;
  const guard: GuardState = { ...begun, ...known, status: "watching" };
  const settings = { ...options.settings, guardMaxLoss: null };
  const readings = [...options.trades.closedAt.subarray(0, begun.window)].map((until) =>
    readGuard({ guard, trades: options.trades, former: options.former, settings, until }),
  );
  const column = (pick: (reading: GuardReading) => number | undefined) =>
    readings.map((reading) => {
      const x = reading ? pick(reading) : undefined;
      return x === undefined || !Number.isFinite(x) ? null : drawn(x);
    });
  const own: Figure[] = [
    {
      figure: "wins_short",
      value: column((r) => r.deficit),
      alert: column((r) => r.deficitAlert),
      boundary: column((r) => r.deficitRollback),
    },
    { figure: "drawdown", value: column((r) => r.drawdown), alert: [], boundary: column((r) => r.drawdownRollback) },
  ];
  if (readings.every((reading) => !reading?.paired)) return own;
  const paired = (figure: string, pick: (reading: GuardReading) => number | undefined): Figure => ({
    figure,
    value: column(pick),
    alert: readings.map(() => PAIRED_ALERT_SD),
    boundary: readings.map(() => PAIRED_ROLLBACK_SD),
  });
  return [
    paired("pnl_short_of_former", (r) => r.paired?.zPnl),
    paired("wins_short_of_former", (r) => r.paired?.zWins),
    ...own,
  ];
}

/** The charts of this reign, taken trade by trade and pair by pair with the monitor's own steps. */
function chartsOf(
  champion: Champion,
  options: { reading: MonitorReading; reign: LedgerRows; formerRows: LedgerRows | null; cut: boolean },
): WatchAnswer["charts"] {
  const { baseline } = options.reading.state;
  if (!baseline) return null;
  const figures = chartView(champion, options.reading);
  const taken = takenOf(options.reign);
  // A champion that nobody promoted is measured against its own first trades: the charts begin after them.
  const from = champion.guard === null && !options.cut ? Math.max(0, taken.count - figures.trades) : 0;
  const states = walk(taken.pnl.subarray(from), (state, pnl) => stepCharts({ state, pnl, baseline }));
  const own = (chart: string, limit: number, pick: (state: ChartState) => number) =>
    chartOf(chart, { counts: "trades", limit, values: states.map(pick) });
  const charts = [
    own("cusum_win", figures.cusumLimit, (s) => s.cusumWin),
    own("cusum_pnl", figures.cusumPnlLimit, (s) => s.cusumPnl),
    own("ewma_win", figures.ewmaLimit, (s) => s.ewmaWin),
  ];
  const { paired } = baseline;
  const limit = figures.cusumPairLimit;
  if (!paired?.usable || !options.formerRows || limit === null) return { complete: !options.cut, charts };
  const pairs = completedPairs({ champion: options.reign, former: options.formerRows, after: champion.startAt });
  const beside = walk(pairs, (state, { champion: { pnl }, former }) =>
    stepPairedChart({ state, difference: pnl - former.pnl, formerPnl: former.pnl, baseline: paired }),
  );
  const values = beside.map((s) => s.cusumPair);
  return { complete: !options.cut, charts: [...charts, chartOf("cusum_pair", { counts: "pairs", limit, values })] };
}

type ChartState = ChartStep["state"];

/** The state after each step; a chart that reached its limit begins anew. */
function walk<Item>(items: Iterable<Item>, step: (state: ChartState, item: Item) => ChartStep): ChartState[] {
  let state: ChartState = freshCharts;
  return Array.from(items, (item) => {
    const taken = step(state, item);
    state = taken.alarms.length > 0 ? restartAfterAlarm(taken) : taken.state;
    return taken.state;
  });
}

function chartOf(chart: string, options: { counts: "trades" | "pairs"; limit: number; values: readonly number[] }) {
  const { counts, limit, values } = options;
  const kept = keepExtremes([values], { points: POINTS_MAX });
  return { chart, counts, limit, at: kept.map((i) => i + 1), value: kept.map((i) => drawn(values[i]!)) };
}

/** The newest trades as equity, rolling figures and a distribution. */
function recentOf(rows: LedgerRows): WatchAnswer["recent"] {
  const { pnl } = takenOf(rows);
  if (pnl.length === 0) return null;
  const equity = runningTotal(pnl);
  const under = underwater(equity);
  const kept = keepExtremes([equity, under], { points: POINTS_MAX });
  const rolling = rollingFigures(pnl, { window: WINDOW });
  const drawnRolling = keepExtremes([rolling.winRate, rolling.sharpe], { points: POINTS_MAX });
  const { from, width, counts } = histogram(pnl, { bins: BINS });
  return {
    trades: pnl.length,
    trade: kept.map((i) => i + 1),
    equity: kept.map((i) => drawn(equity[i]!)),
    drawdown: kept.map((i) => drawn(under[i]!)),
    window: WINDOW,
    rolling: {
      trade: drawnRolling.map((i) => rolling.from + i + 1),
      win_rate: drawnRolling.map((i) => drawn(rolling.winRate[i]!)),
      sharpe: drawnRolling.map((i) => drawn(rolling.sharpe[i]!)),
      ...bandsOf(pnl),
    },
    distribution: { from: drawn(from), width: drawn(width), counts },
    spread: spreadOf(pnl),
  };
}

/** How much of the mean rests on few trades. */
function spreadOf(pnl: Float64Array): NonNullable<WatchAnswer["recent"]>["spread"] {
  const sorted = Float64Array.from(pnl).sort();
  const n = sorted.length;
  const meanOf = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length);
  return {
    mean: drawn(meanOf(sorted)),
    best: sorted[n - 1]!,
    worst: sorted[0]!,
    mean_without_best: drawn(meanOf(sorted.subarray(0, n - Math.ceil(n / 100)))),
  };
}

/**
 * Where 95 % of windows lie when nothing changes: p +- 1.96 sqrt(p (1-p)/w) and S +- 1.96 sqrt((1 + S^2/2)/w), as if trades were
 * independent.
 * Source: A. Lo (2002), The statistics of Sharpe ratios, Financial Analysts Journal 58, 36-52, eq. 9.
 */
function bandsOf(
  pnl: Float64Array,
): Pick<NonNullable<WatchAnswer["recent"]>["rolling"], "win_rate_band" | "sharpe_band"> {
  const n = pnl.length;
  if (n < WINDOW) return { win_rate_band: null, sharpe_band: null };
  const p = pnl.reduce((wins, x) => wins + (x > 0 ? 1 : 0), 0) / n;
  const mean = pnl.reduce((sum, x) => sum + x, 0) / n;
  const sd = Math.sqrt(pnl.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  const sharpe = sd > 0 ? mean / sd : 0;
  const around = (x: number, half: number): [number, number] => [drawn(x - half), drawn(x + half)];
  return {
    win_rate_band: around(p, Z_95 * Math.sqrt((p * (1 - p)) / WINDOW)),
    sharpe_band: around(sharpe, Z_95 * Math.sqrt((1 + sharpe ** 2 / 2) / WINDOW)),
  };
}

/** The model of the latest rollback, which goes on trading on paper. */
function quarantinedOf(registry: Registry): string | null {
  if (registry.rolledBackAt === null) return null;
  return registry.departed.find((m) => m.role === "quarantined")?.name ?? null;
}

async function sinceRollback(
  name: string,
  registry: Registry,
  championRows: LedgerRows,
  { state, settings }: WatchPorts,
): Promise<WatchAnswer["since_rollback"]> {
  const rows = await state.readNewestRows(name, { count: TRADES_MAX });
  const { settleMs } = settings;
  const options = {
    startAt: registry.rolledBackAt,
    settleMs,
    unreported: "exclude",
    before: Number.POSITIVE_INFINITY,
  } as const;
  const window = new Pairing(rows, championRows, options).latest();
  const quarantined = runningTotal(window.champion);
  const champion = runningTotal(window.challenger);
  const kept = keepExtremes([quarantined, champion], { points: POINTS_MAX });
  return {
    model_name: name,
    since: isoTime(registry.rolledBackAt),
    pairs: window.n,
    row: kept.map((i) => i + 1),
    champion: kept.map((i) => drawn(champion[i]!)),
    quarantined: kept.map((i) => drawn(quarantined[i]!)),
    ...judgementOf(registry, { name, rows, championRows, signals: settings.cooldownTrades }),
  };
}

/** The judgement of the latest rollback, by the very function that records it. Of rows that reach back to the rollback only. */
function judgementOf(
  registry: Registry,
  options: { name: string; rows: LedgerRows; championRows: LedgerRows; signals: number },
): Pick<NonNullable<WatchAnswer["since_rollback"]>, "judged_after" | "judgement"> {
  const { name, rows, championRows } = options;
  const waiting = registry.judgements?.find((pending) => pending.quarantined === name);
  const pending: PendingJudgement = waiting ?? {
    restored: registry.champion!.name,
    quarantined: name,
    version: "",
    startAt: registry.rolledBackAt,
    signals: options.signals,
    automatic: false,
  };
  const { startAt, signals } = pending;
  // A champion that was promoted since then is not the one that was restored.
  const restored = registry.champion!.guard === null && pending.restored === registry.champion!.name;
  const complete = [rows, championRows].every(
    (ledger) => ledger.count < TRADES_MAX || (startAt !== null && ledger.closedAt[0]! <= startAt),
  );
  const judged =
    restored && complete
      ? judgeRollback({ pending, restored: championRows, quarantined: rows, until: Number.POSITIVE_INFINITY })
      : null;
  if (!judged) return { judged_after: signals, judgement: null };
  const { pairs, restoredPnl, quarantinedPnl, harmful, cost } = judged.judgement;
  return {
    judged_after: signals,
    judgement: {
      in_words: describeJudgement(judged.judgement),
      pairs,
      restored_pnl: restoredPnl,
      quarantined_pnl: quarantinedPnl,
      harmful,
      cost,
    },
  };
}
