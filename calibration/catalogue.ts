import { guardScenarios } from "./catalogue-guard.ts";
import { monitorScenarios } from "./catalogue-monitor.ts";
import { powerScenarios } from "./catalogue-power.ts";
import { type Marginal, mixOf } from "./marginal.ts";
import type { LifeScenario, Scenario, StudyLife } from "./scenario.ts";
import type { World } from "./world.ts";

/**
 * Every scenario that can be simulated, with the numbers the design study found for it (numpy, written apart from this
 * code). `study` is only compared with, never used.
 */

const mix = mixOf({ winRate: 0.56, mean: 50, sd: 120 });
const money = { mean: 50, sd: 120 };
const t3: Marginal = { kind: "t3", ...money };
const normal: Marginal = { kind: "normal", ...money };
const positive: Marginal = { kind: "lognormal", ...money, skew: 2.3 };
const negative: Marginal = { kind: "lognormal", ...money, skew: -2.3 };
const crash: Marginal = { kind: "crash", ...money };

const equal = (marginal: Marginal, correlation: number): World => ({
  champion: marginal,
  challenger: marginal,
  correlation,
});
const base = equal(mix, 0.7);

type Extra = Partial<Omit<LifeScenario, "kind" | "name" | "title" | "world">>;

function equalLife(name: string, title: string, world: World, extra: Extra = {}): LifeScenario {
  return {
    kind: "life",
    name,
    group: "null",
    title,
    lives: 800,
    slots: 3,
    challengers: 3,
    rows: 5000,
    overlap: 1,
    better: false,
    world,
    ...extra,
  };
}

/** Study columns: pass by 2,000, 5,000 and 10,000 rows, promotions by 5,000. */
function study(two: number | null, five: number | null, ten: number | null, promoted: number | null): StudyLife {
  const pass: Record<number, number> = {};
  if (two !== null) pass[2000] = two;
  if (five !== null) pass[5000] = five;
  if (ten !== null) pass[10000] = ten;
  return { pass, ...(promoted === null ? {} : { promoted: { 5000: promoted } }) };
}

const long = (s: LifeScenario, pass5k: number | null): LifeScenario => ({
  ...s,
  name: `${s.name}-long`,
  title: `${s.title}, long blocks`,
  longBlocks: true,
  lives: Math.min(s.lives, 800),
  rows: 5000,
  study: study(null, pass5k, null, null),
});

const mixed = equalLife("mix-7", "mix, correlation .7", base, {
  lives: 5000,
  study: study(0.009, 0.013, 0.017, 0.013),
});

/** Three challengers, each exactly as good as the champion. */
function equals(): LifeScenario[] {
  return [
    mixed,
    equalLife("mix-0", "mix, correlation 0", equal(mix, 0), { lives: 1500, study: study(0.009, 0.013, 0.017, 0.012) }),
    equalLife("mix-5", "mix, correlation .5", equal(mix, 0.5), { study: study(0.011, 0.015, 0.019, 0.014) }),
    equalLife("mix-9", "mix, correlation .9", equal(mix, 0.9), { study: study(0.011, 0.015, 0.019, 0.014) }),
    equalLife("normal-7", "normal, correlation .7", equal(normal, 0.7), { lives: 2000 }),
    equalLife("t3-7", "Student t3, correlation .7", equal(t3, 0.7), {
      lives: 2000,
      study: study(0.009, 0.012, 0.013, 0.011),
    }),
    equalLife("skew-minus-7", "negative skew, correlation .7", equal(negative, 0.7), {
      lives: 4000,
      study: study(0.006, 0.01, 0.011, 0.009),
    }),
    equalLife("skew-plus-7", "positive skew, correlation .7", equal(positive, 0.7)),
    equalLife(
      "skew-pair",
      "+skew champion, -skew challenger, correlation .7",
      { champion: positive, challenger: negative, correlation: 0.7 },
      { study: study(0.019, 0.026, 0.029, 0.001) },
    ),
    equalLife("crash-7", "normal champion, crash challenger, correlation .7", {
      champion: normal,
      challenger: crash,
      correlation: 0.7,
    }),
    long(mixed, 0.006),
  ];
}

