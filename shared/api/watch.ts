import type { GuardReading } from "../domain/guard.ts";
import { rowsInClosingOrder } from "../domain/ledger.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { formerOf } from "../pipeline/guard.ts";
import { chartView, readCharts } from "../pipeline/monitor.ts";
import { readReverseShadow } from "../pipeline/reverse-shadow.ts";
import { type Answer, success, type Unchanged } from "./answer.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { guardView } from "./guard-view.ts";
import { posteriorsOf } from "./posteriors.ts";
import { tagOf } from "./tag.ts";
import { chartsOf } from "./watch-charts.ts";
import { readRace } from "./watch-race.ts";
import { recentOf } from "./watch-recent.ts";
import { TRADES_MAX, type WatchPorts } from "./watch-rows.ts";
import { quarantinedOf, sinceRollback } from "./watch-since-rollback.ts";

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
  const reading = await readCharts(champion, registry, { state, settings, heads, before });
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
      race: await readRace(champion, reference, ports),
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
