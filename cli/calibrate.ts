import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue, findScenarios } from "../calibration/catalogue.ts";
import { tablesText } from "../calibration/markdown.ts";
import { quickScenarios } from "../calibration/quick.ts";
import type { Scenario } from "../calibration/scenario.ts";
import { type Row, rowOf } from "../calibration/table.ts";
import { verdictText } from "../calibration/verdict.ts";
import { RULE_VERSION } from "../shared/domain/decide.ts";
import { parseSettings, type Settings, SettingsError } from "../shared/domain/settings.ts";
import { certify } from "./calibrate/certify.ts";
import { ChunkStore } from "./calibrate/chunk-store.ts";
import { type CalibrateOptions, help, parseCalibrateOptions } from "./calibrate/options.ts";
import { durationWords, probeSeconds } from "./calibrate/probe.ts";
import { simulate } from "./calibrate/simulate.ts";
import { CommandError, runCommand, switchColoursOff, UsageError } from "./terminal/command-line.ts";
import { count } from "./terminal/figures.ts";

/** `npm run calibrate`: false promotions, power, guard and monitor, measured on the production decision code. */

await runCommand("calibrate", async (signal) => {
  const options = parseCalibrateOptions(process.argv.slice(2));
  if (!options) return void process.stdout.write(help);
  if (options.noColor) switchColoursOff();
  if (options.list) return void process.stdout.write(listText());
  const settings = readSettings();
  if (options.own !== null) return certify({ options, own: options.own, settings, signal });
  await calibrate(options, settings, signal);
});

function readSettings(): Settings {
  try {
    return parseSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError(error.message);
    throw error;
  }
}

function listText(): string {
  const groups = [...new Set(catalogue.map((s) => s.group))];
  const width = Math.max(...catalogue.map((s) => s.name.length));
  const lines = groups.flatMap((group) => [
    `${group}:`,
    ...catalogue
      .filter((s) => s.group === group)
      .map((s) => `  ${s.name.padEnd(width)}  ${s.title} (${count(s.lives)} lives)`),
  ]);
  return `${lines.join("\n")}\n`;
}

function chosen({ scenarios }: CalibrateOptions): readonly Scenario[] {
  if (scenarios.length === 0) return catalogue;
  const found = findScenarios(scenarios);
  if ("unknown" in found) throw new UsageError(`there is no scenario or group "${found.unknown}"; --list names them`);
  return found;
}

async function calibrate(options: CalibrateOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  const scenarios = options.quick ? quickScenarios(chosen(options)) : chosen(options);
  if (scenarios.length === 0) throw new UsageError("none of these scenarios is part of the quick run");
  const livesOf = (s: Scenario) => options.lives ?? s.lives;
  const plan = { scenarios, livesOf, settings, seed: options.seed, workers: options.workers, own: null };
  const lives = scenarios.reduce((sum, s) => sum + livesOf(s), 0);
  const takes = durationWords(probeSeconds(plan));
  process.stderr.write(
    `${count(lives)} lives of ${scenarios.length} scenarios, rule ${RULE_VERSION}, seed ${options.seed}: ${takes} with ${options.workers} workers, by a probe of a few lives each.\n`,
  );
  const tallies = await simulate(plan, new ChunkStore(options.out), signal);
  const rows = scenarios.map((scenario, i) => rowOf({ scenario, tally: tallies[i]! }));
  const json = `${JSON.stringify(document(options, settings, rows), null, 1)}\n`;
  const text = `${tablesText(rows)}\n`;
  const verdict = `${verdictText(rows)}\n`;
  if (options.out !== null) {
    mkdirSync(options.out, { recursive: true });
    writeFileSync(join(options.out, "tables.md"), text);
    writeFileSync(join(options.out, "tables.json"), json);
  }
  process.stdout.write(options.json ? json : options.quick ? verdict : `${text}\n${verdict}`);
}

function document({ seed }: CalibrateOptions, settings: Settings, rows: readonly Row[]): Record<string, unknown> {
  return { rule_version: RULE_VERSION, seed, settings, rows };
}