/** The same alone, and to 10,000 rows. */
function aloneAndLonger(): LifeScenario[] {
  const one = (name: string, title: string, world: World, pass10k: number | null) =>
    equalLife(`${name}-1`, `${title}, 1 slot`, world, {
      slots: 1,
      challengers: 1,
      study: study(null, null, pass10k, null),
    });
  return [
    one("mix-7", "mix, correlation .7", base, null),
    one("mix-0", "mix, correlation 0", equal(mix, 0), null),
    one("normal-7", "normal, correlation .7", equal(normal, 0.7), null),
    one("t3-7", "Student t3, correlation .7", equal(t3, 0.7), null),
    one(
      "crash-7",
      "normal champion, crash challenger",
      { champion: normal, challenger: crash, correlation: 0.7 },
      null,
    ),
    { ...mixed, name: "mix-7-10k", title: "mix, correlation .7, to 10,000", rows: 10_000, lives: 800 },
    {
      ...equalLife("t3-7-10k", "Student t3, correlation .7, to 10,000", equal(t3, 0.7), { lives: 800 }),
      rows: 10_000,
      study: study(0.009, 0.012, 0.013, 0.011),
    },
  ];
}

/** Challengers that are much like the champion or like each other, and one without common signals. */
function alike(): LifeScenario[] {
  return [
    equalLife(
      "copies-95",
      "challenger = champion on 95 % of rows",
      { ...base, copies: 0.95 },
      {
        lives: 600,
        study: study(null, 0.011, null, 0.009),
      },
    ),
    equalLife(
      "copies-99",
      "challenger = champion on 99 % of rows",
      { ...base, copies: 0.99 },
      {
        lives: 600,
        study: study(null, 0.002, null, 0),
      },
    ),
    equalLife(
      "alike-90",
      "three challengers with .9 of their own luck in common",
      { ...base, alike: 0.9 },
      {
        lives: 600,
        study: study(null, 0.01, null, 0.009),
      },
    ),
    equalLife("unpaired", "mix, no common signals", equal(mix, 0), {
      unpaired: true,
      lives: 100,
      study: study(null, 0.016, null, 0.015),
    }),
  ];
}

function dependent(): LifeScenario[] {
  const group = "dependence";
  const of = (name: string, title: string, world: Partial<World>, expected: StudyLife, extra: Extra = {}) =>
    equalLife(name, title, { ...base, ...world }, { group, study: expected, ...extra });
  const ar = (coefficient: number, five: number, promoted: number, lives = 600) =>
    of(
      `ar-${10 * coefficient}`,
      `AR(1) ${coefficient}`,
      { serial: { kind: "ar", coefficient } },
      study(null, five, null, promoted),
      { lives },
    );
  const overlap = (rows: number, share: number, expected: StudyLife, lives = 600) =>
    of(
      `overlap-${rows}${share < 1 ? "-half" : ""}`,
      `${rows} positions open together${share < 1 ? ", half of the variance" : ""} (rule not told)`,
      { serial: { kind: "overlap", rows, share } },
      expected,
      { lives },
    );
  const garch = (react: number, keep: number, own: boolean, expected: StudyLife, lives = 600) =>
    of(
      `garch-${own ? "own" : "common"}-${Math.round(100 * react)}-${Math.round(100 * keep)}`,
      `GARCH(${react}, ${keep}) ${own ? "of each model's own" : "in common"}`,
      { volatility: { react, keep, own, meanFixed: false } },
      expected,
      { lives },
    );
  const overlap10 = overlap(10, 1, study(0.058, 0.07, 0.077, 0.07), 800);
  const overlap20 = overlap(20, 1, study(0.073, 0.088, 0.095, 0.087), 800);
  const told = (s: LifeScenario, overlapRows: number, five: number, promoted: number | null): LifeScenario => ({
    ...s,
    name: `${s.name}-told`,
    title: `${overlapRows} positions open together (rule told: long blocks)`,
    overlap: overlapRows,
    study: study(null, five, null, promoted),
  });
  const own = garch(0.1, 0.85, true, study(null, 0.057, null, 0.034), 1500);
  return [
    ar(0.2, 0.028, 0.025, 2000),
    ar(0.3, 0.029, 0.025),
    ar(0.5, 0.039, 0.036),
    overlap(5, 1, study(0.034, 0.044, 0.048, 0.042)),
    overlap10,
    told(overlap10, 10, 0.035, null),
    overlap20,
    told(overlap20, 20, 0.046, 0.045),
    overlap(20, 0.5, study(null, 0.08, null, 0.075), 1000),
    garch(0.1, 0.8, false, study(null, 0.017, null, 0.016)),
    garch(0.1, 0.89, false, study(null, 0.012, null, 0.012)),
    garch(0.1, 0.8, true, study(null, 0.03, null, 0.021)),
    own,
    { ...long(own, 0.029), lives: 600 },
    garch(0.05, 0.94, true, study(null, 0.244, null, 0.099), 300),
    garch(0.1, 0.89, true, study(null, 0.31, null, 0.153), 300),
  ];
}

