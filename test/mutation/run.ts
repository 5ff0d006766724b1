import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { CommandError, parseOrExplain, runCommand } from "../../cli/terminal/command-line.ts";

/** Mutation testing of the decision rule: changes the code in small ways and asks whether a test notices. */

const HELP = `Changes the decision rule in small ways, one at a time, and runs its tests on each.

  npm run mutation [-- options] [FILE ...]

  FILE        only these source files (default: those of test/mutation/stryker.config.json);
              FILE:FROM-TO only these lines
  --json      the surviving mutants and the counts as JSON
  --help

The whole run takes about ten minutes of one core. The explanation of the mutants
that survive is in docs/mutation.md; the full report is in reports/mutation.json.

Examples
  npm run mutation
  npm run mutation -- shared/domain/decide.ts
  nice -n 19 npm run mutation -- shared/stats/rule/score.ts --json
`;

const REPORT = "reports/mutation.json";

type Mutant = {
  mutatorName: string;
  status: string;
  replacement: string;
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
};
type Report = { files: Record<string, { source: string; mutants: Mutant[] }> };
type Counts = { file: string; killed: number; survived: number; total: number };

function counts(file: string, mutants: readonly Mutant[]): Counts {
  const killed = mutants.filter((m) => m.status === "Killed" || m.status === "Timeout").length;
  const survived = mutants.filter((m) => m.status === "Survived" || m.status === "NoCoverage").length;
  return { file, killed, survived, total: killed + survived };
}

/** What stood there, on one line. */
function original(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  return lines.join(" ").replace(/\s+/g, " ");
}

function survivors(report: Report): { at: string; mutator: string; was: string; became: string }[] {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter((m) => m.status === "Survived" || m.status === "NoCoverage")
      .map((m) => ({
        at: `${file}:${m.location.start.line}`,
        mutator: m.mutatorName,
        was: original(source, m.location),
        became: m.replacement.replace(/\s+/g, " "),
      })),
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseOrExplain(() =>
    parseArgs({
      allowPositionals: true,
      options: { json: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    }),
  );
  if (values.help) return void process.stdout.write(HELP);
  const stryker = "test/mutation/node_modules/@stryker-mutator/core/bin/stryker.js";
  const only = positionals.length > 0 ? ["--mutate", positionals.join(",")] : [];
  rmSync(REPORT, { force: true });
  spawnSync(process.execPath, [stryker, "run", "test/mutation/stryker.config.json", ...only], {
    stdio: ["ignore", values.json ? "ignore" : "inherit", "inherit"],
  });
  let report: Report;
  try {
    report = JSON.parse(readFileSync(REPORT, "utf8"));
  } catch {
    throw new CommandError(
      "Stryker ended without a report; its own message stands above (npm ci --prefix test/mutation)",
    );
  }
  const files = Object.entries(report.files).map(([file, { mutants }]) => counts(file, mutants));
  const left = survivors(report);
  if (values.json) return console.log(JSON.stringify({ files, survivors: left }, null, 2));
  for (const f of files) console.log(`${f.file}: ${f.killed} of ${f.total} killed`);
  const total = files.reduce((sum, f) => sum + f.total, 0);
  console.log(
    `${total - left.length} of ${total} killed (${((100 * (total - left.length)) / total).toFixed(1)} %). Survived:`,
  );
  for (const s of left) console.log(`  ${s.at} ${s.mutator}: ${s.was} -> ${s.became}`);
}

await runCommand("mutation", main);
