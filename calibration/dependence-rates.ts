import tables from "../docs/calibration/tables.json" with { type: "json" };
import type { Share } from "./tally.ts";

/** False promotions by how rows hang together, as the committed tables have them. */

export type DependenceRate = { title: string; promoted: Share };

/** Processes whose false promotions are shown beside the plan, from the committed tables. */
const PROCESSES = [
  "normal-7",
  "ar-2",
  "ar-5",
  "overlap-5",
  "overlap-10",
  "overlap-20-given",
  "garch-own-10-85-fixed",
  "regime-10-50",
  "regime-10-100",
];

/** How often one of three equal challengers is promoted by 5,000 rows, by how rows hang together: measured, docs/calibration. */
export function dependenceRates(): DependenceRate[] {
  const rows = tables.rows as unknown as { name: string; title: string; promoted?: Record<string, Share> }[];
  return PROCESSES.flatMap((name) => {
    const row = rows.find((r) => r.name === name);
    const promoted = row?.promoted?.["5000"];
    return row && promoted ? [{ title: row.title, promoted }] : [];
  });
}
