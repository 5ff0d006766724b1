import { type DomainEvent, mintEvent, priorityOf } from "./event.ts";
import { plainText } from "./plain-text.ts";
import { crossesAlertStep, type RejectedTrade, shortName } from "./quarantine.ts";

/**
 * Trades of models that are not deployed. Whoever may write trades chooses these names, so they are kept as one kind: a bounded number of
 * names, one count for all of them, and one alert at the 1st, 10th, 100th … record of a day, however many names there are.
 */

/** Names that are kept, the most recent ones. */
export const UNKNOWN_NAMES_MAX = 100;
/** Part of a trade's id that is shown. */
const ID_CHARS_MAX = 64;
/** No model may be called so. */
const ALL_OF_THEM = "~unknown";
const DAY_MS = 24 * 3_600_000;

export type UnknownModels = {
  /** grows by one with every change */
  revision: number;
  /** records so far, of all names */
  count: number;
  /** days since 1970 of the newest record, and the records of that day */
  day: number;
  ofDay: number;
  /** most recent first */
  names: { name: string; count: number; lastTradeId: string; lastAt: number }[];
};

/** A name as it is kept and shown. */
export const nameOfUnknown = (modelName: string): string => plainText(shortName(modelName));

export const unknownReason = (name: string): string => `model ${name} is not deployed`;

/**
 * Notes records of unknown models that have just been put into quarantine.
 * @param rejected  at least one, in any order
 * @param options.now  epoch ms
 */
export function noteUnknown(
  before: UnknownModels | null,
  rejected: readonly RejectedTrade[],
  options: { now: number },
): { after: UnknownModels; events: DomainEvent[] } {
  const names = new Map(before?.names.map((known) => [known.name, known]));
  for (const { modelName, tradeId, arrivedAt } of rejected) {
    const name = nameOfUnknown(modelName);
    const known = names.get(name);
    const lastTradeId = plainText(tradeId.slice(0, ID_CHARS_MAX));
    names.set(name, { name, count: (known?.count ?? 0) + 1, lastTradeId, lastAt: arrivedAt });
  }
  const recent = [...names.values()].sort((a, b) => b.lastAt - a.lastAt);
  const day = Math.max(before?.day ?? 0, ...rejected.map((r) => Math.floor(r.arrivedAt / DAY_MS)));
  const ofDayBefore = before?.day === day ? before.ofDay : 0;
  const after: UnknownModels = {
    revision: (before?.revision ?? 0) + 1,
    count: (before?.count ?? 0) + rejected.length,
    day,
    ofDay: ofDayBefore + rejected.length,
    names: recent.slice(0, UNKNOWN_NAMES_MAX),
  };
  const events = crossesAlertStep(ofDayBefore, after.ofDay) ? [alertOf(after, rejected.at(-1)!, options)] : [];
  return { after, events };
}

function alertOf(after: UnknownModels, example: RejectedTrade, { now }: { now: number }): DomainEvent {
  const name = nameOfUnknown(example.modelName);
  return mintEvent(
    "trade_rejected",
    { of: "ingest", model: ALL_OF_THEM, count: after.count },
    {
      at: now,
      tradeTime: null,
      modelName: null,
      summary: `${after.ofDay === 1 ? "1 trade of a model that is" : `${after.ofDay} trades of models that are`} not deployed arrived today and ${after.ofDay === 1 ? "does" : "do"} not count; the latest is of ${name}.`,
      actor: "understudy",
      reason: unknownReason(name),
      details: {
        priority: priorityOf.trade_rejected,
        count: after.ofDay,
        tradeId: plainText(example.tradeId.slice(0, ID_CHARS_MAX)),
        kind: example.kind,
        byKind: { "unknown-model": after.count },
      },
    },
  );
}

/** Records of names that are not among those kept. */
export function beyondNames({ count, names }: UnknownModels): number {
  return count - names.reduce((sum, known) => sum + known.count, 0);
}
