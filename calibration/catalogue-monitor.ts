import { equal } from "./catalogue-null.ts";
import { against, tenMix } from "./catalogue-power.ts";
import { mix, negative, t3 } from "./marginals.ts";
import type { MarketProcess } from "./market-process.ts";
import type { MonitorScenario } from "./scenario.ts";

/** The degradation monitor beside a former champion that goes on shadowing: run lengths to a false alarm, delays, causes. */

const ten = (correlation: number, more: Partial<MarketProcess> = {}): MarketProcess => ({
  ...against(tenMix, correlation, mix),
  ...more,
});
const garch = (react: number, keep: number) => ten(0.7, { volatility: { react, keep, own: false, meanFixed: false } });
const ar = (coefficient: number) => ten(0.7, { commonSerial: { kind: "ar", coefficient } });
const more = { mean: 60, sd: 120 };

function runs(name: string, title: string, process: MarketProcess, mean: number): MonitorScenario {
  return {
    kind: "monitor",
    name: `monitor-${name}`,
    group: "monitor",
    title,
    lives: 100,
    process,
    baseline: "known",
    warm: 0,
    after: null,
    limit: 200_000,
    study: { mean },
  };
}

type After = NonNullable<MonitorScenario["after"]>;

function delay(
  name: string,
  title: string,
  options: { after: After; mean: number; correlation?: number; study?: MonitorScenario["study"] },
): MonitorScenario {
  const { correlation = 0.7 } = options;
  return {
    ...runs(
      `${name}-${10 * correlation}`,
      `${title}, correlation ${String(correlation).slice(1)}`,
      ten(correlation),
      options.mean,
    ),
    lives: 300,
    warm: 300,
    after: options.after,
    limit: 50_000,
    study: { mean: options.mean, ...options.study },
  };
}

/** A factor on wins, on losses, that takes so much from the mean of the model with +$10. */
const { winRate, win, loss } = tenMix;
const winsFor = (fall: number) => 1 - fall / (winRate * win);
const lossesFor = (fall: number) => 1 + fall / ((1 - winRate) * loss);

function delays(): MonitorScenario[] {
  const fall = (name: string, title: string, after: After, means: [number, number]) => [
    delay(name, title, { after, mean: means[0] }),
    delay(name, title, { after, mean: means[1], correlation: 0.9 }),
  ];
  return [
    ...fall("minus-10", "win rate falls by 10 pp", { own: { worse: 10 } }, [140, 83]),
    ...fall("flip-10", "10 pp of wins turned into losses", { own: { fewerWins: 10 } }, [212, 174]),
    ...fall("flip-15", "15 pp of wins turned into losses", { own: { fewerWins: 15 } }, [112, 97]),
    ...fall("mean-24", "mean falls by $24", { own: { shift: -24 } }, [191, 107]),
    ...fall("wins-24", "mean falls by $24 through smaller wins", { own: { wins: winsFor(24) } }, [210, 114]),
    ...fall("wins-48", "mean falls by $48 through smaller wins", { own: { wins: winsFor(48) } }, [72, 43]),
    ...fall("losses-24", "mean falls by $24 through larger losses", { own: { losses: lossesFor(24) } }, [182, 108]),
    ...fall("everything", "everything x.6", { own: { wins: 0.6, losses: 0.6 } }, [245, 119]),
    delay("both-10", "win rate of both falls by 10 pp", {
      after: { common: { worse: 10 } },
      mean: 175,
      study: { market: 0.98 },
    }),
    delay("both-wins", "smaller wins of both models (-$24)", {
      after: { common: { wins: winsFor(24) } },
      mean: 292,
      study: { market: 0.98 },
    }),
  ];
}

export function monitorScenarios(): MonitorScenario[] {
  return [
    runs("7", "no change, +$10, correlation .7", ten(0.7), 12_400),
    runs("9", "no change, +$10, correlation .9", ten(0.9), 18_600),
    runs("garch-10-85", "no change, GARCH(.1, .85) in common", garch(0.1, 0.85), 14_500),
    runs("garch-5-94", "no change, GARCH(.05, .94) in common", garch(0.05, 0.94), 16_100),
    runs("t3", "no change, Student t3", against({ ...t3, ...more }, 0.7, t3), 12_500),
    runs("skew-minus", "no change, negative skew", against({ ...negative, ...more }, 0.7, negative), 10_900),
    runs("ar-3", "no change, AR(1) .3 in the common factor", ar(0.3), 11_500),
    runs("ar-5", "no change, AR(1) .5 in the common factor", ar(0.5), 8_300),
    runs("equal", "no change, a model no better", equal(mix, 0.7), 10_300),
    {
      ...runs("estimated", "no change, baseline of 1,000 trades", ten(0.7), 0),
      baseline: 1000,
      lives: 400,
      limit: 1000,
      // The study's baseline is also the winner's: its luck makes more alarms.
      study: { by1000: 0.115 },
    },
    ...delays(),
  ];
}
