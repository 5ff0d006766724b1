import type { LedgerHead, LedgerRows } from "../domain/ledger.ts";
import { type MismatchKind, mismatchKinds } from "../domain/mismatch.ts";
import { type Compared, LedgerComparison } from "../domain/reconcile.ts";
import { checkTrade } from "../domain/trade.ts";
import type { Clock, StatePort } from "./ports.ts";
import { pagesOf, type TradesPort } from "./reconcile-ports.ts";

/** A trade younger than this may still be on its way from the table into the ledger. */
const IN_FLIGHT_MS = 60_000;
/** Ids named for each kind of mismatch; the count is exact. */
const IDS_NAMED_MAX = 50;
/** Raw trades kept to be taken in; what is beyond waits for the next run. */
const KEPT_MAX = 10_000;
/** Ids asked about at once. */
const CHUNK = 100;
/** Readings of a ledger that moves meanwhile. */
const ATTEMPTS_MAX = 10;

export type Mismatch = { count: number; ids: string[] };

export type ModelComparison = Omit<Compared, "ids"> & {
  model: string;
  mismatches: Record<MismatchKind, Mismatch>;
  /** trades that were changed or deleted after they had been counted, which was reported at the time */
  explained: number;
  /** the missing trades as they lie in the table, in closing order */
  missing: { tradeId: string; closedAt: number; image: unknown }[];
};

export type ComparePorts = {
  state: StatePort;
  clock: Clock;
  trades: TradesPort;
  sleep: (ms: number) => Promise<unknown>;
};

/**
 * Compares a model's raw trades with its ledger. A trade that is not in the ledger is looked for again a minute later: it may have been
 * on its way.
 * @returns null when the model has no ledger
 */
export async function compareLedger(
  model: string,
  ports: ComparePorts,
  options: { onPage?: (trades: number) => void; signal?: AbortSignal },
): Promise<ModelComparison | null> {
  // The ledger first: what is counted after this is found in the table, and taken for missing only until it is looked for again.
  const ledger = await readLedger(model, ports.state);
  if (!ledger) return null;
  const { head, rows } = ledger;
  const comparison = new LedgerComparison(head, rows);
  const kept = await takeAll(model, comparison, ports, options);
  const { ids, ...rest } = comparison.finish();
  const arrived = ids.missing.length > 0 ? await arrivedSince(model, rows.count, ports) : new Set<string>();
  const changed = await explainedBy(model, [...ids.different, ...ids.extra], ports.state);
  const left = (kind: MismatchKind) => ids[kind].filter((id) => !(kind === "missing" ? arrived : changed).has(id));
  return {
    ...rest,
    model,
    explained: changed.size,
    mismatches: Object.fromEntries(mismatchKinds.map((kind) => [kind, named(left(kind))])) as Record<
      MismatchKind,
      Mismatch
    >,
    missing: kept.filter(({ tradeId }) => !arrived.has(tradeId)).sort((a, b) => a.closedAt - b.closedAt),
  };
}

/** Every raw trade of the model, page by page. @returns those that are not in the ledger, up to a bound */
async function takeAll(
  model: string,
  comparison: LedgerComparison,
  ports: ComparePorts,
  options: { onPage?: (trades: number) => void; signal?: AbortSignal },
): Promise<ModelComparison["missing"]> {
  const kept: ModelComparison["missing"] = [];
  // As ingest would see them now: what closes in the future was refused.
  const arrivedAt = ports.clock.now();
  let trades = 0;
  for await (const page of pagesOf(ports.trades, model, options)) {
    for (const image of page) {
      trades += 1;
      const check = checkTrade(image, { arrivedAt });
      if (!check.ok) comparison.takeInvalid();
      else if (!comparison.take(check.trade, { expires: hasTimeToLive(image) }) && kept.length < KEPT_MAX)
        kept.push({ tradeId: check.trade.tradeId, closedAt: check.trade.closedAt, image });
    }
    options.onPage?.(trades);
  }
  return kept;
}

/** A head and the rows it names, of one moment. */
async function readLedger(model: string, state: StatePort): Promise<{ head: LedgerHead; rows: LedgerRows } | null> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const head = (await state.loadHeads([model])).get(model);
    if (!head) return null;
    const rows = await state.readRows(model, { closedAfter: null });
    if ((await state.loadHeads([model])).get(model)?.revision === head.revision) return { head, rows };
  }
  throw new Error(`the ledger of ${model} changed during each of ${ATTEMPTS_MAX} readings`);
}

/** Ids that came into the ledger after it had this many rows, once everything that was on its way has had its minute. */
async function arrivedSince(model: string, count: number, ports: ComparePorts): Promise<Set<string>> {
  await ports.sleep(IN_FLIGHT_MS);
  const now = (await ports.state.loadHeads([model])).get(model)?.count ?? 0;
  // Fewer than before: it was rebuilt meanwhile, and any row may be new.
  const newer = now >= count ? now - count : now;
  if (newer === 0) return new Set();
  return new Set((await ports.state.readNewestRows(model, { count: newer })).tradeIds);
}

/** Of these trades those whose change or deletion was noted when it happened. */
async function explainedBy(model: string, ids: readonly string[], state: StatePort): Promise<Set<string>> {
  const explained = new Set<string>();
  for (let from = 0; from < ids.length; from += CHUNK) {
    for (const id of (await state.loadChanges(model, ids.slice(from, from + CHUNK))).keys()) explained.add(id);
  }
  return explained;
}

const named = (ids: readonly string[]): Mismatch => ({ count: ids.length, ids: ids.slice(0, IDS_NAMED_MAX) });

function hasTimeToLive(image: unknown): boolean {
  return (image as { expires_at?: unknown } | null)?.expires_at !== undefined;
}
