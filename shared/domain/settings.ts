import { z } from "zod";

/**
 * Settings: every environment variable that changes what Understudy decides, checked once.
 * The same names hold on a laptop, in Lambda and at synthesis (infra reads this file too).
 * A value outside its range, or a SHADOW_* name nobody knows, is refused: a typo must not silently mean "default".
 */

const flag = z.enum(["true", "false"], { error: "must be true or false" }).transform((text) => text === "true");

const number = (o: { min: number; max: number; whole?: boolean }) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, { error: "must be a plain number" })
    .transform(Number)
    .refine((x) => x >= o.min && x <= o.max, { error: `must lie between ${o.min} and ${o.max}` })
    .refine((x) => !o.whole || Number.isInteger(x), { error: "must be a whole number" });

const hundreds = (o: { min: number; max: number }) =>
  number({ ...o, whole: true }).refine((n) => n % 100 === 0, {
    error: "must be a multiple of 100: the boundary constants were measured for looks every 100 trades",
  });

const EnvironmentSchema = z.object({
  /** Master switch: false stops every automatic action; trades go on being kept. */
  ENABLE_SHADOW_MODELS: flag.default(true),
  /** First look, rows. Looks before 500 are outside the calibrated boundary. */
  SHADOW_MIN_TRADES: hundreds({ min: 500, max: 5000 }).default(500),
  /** Challenger's maximum drawdown may be at most this multiple of the champion's. */
  SHADOW_MDD_TOLERANCE: number({ min: 1, max: 5 }).default(1.2),
  /** Familywise false-promotion level of one champion's reign. Constants exist for 0.05 only. */
  SHADOW_ALPHA: number({ min: 0, max: 1 })
    .refine((x) => x === 0.05, { error: "must be 0.05: the boundary constants were calibrated for that level only" })
    .default(0.05),
  /** Bootstrap resamples per look. */
  SHADOW_N_BOOTSTRAP: number({ min: 1000, max: 100_000, whole: true }).default(10_000),
  /** Rows between looks. */
  SHADOW_CHECK_INTERVAL: hundreds({ min: 100, max: 1000 }).default(100),
  /** Challenger's win rate over trades taken must be at least this. */
  SHADOW_MIN_WIN_RATE: number({ min: 0, max: 1 }).default(0.5),
  /** Challengers tested at the same time; fixes the boundary constants. */
  SHADOW_MAX_CHALLENGERS: number({ min: 1, max: 3, whole: true }).default(3),
  /** false: an approved challenger waits for a person. */
  SHADOW_AUTO_PROMOTE: flag.default(true),
  /** Trades after a promotion during which the guard may roll back. */
  SHADOW_GUARD_TRADES: number({ min: 20, max: 1000, whole: true }).default(100),
  /** A signal only one side reported: leave it out, or count the silent side as 0. */
  SHADOW_UNREPORTED: z.enum(["exclude", "abstain"], { error: "must be exclude or abstain" }).default("exclude"),
  /** Hours of trade time after a signal opened by which the other side must have closed it; later means missing. */
  SHADOW_SETTLE_HOURS: number({ min: 1, max: 8760 }).default(168),
  /** Paired signals / all signals; below it a look is "no data". */
  SHADOW_MIN_COVERAGE: number({ min: 0.5, max: 1 }).default(0.98),
  /** Rows on which champion and challenger must differ before a look can pass. */
  SHADOW_MIN_DIFFERING: number({ min: 1, max: 5000, whole: true }).default(50),
  /** Rows after which an unpromoted challenger is retired. */
  SHADOW_HORIZON: hundreds({ min: 500, max: 100_000 }).default(5000),
  /** Rows from which a challenger with both routes at or below zero is retired. */
  SHADOW_FUTILITY_FROM: hundreds({ min: 500, max: 100_000 }).default(1500),
  /** Trades of a restored champion before anything may be promoted by itself again. */
  SHADOW_COOLDOWN_TRADES: number({ min: 0, max: 100_000, whole: true }).default(500),
  /** Who gets money: the champion alone, or challengers by Thompson sampling up to SHADOW_EPSILON. */
  SHADOW_ALLOCATION: z.enum(["champion", "thompson"], { error: "must be champion or thompson" }).default("champion"),
  /** Largest share of money all challengers get together under Thompson sampling. */
  SHADOW_EPSILON: number({ min: 0, max: 0.05 }).default(0.05),
  /** Percent of the money a new champion gets, step by step; the former champion keeps the rest until 100. */
  SHADOW_RAMP: z
    .string()
    .regex(/^\d{1,3}(,\d{1,3})*$/, { error: "must be percentages separated by commas, e.g. 10,50,100" })
    .transform((text) => text.split(",").map(Number))
    .refine((steps) => steps.every((x, i) => x >= 1 && x <= 100 && (i === 0 || x > steps[i - 1]!)), {
      error: "must grow, each between 1 and 100",
    })
    .refine((steps) => steps[steps.length - 1] === 100, { error: "must end with 100" })
    .default([100]),
  /** Trades of the new champion per step of the ramp. */
  SHADOW_RAMP_TRADES: number({ min: 1, max: 10_000, whole: true }).default(50),
  /** Long-block variant: chosen from the measured overlap of positions, or always. */
  SHADOW_LONG_BLOCKS: z.enum(["auto", "always"], { error: "must be auto or always" }).default("auto"),
});

