import { seatedModels } from "../domain/registry.ts";
import type { StatePort } from "./ports.ts";

/** Of each kind of thing read, so many newest. */
const NEWEST = 20;

type Found = { models: number; rows: number; looks: number; events: number; waiting: number };

/**
 * Reads some of everything the streams' functions read, as they do, and writes nothing: what another release left that this one does not
 * understand is an error here, before it is one in the way of a trade.
 */
export async function readEverything(state: StatePort): Promise<Found> {
  const registry = await state.loadRegistry();
  const seated = seatedModels(registry);
  const names = seated.map((model) => model.name);
  const heads = await state.loadHeads(names);
  const missing = names.filter((name) => !heads.has(name));
  if (missing.length > 0) throw new Error(`no ledger of ${missing.join(", ")}`);
  const found: Found = { models: names.length, rows: 0, looks: 0, events: 0, waiting: 0 };
  for (const { name, entry } of seated) {
    found.rows += (await state.readNewestRows(name, { count: NEWEST })).count;
    found.looks += (await state.listLooks({ model: name, entry })).length;
  }
  const history = await state.listHistory({ limit: NEWEST, cursor: null, type: null, modelName: null });
  found.events = history.events.length;
  found.waiting = (await state.listUnpublished({ limit: NEWEST })).length;
  await state.listRejectionCounts(names);
  await state.loadUnknownModels();
  await state.loadAllocation();
  return found;
}
