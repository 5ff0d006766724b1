import type { Marginal } from "./marginal.ts";
import { crash, mix, negative, normal, positive, sized, t3 } from "./marginals.ts";
import type { MarketProcess } from "./market-process.ts";
import type { LifeScenario, StudyLife } from "./scenario.ts";

/** Families of three challengers, each exactly as good as the champion: how often one of them is promoted all the same. */

/** By 2,000 and 5,000 rows a statistical pass, promotions by 5,000, and the pass by 5,000 under long blocks. */
type Found = { runs: number; pass: [number, number]; promoted: number; long: number };

type Extra = Partial<Omit<LifeScenario, "kind" | "name" | "title" | "process">>;

export const equal = (marginal: Marginal, correlation: number): MarketProcess => ({
  champion: marginal,
  challenger: marginal,
  correlation,
});

/** Families of the committed tables: their errors are stated beside every number. */
const LIVES_MOST = { shapes: 1000, dependent: 500 };
const LONG_LIVES_MOST = { shapes: 400, dependent: 200 };
const dependsOnRows = (extra: Extra): "shapes" | "dependent" =>
  extra.group === "dependence" || extra.group === "regime" ? "dependent" : "shapes";

function life(name: string, title: string, process: MarketProcess, found: Found, extra: Extra): LifeScenario {
  const study: StudyLife = {
    runs: found.runs,
    pass: { 2000: found.pass[0], 5000: found.pass[1] },
    promoted: { 5000: found.promoted },
  };
  return {
    kind: "life",
    name,
    group: "null",
    title,
    lives: Math.min(LIVES_MOST[dependsOnRows(extra)], found.runs),
    slots: 3,
    challengers: 3,
    rows: 5000,
    overlap: 1,
    better: false,
    process,
    study,
    ...extra,
  };
}

/** The process under the rule's own plan, and under the long-block constants. */
function both(name: string, title: string, process: MarketProcess, found: Found, extra: Extra = {}): LifeScenario[] {
  const standard = life(name, title, process, found, extra);
  const long: LifeScenario = {
    ...standard,
    name: `${name}-long`,
    title: `${title}, long blocks`,
    longBlocks: true,
    lives: Math.min(LONG_LIVES_MOST[dependsOnRows(extra)], found.runs),
    study: { runs: found.runs, pass: { 5000: found.long } },
  };
  return [standard, long];
}

const of = (runs: number, two: number, five: number, promoted: number, long: number): Found => ({
  runs,
  pass: [two, five],
  promoted,
  long,
});

function shapes(): LifeScenario[] {
  return [
    both("normal-7", "normal, correlation .7", equal(normal, 0.7), of(3000, 0.007, 0.01, 0.01, 0.004)),
    both("normal-0", "normal, correlation 0", equal(normal, 0), of(1500, 0.01, 0.013, 0.013, 0.004)),
    both("normal-9", "normal, correlation .9", equal(normal, 0.9), of(1500, 0.008, 0.01, 0.01, 0.004)),
    both("mix-7", "mix, correlation .7", equal(mix, 0.7), of(3000, 0.004, 0.007, 0.007, 0.003)),
    both("t3-7", "Student t3", equal(t3, 0.7), of(3000, 0.007, 0.008, 0.008, 0.003)),
    both("skew-minus-7", "negative skew", equal(negative, 0.7), of(2000, 0.006, 0.009, 0.009, 0.003)),
    both("skew-plus-7", "positive skew", equal(positive, 0.7), of(2000, 0.001, 0.001, 0.001, 0.001)),
    both(
      "crash-7",
      "normal champion, crash challengers",
      { champion: normal, challenger: crash, correlation: 0.7 },
      of(2000, 0.026, 0.03, 0.023, 0.002),
    ),
    both(
      "skew-pair",
      "+skew champion, -skew challengers",
      { champion: positive, challenger: negative, correlation: 0.7 },
      of(1500, 0.015, 0.019, 0, 0),
    ),
  ].flat();
}

