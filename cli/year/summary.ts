import { decimal } from "../terminal/figures.ts";
import type { Truths } from "./fates.ts";
import { type Estimate, ratioOver } from "./years.ts";

/** Many years in one table: shares with errors over the years. */

type Figure = { words: string; part: number; whole: number; share: Estimate | null };

export type YearsSummary = { years: number; figures: Record<string, Figure> };

type Pick = { words: string; part: (t: Truths) => number; whole: (t: Truths) => number };

const perYear = () => 1;

const picks: Record<string, Pick> = {
  promotions: { words: "promotions a year", part: (t) => t.promotions, whole: perYear },
  worsePromoted: {
    words: "promotions of models in truth worse",
    part: (t) => t.worsePromoted,
    whole: (t) => t.promotions,
  },
  equalPromoted: {
    words: "promotions of models in truth equal",
    part: (t) => t.equalPromoted,
    whole: (t) => t.promotions,
  },
  falsePerYear: {
    words: "promotions of models not better, a year",
    part: (t) => t.worsePromoted + t.equalPromoted,
    whole: perYear,
  },
  expectedFalsePromotions: {
    words: "at most to be expected a year if nobody were better",
    part: (t) => t.expectedFalsePromotions,
    whole: perYear,
  },
  harmfulRollbacks: {
    words: "automatic rollbacks to a model in truth worse",
    part: (t) => t.harmfulRollbacks,
    whole: (t) => t.automaticRollbacks,
  },
  collapsesCaught: {
    words: "collapses of a promoted model rolled back",
    part: (t) => t.collapsesCaught,
    whole: (t) => t.collapses,
  },
  marketCalled: {
    words: "market falls after a promotion called a market",
    part: (t) => t.marketCalled,
    whole: (t) => t.marketFalls,
  },
};

export function summaryOf(years: readonly Truths[], seed: string): YearsSummary {
  const figures = Object.entries(picks).map(([name, { words, part, whole }]) => {
    const rows = years.map((t) => ({ part: part(t), whole: whole(t) }));
    const sum = (side: "part" | "whole") => rows.reduce((total, r) => total + r[side], 0);
    return [
      name,
      { words, part: sum("part"), whole: sum("whole"), share: ratioOver(rows, `${seed}|${name}`) },
    ] as const;
  });
  return { years: years.length, figures: Object.fromEntries(figures) };
}

/** A sum that is mostly a whole number. */
const short = (x: number): string => decimal(x, Number.isInteger(x) ? 0 : 2);

export function summaryText(s: YearsSummary): string {
  const lines = Object.values(s.figures).map((f) => {
    const share = f.share === null ? "none" : `${decimal(f.share.value, 3)} ± ${decimal(f.share.se, 3)}`;
    return `${f.words.padEnd(54)} ${share.padEnd(16)} ${short(f.part)} of ${short(f.whole)}${f.words.includes("year") ? " years" : ""}`;
  });
  return [
    `${s.years} scripted years; ± is one standard error over whole years (bootstrap)`,
    "",
    ...lines,
    "",
    "The expected number is the level of one slot times the tests begun (entries, and restarts after a change of champion).",
  ].join("\n");
}
