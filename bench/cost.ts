import { rounded } from "../shared/domain/number-words.ts";
import { type Measured, measureLife } from "../test/support/measured-life.ts";

/** Units of DynamoDB a trade costs beyond its own row, live and in bulk: the table of docs/COST.md. */

const LIVES = [
  { what: "live, first champion", signals: 1000, batch: 1 },
  { what: "live, past its guard", signals: 1000, batch: 1, reign: "settled" },
  { what: "live, past its guard, one signal a minute", signals: 1000, batch: 1, reign: "settled", minutes: 1 },
  { what: "live, the 100 trades of the guard", signals: 100, batch: 1, reign: "guarded" },
  { what: "bulk, first champion", signals: 1000, batch: 100 },
  { what: "bulk, past its guard", signals: 1000, batch: 100, reign: "settled" },
] as const;

function show(what: string, model: string, { trades, ingest, evaluate }: Measured): void {
  const costs = [ingest.writes, ingest.reads, evaluate.writes, evaluate.reads];
  const both = [ingest.writes + evaluate.writes, ingest.reads + evaluate.reads];
  const cells = [...costs, ...both].map((units) => rounded(units / trades, 3));
  console.log(`| ${[what, model, rounded(evaluate.calls / trades, 3), ...cells].join(" | ")} |`);
}

function sum(all: readonly Measured[]): Measured {
  const of = (step: "ingest" | "evaluate") => {
    const total = (unit: "reads" | "writes" | "calls") => all.reduce((n, m) => n + m[step][unit], 0);
    return { reads: total("reads"), writes: total("writes"), calls: total("calls") };
  };
  return { trades: all.reduce((n, m) => n + m.trades, 0), ingest: of("ingest"), evaluate: of("evaluate") };
}

const columns = ["calls of evaluate", "ingest writes", "ingest reads", "evaluate writes", "evaluate reads"];
console.log(`| ${["", "model", ...columns, "writes", "reads"].join(" | ")} |\n|${"---|".repeat(9)}`);
for (const { what, ...life } of LIVES) {
  const measured = await measureLife(life);
  for (const [model, one] of Object.entries(measured)) show(what, model, one);
  show(what, "all", sum(Object.values(measured)));
}
