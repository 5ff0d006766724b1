import { hashText } from "../stats/numeric/prng.ts";

/**
 * Quarantine: trades that may not count, kept with their reasons. The raw row stays in the trades table as well.
 */

/** A model's name as part of an id; names of unknown models may have up to 2,048 bytes. */
const NAME_CHARS_MAX = 64;

/** Longest copy of a bad row that is kept, characters of JSON. */
export const IMAGE_CHARS_MAX = 20_000;

export type RejectedTrade = {
  modelName: string;
  tradeId: string;
  /** stream and sequence number: unique per record */
  sequence: string;
  stream: string;
  kind: "invalid" | "unknown-model" | "amended" | "deleted" | "written-again";
  reasons: string[];
  /** the row as JSON, cut at IMAGE_CHARS_MAX */
  image: string;
  /** epoch ms */
  arrivedAt: number;
};

/** How many records of a model were rejected, and the latest reason. */
export type RejectionCount = {
  modelName: string;
  count: number;
  byKind: Record<string, number>;
  lastReason: string;
  lastTradeId: string;
  /** epoch ms */
  lastAt: number;
  /** stream of the latest, and the highest sequence number rejected of it */
  stream: string;
  watermark: string;
};

/** An alert goes out at the 1st, 10th, 100th … rejected record of a model, so that a flood stays readable. */
export function crossesAlertStep(before: number, after: number): boolean {
  return steps(after) > steps(before);
}

function steps(count: number): number {
  return count < 1 ? 0 : Math.floor(Math.log10(count)) + 1;
}

/** Names of deployed models as they are, longer ones cut; two different names never become the same. */
export function shortName(modelName: string): string {
  if (modelName.length <= NAME_CHARS_MAX) return modelName;
  const hash = Array.from(hashText(modelName), (word) => word.toString(16).padStart(8, "0")).join("");
  return `${modelName.slice(0, NAME_CHARS_MAX)}~${hash}`;
}