function regimes(): LifeScenario[] {
  const found: Record<string, [number, number, number | null]> = {
    "5-50": [0.025, 0.023, null],
    "5-100": [0.034, 0.032, 0.015],
    "5-500": [0.185, 0.176, null],
    "10-50": [0.055, 0.051, 0.024],
    "10-100": [0.125, 0.112, 0.062],
    "10-200": [0.28, 0.263, 0.157],
    "10-500": [0.555, 0.523, 0.411],
    "20-50": [0.125, 0.087, 0.049],
    "20-100": [0.274, 0.209, 0.107],
    "20-500": [0.739, 0.678, 0.58],
  };
  return Object.entries(found).flatMap(([key, [pass, promoted, longPass]]) => {
    const [edge, length] = key.split("-").map(Number) as [number, number];
    const life = equalLife(
      `regime-${key}`,
      `edge of +-$${edge} that turns every ${length} rows`,
      { ...base, regime: { edge, length } },
      { group: "regime", lives: key === "10-100" ? 1000 : 250, study: study(null, pass, null, promoted) },
    );
    return longPass !== null && length === 100 ? [life, { ...long(life, longPass), lives: 250 }] : [life];
  });
}

function reported(): LifeScenario[] {
  const of = (name: string, title: string, winLost: number, lossLost: number, lossLate: number, pass: number) =>
    equalLife(name, title, base, {
      group: "reports",
      lives: 50,
      reports: { winLost, lossLost, lossLate },
      study: study(null, pass, null, null),
    });
  return [
    of("late-100", "losses reported 100 signals late (settled signals only)", 0, 0, 100, 0.02),
    of("lost-10", "10 % of reports lost at random", 0.1, 0.1, 0, 0.018),
    of("lost-10-12", "wins 10 %, losses 12 % lost", 0.1, 0.12, 0, 0.025),
    of("losses-lost-2", "2 % of losses lost", 0, 0.02, 0, 0.024),
    of("losses-lost-5", "5 % of losses lost", 0, 0.05, 0, 0.046),
    of("losses-lost-20", "20 % of losses lost", 0, 0.2, 0, 0.68),
  ];
}

export const catalogue: readonly Scenario[] = [
  ...equals(),
  ...aloneAndLonger(),
  ...alike(),
  ...dependent(),
  ...regimes(),
  ...reported(),
  ...powerScenarios(),
  ...guardScenarios(),
  ...monitorScenarios(),
];

/** Scenarios by name or by group, in the order of the catalogue; null for a word that is neither. */
export function findScenarios(words: readonly string[]): Scenario[] | { unknown: string } {
  const unknown = words.find((word) => !catalogue.some((s) => s.name === word || s.group === word));
  if (unknown !== undefined) return { unknown };
  return catalogue.filter((s) => words.includes(s.name) || words.includes(s.group));
}
