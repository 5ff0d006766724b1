import type { RejectedTrade } from "../domain/quarantine.ts";
import { noteUnknown } from "../domain/unknown-models.ts";
import type { Clock, StatePort } from "./ports.ts";

/** Attempts against other batches: every shard may bring unknown models, and they share one count. */
const ATTEMPTS_MAX = 20;

/**
 * Counts records of unknown models that this batch put into quarantine, once for all of them, with the alert where one is due.
 * They lie there already: a crash in between costs a count, never a record.
 */
export async function countUnknown(
  rejected: readonly RejectedTrade[],
  { state, clock }: { state: StatePort; clock: Clock },
): Promise<void> {
  if (rejected.length === 0) return;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const before = await state.loadUnknownModels();
    const { after, events } = noteUnknown(before, rejected, { now: clock.now() });
    if ((await state.saveUnknownModels({ before, after, events })) === "written") return;
  }
  throw new Error(`the count of unknown models kept changing under ${ATTEMPTS_MAX} attempts`);
}
