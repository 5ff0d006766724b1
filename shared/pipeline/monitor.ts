import type { Due } from "../domain/consequences.ts";
import type { MonitorFinding } from "../domain/event.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import { describeAlarm, type MonitorFigures, type MonitorReading, readMonitor } from "../domain/monitor.ts";
import type { Challenger, Champion, ReigningRegistry } from "../domain/registry.ts";
import { CUSUM_LIMIT, ewmaLimit } from "../stats/watch/degradation.ts";
import type { StatePort } from "./ports.ts";

/**
 * Lets the champion's trades since the last checkpoint go through the charts.
 * @param o.before  trades closed at or after this moment of trade time decide nothing yet
 * @returns what is to be remembered, with the alarm to be reported; null when there is neither
 */
export async function monitorStep(
  registry: ReigningRegistry,
  o: { before: number },
  state: StatePort,
): Promise<Due | null> {
  const { champion, challengers } = registry;
  const reading = await readCharts(champion, o, state);
  if (!reading.worthKeeping || reading.at === null) return null;
  const { at } = reading;
  const alarm = reading.begins ? alarmOf(champion, reading, challengers) : null;
  const reason = alarm ? describeAlarm(reading) : "the degradation monitor moved on";
  const command = { kind: "monitor", monitor: reading.state, alarm } as const;
  return { at, commands: [{ command, tradeTime: at, reason }], looks: [] };
}

function alarmOf(champion: Champion, reading: MonitorReading, challengers: readonly Challenger[]): MonitorFinding {
  const nearest = nearestChallenger(challengers);
  return {
    charts: reading.alarms.join(", "),
    episode: reading.state.episodes,
    ...chartView(champion, reading),
    suggestion: nearest
      ? `${nearest.name} is nearest (score ${nearest.lastLook?.score ?? 0} after ${nearest.lastLook?.n ?? 0} common signals)`
      : "no challenger is being tested: deploy one, or roll back",
  };
}

/** The charts with everything the ledger holds, as the status page shows them. */
export async function readCharts(champion: Champion, o: { before: number }, state: StatePort): Promise<MonitorReading> {
  const { monitor, startAt } = champion;
  const after = monitor.upTo;
  const rows = await state.readRows(champion.name, { closedAfter: after ?? startAt });
  const own = rowsInClosingOrder(rows, { after: startAt });
  const trades = after === null ? own : rowsInClosingOrder(own, { after: startAt, closedAfter: after });
  return readMonitor({ state: monitor, trades, before: o.before, seed: `${champion.name}|${champion.entry}|monitor` });
}

/** Chart values beside the lines they must not cross. */
export function chartView(champion: Champion, reading: MonitorReading): MonitorFigures {
  const { charts, baseline, episodes } = reading.state;
  const serial = (baseline ?? champion.monitor.baseline)?.serial ?? 1;
  return {
    trades: charts.trades,
    cusumWin: charts.cusumWin,
    cusumPnl: charts.cusumPnl,
    cusumLimit: CUSUM_LIMIT * serial,
    ewmaWin: charts.ewmaWin,
    ewmaLimit: ewmaLimit(serial),
    baselineWinRate: baseline?.winRate ?? null,
    baselineMeanPnl: baseline?.meanPnl ?? null,
    episodes,
  };
}

function nearestChallenger(challengers: readonly Challenger[]): Challenger | null {
  return challengers.reduce<Challenger | null>(
    (best, m) => ((m.lastLook?.score ?? -1) > (best?.lastLook?.score ?? -1) ? m : best),
    null,
  );
}
