import { equal } from "./catalogue-null.ts";
import { against, better, gaussian } from "./catalogue-power.ts";
import type { Marginal } from "./marginal.ts";
import { normal, sized } from "./marginals.ts";
import type { MarketProcess } from "./market-process.ts";
import type { LifeScenario } from "./scenario.ts";

/** What no better challenger is: size without skill, losses hidden, units slipped. One challenger under three slots. */

/** @param promoted  the study's share promoted by 5,000 */
function attack(
  name: string,
  title: string,
  process: MarketProcess,
  promoted: number,
  extra: Partial<LifeScenario> = {},
): LifeScenario {
  return better(`attack-${name}`, title, process, null, {
    group: "attack",
    better: false,
    lives: 200,
    study: { runs: 300, promoted: { 5000: promoted } },
    ...extra,
  });
}

function sizeAttacks(): LifeScenario[] {
  const found: [number, number][] = [
    [1.02, 0.02],
    [1.05, 0.033],
    [1.1, 0.027],
    [1.15, 0.047],
    [1.2, 0.05],
    [1.3, 0.043],
    [1.5, 0.027],
    [2, 0],
    [0.85, 0],
    [0.5, 0],
  ];
  const equalSkill = (size: number, correlation: number): MarketProcess => against(sized(normal, size), correlation);
  return [
    ...found.map(([size, promoted]) =>
      attack(
        `size-${Math.round(100 * size)}`,
        `equal skill at ${size} times the size`,
        equalSkill(size, 0.7),
        promoted,
      ),
    ),
    attack("size-115-r9", "equal skill at 1.15 times the size, correlation .9", equalSkill(1.15, 0.9), 0.043),
    attack("size-115-r98", "equal skill at 1.15 times the size, correlation .98", equalSkill(1.15, 0.98), 0.02),
    attack("size-48-119", "mean 48, sd 120, at 1.19 times the size", against(gaussian(48 * 1.19, 120 * 1.19)), 0.013),
  ];
}

function losingAttacks(): LifeScenario[] {
  const losing = (skewed: boolean, mean: number, sd: number): Marginal =>
    skewed ? { kind: "lognormal", mean, sd, skew: -2.3 } : gaussian(mean, sd);
  const champion = (skewed: boolean) => losing(skewed, -10, 100);
  const shape = (skewed: boolean) => (skewed ? "negative skew" : "normal");
  // The study does not give these champions: they are such that the former rule approved the challenger.
  const riskier = (mean: number, sd: number, promoted: number, skewed = true) => {
    const safer = mean < -20 ? { mean: -20, sd: 100 } : { mean: -10, sd: 50 };
    return attack(
      `riskier-${-mean}-${sd}${skewed ? "" : "-normal"}`,
      `champion loses ${-safer.mean} (sd ${safer.sd}), challenger loses ${-mean} (sd ${sd}), ${shape(skewed)}`,
      against(losing(skewed, mean, sd), 0.7, losing(skewed, safer.mean, safer.sd)),
      promoted,
    );
  };
  const small = (size: number, promoted: number, skewed: boolean) =>
    attack(
      `losing-${skewed ? "skew-" : ""}${Math.round(100 * size)}`,
      `both lose, challenger at ${size} of the size, ${shape(skewed)}`,
      against(sized(champion(skewed), size), 0.7, champion(skewed)),
      promoted,
    );
  return [
    small(0.01, 0, false),
    small(0.5, 0, false),
    small(0.85, 0.003, false),
    small(0.01, 0, true),
    small(0.5, 0.007, true),
    riskier(-11, 150, 0.007),
    riskier(-24, 170, 0),
    riskier(-25, 200, 0),
    riskier(-11, 150, 0.003, false),
  ];
}

function slipAttacks(): LifeScenario[] {
  const found: [number, number, number][] = [
    [1, 1000, 0],
    [2, 1000, 0],
    [5, 1000, 0],
    [10, 1000, 0.01],
    [20, 1000, 0.017],
    [1, 167, 0],
    [1, 417, 0],
    [1, 833, 0],
  ];
  return found.map(([rows, sds, promoted]) =>
    attack(
      `slip-${rows}-${sds}`,
      `${rows} of the champion's first 450 rows wrong by a unit (${sds} sd)`,
      { ...equal(normal, 0.7), slips: { rows, within: 450, sds } },
      promoted,
    ),
  );
}

/** Few lives: no look through the pairing can be spared. */
const PAIRED_LIVES = 100;

function silentAttacks(): LifeScenario[] {
  const reports = { winLost: 0, lossLost: 0, lossLate: 0 };
  const ten = gaussian(60, 120);
  const asName = (percent: number) => String(percent).replace(".", "");
  /** A share of the trades loses $5,000 and is reported late or never, all others earn $10 more. */
  const hiding = (options: { name: string; percent: number; late: number | null; words: string; promoted: number }) =>
    attack(
      options.name,
      `${options.percent} % of trades lose $5,000 and are ${options.words}`,
      { ...against(ten), disaster: { share: options.percent / 100, pnl: -5000 } },
      options.promoted,
      { lives: PAIRED_LIVES, reports: { ...reports, disasterLate: options.late } },
    );
  const never = (percent: number, promoted: number) =>
    hiding({ name: `never-${asName(percent)}`, percent, late: null, words: "never reported", promoted });
  const late = (signals: number, percent: number, promoted: number) =>
    hiding({
      name: `late-${signals}-${asName(percent)}`,
      percent,
      late: signals,
      words: `reported ${signals} signals after the deadline`,
      promoted,
    });
  return [
    never(1.5, 0),
    never(0.8, 0.003),
    never(0.4, 0.073),
    never(0.25, 0.287),
    late(50, 1.5, 0),
    late(200, 1.5, 0),
    late(50, 0.8, 0.003),
    late(200, 0.8, 0),
    attack("hidden-5", "5 % of losses never reported", equal(normal, 0.7), 0, {
      lives: PAIRED_LIVES,
      reports: { ...reports, lossLost: 0.05 },
    }),
    attack(
      "peso",
      "+$10 always, one loss of $20,000 in 2,000 (equal mean)",
      { ...against(ten), disaster: { share: 1 / 2000, pnl: -20_000 } },
      0.597,
    ),
  ];
}

export function attackScenarios(): LifeScenario[] {
  return [...sizeAttacks(), ...losingAttacks(), ...slipAttacks(), ...silentAttacks()];
}
