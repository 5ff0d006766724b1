import { createHash } from "node:crypto";
import { type DomainEvent, mintEvent, priorityOf } from "../domain/event.ts";
import type { FollowUpSettings } from "../domain/follow-up.ts";
import { mismatchKinds } from "../domain/mismatch.ts";
import { knownNames } from "../domain/registry.ts";
import { REPAIR_STREAM } from "../domain/trade-record.ts";
import { type ComparePorts, compareLedger, type ModelComparison } from "./compare-ledger.ts";
import { ingest } from "./ingest.ts";
import type { StatePort } from "./ports.ts";
import type { ReconciliationsPort } from "./reconcile-ports.ts";

/** Tries to write an event while roles change. */
const ATTEMPTS_MAX = 5;
/** Trades taken in by one call of ingest. */
const BATCH = 400;

export type ReconcilePorts = ComparePorts & {
  reconciliations: ReconciliationsPort;
  settings: FollowUpSettings;
};

export type ModelReport = Omit<ModelComparison, "missing"> & {
  /** missing trades taken in now */
  repaired: number;
  /** what is still wrong, in sentences */
  left: string[];
};

export type ReconcileReport = {
  models: ModelReport[];
  /** whose ledger or trades could not be read, and why */
  failed: { model: string; reason: string }[];
  /** asked for, and without a ledger: never deployed */
  unknown: string[];
  /** there was no time left for these */
  unfinished: string[];
};

export type ReconcileOptions = {
  /** null: every model of the registry, whoever was compared longest ago first */
  models: readonly string[] | null;
  /** takes missing trades in, in the order in which they closed */
  repair: boolean;
  /** no model is begun after this moment, epoch ms */
  until?: number;
  onPage?: (model: string, trades: number) => void;
  signal?: AbortSignal;
};

/** Compares raw trades with ledgers, model by model, repairs what is missing when asked to, and reports a new finding once. */
export async function reconcile(ports: ReconcilePorts, options: ReconcileOptions): Promise<ReconcileReport> {
  const report: ReconcileReport = { models: [], failed: [], unknown: [], unfinished: [] };
  const models = options.models ?? (await inTurn(ports));
  for (const model of models) {
    options.signal?.throwIfAborted();
    if (options.until !== undefined && ports.clock.now() >= options.until) {
      report.unfinished.push(model);
      continue;
    }
    try {
      const comparison = await compareLedger(model, ports, {
        onPage: (trades) => options.onPage?.(model, trades),
        ...(options.signal && { signal: options.signal }),
      });
      if (comparison) report.models.push(await conclude(comparison, ports, options));
      else report.unknown.push(model);
    } catch (error) {
      // One model that cannot be read must not hide the others.
      options.signal?.throwIfAborted();
      report.failed.push({ model, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return report;
}

async function inTurn({ state, reconciliations }: ReconcilePorts): Promise<string[]> {
  const names = knownNames(await state.loadRegistry());
  const last = await Promise.all(names.map(async (name) => (await reconciliations.load(name))?.at ?? 0));
  const turns = names.map((name, i) => ({ name, at: last[i]! }));
  return turns.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

type Found = Omit<ModelComparison, "missing">;

async function conclude(
  comparison: ModelComparison,
  ports: ReconcilePorts,
  { repair }: ReconcileOptions,
): Promise<ModelReport> {
  const { missing, ...found } = comparison;
  const { model } = found;
  const now = ports.clock.now();
  const finding = findingOf(found);
  if (finding !== null && finding !== (await ports.reconciliations.load(model))?.finding)
    await commitEvent(eventOf(found, { finding, now }), ports.state);
  const repaired = repair && missing.length > 0 ? await takeIn(model, missing, ports) : 0;
  await ports.reconciliations.save({ model, at: now, finding });
  return { ...found, repaired, left: whatIsLeft(found, repaired) };
}

/** What was found, as an id: the same finding tomorrow is no news. null: nothing is wrong. */
function findingOf(found: Found): string | null {
  const wrong = mismatchKinds.filter((kind) => found.mismatches[kind].count > 0);
  if (wrong.length === 0 && found.head.length === 0) return null;
  const text = JSON.stringify([wrong.map((kind) => [kind, found.mismatches[kind]]), found.head]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function eventOf(found: Found, o: { finding: string; now: number }): DomainEvent {
  const { model, mismatches, head } = found;
  const byKind: Record<string, number> = {};
  for (const kind of mismatchKinds) if (mismatches[kind].count > 0) byKind[kind] = mismatches[kind].count;
  const kind = mismatchKinds.find((one) => mismatches[one].count > 0) ?? "head";
  const words = [...Object.entries(byKind).map(([one, n]) => `${n} ${one}`), ...head.map((fault) => `head: ${fault}`)];
  return mintEvent(
    "data_integrity",
    { of: "reconciliation", model, finding: o.finding },
    {
      at: o.now,
      tradeTime: found.figures.ledger.clock,
      modelName: model,
      summary: `The ledger of ${model} does not agree with its trades: ${words.join(", ")}.`,
      actor: "understudy",
      reason: "raw trades were compared with the ledger",
      details: {
        priority: priorityOf.data_integrity,
        count: Object.values(byKind).reduce((sum, n) => sum + n, 0),
        tradeId: kind === "head" ? "" : (mismatches[kind].ids[0] ?? ""),
        kind,
        byKind,
      },
    },
  );
}

async function commitEvent(event: DomainEvent, state: StatePort): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const { version } = await state.loadRegistry();
    if ((await state.commit({ fromVersion: version, registry: null, events: [event] })) === "written") return;
  }
  throw new Error(`the finding about ${event.modelName} could not be written: roles kept changing`);
}

/** Through ingest, as everything that counts: whatever comes in by itself meanwhile counts once. */
async function takeIn(model: string, missing: ModelComparison["missing"], ports: ReconcilePorts): Promise<number> {
  let counted = 0;
  for (let from = 0; from < missing.length; from += BATCH) {
    const records = missing.slice(from, from + BATCH).map(({ tradeId, image }) => ({
      sequence: "0",
      stream: REPAIR_STREAM,
      change: "insert" as const,
      expired: false,
      modelName: model,
      tradeId,
      newImage: image,
      oldImage: null,
      arrivedAt: ports.clock.now(),
    }));
    const report = await ingest(records, ports);
    if (report.errors.length > 0) throw new Error(report.errors.join("; "));
    counted += report.counted;
  }
  return counted;
}

function whatIsLeft(found: Found, repaired: number): string[] {
  const { missing, extra, different, double } = found.mismatches;
  const left: string[] = [];
  const notTaken = missing.count - repaired;
  if (notTaken > 0)
    left.push(`not in the ledger: ${notTaken} of its trades; npm run reconcile -- --repair takes them in`);
  const rows = extra.count + different.count + double.count;
  if (rows > 0 || found.head.length > 0)
    left.push(`what stands in the ledger wrongly cannot be mended row by row: npm run rebuild -- ${found.model}`);
  return left;
}
