import * as z from "zod";

/**
 * Settings: every environment variable that changes what Understudy decides, listed once: the type, the check, the README's
 * table and the command that prints them come from the one table below.
 * The same names hold on a laptop, in Lambda and at synthesis (infra reads this file too).
 * A value outside its range, or a SHADOW_* name nobody knows, is refused: a typo must not silently mean "default".
 */

/** What a text must be. */
class SettingRefusal {
  readonly must: string;
  constructor(must: string) {
    this.must = must;
  }
}

const text = z.string();

/** One schema a setting, not a chain of them: every cold start of every function builds the whole table. */
const textTo = <Value>(read: (text: string) => Value | SettingRefusal) =>
  text.transform((given, context) => {
    const value = read(given);
    if (!(value instanceof SettingRefusal)) return value;
    context.addIssue(value.must);
    return z.NEVER;
  });

const oneOf = <const Choice extends string>(choices: readonly [Choice, ...Choice[]]) =>
  z.enum(choices, { error: `must be ${choices.join(" or ")}` });

const flag = textTo((text) =>
  text === "true" || text === "false" ? text === "true" : new SettingRefusal("must be true or false"),
);

type Bounds = { min: number; max: number; whole?: boolean };

function readNumber(text: string, { min, max, whole }: Bounds): number | SettingRefusal {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return new SettingRefusal("must be a plain number");
  const x = Number(text);
  if (x < min || x > max) return new SettingRefusal(`must lie between ${min} and ${max}`);
  return whole && !Number.isInteger(x) ? new SettingRefusal("must be a whole number") : x;
}

/** A number within bounds, and what becomes of it. */
const numberTo = <Value>(bounds: Bounds, then: (x: number) => Value | SettingRefusal) =>
  textTo((text) => {
    const x = readNumber(text, bounds);
    return x instanceof SettingRefusal ? x : then(x);
  });

const number = (bounds: Bounds) => textTo((text) => readNumber(text, bounds));

const hundreds = (bounds: { min: number; max: number }) =>
  numberTo({ ...bounds, whole: true }, (n) =>
    n % 100 === 0
      ? n
      : new SettingRefusal(
          "must be a multiple of 100: the boundary constants were measured for looks every 100 trades",
        ),
  );

const slots = numberTo({ min: 1, max: 3, whole: true }, (n) => n as 1 | 2 | 3);

const hours = numberTo({ min: 1, max: 8760 }, (h) => h * 3_600_000);

const level = numberTo({ min: 0, max: 1 }, (x) =>
  x === 0.05 ? x : new SettingRefusal("must be 0.05: the boundary constants were calibrated for that level only"),
);

const positions = textTo((text): number | "auto" | SettingRefusal => {
  if (text === "auto") return "auto";
  return /^[1-9]\d{0,3}$/.test(text)
    ? Number(text)
    : new SettingRefusal("must be auto or a whole number from 1 to 9999");
});

const percentages = textTo((text) => {
  if (!/^\d{1,3}(,\d{1,3})*$/.test(text))
    return new SettingRefusal("must be percentages separated by commas, e.g. 10,50,100");
  const steps = text.split(",").map(Number);
  const grow = steps.every((x, i) => x >= 1 && x <= 100 && (i === 0 || x > steps[i - 1]!));
  if (!grow) return new SettingRefusal("must grow, each between 1 and 100");
  return steps.at(-1) === 100 ? steps : new SettingRefusal("must end with 100");
});

/** off, or an amount of money. */
const amount = textTo((text) => {
  if (text === "off") return null;
  if (!/^\d+(\.\d+)?$/.test(text)) return new SettingRefusal("must be off or an amount in account currency");
  return Number(text) > 0 ? Number(text) : new SettingRefusal("must be more than 0");
});

/** What is left of the money: null: all of it, nothing is done; 0: none. */
const breaker = textTo((text) => {
  if (text === "off") return null;
  if (text === "pause") return 0;
  return /^cut:0\.\d*[1-9]$/.test(text)
    ? Number(text.slice("cut:".length))
    : new SettingRefusal("must be off, pause, or cut: and the share that is left, e.g. cut:0.5");
});

type Entry = {
  /** of `Settings` */
  field: string;
  /** text to value; refuses with what the text must be */
  read: z.ZodType<unknown, string>;
  /** as a person would write it; read like any other text, so it must pass the same check */
  default: string;
  meaning: string;
};

