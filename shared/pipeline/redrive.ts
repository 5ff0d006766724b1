import type { FollowUpSettings } from "../domain/follow-up.ts";
import type { FailuresPort } from "./failures.ts";
import { ingest } from "./ingest.ts";
import type { Clock, StatePort } from "./ports.ts";

/** Batches one run brings back. */
export const BATCHES_MAX = 10_000;

export type RedriveReport = {
  /** batches brought back, and taken out of the store */
  batches: number;
  /** of their trades: taken in now, and known before */
  counted: number;
  repeated: number;
  rejected: number;
  /** batches that stay, and why */
  left: { key: string; reason: string }[];
};

/**
 * Brings back what the failure store holds, oldest first per shard. Trades go through ingest, which knows each by its id, so a batch
 * that is brought back twice counts once. What evaluate or notify were to do is done by the clock: evaluate looks at what is due, and
 * an event stays in the outbox until it is published; so their batches only leave the store.
 */
export async function redrive(
  ports: { failures: FailuresPort; state: StatePort; clock: Clock; settings: FollowUpSettings },
  options: { onBatch?: (done: number, of: number) => void; signal?: AbortSignal } = {},
): Promise<RedriveReport> {
  const report: RedriveReport = { batches: 0, counted: 0, repeated: 0, rejected: 0, left: [] };
  const keys = await ports.failures.list(BATCHES_MAX);
  for (const [i, key] of keys.entries()) {
    options.signal?.throwIfAborted();
    try {
      await bringBack(key, ports, report);
      report.batches += 1;
    } catch (error) {
      options.signal?.throwIfAborted();
      report.left.push({ key, reason: error instanceof Error ? error.message : String(error) });
    }
    options.onBatch?.(i + 1, keys.length);
  }
  return report;
}

async function bringBack(key: string, ports: Parameters<typeof redrive>[0], report: RedriveReport): Promise<void> {
  const batch = await ports.failures.read(key);
  if (batch.function === "ingest") {
    const taken = await ingest(batch.trades, ports);
    report.counted += taken.counted;
    report.repeated += taken.repeated;
    report.rejected += taken.rejected;
    if (taken.errors.length > 0) throw new Error(taken.errors.join("; "));
  } else if (batch.function !== "evaluate" && batch.function !== "notify") {
    throw new Error(`nobody knows what ${batch.function} would have done with it`);
  }
  await ports.failures.remove(key);
}