function others(): LifeScenario[] {
  const loser = { mean: -10, sd: 100 };
  const copies = (share: number) => ({ ...equal(normal, 0.7), copies: share });
  return [
    both(
      "losing-normal",
      "all lose (-10, sd 100), normal",
      equal({ kind: "normal", ...loser }, 0.7),
      of(1500, 0.006, 0.01, 0, 0),
    ),
    both(
      "losing-skew",
      "all lose (-10, sd 100), negative skew",
      equal({ kind: "lognormal", ...loser, skew: -2.3 }, 0.7),
      of(1500, 0.009, 0.014, 0.014, 0.004),
    ),
    both("copies-95", "challenger = champion on 95 % of rows", copies(0.95), of(1500, 0.006, 0.011, 0.004, 0.001)),
    both("copies-98", "challenger = champion on 98 % of rows", copies(0.98), of(1500, 0.001, 0.003, 0, 0)),
    both(
      "size-85",
      "equal skill at .85 of the size",
      { champion: normal, challenger: sized(normal, 0.85), correlation: 0.7 },
      of(1500, 0.003, 0.003, 0.003, 0.001),
    ),
  ].flat();
}

/** How neighbouring rows hang together; the challengers' luck each by itself. */
function dependent(): LifeScenario[] {
  const group = "dependence";
  const ar = (marginal: Marginal, coefficient: number): MarketProcess => ({
    ...equal(marginal, 0.7),
    serial: { kind: "ar", coefficient },
  });
  const overlap = (marginal: Marginal, rows: number): MarketProcess => ({
    ...equal(marginal, 0.7),
    serial: { kind: "overlap", rows, share: 1 },
  });
  const given = both(
    "overlap-20-given",
    "20 positions open together (overlap given: long blocks)",
    overlap(normal, 20),
    of(2000, 0.052, 0.064, 0.064, 0.029),
    { group, overlap: 20 },
  )[1]!;
  return [
    both("ar-2", "AR(1) .2, mix", ar(mix, 0.2), of(1500, 0.011, 0.017, 0.017, 0.008), { group }),
    both("ar-5", "AR(1) .5, mix", ar(mix, 0.5), of(2500, 0.018, 0.024, 0.024, 0.012), { group }),
    both("ar-5-normal", "AR(1) .5, normal", ar(normal, 0.5), of(2500, 0.025, 0.03, 0.03, 0.013), { group }),
    both("overlap-5", "5 positions open together", overlap(normal, 5), of(1500, 0.023, 0.03, 0.03, 0.015), {
      group,
      overlap: 5,
    }),
    both(
      "overlap-10",
      "10 open together, rule not given, normal",
      overlap(normal, 10),
      of(3000, 0.032, 0.039, 0.039, 0.018),
      { group },
    ),
    both(
      "overlap-10-mix",
      "10 open together, rule not given, mix",
      overlap(mix, 10),
      of(2000, 0.025, 0.032, 0.032, 0.017),
      { group },
    ),
    both(
      "overlap-20",
      "20 open together, overlap not given",
      overlap(normal, 20),
      of(1500, 0.065, 0.074, 0.074, 0.03),
      {
        group,
      },
    ),
    [
      {
        ...given,
        name: "overlap-20-given",
        longBlocks: false,
        title: "20 open together (overlap given: long blocks, more lags)",
      },
    ],
  ].flat();
}

/** Volatility that reacts to surprises. */
function clustered(): LifeScenario[] {
  const group = "dependence";
  const garch = (marginal: Marginal, options: NonNullable<MarketProcess["volatility"]>): MarketProcess => ({
    ...equal(marginal, 0.7),
    volatility: options,
  });
  const own = (react: number, keep: number, meanFixed: boolean) => ({ react, keep, own: true, meanFixed });
  return [
    both(
      "garch-common-10-85",
      "GARCH(.1, .85) in common",
      garch(normal, { react: 0.1, keep: 0.85, own: false, meanFixed: false }),
      of(1500, 0.005, 0.007, 0.007, 0.002),
      { group },
    ),
    both(
      "garch-own-10-85",
      "GARCH(.1, .85) of each model's own, mean moves, mix",
      garch(mix, own(0.1, 0.85, false)),
      of(1500, 0.003, 0.005, 0.005, 0.002),
      { group },
    ),
    both(
      "garch-own-10-85-fixed",
      "GARCH(.1, .85) own, mean fixed, normal",
      garch(normal, own(0.1, 0.85, true)),
      of(2500, 0.024, 0.033, 0.033, 0.012),
      { group },
    ),
    both(
      "garch-own-10-85-fixed-mix",
      "GARCH(.1, .85) own, mean fixed, mix",
      garch(mix, own(0.1, 0.85, true)),
      of(2500, 0.022, 0.03, 0.03, 0.011),
      { group },
    ),
    both(
      "garch-own-5-94",
      "GARCH(.05, .94) own, mean moves",
      garch(mix, own(0.05, 0.94, false)),
      of(1500, 0.003, 0.008, 0.008, 0.005),
      { group },
    ),
  ].flat();
}

