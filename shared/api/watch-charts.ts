import type { LedgerRows } from "../domain/ledger.ts";
import { completedPairs, type MonitorReading } from "../domain/monitor.ts";
import type { Champion } from "../domain/registry.ts";
import { chartView } from "../pipeline/monitor.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import { keepExtremes } from "../stats/report/courses.ts";
import {
  type ChartStep,
  freshCharts,
  restartAfterAlarm,
  stepCharts,
  stepPairedChart,
} from "../stats/watch/degradation.ts";
import { POINTS_MAX } from "./contract/drawn-lines.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { drawn } from "./tag.ts";

/** The charts of this reign, taken trade by trade and pair by pair with the monitor's own steps. */
export function chartsOf(
  champion: Champion,
  options: { reading: MonitorReading; reign: LedgerRows; formerRows: LedgerRows | null; cut: boolean },
): WatchAnswer["charts"] {
  const { baseline } = options.reading.state;
  if (!baseline) return null;
  const figures = chartView(champion, options.reading);
  const taken = takenOnly(options.reign);
  // A champion that nobody promoted is measured against its own first trades: the charts begin after them.
  const from = champion.guard === null && !options.cut ? Math.max(0, taken.length - figures.trades) : 0;
  const states = walk(taken.subarray(from), (state, pnl) => stepCharts({ state, pnl, baseline }));
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
