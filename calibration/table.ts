import { type Oracle, oracleOfProcess } from "./oracle.ts";
import type { GuardScenario, GuardShares, LifeScenario, MonitorScenario, Scenario } from "./scenario.ts";
import { countedBy, quantileOf, type Share, shareOf, type Tally } from "./tally.ts";

/** Tallies as rows of a table: shares with their errors, and how far they lie from the design study. */

/** One number beside the study's: `apart` in standard errors of the difference. */
export type Compared = { what: string; ours: number; study: number; apart: number };

export type LifeRow = {
  kind: "life";
  name: string;
  title: string;
  better: boolean;
  lives: number;
  /** by rows */
  pass: Record<string, Share>;
  promoted: Record<string, Share>;
  /** rows by which half, nine tenths of the lives had a statistical pass; null: later than simulated */
  median: number | null;
  n90: number | null;
  /** the same of promotions */
  promotedMedian: number | null;
  promotedN90: number | null;
  /** what held a statistical pass back, by gate, lives */
  heldBy: Record<string, number>;
  oracle: Oracle | null;
  compared: Compared[];
};

export type GuardRow = {
  kind: "guard";
  name: string;
  title: string;
  lives: number;
  promoted: number;
  baselineRows: number;
  after: {
    label: string;
    rollback: Share;
    /** at some time called a market: people were alerted, nothing was swapped */
    market: Share;
    /** unclear at some time, and neither rolled back nor called a market in the end */
    unclear: Share;
    alert: Share;
    /** prolonged once, and what came of it */
    prolonged: Share;
    advised: Share;
    /** at some time without the former champion's answers */
    unpaired: Share;
    /** trades to the rollback */
    median: number | null;
  }[];
  compared: Compared[];
};

export type MonitorRow = {
  kind: "monitor";
  name: string;
  title: string;
  lives: number;
  /** alarms before the change came; these runs are left out below */
  early: Share;
  mean: { value: number; se: number } | null;
  median: number | null;
  p90: number | null;
  by1000: Share;
  /** of the alarms, whose fault they were said to be */
  cause: { model: Share; market: Share; unclear: Share };
  compared: Compared[];
};

export type Row = LifeRow | GuardRow | MonitorRow;

/** Guards and monitors behind one share of the study, judged by its stated errors (.8 to 1.3 pp). */
const STUDY_RUNS = 1500;
/** Relative standard error of the study's run lengths. */
const STUDY_RUN_ERROR = 0.05;
/** Quantiles of the study are rounded to a look; its own error is taken as large as ours. */
const LOOK = 100;

const NULL_STEPS = [500, 1000, 2000, 5000, 10_000];
const POWER_STEPS = [500, 1000, 2000, 3000, 5000];

function compareShare(what: string, ours: Share, study: number, runs = STUDY_RUNS): Compared {
  const theirs = shareOf({ times: study * runs, of: runs });
  return { what, ours: ours.share, study, apart: (ours.share - study) / Math.hypot(ours.se, theirs.se) };
}

/** Distance of two quantiles: the share of lives between them, in standard errors. */
function compareQuantile(
  what: string,
  options: {
    tally: Tally;
    name: string;
    q: number;
    of: number;
    runs: number;
    ours: number | null;
    study: number | null;
    rows: number;
  },
): Compared {
  // Later than simulated counts as one look beyond the end.
  const [ours, study] = [options.ours ?? options.rows + LOOK, options.study ?? options.rows + LOOK];
  const share = (n: number) =>
    n > options.rows ? 1 : shareOf({ times: countedBy(options.tally, options.name, n), of: options.of }).share;
  const error = Math.sqrt(options.q * (1 - options.q) * (1 / options.of + 1 / options.runs));
  // Anything between the look before and this one would have been rounded to the same quantile.
  const later = Math.max(0, options.q - share(study)) / error;
  const sooner = Math.max(0, share(study - LOOK) - options.q) / error;
  return { what, ours, study, apart: later - sooner };
}

/** Everything the study says about a scenario's lives, beside what was found here. */
function compareLife(scenario: LifeScenario, row: Omit<LifeRow, "compared">, tally: Tally): Compared[] {
  const { study, rows } = scenario;
  if (study === undefined) return [];
  const { runs } = study;
  const shares = (["pass", "promoted"] as const).flatMap((name) =>
    Object.entries(study[name] ?? {})
      .filter(([n]) => Number(n) <= rows)
      .map(([n, expected]) => compareShare(`${name} by ${n}`, row[name][n]!, expected, runs)),
  );
  const quantiles = [
    ["pass", 0.5, row.median, study.passN50],
    ["pass", 0.9, row.n90, study.passN90],
    ["promoted", 0.5, row.promotedMedian, study.promotedN50],
    ["promoted", 0.9, row.promotedN90, study.promotedN90],
  ] as const;
  return [
    ...shares,
    ...quantiles.flatMap(([name, q, ours, expected]) =>
      expected === undefined
        ? []
        : [
            compareQuantile(`${name} n${100 * q}`, {
              tally,
              name,
              q,
              of: row.lives,
              runs,
              ours,
              study: expected,
              rows,
            }),
          ],
    ),
  ];
}

