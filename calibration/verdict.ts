import { rounded, roundedCount, roundedPercent } from "../shared/domain/number-words.ts";
import type { GuardRow, LifeRow, MonitorRow, Row } from "./table.ts";
import type { Share } from "./tally.ts";

/** What the tables say, in words: what was promised, what was measured, and whether the one holds against the other. */

/** Familywise level promised for challengers no better than the champion, over one champion's reign. */
const PROMISED = 0.05;
/** Standard errors allowed for chance. */
const CHANCE = 2;

export type Judged = { holds: "yes" | "no" | "unsure"; line: string };

const withError = (s: Share): string => `${roundedPercent(s.share)} ± ${rounded(100 * s.se, 1)}`;

function againstLevel(s: Share): Judged["holds"] {
  if (s.share - CHANCE * s.se > PROMISED) return "no";
  return s.share + CHANCE * s.se <= PROMISED ? "yes" : "unsure";
}

const words: Record<Judged["holds"], string> = {
  yes: "holds",
  no: "DOES NOT HOLD",
  unsure: "not contradicted, but too few lives to be sure",
};

/** Promotions by the last step of the table. */
function promotedAtEnd(row: LifeRow): Share {
  const last = Math.max(...Object.keys(row.promoted).map(Number));
  return row.promoted[last]!;
}

function levelLines(rows: readonly LifeRow[]): Judged[] {
  return rows.map((row) => {
    const share = promotedAtEnd(row);
    const holds = againstLevel(share);
    return {
      holds,
      line: `${row.title}: promised at most ${roundedPercent(PROMISED)}, measured ${withError(share)}: ${words[holds]}`,
    };
  });
}

const quantile = (n: number | null): string => (n === null ? "never (by 5,000)" : roundedCount(n));

function powerLines(rows: readonly LifeRow[]): Judged[] {
  return rows.map((row) => ({
    holds: "yes",
    line: `${row.title}: promoted in ${withError(promotedAtEnd(row))}, half by ${quantile(row.promotedMedian)} common signals, nine of ten by ${quantile(row.promotedN90)}`,
  }));
}

function guardLines(row: GuardRow): Judged[] {
  return row.after.map((a) => {
    const market = a.market.share > 0.005 ? `, called a market in ${roundedPercent(a.market.share)}` : "";
    // A former champion that has fallen silent cannot tell a market from a model: there nothing is promised.
    const silent = a.unpaired.share > 0.5;
    const fell = !silent && (a.label.startsWith("both") || a.label.startsWith("nothing"));
    const holds = fell ? againstLevel(a.rollback) : "yes";
    const alone = silent ? ", judged by its own promise alone" : "";
    const judged = fell ? `: ${words[holds]}` : "";
    return {
      holds,
      line: `${row.title}, ${a.label}: rolled back in ${withError(a.rollback)}${market}${alone}${judged}`,
    };
  });
}

function monitorLines(row: MonitorRow): Judged {
  const length =
    row.mean === null ? "not measured" : `${roundedCount(row.mean.value)} ± ${roundedCount(row.mean.se)} trades`;
  return { holds: "yes", line: `${row.title}: first alarm after ${length}` };
}

function comparedLine(rows: readonly Row[]): string | null {
  const all = rows.flatMap((r) => r.compared);
  if (all.length === 0) return null;
  const far = all.filter((c) => Math.abs(c.apart) > 3).length;
  return `${far} of ${all.length} numbers lie more than three standard errors from the design study's.`;
}

type Section = { title: string; lines: Judged[] };

/** Long dependence, regimes and losses nobody has seen yet have rates of their own, which no test of the rows can know: shown, not promised. */
const isPromised = (name: string): boolean =>
  !/^(overlap-(10|20)|regime|garch-own|crash|attack-(peso|never-04|never-025))/.test(name);

function sectionsOf(rows: readonly Row[]): Section[] {
  const lives = rows.filter((r) => r.kind === "life");
  const equal = lives.filter((r) => !r.better);
  const guards = rows.filter((r) => r.kind === "guard");
  const monitors = rows.filter((r) => r.kind === "monitor");
  return [
    { title: "Promotions of models no better", lines: levelLines(equal.filter((r) => isPromised(r.name))) },
    {
      title:
        "Where rows hang together longer than the rule can bear, or rare losses were never seen (rates, no promise)",
      lines: levelLines(equal.filter((r) => !isPromised(r.name))).map((j) => ({
        holds: "yes" as const,
        line: j.line.replace(/: promised at most .*?, measured/, ": measured").replace(/: [^:]*$/, ""),
      })),
    },
    { title: "Promotions of better models", lines: powerLines(lives.filter((r) => r.better)) },
    {
      title: "Guard, within its window (harmful: a rollback when nothing changed or both fell)",
      lines: guards.flatMap(guardLines),
    },
    { title: "Degradation monitor", lines: monitors.map(monitorLines) },
  ].filter((s) => s.lines.length > 0);
}

/** The verdict as text: by section, then one sentence. */
export function verdictText(rows: readonly Row[]): string {
  const sections = sectionsOf(rows);
  const all = sections.flatMap((s) => s.lines);
  const broken = all.filter((j) => j.holds === "no").length;
  const unsure = all.filter((j) => j.holds === "unsure").length;
  const compared = comparedLine(rows);
  const sentence =
    broken > 0
      ? `VERDICT: ${broken} of the promises above ${broken === 1 ? "does" : "do"} not hold.`
      : unsure > 0
        ? `VERDICT: no promise is contradicted; ${unsure} need more lives to be sure.`
        : "VERDICT: the promises hold.";
  return [
    ...sections.flatMap((s) => [s.title, ...s.lines.map((j) => `  ${j.line}`), ""]),
    ...(compared === null ? [] : [compared]),
    sentence,
  ].join("\n");
}
