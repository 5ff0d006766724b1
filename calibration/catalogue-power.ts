import { largerWins, type Marginal, mixOf } from "./marginal.ts";
import type { LifeScenario, StudyLife } from "./scenario.ts";
import type { World } from "./world.ts";

/** Challengers that are better, one at a time under the boundary of three slots. */

const mix = mixOf({ winRate: 0.56, mean: 50, sd: 120 }) as Extract<Marginal, { kind: "mix" }>;
// The study leaves open how the better mix earns more; losses as before and larger wins give its numbers. The same shape
// for wins and losses is easier to find (more skewness, a sharper Sharpe route), see ten-0-shape.
const improved = (winRate: number, mean: number) => largerWins({ winRate, mean, sd: 120, loss: mix.loss });
const ten = improved(0.58, 60);
const tenSameShape = mixOf({ winRate: 0.58, mean: 60, sd: 120 });
const twenty = improved(0.6, 70);
const calmer = mixOf({ winRate: 0.6, mean: 50, sd: 103 });
/** +$10 over all rows when 60 % of them are the champion's own */
const tenOfCopies = improved(0.61, 75);
const t3: Marginal = { kind: "t3", mean: 50, sd: 120 };
const t3Ten: Marginal = { kind: "t3", mean: 60, sd: 120 };

/** Study: promotions by 1,000, 2,000, 3,000, 5,000; n50 and n90 of the statistical pass. */
function study(promoted: readonly (number | null)[], median: number, n90: number | null): StudyLife {
  const by = [1000, 2000, 3000, 5000];
  const pairs = by.flatMap((n, i) => (promoted[i] == null ? [] : [[n, promoted[i]!] as const]));
  return { promoted: Object.fromEntries(pairs), median, n90 };
}

function better(
  name: string,
  title: string,
  world: World,
  expected: StudyLife | undefined,
  extra: Partial<LifeScenario> = {},
): LifeScenario {
  return {
    kind: "life",
    name,
    group: "power",
    title,
    lives: 800,
    slots: 3,
    challengers: 1,
    rows: 5000,
    overlap: 1,
    better: true,
    world,
    ...(expected === undefined ? {} : { study: expected }),
    ...extra,
  };
}

const against = (challenger: Marginal, correlation: number): World => ({ champion: mix, challenger, correlation });

export function powerScenarios(): LifeScenario[] {
  const plusTen = [
    better("ten-0", "+$10, correlation 0", against(ten, 0), study([0.15, 0.42, 0.65, 0.91], 2300, 4800)),
    better("ten-5", "+$10, correlation .5", against(ten, 0.5), study([0.37, 0.8, 0.94, 0.99], 1300, 2400)),
    better("ten-7", "+$10, correlation .7", against(ten, 0.7), study([0.65, 0.97, 0.99, 0.99], 800, 1500)),
    better("ten-9", "+$10, correlation .9", against(ten, 0.9), study([], 500, 700)),
  ];
  return [
    ...plusTen,
    ...[plusTen[0]!, plusTen[2]!].map((s) => ({
      ...s,
      name: `${s.name}-long`,
      title: `${s.title}, long blocks`,
      longBlocks: true,
      lives: s.name === "ten-0" ? 500 : 800,
      study: s.name === "ten-0" ? study([], 2700, 5000) : study([], 1200, 1800),
    })),
    ...[plusTen[0]!, plusTen[2]!].map((s) => {
      const { study: _, ...rest } = s;
      return { ...rest, name: `${s.name}-1`, title: `${s.title}, 1 slot`, slots: 1 as const, lives: 300 };
    }),
    better("ten-0-shape", "+$10, wins and losses of one shape, correlation 0", against(tenSameShape, 0), undefined),
    better("ten-7-shape", "+$10, wins and losses of one shape, correlation .7", against(tenSameShape, 0.7), undefined),
    better("twenty-0", "+$20, correlation 0", against(twenty, 0), study([], 600, 1000), { lives: 300 }),
    better("twenty-7", "+$20, correlation .7", against(twenty, 0.7), study([], 500, 500), { lives: 300 }),
    better(
      "ten-copies",
      "+$10, 60 % of rows identical",
      { champion: mix, challenger: tenOfCopies, correlation: 0, copies: 0.6 },
      undefined,
      { lives: 300 },
    ),
    better(
      "ten-7-ar-2",
      "+$10, correlation .7, AR(1) .2",
      { ...against(ten, 0.7), serial: { kind: "ar", coefficient: 0.2 } },
      undefined,
      { lives: 300 },
    ),
    better(
      "ten-7-t3",
      "+$10, Student t3, correlation .7",
      { champion: t3, challenger: t3Ten, correlation: 0.7 },
      study([0.44, 0.74, 0.82, 0.86], 1000, 2200),
    ),
    better("sharpe-0", "same mean, sd 103 for 120, correlation 0", against(calmer, 0), study([], 3200, null)),
    better("sharpe-5", "same mean, sd 103 for 120, correlation .5", against(calmer, 0.5), study([], 1800, 3500)),
    better(
      "sharpe-7",
      "same mean, sd 103 for 120, correlation .7",
      against(calmer, 0.7),
      study([0.43, 0.87, 0.98, 1], 1100, 2200),
    ),
    better("sharpe-9", "same mean, sd 103 for 120, correlation .9", against(calmer, 0.9), study([], 600, 900)),
  ];
}
