import type { RejectionCount } from "../domain/quarantine.ts";
import { beyondNames, type UnknownModels, unknownReason } from "../domain/unknown-models.ts";
import type { StatePort } from "../pipeline/ports.ts";
import type { StatusAnswer } from "./contract/status.ts";
import { isoTime } from "./view.ts";

type Rejected = Pick<StatusAnswer, "rejected" | "rejected_beyond">;

/** Trades that do not count: by deployed model, and by a bounded number of names that are not deployed. */
export async function readRejected(deployed: readonly string[], state: StatePort): Promise<Rejected> {
  const [counts, unknown] = await Promise.all([state.listRejectionCounts(deployed), state.loadUnknownModels()]);
  // A model that has been deployed since has a count of its own.
  const counted = new Set(counts.map((r) => r.modelName));
  const others = (unknown?.names ?? []).filter(({ name }) => !counted.has(name)).map(unknownView);
  return { rejected: [...counts.map(countView), ...others], rejected_beyond: unknown ? beyondNames(unknown) : 0 };
}

function countView(r: RejectionCount): Rejected["rejected"][number] {
  return {
    model_name: r.modelName,
    count: r.count,
    by_kind: r.byKind,
    last_reason: r.lastReason,
    last_trade_id: r.lastTradeId,
    last_at: isoTime(r.lastAt),
  };
}

function unknownView(known: UnknownModels["names"][number]): Rejected["rejected"][number] {
  return {
    model_name: known.name,
    count: known.count,
    by_kind: { "unknown-model": known.count },
    last_reason: unknownReason(known.name),
    last_trade_id: known.lastTradeId,
    last_at: isoTime(known.lastAt),
  };
}