const table = {
  ENABLE_SHADOW_MODELS: {
    field: "enabled",
    read: flag,
    default: "true",
    meaning: "false: nothing happens by itself and the routes answer 503 except health; trades go on being kept",
  },
  SHADOW_MIN_TRADES: {
    field: "minTrades",
    read: hundreds({ min: 500, max: 5000 }),
    default: "500",
    meaning: "rows of the first look; looks before 500 are outside the calibrated boundary",
  },
  SHADOW_CHECK_INTERVAL: {
    field: "checkInterval",
    read: hundreds({ min: 100, max: 1000 }),
    default: "100",
    meaning: "rows between looks",
  },
  SHADOW_ALPHA: {
    field: "alpha",
    read: level,
    default: "0.05",
    meaning: "false-promotion level over one champion's reign, all challengers together; constants exist for 0.05 only",
  },
  SHADOW_MAX_CHALLENGERS: {
    field: "maxChallengers",
    read: slots,
    default: "3",
    meaning: "challengers tested at the same time; fixes the boundary constants",
  },
  SHADOW_AUTO_PROMOTE: {
    field: "autoPromote",
    read: flag,
    default: "true",
    meaning: "false: an approved challenger waits for a person",
  },
  SHADOW_MDD_TOLERANCE: {
    field: "mddTolerance",
    read: number({ min: 1, max: 5 }),
    default: "1.20",
    meaning: "a challenger's maximum drawdown may be at most this multiple of the champion's",
  },
  SHADOW_MIN_WIN_RATE: {
    field: "minWinRate",
    read: number({ min: 0, max: 1 }),
    default: "0.50",
    meaning: "a challenger's win rate over the trades it took must be at least this",
  },
  SHADOW_N_BOOTSTRAP: {
    field: "nBootstrap",
    read: number({ min: 1000, max: 100_000, whole: true }),
    default: "10000",
    meaning: "bootstrap resamples per look",
  },
  SHADOW_GUARD_TRADES: {
    field: "guardTrades",
    read: number({ min: 20, max: 1000, whole: true }),
    default: "100",
    meaning: "trades after a promotion during which the guard may roll back",
  },
  SHADOW_GUARD: {
    field: "guard",
    read: oneOf(["paired", "promise"]),
    default: "paired",
    meaning:
      "a new champion is judged beside the former one on the same signals; promise: by its own promise alone, whoever is to blame",
  },
  SHADOW_GUARD_PROLONG: {
    field: "guardProlong",
    read: oneOf(["off", "advise", "rollback"]),
    default: "advise",
    meaning:
      "a chart open at the end of the window prolongs the guard once; crossing its line then advises or rolls back",
  },
  SHADOW_GUARD_MAX_LOSS: {
    field: "guardMaxLoss",
    read: amount,
    default: "off",
    meaning:
      "hard stop: drawdown since the promotion, account currency, beyond which the guard acts, whoever is to blame",
  },
  SHADOW_GUARD_MAX_LOSS_ACTION: {
    field: "guardMaxLossAction",
    read: oneOf(["pause", "rollback"]),
    default: "pause",
    meaning: "what the hard stop does: pause takes all money away until somebody resumes, or it rolls back",
  },
  SHADOW_MARKET_BREAKER: {
    field: "marketBreaker",
    read: breaker,
    default: "off",
    meaning:
      "when the market fell on both models: pause allocates no money, cut:0.5 half of it, until somebody resumes",
  },
  SHADOW_COOLDOWN_TRADES: {
    field: "cooldownTrades",
    read: number({ min: 0, max: 100_000, whole: true }),
    default: "500",
    meaning:
      "trades of a restored champion before anything is promoted by itself again, and signals after which the rollback is judged",
  },
  SHADOW_UNREPORTED: {
    field: "unreported",
    read: oneOf(["exclude", "abstain"]),
    default: "exclude",
    meaning: "a signal only one side reported: left out, or (abstain) the silent side counts as 0 once it is settled",
  },
  SHADOW_SETTLE_HOURS: {
    field: "settleMs",
    read: hours,
    default: "168",
    meaning:
      "hours of trade time after its opening by which a signal must be closed on both sides; later means missing",
  },
  SHADOW_MIN_COVERAGE: {
    field: "minCoverage",
    read: number({ min: 0.5, max: 1 }),
    default: "0.98",
    meaning: 'paired signals / all signals; below it a look is "no data"',
  },
  SHADOW_MIN_DIFFERING: {
    field: "minDiffering",
    read: number({ min: 1, max: 5000, whole: true }),
    default: "50",
    meaning: "rows on which champion and challenger must differ before a look can pass",
  },
  SHADOW_HORIZON: {
    field: "horizon",
    read: hundreds({ min: 500, max: 100_000 }),
    default: "5000",
    meaning: "rows after which an unpromoted challenger is retired",
  },
  SHADOW_FUTILITY_FROM: {
    field: "futilityFrom",
    read: hundreds({ min: 500, max: 100_000 }),
    default: "1500",
    meaning: "rows from which a challenger with both routes at or below zero is retired",
  },
  SHADOW_OVERLAP: {
    field: "overlap",
    read: positions,
    default: "auto",
    meaning:
      "positions usually open together: measured on the rows of each look (auto, needs opened_at), or a number the owner vouches for",
  },
  SHADOW_LONG_BLOCKS: {
    field: "longBlocks",
    read: oneOf(["auto", "always"]),
    default: "auto",
    meaning: "the stricter long-block variant: chosen from the measured overlap of positions, or always",
  },
  SHADOW_ALLOCATION: {
    field: "allocation",
    read: oneOf(["champion", "thompson"]),
    default: "champion",
    meaning: "who gets money: the champion alone, or challengers by Thompson sampling up to SHADOW_EPSILON",
  },
  SHADOW_EPSILON: {
    field: "epsilon",
    read: number({ min: 0, max: 0.05 }),
    default: "0.05",
    meaning: "largest share of the money all challengers get together under Thompson sampling",
  },
  SHADOW_RAMP: {
    field: "ramp",
    read: percentages,
    default: "100",
    meaning:
      "percent of the money a new champion gets, step by step (10,50,100); the former one keeps the rest until 100",
  },
  SHADOW_RAMP_TRADES: {
    field: "rampTrades",
    read: number({ min: 1, max: 10_000, whole: true }),
    default: "50",
    meaning: "trades of the new champion per step of the ramp",
  },
} as const satisfies Record<string, Entry>;

