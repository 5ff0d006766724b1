import { parseArgs } from "node:util";
import { parseSettings, SettingsError, settingsGiven, settingsList } from "../shared/domain/settings.ts";
import { exitCodes, parseOrExplain, runCommand, styled, UsageError } from "./terminal/command-line.ts";

/** Every setting with its value in this shell, checked as Lambda and the laptop's stack check it at start. */

const HELP = `Prints every setting: its value here, its default and what it means.

  npm run settings [-- --json]

  --json    one JSON document
  --help

A value outside its range, or a SHADOW_ name nobody knows, ends with exit code 2.

${exitCodes}

Examples
  npm run settings
  SHADOW_MIN_TRADES=1000 npm run settings
`;

type Line = { name: string; value: string; default: string; meaning: string };

function linesOf(environment: Readonly<Record<string, string | undefined>>): Line[] {
  try {
    parseSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
  const given = settingsGiven(environment);
  return settingsList.map((s) => ({ ...s, value: given[s.name] ?? s.default }));
}

function textOf(lines: readonly Line[]): string {
  const width = Math.max(...lines.map((line) => `${line.name}=${line.value}`.length));
  return lines
    .map((line) => {
      const left = `${line.name}=${line.value}`.padEnd(width);
      return `${line.value === line.default ? left : styled("bold", left)}  ${line.meaning}\n`;
    })
    .join("");
}

await runCommand("settings", async () => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    }),
  );
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const lines = linesOf(process.env);
  process.stdout.write(values.json ? `${JSON.stringify(lines, null, 2)}\n` : textOf(lines));
});
