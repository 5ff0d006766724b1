import { beliefsAbout } from "../domain/allocation.ts";
import type { LedgerRows } from "../domain/ledger.ts";
import { takenOnly } from "../stats/numeric/taken-only.ts";
import { beliefCurves, probabilityBest } from "../stats/watch/thompson.ts";
import type { WatchAnswer } from "./contract/watch.ts";
import { drawn } from "./tag.ts";

/**
 * What is believed of each model's mean, as curves to draw; four significant digits are more than a screen shows.
 * @param ledgers  champion first
 */
export function posteriorsOf(ledgers: readonly { name: string; rows: LedgerRows }[]): WatchAnswer["posteriors"] {
  const models = ledgers.map(({ name, rows }) => ({ name, pnl: takenOnly(rows) }));
  const beliefs = beliefsAbout(models);
  if (!beliefs) return null;
  const best = probabilityBest(beliefs);
  const { x, curves } = beliefCurves(beliefs);
  const short = (value: number) => Number(value.toPrecision(4));
  return {
    x: x.map(drawn),
    models: models.map(({ name, pnl }, i) => ({
      model_name: name,
      trades: pnl.length,
      mean: drawn(beliefs[i]!.m),
      low: drawn(curves[i]!.low),
      high: drawn(curves[i]!.high),
      best: best[i]!,
      density: curves[i]!.density.map(short),
    })),
  };
}