type Table = typeof table;

export type Settings = { [Name in keyof Table as Table[Name]["field"]]: z.output<Table[Name]["read"]> };

/** The names under which the code knows them. */
export const settingFields: readonly (keyof Settings)[] = Object.values(table).map((entry) => entry.field);

export type Setting = { name: string; default: string; meaning: string };

/** For people: the README's table and the command `settings`. */
export const settingsList: readonly Setting[] = Object.entries(table).map(([name, entry]) => ({
  name,
  default: entry.default,
  meaning: entry.meaning,
}));

export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Settings out of an environment.
 * @param environment  names to text, as `process.env`; names that are not ours are ignored, empty text means "not set"
 * @throws SettingsError naming every variable that is wrong and what it must be
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = settingsGiven(environment);
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(table, name))
    .map((name) => `${name}: no such setting`);
  const read: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(table)) {
    const text = given[name] ?? entry.default;
    const parsed = entry.read.safeParse(text);
    if (parsed.success) read[entry.field] = parsed.data;
    else problems.push(...parsed.error.issues.map((issue) => `${name}: ${issue.message} (is "${text}")`));
  }
  // The table has an entry for every field, so all of them were read once nothing is wrong.
  const settings = read as Settings;
  if (problems.length === 0 && settings.horizon < settings.minTrades)
    problems.push(`SHADOW_HORIZON: must not be less than SHADOW_MIN_TRADES (${settings.minTrades})`);
  if (problems.length > 0) throw new SettingsError(`Invalid settings: ${problems.join("; ")}`);
  return settings;
}

/** The variables of an environment that are meant for us, known or not. */
export function settingsGiven(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, text] of Object.entries(environment)) {
    if ((name.startsWith("SHADOW_") || name === "ENABLE_SHADOW_MODELS") && text) given[name] = text;
  }
  return given;
}

/** Level of one slot: what one test of one challenger may spend of the familywise level. */
export const alphaPerTest = (settings: Pick<Settings, "alpha" | "maxChallengers">): number =>
  settings.alpha / settings.maxChallengers;
