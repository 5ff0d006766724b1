import type { Due } from "../domain/consequences.ts";
import type { MonitorFinding } from "../domain/event.ts";
import { type LedgerHead, rowsInClosingOrder } from "../domain/ledger.ts";
import {
  completedPairs,
  describeAlarm,
  type MonitorFigures,
  type MonitorReading,
  readMonitor,
} from "../domain/monitor.ts";
import { rounded } from "../domain/number-words.ts";
import type { Challenger, Champion, Registry, ReigningRegistry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { CUSUM_LIMIT, ewmaLimit } from "../stats/watch/degradation.ts";
import { formerOf } from "./guard.ts";
import type { StatePort } from "./ports.ts";
import { advanceShadow } from "./reverse-shadow.ts";
import { FIRST_ROWS, knownBefore, moreThan, ROWS_MAX } from "./stretches.ts";

type Heads = ReadonlyMap<string, LedgerHead>;
type MonitorPorts = { state: StatePort; settings: Pick<Settings, "settleMs"> };

/**
 * Lets the champion's trades since the last checkpoint go through the charts.
 * @param options.before  trades closed at or after this moment of trade time decide nothing yet
 * @returns what is to be remembered, with the alarm to be reported; null when there is neither
 */
export async function monitorStep(
  registry: ReigningRegistry,
  options: { heads: Heads; before: number },
  ports: MonitorPorts,
): Promise<Due | null> {
  const { champion, challengers } = registry;
  const reading = await readCharts(champion, registry, { ...ports, ...options });
  if (!reading.worthKeeping || reading.at === null) return null;
  const { at } = reading;
  const former = formerOf(champion, registry);
  const shadow = await advanceShadow(champion, { until: at, heads: options.heads }, ports);
  const monitor = shadow ? { ...reading.state, shadow } : reading.state;
  const alarm = reading.begins ? alarmOf(champion, reading, { challengers, former }) : null;
  const reason = alarm ? describeAlarm(reading, { former }) : "the degradation monitor moved on";
  const command = { kind: "monitor", monitor, alarm } as const;
  return { at, commands: [{ command, tradeTime: at, reason }], looks: [] };
}

function alarmOf(
  champion: Champion,
  reading: MonitorReading,
  options: { challengers: readonly Challenger[]; former: string | null },
): MonitorFinding {
  const { beside, cause } = reading;
  return {
    charts: reading.alarms.join(", "),
    episode: reading.state.episodes,
    cause: cause ?? "unclear",
    former: options.former,
    pairs: beside?.pairs ?? 0,
    championPnl: beside?.championPnl ?? null,
    formerPnl: beside?.formerPnl ?? null,
    ...chartView(champion, reading),
    suggestion: suggestionOf(reading, options),
  };
}

function suggestionOf(
  { cause, beside }: MonitorReading,
  options: { challengers: readonly Challenger[]; former: string | null },
): string {
  if (cause === "model" && options.former !== null && beside)
    return `${options.former} would have made ${rounded(beside.formerPnl - beside.championPnl, 2)} more over ${beside.pairs} signals: roll back to it`;
  const nearest = nearestChallenger(options.challengers);
  return nearest
    ? `${nearest.name} is nearest (score ${nearest.lastLook?.score ?? 0} after ${nearest.lastLook?.n ?? 0} common signals)`
    : "no challenger is being tested: deploy one, or roll back";
}

/**
 * The charts from the checkpoint on, up to the first moment that is worth keeping.
 * @param options.before  -Infinity: nothing is to be kept, everything known is shown, up to 20,000 rows after the checkpoint
 */
export async function readCharts(
  champion: Champion,
  registry: Registry,
  options: MonitorPorts & { heads?: Heads; before: number },
): Promise<MonitorReading> {
  const { monitor, startAt } = champion;
  const after = monitor.upTo;
  const former = monitor.baseline?.paired?.usable ? formerOf(champion, registry) : null;
  // A signal may have been closed by one side long before the other completes it.
  const closedAfter = (after === null || former === null ? after : after - options.settings.settleMs) ?? startAt;
  for (let count = FIRST_ROWS; ; count = moreThan(count)) {
    const read = (model: string) =>
      options.state.readStretch(model, { closedAfter, count, head: options.heads?.get(model) });
    const stretches = await Promise.all([read(champion.name), former === null ? null : read(former)]);
    const [champions, formers] = stretches;
    const known = knownBefore(stretches, options.settings);
    const own = rowsInClosingOrder(champions.rows, { after: startAt });
    const reading = readMonitor({
      state: monitor,
      trades: after === null ? own : rowsInClosingOrder(own, { after: startAt, closedAfter: after }),
      pairs: formers ? completedPairs({ champion: own, former: formers.rows, after }) : [],
      before: Math.min(options.before, known),
      seed: `${champion.name}|${champion.entry}|monitor`,
    });
    const shown = options.before === Number.NEGATIVE_INFINITY;
    const all = known === Number.POSITIVE_INFINITY || (!shown && known >= options.before);
    if (reading.worthKeeping || all || (shown && count >= ROWS_MAX)) return reading;
  }
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
    cusumPnlLimit: CUSUM_LIMIT * (baseline?.serialPnl ?? serial),
    cusumPair: charts.cusumPair ?? 0,
    cusumPairLimit: baseline?.paired?.usable ? CUSUM_LIMIT * baseline.paired.serialDifference : null,
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
