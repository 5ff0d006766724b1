import type { DomainEvent } from "../../shared/domain/event.ts";
import { type Report, reportOf } from "../../shared/domain/report.ts";
import { alphaPerTest } from "../../shared/domain/settings.ts";
import { type Candidate, candidates, firstChampion, meanAt, type Truth, truthOf } from "./models.ts";
import type { Year } from "./play.ts";

/** What became of everybody in a year, beside the truth that only the script knows. */

/** One challenger's fate, and the truth about it against the champion it last met. */
export type Fate = { name: string; truth: Truth; outcome: string; signals: number | null; event: string | null };

/** A year against the truth. Counts, so that years can be added up. */
export type Truths = {
  promotions: number;
  /** of models that were in truth worse than, or just as good as, the champion they replaced */
  worsePromoted: number;
  equalPromoted: number;
  /** in truth better, and retired all the same */
  betterRetired: number;
  automaticRollbacks: number;
  /** restored a model that was in truth worse than the one it replaced */
  harmfulRollbacks: number;
  /** promoted models whose edge went away, and those of them that were rolled back by themselves */
  collapses: number;
  collapsesCaught: number;
  /** market falls soon after a promotion, and those during which the guard called it a market */
  marketFalls: number;
  marketCalled: number;
  /** most false promotions to expect if no challenger were better */
  expectedFalsePromotions: number;
};

export type Outcome = {
  fates: Fate[];
  truths: Truths;
  report: Report;
  signals: number;
  trades: number;
  champion: string;
};

const all = new Map<string, Candidate>([firstChampion, ...candidates].map((c) => [c.name, c]));

export async function outcomeOf(year: Year): Promise<Outcome> {
  const registry = await year.memory.loadRegistry();
  const champion = registry.champion!.name;
  const open = registry.challengers.map((m) => m.name);
  const fates = fatesOf(year.events, champion, open);
  const report = reportOf(year.events, { from: null, to: null, alphaPerTest: alphaPerTest(year.settings) });
  return {
    fates,
    truths: truthsOf(year, { fates, report }),
    report,
    signals: year.signals,
    trades: year.trades,
    champion,
  };
}

/** Follows the champion through history; each challenger is judged against the champion at the moment of its fate. */
function fatesOf(events: readonly DomainEvent[], lastChampion: string, open: readonly string[]): Fate[] {
  const fates = new Map<string, Fate>();
  let champion: Candidate = firstChampion;
  for (const event of events) {
    const candidate = all.get(event.modelName ?? "");
    const fate = (outcome: string, signals: number | null): Fate => ({
      name: candidate!.name,
      truth: truthOf(candidate!, champion),
      outcome,
      signals,
      event: event.eventId,
    });
    if (event.type === "promotion") {
      fates.set(candidate!.name, fate("promoted", event.details.n));
      champion = candidate!;
    } else if (event.type === "retired" && event.details.why !== "archive-full" && !fates.has(candidate!.name)) {
      const signals = "n" in event.details ? event.details.n : null;
      fates.set(candidate!.name, fate(`retired (${event.details.why})`, signals));
    } else if (event.type === "rollback") {
      const promoted = fates.get(candidate!.name);
      if (promoted) promoted.outcome = "promoted, rolled back";
      champion = all.get(event.details.restored)!;
    }
  }
  const now = all.get(lastChampion)!;
  return candidates.map(
    (c) =>
      fates.get(c.name) ?? {
        name: c.name,
        truth: truthOf(c, now),
        outcome: open.includes(c.name) ? "still tested" : "still waiting",
        signals: null,
        event: null,
      },
  );
}

function truthsOf(year: Year, options: { fates: readonly Fate[]; report: Report }): Truths {
  const { events, collapsesFrom, falls } = year;
  const promoted = options.fates.filter((f) => f.outcome.startsWith("promoted"));
  const rollbacks = events.filter((e) => e.type === "rollback").filter((e) => e.details.automatic);
  const mean = (name: string, event: DomainEvent) =>
    meanAt(all.get(name)!, { signal: year.signalOf(event), collapsesFrom });
  const harmful = rollbacks.filter((e) => mean(e.details.restored, e) < mean(e.modelName!, e));
  const caught = [...collapsesFrom].filter(([name, from]) =>
    rollbacks.some((e) => e.modelName === name && year.signalOf(e) > from),
  );
  const calls = events.filter((e) => e.type === "market").map((e) => year.signalOf(e));
  return {
    promotions: promoted.length,
    worsePromoted: promoted.filter((f) => f.truth === "worse").length,
    equalPromoted: promoted.filter((f) => f.truth === "equal").length,
    betterRetired: options.fates.filter((f) => f.truth === "better" && f.outcome.startsWith("retired")).length,
    automaticRollbacks: rollbacks.length,
    harmfulRollbacks: harmful.length,
    collapses: collapsesFrom.size,
    collapsesCaught: caught.length,
    marketFalls: falls.length,
    marketCalled: falls.filter((f) => calls.some((at) => at >= f.from && at <= f.to)).length,
    expectedFalsePromotions: options.report.expectedFalsePromotions,
  };
}
