import type { LedgerHead, LedgerRows } from "../domain/ledger.ts";
import { rebuildLedger, tradeOfRow } from "../domain/rebuild.ts";
import { EXPIRY_SPREAD_MS } from "../domain/reconcile.ts";
import { checkTrade, type Trade } from "../domain/trade.ts";
import type { Clock, StatePort } from "./ports.ts";
import { pagesOf, type TradesPort } from "./reconcile-ports.ts";

/** Trades of one model that are held in memory at once. */
export const TRADES_MAX = 3_000_000;
/** Tries to put the new ledger in place while trades go on coming in. */
const ATTEMPTS_MAX = 20;

export type RebuildReport = {
  model: string;
  before: number;
  after: number;
  /** rows without a raw trade that stay: its time to live has passed, or it was changed or deleted and that was reported */
  kept: number;
  /** rows that went: no raw trade says anything of the kind */
  dropped: number;
};

/** The ledger cannot be rebuilt as it is, and why. */
export class CannotRebuild extends Error {
  override name = "CannotRebuild";
}

/**
 * Makes a model's ledger anew from its raw trades. Blocks are written beside the old ones, where nobody reads them; the head then
 * changes over in one conditional write, so readers see the old ledger or the new one. Roles, history, looks, counts of rejected
 * trades and the marks of changed ones stay as they are.
 * @param options.force  also when the present ledger cannot be read: rows whose raw trade has expired are then lost
 * @throws CannotRebuild
 */
export async function rebuild(
  model: string,
  ports: { state: StatePort; trades: TradesPort; clock: Clock },
  options: { force: boolean; onPage?: (trades: number) => void; signal?: AbortSignal },
): Promise<RebuildReport> {
  const head = (await ports.state.loadHeads([model])).get(model);
  if (!head) throw new CannotRebuild(`${model} has no ledger: it was never deployed`);
  const old = await presentRows(model, ports.state, options.force);
  const raw = await readRaw(model, ports, options);
  const { trades, kept, dropped } = await merge(model, { old, raw, state: ports.state });
  const after = await putInPlace({ head, trades, state: ports.state });
  return { model, before: head.count, after, kept, dropped };
}

async function presentRows(model: string, state: StatePort, force: boolean): Promise<LedgerRows | null> {
  try {
    return await state.readRows(model, { closedAfter: null });
  } catch (error) {
    if (force) return null;
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotRebuild(`${why}; rows whose raw trade has expired would be lost: --force rebuilds without them`);
  }
}

type Raw = { trades: Map<string, Trade>; oldestClose: number; expires: boolean };

async function readRaw(
  model: string,
  ports: { trades: TradesPort; clock: Clock },
  options: { onPage?: (trades: number) => void; signal?: AbortSignal },
): Promise<Raw> {
  const raw: Raw = { trades: new Map(), oldestClose: Number.POSITIVE_INFINITY, expires: false };
  // As ingest would see them now: what closes in the future is refused.
  const arrivedAt = ports.clock.now();
  for await (const page of pagesOf(ports.trades, model, options)) {
    for (const image of page) {
      const check = checkTrade(image, { arrivedAt });
      if (!check.ok) continue;
      raw.trades.set(check.trade.tradeId, check.trade);
      raw.oldestClose = Math.min(raw.oldestClose, check.trade.closedAt);
      raw.expires ||= (image as { expires_at?: unknown }).expires_at !== undefined;
    }
    if (raw.trades.size > TRADES_MAX)
      throw new CannotRebuild(`${model} has more than ${TRADES_MAX} trades: too many for one process`);
    options.onPage?.(raw.trades.size);
  }
  return raw;
}

/** Raw trades, with the present row where a trade was changed or deleted after it had been counted, or has expired. */
async function merge(
  model: string,
  o: { old: LedgerRows | null; raw: Raw; state: StatePort },
): Promise<{ trades: Trade[]; kept: number; dropped: number }> {
  const trades = new Map(o.raw.trades);
  let kept = 0;
  let dropped = 0;
  const odd = new Map<string, Trade>();
  for (let i = 0; i < (o.old?.count ?? 0); i++) {
    const row = tradeOfRow(model, o.old!, i);
    const present = o.raw.trades.get(row.tradeId);
    if (present === undefined || JSON.stringify(present) !== JSON.stringify(row)) odd.set(row.tradeId, row);
  }
  const changed = await o.state.loadChanges(model, [...odd.keys()]);
  for (const [id, row] of odd) {
    const expired = o.raw.expires && !trades.has(id) && row.closedAt < o.raw.oldestClose + EXPIRY_SPREAD_MS;
    if (changed.has(id) || expired) {
      trades.set(id, row);
      kept += 1;
    } else if (!trades.has(id)) dropped += 1;
  }
  return { trades: [...trades.values()], kept, dropped };
}

/** @returns rows of the ledger that is now in place */
async function putInPlace(o: { head: LedgerHead; trades: Trade[]; state: StatePort }): Promise<number> {
  const { state } = o;
  const { model } = o.head;
  const ids = new Set(o.trades.map((trade) => trade.tradeId));
  const trades = [...o.trades];
  let { head } = o;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const rebuilt = rebuildLedger({ head, trades });
    for (const block of rebuilt.blocks) await state.sealBlock(model, block);
    const written = await state.appendToLedger({
      model,
      before: { head, rejections: null },
      head: rebuilt.head,
      block: null,
      rejected: [],
      rejections: null,
      changes: new Map(),
      events: [],
      evaluate: true,
    });
    if (written === "written") return rebuilt.head.count;
    // Trades came in meanwhile: they belong to it as well.
    const now = (await state.loadHeads([model])).get(model)!;
    const newer = await state.readNewestRows(model, { count: Math.max(0, now.count - head.count) });
    for (let i = 0; i < newer.count; i++) {
      if (ids.has(newer.tradeIds[i]!)) continue;
      ids.add(newer.tradeIds[i]!);
      trades.push(tradeOfRow(model, newer, i));
    }
    head = now;
  }
  throw new CannotRebuild(
    `trades of ${model} came in during each of ${ATTEMPTS_MAX} tries: stop the ensemble for a moment`,
  );
}