function regimes(): LifeScenario[] {
  const turning = (edge: number, length: number, alternating: boolean, found: Found) =>
    both(
      `regime-${edge}-${length}${alternating ? "-alternating" : ""}`,
      `edge of +-$${edge} that turns ${alternating ? "every" : "after a mean of"} ${length} rows`,
      { ...equal(normal, 0.7), regime: { edge, length, ...(alternating ? { alternating } : {}) } },
      found,
      { group: "regime" },
    );
  return [
    turning(10, 50, true, of(1500, 0.003, 0.005, 0.005, 0.002)),
    turning(10, 100, true, of(1500, 0.004, 0.004, 0.004, 0.001)),
    turning(20, 100, true, of(1500, 0, 0, 0, 0)),
    turning(10, 50, false, of(1500, 0.028, 0.045, 0.045, 0.021)),
    turning(10, 75, false, of(2500, 0.054, 0.076, 0.076, 0.03)),
    turning(10, 100, false, of(1500, 0.076, 0.105, 0.105, 0.041)),
  ].flat();
}

/** Reports through the production pairing: no screen can spare much there, so fewer lives. */
function reported(): LifeScenario[] {
  const lost = (name: string, title: string, winLost: number, lossLost: number, found: Found) =>
    life(name, title, equal(normal, 0.7), found, {
      group: "reports",
      lives: 150,
      reports: { winLost, lossLost, lossLate: 0 },
    });
  return [
    lost("losses-lost-2", "2 % of losses never reported", 0, 0.02, of(1500, 0.007, 0.017, 0, 0)),
    lost("lost-1", "1 % of reports lost at random", 0.01, 0.01, of(1500, 0.005, 0.007, 0, 0)),
  ];
}

/** The same with one and with two slots. */
function fewerSlots(): LifeScenario[] {
  const processes: [string, string, MarketProcess, number][] = [
    ["normal-7", "normal", equal(normal, 0.7), 1],
    ["t3-7", "Student t3", equal(t3, 0.7), 1],
    ["mix-7", "mix", equal(mix, 0.7), 1],
    ["ar-5", "AR(1) .5", { ...equal(mix, 0.7), serial: { kind: "ar", coefficient: 0.5 } }, 1],
    [
      "overlap-10",
      "10 open together, overlap not given",
      { ...equal(normal, 0.7), serial: { kind: "overlap", rows: 10, share: 1 } },
      1,
    ],
    [
      "garch-own-10-85-fixed",
      "GARCH(.1, .85) own, mean fixed",
      { ...equal(normal, 0.7), volatility: { react: 0.1, keep: 0.85, own: true, meanFixed: true } },
      1,
    ],
    [
      "regime-10-50",
      "edge of +-$10 that turns after a mean of 50 rows",
      { ...equal(normal, 0.7), regime: { edge: 10, length: 50 } },
      1,
    ],
    ["crash-7", "crash challengers", { champion: normal, challenger: crash, correlation: 0.7 }, 1],
  ];
  const found: Record<1 | 2, [number, number][]> = {
    1: [
      [0.013, 0.013],
      [0.017, 0.017],
      [0.009, 0.009],
      [0.035, 0.035],
      [0.034, 0.034],
      [0.04, 0.04],
      [0.033, 0.033],
      [0.028, 0.018],
    ],
    2: [
      [0.007, 0.007],
      [0.012, 0.01],
      [0.004, 0.004],
      [0.031, 0.031],
      [0.045, 0.045],
      [0.042, 0.042],
      [0.039, 0.038],
      [0.03, 0.028],
    ],
  };
  return ([1, 2] as const).flatMap((slots) =>
    processes.map(([name, title, process, overlap], i): LifeScenario => {
      const [pass, promoted] = found[slots][i]!;
      return {
        ...life(
          `${name}-${slots}`,
          `${title}, ${slots} ${slots === 1 ? "slot" : "slots"}`,
          process,
          of(1000, 0, 0, 0, 0),
          {
            group: "slots",
            slots,
            challengers: slots,
            overlap,
            lives: 300,
          },
        ),
        // The study states no number of runs for this table; its other tables have a thousand or more.
        study: { runs: 1000, pass: { 5000: pass }, promoted: { 5000: promoted } },
      };
    }),
  );
}

export function nullScenarios(): LifeScenario[] {
  return [...shapes(), ...others(), ...dependent(), ...clustered(), ...regimes(), ...reported(), ...fewerSlots()];
}
