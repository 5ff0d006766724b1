import { largerWins, type Marginal, mixOf } from "./marginal.ts";
import { mix, money, negative, normal, positive, t3 } from "./marginals.ts";
import type { MarketProcess } from "./market-process.ts";
import type { LifeScenario, StudyLife } from "./scenario.ts";

/** Challengers that are better, one at a time under the boundary of three slots. */

/** Rows by which half and nine tenths passed and were promoted (null: not by 5,000), and the shares by 5,000. */
type Found = {
  pass: [number | null, number | null, number?];
  promoted: [number | null, number | null, number?];
  runs?: number;
};

function study({ pass, promoted, runs = 1000 }: Found): StudyLife {
  return {
    runs,
    ...(pass[2] === undefined ? {} : { pass: { 5000: pass[2] } }),
    ...(promoted[2] === undefined ? {} : { promoted: { 5000: promoted[2] } }),
    passN50: pass[0],
    passN90: pass[1],
    promotedN50: promoted[0],
    promotedN90: promoted[1],
  };
}

export function better(
  name: string,
  title: string,
  process: MarketProcess,
  found: Found | null,
  extra: Partial<LifeScenario> = {},
): LifeScenario {
  return {
    kind: "life",
    name,
    group: "power",
    title,
    lives: 300,
    slots: 3,
    challengers: 1,
    rows: 5000,
    overlap: 1,
    better: true,
    process,
    ...(found === null ? {} : { study: study(found) }),
    ...extra,
  };
}

const same = (n50: number, n90: number | null, share?: number, runs?: number): Found => ({
  pass: [n50, n90, share],
  promoted: [n50, n90, share],
  ...(runs === undefined ? {} : { runs }),
});

export const against = (challenger: Marginal, correlation = 0.7, champion: Marginal = normal): MarketProcess => ({
  champion,
  challenger,
  correlation,
});
export const gaussian = (mean: number, sd: number): Marginal => ({ kind: "normal", mean, sd });
const ten = gaussian(60, 120);
// The study leaves open how the better mix earns more; losses as before and larger wins give its numbers. The same shape
// for wins and losses is easier to find (more skewness, a sharper Sharpe route), see ten-mix-shape.
const improved = (winRate: number, mean: number) => largerWins({ winRate, mean, sd: 120, loss: mix.loss });
export const tenMix = improved(0.58, 60);
/** A Sharpe ratio raised by `factor`, at so many times the size. */
const raised = (factor: number, size: number) => gaussian(factor * money.mean * size, money.sd * size);

function plusTen(): LifeScenario[] {
  const more = { mean: 60, sd: 120 };
  return [
    better("ten-7", "+$10, normal, correlation .7", against(ten), same(1000, 1700, 1)),
    better("ten-0", "+$10, normal, correlation 0", against(ten, 0), same(2800, null, 0.819)),
    better("ten-5", "+$10, normal, correlation .5", against(ten, 0.5), same(1500, 3000, 0.995)),
    better("ten-9", "+$10, normal, correlation .9", against(ten, 0.9), same(500, 700, 1)),
    better("ten-mix", "+$10, mix, win rate 56 -> 58", against(tenMix, 0.7, mix), same(1000, 1700, 1)),
    better(
      "ten-mix-shape",
      "+$10, mix, wins and losses of one shape",
      against(mixOf({ winRate: 0.58, ...more }), 0.7, mix),
      null,
    ),
    better("ten-t3", "+$10, Student t3", against({ ...t3, ...more }, 0.7, t3), {
      pass: [1100, 2300, 0.996],
      promoted: [1100, 2700, 0.972],
    }),
    better("ten-skew-minus", "+$10, negative skew", against({ ...negative, ...more }, 0.7, negative), {
      pass: [1100, 2100, 0.998],
      promoted: [1100, 2200, 0.997],
    }),
    better(
      "ten-skew-plus",
      "+$10, positive skew",
      against({ ...positive, ...more }, 0.7, positive),
      same(800, 1400, 1),
    ),
    better(
      "ten-ar-2",
      "+$10, mix, AR(1) .2",
      { ...against(tenMix, 0.7, mix), serial: { kind: "ar", coefficient: 0.2 } },
      same(1100, 2300, 1),
    ),
    better("ten-7-long", "+$10, normal, long blocks", against(ten), null, { longBlocks: true }),
    better("ten-7-1", "+$10, normal, 1 slot", against(ten), same(700, 1500), { slots: 1 }),
    better("ten-7-2", "+$10, normal, 2 slots", against(ten), same(900, 1600), { slots: 2 }),
    better(
      "ten-t3-1",
      "+$10, Student t3, 1 slot",
      against({ ...t3, ...more }, 0.7, t3),
      {
        pass: [800, 1700],
        promoted: [800, 1900],
      },
      { slots: 1 },
    ),
    better(
      "ten-t3-2",
      "+$10, Student t3, 2 slots",
      against({ ...t3, ...more }, 0.7, t3),
      {
        pass: [1000, 2000],
        promoted: [1000, 2100],
      },
      { slots: 2 },
    ),
  ];
}

