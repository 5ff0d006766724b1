import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { rounded, roundedCount } from "../shared/domain/number-words.ts";
import type { Measured } from "./length-probe.ts";

/** Reads and steps by the length of a reign: a fresh process for each store and length. */

export type LengthRun = {
  store: "memory" | "dynamodb";
  signals: number;
  /** steps over the whole reign once its ledgers are full, ms; null: not played */
  catchUpMs: number | null;
  peakRssMb: number;
  measured: Measured[];
};

const RUNS = [
  { store: "memory", signals: 1_000 },
  { store: "memory", signals: 10_000 },
  { store: "memory", signals: 100_000 },
  { store: "memory", signals: 1_000_000 },
  { store: "dynamodb", signals: 1_000 },
  { store: "dynamodb", signals: 10_000 },
  { store: "dynamodb", signals: 100_000 },
] as const;

/** @param options.signalsMax  longer reigns are left out */
export function lengths(options: { signalsMax: number }): LengthRun[] {
  return RUNS.filter((run) => run.signals <= options.signalsMax).map(({ store, signals }) => {
    const args = ["--expose-gc", "--max-old-space-size=6000", join(import.meta.dirname, "length-probe.ts")];
    const probe = spawnSync(process.execPath, [...args, store, String(signals)], { encoding: "utf8" });
    if (probe.status !== 0) throw new Error(`${store}, ${signals} signals: ${probe.stderr.trim()}`);
    return JSON.parse(probe.stdout) as LengthRun;
  });
}

/** One table a store and figure, as Markdown. */
export function showLengths(runs: readonly LengthRun[]): string {
  const tables = (["memory", "dynamodb"] as const).flatMap((store) => {
    const of = runs.filter((run) => run.store === store);
    if (of.length === 0) return [];
    const ms = table(
      of,
      `CPU ms (longest by the clock), ${store}`,
      (m) => `${shown(m.medianMs)} (${shown(m.worstMs)})`,
    );
    const second =
      store === "memory"
        ? table(of, "ledger rows read", (m) => roundedCount(m.rows))
        : table(of, "read units", (m) => (m.readUnits === null ? "" : rounded(m.readUnits, 1)));
    return [ms, second, table(of, `MB made, ${store}`, (m) => shown(Math.max(0, m.madeMb))), processes(of)];
  });
  return tables.join("\n\n");
}

const shown = (x: number): string => rounded(x, x >= 100 ? 0 : x >= 10 ? 1 : 2);

function table(runs: readonly LengthRun[], title: string, cell: (m: Measured) => string): string {
  const lines = runs[0]!.measured.map(({ what }, i) => row([what, ...runs.map((run) => cell(run.measured[i]!))]));
  return [row([title, ...runs.map(({ signals }) => roundedCount(signals))]), rule(runs.length + 1), ...lines].join(
    "\n",
  );
}

function processes(runs: readonly LengthRun[]): string {
  return [
    row(["the whole process", ...runs.map(({ signals }) => roundedCount(signals))]),
    rule(runs.length + 1),
    row([
      "all steps of the reign from full ledgers, s",
      ...runs.map((run) => (run.catchUpMs === null ? "not played" : shown(run.catchUpMs / 1000))),
    ]),
    row(["peak memory, MB", ...runs.map((run) => rounded(run.peakRssMb, 0))]),
  ].join("\n");
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const rule = (columns: number): string => `|${"---|".repeat(columns)}`;
