import { metricsView } from "../../shared/api/view.ts";
import type { LedgerRows } from "../../shared/domain/ledger.ts";
import { mismatchKinds } from "../../shared/domain/mismatch.ts";
import { rollbackTarget } from "../../shared/domain/rollback.ts";
import { compareLedger } from "../../shared/pipeline/compare-ledger.ts";
import { evaluateWithPatience } from "../../shared/pipeline/evaluate.ts";
import type { DynamoState } from "../../shared/store/dynamo-state.ts";
import { plainFigures } from "../support/plain-figures.ts";
import type { Cloud } from "./cloud.ts";
import { plainItem } from "./dynamodb/client.ts";
import type { FailureStore } from "./failure-store.ts";
import type { People } from "./people.ts";
import type { Scheduler } from "./scheduler.ts";
import { seated, settingsOfLives } from "./terms.ts";
import type { Expected, Truth } from "./truth.ts";
import type { Watcher } from "./watcher.ts";

/** What must hold once nothing is under way any more: the invariants of DESIGN.md, 4, each against what was really written. */

/** A life that has come to rest. */
type Life = {
  truth: Truth;
  watcher: Watcher;
  cloud: Cloud;
  people: People;
  failures: FailureStore;
  scheduler: Scheduler;
};

/** Rows that are in a ledger and may not be. */
export function ledgerFaults(model: string, rows: LedgerRows, truth: Truth): string[] {
  const expected = truth.expected(model);
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [i, id] of rows.tradeIds.entries()) {
    if (seen.has(id)) faults.push(`${model}: ${id} counts twice`);
    seen.add(id);
    if (!expected.get(id)?.pnls.includes(rows.pnl[i]!))
      faults.push(`${model}: ${id} counts with ${rows.pnl[i]}, which nobody wrote first`);
  }
  return faults.slice(0, 3);
}

export async function checkQuiet(life: Life): Promise<void> {
  const { watcher } = life;
  const state = life.cloud.observer();
  for (const model of seated) await checkLedger(model, life, state);
  for (const model of seated) await checkReconciliation(model, life, state);
  if (life.failures.size > 0)
    watcher.report("2", `${life.failures.size} batches that were given up cannot be brought back`);
  await checkPoison(life, state);
  await checkEvents(life, state);
  await checkLooks(life, state);
  const { registry } = watcher;
  if (!registry) return;
  const restored = [...watcher.events.values()].filter((e) => e.type === "rollback").length;
  const promotions = [...watcher.events.values()].filter((e) => e.type === "promotion").length;
  // Whom a person's rollback to a named model passed over is restored by name only.
  const named = [...watcher.events.values()].some((e) => e.type === "rollback" && e.actor !== "understudy");
  const reachable = rollbackTarget(registry, null) ?? (named ? registry.archive[0] : undefined);
  if (promotions > restored && !reachable) watcher.report("7", "there is nobody to restore");
}

async function checkLedger(model: string, { truth, watcher }: Life, state: DynamoState): Promise<void> {
  if (!truth.deployed.has(model)) return;
  const rows = await state.readRows(model, { closedAfter: null });
  for (const fault of ledgerFaults(model, rows, truth)) watcher.report("2", fault);
  const expected = [...truth.expected(model)];
  const counted = new Set(rows.tradeIds);
  const missing = expected.filter(([id, { must }]) => must && !counted.has(id));
  if (missing.length > 0)
    watcher.report("2", `${model}: ${missing.length} trades do not count, ${missing[0]![0]} first`);
  await checkFirstVersions(model, { rows, expected, watcher }, state);
  const head = (await state.loadHeads([model])).get(model);
  if (head?.count !== rows.count)
    watcher.report("6", `${model}: the head says ${head?.count}, the ledger holds ${rows.count}`);
  if (rows.count === 0) return;
  const raw = new Map(expected);
  // In the ledger's order: a drawdown depends on it.
  const plain = plainFigures(
    rows.tradeIds.map((id, i) => (raw.get(id)?.pnls.length === 1 ? raw.get(id)!.pnls[0]! : rows.pnl[i]!)),
  );
  const view = metricsView(rows, { trials: 1 });
  for (const [name, value] of Object.entries(plain)) {
    const shown = (view as unknown as Record<string, number>)[name]!;
    if (!(Math.abs(shown - value) <= 1e-6 * Math.max(1, Math.abs(value))))
      watcher.report("6", `${model}: ${name} is ${shown}, the raw trades give ${value}`);
  }
}