function otherEdges(): LifeScenario[] {
  const loser = gaussian(-10, 120);
  return [
    better(
      "twenty-mix-5",
      "+$20, mix, win rate 56 -> 60, correlation .5",
      against(improved(0.6, 70), 0.5, mix),
      same(500, 800, 1),
    ),
    better("five", "+$5, normal", against(gaussian(55, 120)), same(3700, null, 0.683, 300)),
    better("calmer-100", "same mean, sd 100 for 120", against(gaussian(50, 100)), same(1500, null, 0.789)),
    better("calmer-84", "same mean, sd 84 for 120", against(gaussian(50, 84)), same(600, null, 0.873, 300)),
    better("calmer-51", "mean 51, sd 102", against(gaussian(51, 102)), same(1400, 4100, 0.933, 300)),
    better("calmer-52", "mean 52, sd 110", against(gaussian(52, 110)), same(2600, 5000, 0.905)),
    better(
      "sharper-115",
      "20 % better Sharpe ratio at 1.15 times the size",
      against(raised(1.2, 1.15)),
      same(600, 1300, 1),
    ),
    better("sharper-130", "20 % better Sharpe ratio at 1.3 times the size", against(raised(1.2, 1.3)), {
      pass: [500, 1200, 1],
      promoted: [600, 1300, 1],
      runs: 300,
    }),
    better("sharper-150", "20 % better Sharpe ratio at 1.5 times the size", against(raised(1.2, 1.5)), {
      pass: [600, 1300, 1],
      promoted: [700, 2200, 0.963],
      runs: 300,
    }),
    better("losing-0", "champion -10, challenger 0", against(gaussian(0, 120), 0.7, loser), {
      pass: [1000, 1900, 1],
      promoted: [1300, null, 0.813],
      runs: 300,
    }),
    better("losing-5", "champion -10, challenger +5", against(gaussian(5, 120), 0.7, loser), {
      pass: [600, 1000, 1],
      promoted: [600, 1100, 1],
      runs: 300,
    }),
    ...lossOfReports(),
  ];
}

/** +$10 whose reports get lost at random: what is silent goes to a person. */
function lossOfReports(): LifeScenario[] {
  const lost = (percent: number, promoted: number | null) => {
    const share = percent / 100;
    return better(
      `ten-lost-${String(percent).replace(".", "")}`,
      `+$10, ${percent} % of reports lost at random`,
      against(ten),
      null,
      {
        lives: 100,
        reports: { winLost: share, lossLost: share, lossLate: 0 },
        ...(promoted === null ? {} : { study: { runs: 300, promoted: { 5000: promoted } } }),
      },
    );
  };
  return [lost(0.1, 0.88), lost(1, 0), lost(1.9, 0)];
}

/** The drawdown gate: a Sharpe ratio raised by a quarter, so that all are proved; the size multiplies mean and spread. */
function sizes(): LifeScenario[] {
  const risky = (name: string, title: string, process: MarketProcess, promoted: number) =>
    better(name, title, process, null, {
      group: "size",
      lives: 200,
      study: { runs: 300, promoted: { 5000: promoted } },
    });
  const normals: [number, number][] = [
    [1.15, 1],
    [1.3, 0.99],
    [1.5, 0.98],
    [1.75, 0.71],
    [2, 0.3],
    [2.5, 0.01],
  ];
  const heavy: [number, number][] = [
    [1.3, 0.96],
    [1.5, 0.89],
    [2, 0.54],
  ];
  return [
    ...normals.map(([size, found]) =>
      risky(
        `gate-${Math.round(100 * size)}`,
        `${size} times the size, 1.25 times the Sharpe ratio`,
        against(raised(1.25, size)),
        found,
      ),
    ),
    ...heavy.map(([size, found]) =>
      risky(
        `gate-t3-${Math.round(100 * size)}`,
        `Student t3, ${size} times the size, 1.25 times the Sharpe ratio`,
        against({ kind: "t3", mean: 62.5 * size, sd: 120 * size }, 0.7, t3),
        found,
      ),
    ),
    risky("gate-crash", "+$15, crash challenger", against({ kind: "crash", mean: 65, sd: 120 }), 0.26),
  ];
}

export function powerScenarios(): LifeScenario[] {
  return [...plusTen(), ...otherEdges(), ...sizes()];
}
