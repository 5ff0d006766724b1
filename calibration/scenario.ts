import type { Reports } from "./evidence.ts";
import type { Change } from "./marginal.ts";
import type { MarketProcess } from "./market-process.ts";

/**
 * A scenario: what is simulated, as a plain object. Its lives are numbered; life i depends on the seed, the scenario's name
 * and i alone, so any part of a table can be made anywhere and at any time.
 */
export type Scenario = LifeScenario | GuardScenario | MonitorScenario;

type Named = {
  /** as on the command line */
  name: string;
  group:
    | "null"
    | "dependence"
    | "regime"
    | "reports"
    | "slots"
    | "power"
    | "size"
    | "attack"
    | "guard"
    | "monitor"
    | "own";
  title: string;
  /** lives of the committed tables */
  lives: number;
};

/** Families of challengers from the first look to promotion or retirement. */
export type LifeScenario = Named & {
  kind: "life";
  slots: 1 | 2 | 3;
  /** challengers tested together; the boundary depends on `slots` alone */
  challengers: number;
  rows: number;
  /** what the pipeline would have measured */
  overlap: number;
  longBlocks?: boolean;
  process: MarketProcess;
  reports?: Reports;
  unpaired?: boolean;
  /** the challenger is truly better: power is reported instead of false promotions */
  better: boolean;
  /** numbers of the design study to compare with */
  study?: StudyLife;
};

/** Shares by rows; `n50` and `n90` of the pass and of the promotion, null = beyond the rows simulated. */
export type StudyLife = {
  /** lives behind each number: the study's own error */
  runs: number;
  pass?: Record<number, number>;
  promoted?: Record<number, number>;
  passN50?: number | null;
  passN90?: number | null;
  promotedN50?: number | null;
  promotedN90?: number | null;
};

/** What happens after a promotion; left out: nothing. */
export type Aftermath = {
  label: string;
  /** to both models, to the new champion alone */
  common?: Change;
  own?: Change;
  crashes?: NonNullable<MarketProcess["crashes"]>;
  /** trades after which it happens */
  from?: number;
};

/** Shares of guards, by verdict: of the study, and of the tables. */
export type GuardShares = { rollback?: number; market?: number; unclear?: number; alert?: number };

export type GuardScenario = Named & {
  kind: "guard";
  /** champion: the former one; challenger: the new one */
  process: MarketProcess;
  /** rows of shadow evidence at the promotion; "lived": as long as the challenger needed, the winner's luck included */
  baseline: number | "lived";
  /** boundary a lived challenger is promoted by; left out: that of three slots */
  slots?: 1 | 3;
  after: Aftermath[];
  /** how the former champion's answers come; left out: all of them, in time */
  answers?: { missing?: number; lossesMissing?: number; lateMost?: number; silentFrom?: number };
  /** by label: shares of guards within the window */
  study?: Record<string, GuardShares>;
  /** guards behind one number of the study */
  studyRuns?: number;
};

export type MonitorScenario = Named & {
  kind: "monitor";
  /** champion: the former one; challenger: the one that is watched */
  process: MarketProcess;
  /** rows of the baseline; "known": the true figures */
  baseline: number | "known";
  /** trades without a change before the change comes */
  warm: number;
  /** what changes; null: nothing, and the run length to a false alarm is measured */
  after: Omit<Aftermath, "label" | "from"> | null;
  /** longest run, trades */
  limit: number;
  /** mean, median and 90 % point of the run; share alarmed within 1,000; shares of the alarms by cause */
  study?: { mean?: number; median?: number; p90?: number; by1000?: number; market?: number; model?: number };
};
