import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSettings, SettingsError, settingsList } from "../../../shared/domain/settings.ts";

function problemOf(environment: Record<string, string>): string {
  try {
    parseSettings(environment);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
}

describe("settings", () => {
  it("have the documented defaults when nothing is set", () => {
    expect(parseSettings({})).toEqual({
      enabled: true,
      minTrades: 500,
      mddTolerance: 1.2,
      alpha: 0.05,
      nBootstrap: 10_000,
      checkInterval: 100,
      minWinRate: 0.5,
      maxChallengers: 3,
      autoPromote: true,
      guardTrades: 100,
      guard: "paired",
      guardProlong: "advise",
      guardMaxLoss: null,
      guardMaxLossAction: "pause",
      marketBreaker: null,
      unreported: "exclude",
      settleMs: 168 * 3_600_000,
      minCoverage: 0.98,
      minDiffering: 50,
      horizon: 5000,
      futilityFrom: 1500,
      longBlocks: "auto",
      overlap: "auto",
      cooldownTrades: 500,
      allocation: "champion",
      epsilon: 0.05,
      ramp: [100],
      rampTrades: 50,
    });
  });

  it("are read from text", () => {
    const settings = parseSettings({
      ENABLE_SHADOW_MODELS: "false",
      SHADOW_AUTO_PROMOTE: "false",
      SHADOW_MIN_TRADES: "600",
      SHADOW_MDD_TOLERANCE: "1.5",
      SHADOW_SETTLE_HOURS: "2.5",
      SHADOW_UNREPORTED: "abstain",
      SHADOW_RAMP: "10,50,100",
      SHADOW_MAX_CHALLENGERS: "1",
    });
    expect(settings).toMatchObject({
      enabled: false,
      autoPromote: false,
      minTrades: 600,
      mddTolerance: 1.5,
      settleMs: 9_000_000,
      unreported: "abstain",
      ramp: [10, 50, 100],
      maxChallengers: 1,
    });
  });

  it("take empty text for not set, and leave other people's variables alone", () => {
    expect(parseSettings({ SHADOW_MIN_TRADES: "", PATH: "somewhere", SHADOWS: "long", UNSET: undefined })).toEqual(
      parseSettings({}),
    );
  });

  it.each([
    ["ENABLE_SHADOW_MODELS", "yes", "must be true or false"],
    ["ENABLE_SHADOW_MODELS", "True", "must be true or false"],
    ["SHADOW_MIN_TRADES", "400", "must lie between 500 and 5000"],
    ["SHADOW_MIN_TRADES", "550", "must be a multiple of 100"],
    ["SHADOW_MIN_TRADES", "5e2", "must be a plain number"],
    ["SHADOW_MIN_TRADES", " 500", "must be a plain number"],
    ["SHADOW_MDD_TOLERANCE", "0.9", "must lie between 1 and 5"],
    ["SHADOW_ALPHA", "0.01", "must be 0.05"],
    ["SHADOW_N_BOOTSTRAP", "999", "must lie between 1000 and 100000"],
    ["SHADOW_N_BOOTSTRAP", "1000.5", "must be a whole number"],
    ["SHADOW_CHECK_INTERVAL", "50", "must lie between 100 and 1000"],
    ["SHADOW_MIN_WIN_RATE", "50", "must lie between 0 and 1"],
    ["SHADOW_MAX_CHALLENGERS", "4", "must lie between 1 and 3"],
    ["SHADOW_GUARD_TRADES", "19", "must lie between 20 and 1000"],
    ["SHADOW_UNREPORTED", "ignore", "must be exclude or abstain"],
    ["SHADOW_MIN_COVERAGE", "98", "must lie between 0.5 and 1"],
    ["SHADOW_LONG_BLOCKS", "never", "must be auto or always"],
    ["SHADOW_OVERLAP", "0", "must be auto or a whole number from 1 to 9999"],
    ["SHADOW_OVERLAP", "2.5", "must be auto or a whole number from 1 to 9999"],
    ["SHADOW_ALLOCATION", "random", "must be champion or thompson"],
    ["SHADOW_EPSILON", "0.06", "must lie between 0 and 0.05"],
    ["SHADOW_RAMP", "10;100", "must be percentages separated by commas"],
    ["SHADOW_RAMP", "50,10,100", "must grow, each between 1 and 100"],
    ["SHADOW_RAMP", "0,100", "must grow, each between 1 and 100"],
    ["SHADOW_RAMP", "10,50", "must end with 100"],
    ["SHADOW_RAMP", "100,200", "must grow, each between 1 and 100"],
  ])("refuse %s=%s", (name, text, why) => {
    const problem = problemOf({ [name]: text });
    expect(problem).toContain(`${name}: ${why}`);
    expect(problem).toContain(`(is "${text}")`);
  });

  it("refuse a name nobody knows: a typo must not silently mean the default", () => {
    expect(problemOf({ SHADOW_MIN_TRADE: "600" })).toBe("Invalid settings: SHADOW_MIN_TRADE: no such setting");
  });

  it("name everything that is wrong at once", () => {
    const problem = problemOf({ SHADOW_ALPHA: "0.1", SHADOW_MIN_TRADES: "1", SHADOW_FOO: "1" });
    for (const name of ["SHADOW_ALPHA", "SHADOW_MIN_TRADES", "SHADOW_FOO"]) expect(problem).toContain(name);
  });

  it("refuse a horizon before the first look: every challenger would be retired unseen", () => {
    expect(problemOf({ SHADOW_MIN_TRADES: "1000", SHADOW_HORIZON: "900" })).toBe(
      "Invalid settings: SHADOW_HORIZON: must not be less than SHADOW_MIN_TRADES (1000)",
    );
    expect(problemOf({ SHADOW_MIN_TRADES: "1000", SHADOW_HORIZON: "1000" })).toBe("");
  });

  it("stand in the README one by one, with the default and the meaning the code has", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
    const written = readme.split("\n").filter((line) => /^\| `(SHADOW_|ENABLE_SHADOW)/.test(line));
    expect(written).toEqual(settingsList.map((s) => `| \`${s.name}\` | ${s.default} | ${s.meaning} |`));
  });

  it("have defaults that pass their own check: written out, they change nothing", () => {
    const written = Object.fromEntries(settingsList.map((s) => [s.name, s.default]));
    expect(settingsList.length).toBe(Object.keys(parseSettings({})).length);
    expect(parseSettings(written)).toEqual(parseSettings({}));
  });
});
