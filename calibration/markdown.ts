import { rounded, roundedCount } from "../shared/domain/number-words.ts";
import type { Compared, GuardRow, LifeRow, MonitorRow, Row } from "./table.ts";
import type { Share } from "./tally.ts";

/** Rows of results as Markdown tables that also read well as plain text. */

/** .013: a share at three digits without its 0. */
const short = (x: number): string => rounded(x, 3).replace(/^0\./, ".");

/** .013 ±.002, a share with its standard error. */
export function shareText(s: Share): string {
  return s.of > 0 ? `${short(s.share)} ±${short(s.se)}` : "–";
}

/** Cells padded to the width of their column. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = header.map((cell, i) => Math.max(cell.length, 3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(width[i]!)).join(" | ")} |`;
  return [line(header), `|${width.map((w) => "-".repeat(w + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

function falsePromotions(rows: readonly LifeRow[]): string {
  const steps = [...new Set(rows.flatMap((r) => Object.keys(r.pass)))].sort((a, b) => Number(a) - Number(b));
  const shares = (r: LifeRow, name: "pass" | "promoted") =>
    steps.map((n) => (r[name][n] === undefined ? "" : shareText(r[name][n])));
  const header = (what: string) => [
    "scenario",
    "families",
    ...steps.map((n) => `${what} by ${roundedCount(Number(n))}`),
  ];
  const named = (r: LifeRow) => [`${r.title} (${r.name})`, roundedCount(r.lives)];
  return [
    "### False promotions: any statistical pass, whatever the gates say",
    table(
      header("pass"),
      rows.map((r) => [...named(r), ...shares(r, "pass")]),
    ),
    "### False promotions: any promotion, with evidence, gates, score, retirement and horizon",
    table(
      header("promoted"),
      rows.map((r) => [...named(r), ...shares(r, "promoted")]),
    ),
  ].join("\n\n");
}

function power(rows: readonly LifeRow[]): string {
  const steps = ["500", "1000", "2000", "3000", "5000"];
  const quantile = (n: number | null) => (n === null ? "> 5,000" : roundedCount(n));
  const header = [
    "challenger",
    "lives",
    ...steps.map((n) => `promoted by ${roundedCount(Number(n))}`),
    "pass: n50",
    "n90",
    "oracle n50",
    "n90",
  ];
  return [
    "### Better challengers: promotions, rows to a statistical pass, and the fixed-sample oracle",
    table(
      header,
      rows.map((r) => [
        `${r.title} (${r.name})`,
        roundedCount(r.lives),
        ...steps.map((n) => (r.promoted[n] === undefined ? "" : shareText(r.promoted[n]))),
        quantile(r.median),
        quantile(r.n90),
        r.oracle ? roundedCount(r.oracle.n50) : "–",
        r.oracle ? roundedCount(r.oracle.n90) : "–",
      ]),
    ),
  ].join("\n\n");
}

function guards(rows: readonly GuardRow[]): string {
  return [
    "### Guard: what it said within its window, the former champion shadowing",
    "Market: called so at some time; both fell, nothing is swapped. Unclear: in the end neither. Advised: of the guards prolonged once, a rollback was advised later.",
    table(
      [
        "new champion",
        "afterwards",
        "guards",
        "rollback",
        "market",
        "unclear",
        "alert",
        "prolonged",
        "advised",
        "median trade",
      ],
      rows.flatMap((r) =>
        r.after.map((a) => [
          `${r.title} (${r.name})`,
          a.label,
          roundedCount(a.rollback.of),
          shareText(a.rollback),
          shareText(a.market),
          shareText(a.unclear),
          shareText(a.alert),
          shareText(a.prolonged),
          shareText(a.advised),
          a.median === null ? "–" : roundedCount(a.median),
        ]),
      ),
    ),
  ].join("\n\n");
}

function monitors(rows: readonly MonitorRow[]): string {
  const number = (x: number | null) => (x === null ? "–" : roundedCount(x));
  return [
    "### Degradation monitor: trades to the first alarm of any chart",
    table(
      [
        "champion",
        "runs",
        "mean",
        "median",
        "90 % point",
        "alarm by 1,000",
        "alarm before the change",
        "model",
        "market",
        "unclear",
      ],
      rows.map((r) => [
        `${r.title} (${r.name})`,
        roundedCount(r.by1000.of),
        r.mean === null ? "–" : `${roundedCount(r.mean.value)} ±${roundedCount(r.mean.se)}`,
        number(r.median),
        number(r.p90),
        shareText(r.by1000),
        r.early.share > 0 ? shareText(r.early) : "–",
        shareText(r.cause.model),
        shareText(r.cause.market),
        shareText(r.cause.unclear),
      ]),
    ),
  ].join("\n\n");
}

/** Beyond that many standard errors a difference is marked. */
const MARKED = 3;

function comparison(rows: readonly Row[]): string {
  const number = (x: number) => (Math.abs(x) >= 10 ? roundedCount(x) : short(x));
  const line = (name: string, c: Compared) => [
    name,
    c.what,
    number(c.ours),
    number(c.study),
    `${rounded(c.apart, 1)}${Math.abs(c.apart) > MARKED ? " *" : ""}`,
  ];
  const all = rows.flatMap((r) => r.compared.map((c) => ({ name: r.name, c })));
  if (all.length === 0) return "";
  const far = all.filter(({ c }) => Math.abs(c.apart) > MARKED).length;
  return [
    "### Compared with the design study",
    `${all.length} numbers, ${far} of them more than ${MARKED} standard errors of the difference apart (marked *).`,
    table(
      ["scenario", "number", "here", "study", "apart, se"],
      all.map(({ name, c }) => line(name, c)),
    ),
  ].join("\n\n");
}

/** All tables that have rows. */
export function tablesText(rows: readonly Row[]): string {
  const lives = rows.filter((r) => r.kind === "life");
  const parts = [
    lives.some((r) => !r.better) ? falsePromotions(lives.filter((r) => !r.better)) : "",
    lives.some((r) => r.better) ? power(lives.filter((r) => r.better)) : "",
    rows.some((r) => r.kind === "guard") ? guards(rows.filter((r) => r.kind === "guard")) : "",
    rows.some((r) => r.kind === "monitor") ? monitors(rows.filter((r) => r.kind === "monitor")) : "",
    comparison(rows),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}
