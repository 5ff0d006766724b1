import { type Marginal, mixOf } from "./marginal.ts";
import type { GuardScenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** The guard: what is rolled back when nothing changed, and when something did. */

type Mix = Extract<Marginal, { kind: "mix" }>;

const mix = mixOf({ winRate: 0.56, mean: 50, sd: 120 }) as Mix;
const ten = mixOf({ winRate: 0.58, mean: 60, sd: 120 }) as Mix;
const twenty = mixOf({ winRate: 0.6, mean: 70, sd: 120 }) as Mix;

/** The same wins and losses, but fewer wins. */
const fallen = (m: Mix, points: number): Marginal => ({ ...m, winRate: m.winRate - points / 100 });
/** The same win rate, but the payoff is gone. */
const collapsed = (m: Mix): Marginal => ({ ...m, win: (m.win * ((1 - m.winRate) * m.loss + 2)) / (m.winRate * m.win) });

const falls = (m: Mix, points: readonly number[]) =>
  points.map((p) => ({ label: p === 0 ? "no change" : `-${p} pp`, marginal: p === 0 ? m : fallen(m, p) }));

const winRates = (shares: readonly number[], points: readonly number[]) =>
  Object.fromEntries(
    shares.map((winRate, i) => [points[i] === 0 ? "no change" : `-${points[i]} pp`, { winRate }] as const),
  );

const every = [0, 5, 10, 15, 20, 30] as const;

function promoted(name: string, title: string, world: World, shares: readonly number[]): GuardScenario {
  const m = world.challenger as Mix;
  return {
    kind: "guard",
    name,
    group: "guard",
    title,
    lives: 500,
    world,
    baseline: "lived",
    after: [...falls(m, every), { label: "payoff collapse", marginal: collapsed(m) }],
    study: winRates(shares, every),
  };
}

function given(
  name: string,
  title: string,
  o: { world: World; baseline: number; points: readonly number[]; study?: GuardScenario["study"] },
): GuardScenario {
  const m = o.world.challenger;
  const after = m.kind === "mix" ? falls(m, o.points) : [{ label: "no change", marginal: m }];
  const { world, baseline } = o;
  return {
    kind: "guard",
    name,
    group: "guard",
    title,
    lives: 500,
    world,
    baseline,
    after,
    ...(o.study === undefined ? {} : { study: o.study }),
  };
}

const base: World = { champion: mix, challenger: mix, correlation: 0.7 };
const ar = (coefficient: number): World => ({ ...base, serial: { kind: "ar", coefficient } });
const garch = (react: number, keep: number): World => ({
  ...base,
  volatility: { react, keep, own: false, meanFixed: false },
});
const shape = (marginal: Marginal): World => ({ champion: marginal, challenger: marginal, correlation: 0.7 });
const money = { mean: 50, sd: 120 };

/** A challenger no better than the champion that was promoted all the same: rare, so most of these lives end without one. */
function falselyPromoted(): GuardScenario {
  return {
    ...promoted(
      "guard-false",
      "promoted though no better (1 slot), correlation .7",
      base,
      [0.0425, 0.21, 0.555, 0.865, 0.98, 1],
    ),
    slots: 1,
    lives: 3000,
  };
}

const still = (winRate: number | null, drawdown: number | null) => ({
  "no change": { ...(winRate === null ? {} : { winRate }), ...(drawdown === null ? {} : { drawdown }) },
});

/** The mean falls from 50 to 2 at the same win rate: how it falls decides how far the equity drops. */
function collapse(): GuardScenario {
  const sameSpread = mixOf({ winRate: mix.winRate, mean: 2, sd: 120 });
  const largerLosses = { ...mix, loss: (mix.winRate * mix.win - 2) / (1 - mix.winRate) };
  const scenario = given("guard-collapse", "mean falls from 50 to 2, baseline of 500", {
    world: base,
    baseline: 500,
    points: [],
    study: { "same spread": { drawdown: 0.75 } },
  });
  const after = [
    { label: "same spread", marginal: sameSpread },
    { label: "larger losses", marginal: largerLosses },
    { label: "smaller wins", marginal: collapsed(mix) },
  ];
  return { ...scenario, after, lives: 300 };
}

/** Independent and autoregressive wins. */
function serial(): GuardScenario[] {
  return [
    given("guard-iid-500", "independent, baseline of 500", {
      world: base,
      baseline: 500,
      points: [0, 10, 15],
      study: { "no change": { winRate: 0.018, drawdown: 0.005, alert: 0.12 } },
    }),
    // The study gives one detection rate for both baselines; it lies between what these two show.
    given("guard-iid-2000", "independent, baseline of 2,000", {
      world: base,
      baseline: 2000,
      points: [0, 10, 15],
      study: {
        "no change": { winRate: 0.02, drawdown: 0.005 },
        "-10 pp": { winRate: 0.398 },
        "-15 pp": { winRate: 0.748 },
      },
    }),
    given("guard-ar-2", "AR(1) .2, baseline of 500", {
      world: ar(0.2),
      baseline: 500,
      points: [0],
      study: still(0.02, null),
    }),
    given("guard-ar-3", "AR(1) .3, baseline of 500", {
      world: ar(0.3),
      baseline: 500,
      points: [0, 10, 15, 20],
      study: { "no change": { winRate: 0.02, drawdown: 0.01, alert: 0.12 } },
    }),
    given("guard-ar-3-2000", "AR(1) .3, baseline of 2,000", {
      world: ar(0.3),
      baseline: 2000,
      points: [0, 10, 15, 20],
      study: {
        "no change": { winRate: 0.022 },
        "-10 pp": { winRate: 0.264 },
        "-15 pp": { winRate: 0.57 },
        "-20 pp": { winRate: 0.839 },
      },
    }),
    given("guard-ar-5", "AR(1) .5, baseline of 500", {
      world: ar(0.5),
      baseline: 500,
      points: [0],
      study: still(0.028, 0.015),
    }),
  ];
}

/** Wild markets and heavy tails: the drawdown rule. */
function wild(): GuardScenario[] {
  return [
    given("guard-garch-10-85", "GARCH(.1, .85) in common, baseline of 2,000", {
      world: garch(0.1, 0.85),
      baseline: 2000,
      points: [0],
      study: still(0.02, 0.006),
    }),
    given("guard-garch-10-89", "GARCH(.1, .89) in common, baseline of 2,000", {
      world: garch(0.1, 0.89),
      baseline: 2000,
      points: [0],
      study: still(0.02, 0.006),
    }),
    given("guard-normal", "normal, baseline of 500", {
      world: shape({ kind: "normal", ...money }),
      baseline: 500,
      points: [0],
      study: still(null, 0.009),
    }),
    given("guard-t3", "Student t3, baseline of 500", {
      world: shape({ kind: "t3", ...money }),
      baseline: 500,
      points: [0],
      study: still(null, 0.027),
    }),
    given("guard-skew-minus", "negative skew, baseline of 500", {
      world: shape({ kind: "lognormal", ...money, skew: -2.3 }),
      baseline: 500,
      points: [0],
      study: still(null, 0.021),
    }),
  ];
}

export function guardScenarios(): GuardScenario[] {
  return [
    promoted(
      "guard-ten-0",
      "promoted: true +$10, correlation 0",
      { champion: mix, challenger: ten, correlation: 0 },
      [0.022, 0.15, 0.48, 0.81, 0.97, 1],
    ),
    promoted(
      "guard-ten-7",
      "promoted: true +$10, correlation .7",
      { champion: mix, challenger: ten, correlation: 0.7 },
      [0.021, 0.14, 0.42, 0.77, 0.95, 1],
    ),
    promoted(
      "guard-twenty-7",
      "promoted: true +$20, correlation .7",
      { champion: mix, challenger: twenty, correlation: 0.7 },
      [0.019, 0.12, 0.4, 0.74, 0.94, 1],
    ),
    falselyPromoted(),
    collapse(),
    ...serial(),
    ...wild(),
  ];
}