function lifeRow(scenario: LifeScenario, tally: Tally, withOracle: boolean): LifeRow {
  const of = tally.lives ?? 0;
  const steps = (scenario.better ? POWER_STEPS : NULL_STEPS).filter((n) => n <= scenario.rows);
  const at = (name: string, n: number) => shareOf({ times: countedBy(tally, name, n), of });
  const by = (name: string) => Object.fromEntries(steps.map((n) => [n, at(name, n)]));
  const median = quantileOf(tally, "pass", { q: 0.5, of });
  const n90 = quantileOf(tally, "pass", { q: 0.9, of });
  const held = Object.entries(tally).flatMap(([key, n]) =>
    key.startsWith("held:") ? [[key.slice(5), n] as const] : [],
  );
  const row: Omit<LifeRow, "compared"> = {
    kind: "life",
    name: scenario.name,
    title: scenario.title,
    better: scenario.better,
    lives: of,
    pass: by("pass"),
    promoted: by("promoted"),
    median,
    n90,
    promotedMedian: quantileOf(tally, "promoted", { q: 0.5, of }),
    promotedN90: quantileOf(tally, "promoted", { q: 0.9, of }),
    heldBy: Object.fromEntries(held),
    oracle:
      withOracle && scenario.better ? oracleOfProcess({ process: scenario.process, slots: scenario.slots }) : null,
  };
  return { ...row, compared: compareLife(scenario, row, tally) };
}

function guardRow(scenario: GuardScenario, tally: Tally): GuardRow {
  const lives = tally.lives ?? 0;
  const promoted = lives - (tally.unpromoted ?? 0);
  const compared: Compared[] = [];
  const after = scenario.after.map(({ label }) => {
    const of = tally[`${label}|lives`] ?? 0;
    const share = (...what: string[]) =>
      shareOf({ times: what.reduce((sum, w) => sum + (tally[`${label}|${w}`] ?? 0), 0), of });
    const prolonged = ["passed", "market", "advised", "rollback", "prolonged", "watching", "alert", "unclear"];
    const row = {
      label,
      rollback: share("rollback"),
      market: share("heard:market"),
      unclear: share("unclear"),
      alert: share("heard:alert"),
      prolonged: share(...prolonged.map((verdict) => `prolonged:${verdict}`)),
      advised: share("prolonged:advised"),
      unpaired: share("heard:unpaired"),
      median: quantileOf(tally, `${label}|after`, { q: 0.5, of: tally[`${label}|rollback`] ?? 0 }),
    };
    for (const [what, expected] of Object.entries(scenario.study?.[label] ?? {}))
      compared.push(compareShare(`${label}: ${what}`, row[what as keyof GuardShares], expected, scenario.studyRuns));
    return row;
  });
  const baselineRows = promoted > 0 ? Math.round((tally.baselineRows ?? 0) / promoted) : 0;
  return { kind: "guard", name: scenario.name, title: scenario.title, lives, promoted, baselineRows, after, compared };
}

function monitorRow(scenario: MonitorScenario, tally: Tally): MonitorRow {
  const lives = tally.lives ?? 0;
  const runs = tally.runs ?? 0;
  const cut = (tally.none ?? 0) > 0.001 * runs;
  const mean = runs > 0 ? (tally.sum ?? 0) / runs : 0;
  const spread = runs > 1 ? Math.sqrt(Math.max(0, (tally.squares ?? 0) / runs - mean * mean) / runs) : 0;
  const median = quantileOf(tally, "run", { q: 0.5, of: runs });
  const p90 = quantileOf(tally, "run", { q: 0.9, of: runs });
  const by1000 = shareOf({ times: countedBy(tally, "run", 1000), of: runs });
  const { study = {} } = scenario;
  const compared: Compared[] = [];
  if (study.mean !== undefined && !cut)
    compared.push({
      what: "mean",
      ours: mean,
      study: study.mean,
      apart: (mean - study.mean) / Math.hypot(spread, STUDY_RUN_ERROR * study.mean),
    });
  for (const [what, ours, expected] of [
    ["median", median, study.median],
    ["p90", p90, study.p90],
  ] as const) {
    if (ours !== null && expected !== undefined)
      compared.push({
        what,
        ours,
        study: expected,
        apart: (ours - expected) / (STUDY_RUN_ERROR * expected * Math.SQRT2),
      });
  }
  const alarms = Object.entries(tally).reduce((sum, [key, n]) => sum + (key.startsWith("cause:") ? n : 0), 0);
  const causedBy = (name: string) => shareOf({ times: tally[`cause:${name}`] ?? 0, of: alarms });
  const cause = { model: causedBy("model"), market: causedBy("market"), unclear: causedBy("unclear") };
  for (const name of ["market", "model"] as const)
    if (study[name] !== undefined) compared.push(compareShare(`called ${name}`, cause[name], study[name]));
  if (study.by1000 !== undefined) compared.push(compareShare("alarm by 1,000", by1000, study.by1000));
  return {
    kind: "monitor",
    name: scenario.name,
    title: scenario.title,
    lives,
    early: shareOf({ times: tally.early ?? 0, of: lives }),
    mean: cut ? null : { value: mean, se: spread },
    median,
    p90,
    by1000,
    cause,
    compared,
  };
}

/**
 * One scenario's row.
 * @param options.oracle  false leaves the fixed-sample oracle out (it costs a second of drawing)
 */
export function rowOf(options: { scenario: Scenario; tally: Tally; oracle?: boolean }): Row {
  switch (options.scenario.kind) {
    case "life":
      return lifeRow(options.scenario, options.tally, options.oracle ?? true);
    case "guard":
      return guardRow(options.scenario, options.tally);
    case "monitor":
      return monitorRow(options.scenario, options.tally);
  }
}
