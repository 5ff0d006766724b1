import { measureLife } from "../test/support/measured-life.ts";

/** Units of DynamoDB a trade costs beyond its own row, live and in bulk: the table of docs/COST.md. */

const LIVES = [
  { what: "live", signals: 600, batch: 1 },
  { what: "bulk", signals: 1000, batch: 100 },
] as const;

const each = (units: number, trades: number) => Math.round((100 * units) / trades) / 100;

for (const { what, ...life } of LIVES) {
  const rows = Object.entries(await measureLife(life)).map(([model, { trades, ingest, evaluate }]) => ({
    what,
    model,
    "ingest writes": each(ingest.writes, trades),
    "ingest reads": each(ingest.reads, trades),
    "evaluate calls": evaluate.calls,
    "evaluate writes": each(evaluate.writes, trades),
    "evaluate reads": each(evaluate.reads, trades),
  }));
  console.table(rows);
}
