import type { Reports } from "./evidence.ts";
import type { Marginal } from "./marginal.ts";
import type { World } from "./world.ts";

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
  world: World;
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

export type GuardScenario = Named & {
  kind: "guard";
  world: World;
  /** rows of shadow evidence at the promotion; "lived": as long as the challenger needed, the winner's luck included */
  baseline: number | "lived";
  /** boundary a lived challenger is promoted by; left out: that of three slots */
  slots?: 1 | 3;
  /** what the new champion is afterwards: falls of its win rate, or another distribution */
  after: { label: string; marginal: Marginal }[];
  /** by label: share rolled back by the win-rate rule, by the drawdown rule, by either; alert: win-rate rule */
  study?: Record<string, { winRate?: number; drawdown?: number; any?: number; alert?: number }>;
};

export type MonitorScenario = Named & {
  kind: "monitor";
  world: World;
  /** rows of the baseline; "known": the true figures */
  baseline: number | "known";
  /** trades without a change before the change comes */
  warm: number;
  /** what the champion becomes; null: nothing changes, and the run length is measured */
  after: Marginal | null;
  /** longest run, trades */
  limit: number;
  /** mean, median and 90 % point of the run; share alarmed within 1,000 */
  study?: { mean?: number; median?: number; p90?: number; by1000?: number };
};
