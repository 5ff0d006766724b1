import { type Marginal, mixOf } from "./marginal.ts";
import type { MonitorScenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** The degradation monitor: run lengths to a false alarm, and delays. */

type Mix = Extract<Marginal, { kind: "mix" }>;

const mix = mixOf({ winRate: 0.56, mean: 50, sd: 120 }) as Mix;
const money = { mean: 50, sd: 120 };
const alone = (champion: Marginal, more: Partial<World> = {}): World => ({
  champion,
  challenger: champion,
  correlation: 0,
  ...more,
});
const garch = (react: number, keep: number) => alone(mix, { volatility: { react, keep, own: true, meanFixed: false } });

function runs(name: string, title: string, world: World, mean: number | null): MonitorScenario {
  return {
    kind: "monitor",
    name,
    group: "monitor",
    title,
    lives: 400,
    world,
    baseline: "known",
    warm: 0,
    after: null,
    limit: 200_000,
    ...(mean === null ? {} : { study: { mean } }),
  };
}

function delay(
  name: string,
  title: string,
  o: { world: World; after: Marginal; study: MonitorScenario["study"] },
): MonitorScenario {
  return {
    ...runs(name, title, o.world, null),
    warm: 300,
    after: o.after,
    limit: 50_000,
    ...(o.study === undefined ? {} : { study: o.study }),
  };
}

function estimated(name: string, title: string, world: World, by1000: number | null): MonitorScenario {
  return {
    ...runs(name, title, world, null),
    baseline: 1000,
    lives: 1000,
    limit: 1000,
    ...(by1000 === null ? {} : { study: { by1000 } }),
  };
}

export function monitorScenarios(): MonitorScenario[] {
  const fall = (points: number, study: MonitorScenario["study"]) =>
    delay(`monitor-minus-${points}`, `win rate falls by ${points} pp`, {
      world: alone(mix),
      after: { ...mix, winRate: mix.winRate - points / 100 },
      study,
    });
  const smallerWins = { ...mix, win: (mix.win * (26 + (1 - mix.winRate) * mix.loss)) / (mix.winRate * mix.win) };
  const worse = mixOf({ winRate: mix.winRate, mean: 26, sd: 120 });
  const largerLosses = { ...mix, loss: (mix.winRate * mix.win - 26) / (1 - mix.winRate) };
  return [
    runs("monitor-iid", "no change, independent", alone(mix), 14_900),
    runs("monitor-normal", "no change, normal", alone({ kind: "normal", ...money }), 8300),
    runs("monitor-t3", "no change, Student t3", alone({ kind: "t3", ...money }), 8900),
    runs("monitor-skew-minus", "no change, negative skew", alone({ kind: "lognormal", ...money, skew: -2.3 }), 6650),
    runs("monitor-garch-10-85", "no change, GARCH(.1, .85)", garch(0.1, 0.85), 15_500),
    runs("monitor-garch-10-89", "no change, GARCH(.1, .89)", garch(0.1, 0.89), 16_100),
    runs("monitor-ar-3", "no change, AR(1) .3", alone(mix, { serial: { kind: "ar", coefficient: 0.3 } }), 13_100),
    fall(5, { mean: 803, median: 612, p90: 1684 }),
    fall(10, { mean: 200, median: 186, p90: 393 }),
    fall(15, { mean: 108, median: 104, p90: 187 }),
    delay("monitor-payoff", "mean falls from 50 to 26, same win rate and spread", {
      world: alone(mix),
      after: worse,
      study: { mean: 231, median: 214, p90: 432 },
    }),
    delay("monitor-payoff-garch", "mean falls from 50 to 26, same win rate and spread, GARCH(.05, .94)", {
      world: garch(0.05, 0.94),
      after: worse,
      study: { mean: 239 },
    }),
    delay("monitor-payoff-losses", "mean falls from 50 to 26 by larger losses, same win rate", {
      world: alone(mix),
      after: largerLosses,
      study: undefined,
    }),
    delay("monitor-payoff-wins", "mean falls from 50 to 26 by smaller wins, same win rate", {
      world: alone(mix),
      after: smallerWins,
      study: undefined,
    }),
    estimated("monitor-estimated", "no change, baseline of 1,000 trades", alone(mix), 0.116),
    estimated(
      "monitor-estimated-garch",
      "no change, baseline of 1,000 trades, GARCH(.1, .89)",
      garch(0.1, 0.89),
      0.106,
    ),
  ];
}