export type Settings = {
  enabled: boolean;
  minTrades: number;
  mddTolerance: number;
  alpha: number;
  nBootstrap: number;
  checkInterval: number;
  minWinRate: number;
  maxChallengers: 1 | 2 | 3;
  autoPromote: boolean;
  guardTrades: number;
  unreported: "exclude" | "abstain";
  settleMs: number;
  minCoverage: number;
  minDiffering: number;
  horizon: number;
  futilityFrom: number;
  longBlocks: "auto" | "always";
  cooldownTrades: number;
  allocation: "champion" | "thompson";
  epsilon: number;
  /** percent, growing, ends with 100 */
  ramp: number[];
  rampTrades: number;
};

export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Settings out of an environment.
 * @param environment  names to text, as `process.env`; names that are not ours are ignored, empty text means "not set"
 * @throws SettingsError naming every variable that is wrong and what it must be
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, text]) => (name.startsWith("SHADOW_") || name === "ENABLE_SHADOW_MODELS") && text !== "" && text != null,
    ),
  );
  const known = new Set(Object.keys(EnvironmentSchema.shape));
  const problems = Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => `${name}: no such setting`);
  const parsed = EnvironmentSchema.safeParse(given);
  if (!parsed.success) {
    problems.push(
      ...parsed.error.issues.map(
        (issue) => `${issue.path.join(".")}: ${issue.message} (is "${given[String(issue.path[0])]}")`,
      ),
    );
  }
  if (parsed.success && parsed.data.SHADOW_HORIZON < parsed.data.SHADOW_MIN_TRADES)
    problems.push(`SHADOW_HORIZON: must not be less than SHADOW_MIN_TRADES (${parsed.data.SHADOW_MIN_TRADES})`);
  if (problems.length > 0 || !parsed.success) throw new SettingsError(`Invalid settings: ${problems.join("; ")}`);
  const e = parsed.data;
  return {
    enabled: e.ENABLE_SHADOW_MODELS,
    minTrades: e.SHADOW_MIN_TRADES,
    mddTolerance: e.SHADOW_MDD_TOLERANCE,
    alpha: e.SHADOW_ALPHA,
    nBootstrap: e.SHADOW_N_BOOTSTRAP,
    checkInterval: e.SHADOW_CHECK_INTERVAL,
    minWinRate: e.SHADOW_MIN_WIN_RATE,
    maxChallengers: e.SHADOW_MAX_CHALLENGERS as 1 | 2 | 3,
    autoPromote: e.SHADOW_AUTO_PROMOTE,
    guardTrades: e.SHADOW_GUARD_TRADES,
    unreported: e.SHADOW_UNREPORTED,
    settleMs: e.SHADOW_SETTLE_HOURS * 3_600_000,
    minCoverage: e.SHADOW_MIN_COVERAGE,
    minDiffering: e.SHADOW_MIN_DIFFERING,
    horizon: e.SHADOW_HORIZON,
    futilityFrom: e.SHADOW_FUTILITY_FROM,
    longBlocks: e.SHADOW_LONG_BLOCKS,
    cooldownTrades: e.SHADOW_COOLDOWN_TRADES,
    allocation: e.SHADOW_ALLOCATION,
    epsilon: e.SHADOW_EPSILON,
    ramp: e.SHADOW_RAMP,
    rampTrades: e.SHADOW_RAMP_TRADES,
  };
}

/** The names this file understands, for documentation and for the stage files of infra. */
export const settingNames: readonly string[] = Object.keys(EnvironmentSchema.shape);