/** A trade counts as it was written first; where a change arrived before it, that is reported. */
async function checkFirstVersions(
  model: string,
  { expected, rows, watcher }: { rows: LedgerRows; expected: [string, Expected][]; watcher: Watcher },
  state: DynamoState,
): Promise<void> {
  const first = new Map(expected.flatMap(([id, { must, pnls }]) => (must ? [[id, pnls[0]!]] : [])));
  const later = rows.tradeIds.filter((id, i) => first.has(id) && first.get(id) !== rows.pnl[i]);
  const reported = await state.loadChanges(model, later);
  for (const id of later)
    if (!reported.has(id)) watcher.report("2", `${model}: ${id} counts as it was changed, and nothing says so`);
}

/** The product's own comparison of raw trades and ledger finds what really is so, and nothing else. */
async function checkReconciliation(
  model: string,
  { truth, watcher, cloud, scheduler }: Life,
  state: DynamoState,
): Promise<void> {
  const rows = cloud.table("trades").collection(model).map(plainItem);
  const trades = { page: async () => ({ rows, next: null }) };
  const clock = { now: () => scheduler.now };
  const found = await compareLedger(model, { state, clock, trades, sleep: async () => {} }, {});
  if (!found) return;
  const expected = truth.expected(model);
  const may = {
    // What came before its model was deployed was refused.
    missing: (id: string) => expected.get(id)?.must === false,
    // Deleted before it arrived, or after it was counted: a row without a trade.
    extra: (id: string) => expected.get(id)?.deleted === true,
    // Changed before its model was deployed, when nothing is noted, and the first version brought back afterwards: the comparison is
    // who says so.
    different: (id: string) => expected.get(id)?.must === false,
    double: () => false,
  };
  for (const kind of mismatchKinds)
    for (const id of found.mismatches[kind].ids)
      if (!may[kind](id)) watcher.report("6", `${model}: reconciliation calls ${id} ${kind}`);
  for (const fault of found.head) watcher.report("6", `${model}: ${fault}`);
}

/** A record that cannot count is kept with its reasons, once, and counted once. */
async function checkPoison({ truth, watcher, cloud }: Life, state: DynamoState): Promise<void> {
  const kept = cloud
    .table("state")
    .collection("QUARANTINE")
    .flatMap((item) =>
      item.sk!.S!.startsWith("TRADE#")
        ? [JSON.parse(item.body!.S!) as { modelName: string; tradeId: string; reasons: string[] }]
        : [],
    );
  const names = new Set(kept.map((k) => `${k.modelName}/${k.tradeId}`));
  for (const model of truth.models()) {
    const unknown = truth.deployed.has(model) ? [] : [...truth.expected(model).keys()];
    const lost = [...truth.poison(model), ...unknown].filter((id) => !names.has(`${model}/${id}`));
    if (lost.length > 0)
      watcher.report("5", `${model}: ${lost.length} records that cannot count are kept nowhere, ${lost[0]} first`);
  }
  if (kept.some((k) => k.reasons.length === 0)) watcher.report("5", "a record is kept without a reason");
  const counts = await state.listRejectionCounts(truth.models());
  const counted = counts.reduce((sum, c) => sum + c.count, 0);
  if (counted !== kept.length) watcher.report("5", `${kept.length} records are kept and ${counted} counted`);
}

async function checkEvents({ watcher, people }: Life, state: DynamoState): Promise<void> {
  const published = new Set(watcher.published);
  for (const id of watcher.events.keys()) if (!published.has(id)) watcher.report("3", `${id} was never published`);
  const open = await state.listUnpublished({ limit: 5 });
  if (open.length > 0) watcher.report("3", `${open[0]!.eventId} is published and still in the outbox`);
  let cursor: string | null = null;
  const ids: string[] = [];
  do {
    const page = await state.listHistory({ limit: 200, cursor, type: null, modelName: null });
    ids.push(...page.events.map((e) => e.eventId));
    cursor = page.cursor;
  } while (cursor !== null);
  if (new Set(ids).size !== ids.length || ids.length !== watcher.events.size)
    watcher.report("3", `history lists ${ids.length} events, ${watcher.events.size} were committed`);
  people.check([...watcher.events.values()]);
}

/** Whatever was due was done: looking again finds nothing and changes nothing. */
async function checkLooks({ watcher, cloud, scheduler }: Life, state: DynamoState): Promise<void> {
  if (watcher.registry?.paused) return watcher.report("4", "nobody could resume");
  const writes = cloud.table("state").writes;
  let now = scheduler.now;
  const report = await evaluateWithPatience({
    state,
    settings: settingsOfLives,
    clock: { now: () => Math.floor(now) },
    hints: new Map(),
    standstills: new Map(),
    sleep: async (ms) => {
      now += ms;
    },
  });
  if (report.looks > 0 || report.events.length > 0 || cloud.table("state").writes !== writes)
    watcher.report(
      "4",
      `${report.looks} looks and ${report.events.map((e) => e.eventId).join(" ") || "nothing else"} were still due`,
    );
}
