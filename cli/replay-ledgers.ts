import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { StatusAnswer } from "./api-answers.ts";
import { CommandError } from "./command-line.ts";
import { count as figure } from "./figures.ts";
import type { Target } from "./replay-target.ts";
import { pause, type Trade } from "./trade-writer.ts";

/**
 * Whether the ledgers have taken in what was written. A model's ledger is told by GET /shadow/status: trades counted plus
 * trades quarantined. What it must reach is a lower bound on both counts, so waiting can be too short by a moment, never endless:
 * every key of the file written so far, or what stood there before plus every key that was new.
 */

/** Waiting ends in an error when nothing moves for that long. */
const STALLED_MS = 60_000;
/** Time for the functions of a stack of our own to finish what the last trades brought about. */
const DRAINED_MS = 600_000;
const POLL_MS = { first: 50, most: 1000 };
/** DynamoDB's limit of one BatchGetItem. */
const KEYS_MAX = 100;
const FIND_ATTEMPTS_MAX = 10;

/** Trades counted and quarantined of each model; models the answer tells no count of are left out. */
export function ledgerCounts(status: StatusAnswer): Map<string, { counted: number; rejected: number }> {
  const rejected = new Map(status.rejected.map((r) => [r.model_name, r.count]));
  const counts = new Map<string, { counted: number; rejected: number }>();
  const add = (name: string, counted: number | undefined) => {
    if (counted !== undefined) counts.set(name, { counted, rejected: rejected.get(name) ?? 0 });
  };
  for (const m of [...status.departed].reverse()) add(m.model_name, m.trade_count);
  for (const m of [...status.queue, ...status.archive]) add(m.model_name, m.trade_count);
  for (const m of status.challengers) add(m.model_name, m.ledger_count);
  if (status.champion) add(status.champion.model_name, status.champion.trade_count);
  // Rows of a model nobody deployed all go to quarantine.
  const deployed = new Set(status.departed.map((m) => m.model_name));
  for (const { model_name: name, count } of status.rejected) {
    if (!counts.has(name) && !deployed.has(name)) counts.set(name, { counted: 0, rejected: count });
  }
  return counts;
}

type Expectation = { base: number; fresh: number; keys: Set<string>; metBefore: boolean };

export class LedgerWatch {
  readonly #target: Target;
  readonly #signal: AbortSignal;
  readonly #models = new Map<string, Expectation>();
  /** rows whose key an earlier row of the file had */
  repeated = 0;
  /** rows that stood in the trades table before */
  known = 0;

  constructor(target: Target, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  /** Notes what the ledgers hold before anything is written. */
  async begin(models: readonly string[]): Promise<void> {
    const status = await this.#target.api.status();
    const counts = ledgerCounts(status);
    for (const name of models) {
      const { counted = 0, rejected = 0 } = counts.get(name) ?? {};
      const metBefore = counted + rejected > 0 || status.departed.some((m) => m.model_name === name);
      this.#models.set(name, { base: counted + rejected, fresh: 0, keys: new Set(), metBefore });
    }
  }

  /** Call it before the trades are written: afterwards nobody can tell which of them were new. */
  async expect(trades: readonly Trade[]): Promise<void> {
    const doubtful: Trade[] = [];
    for (const trade of trades) {
      const model = this.#models.get(trade.model_name);
      if (!model) continue;
      if (model.keys.has(trade.trade_id)) {
        this.repeated += 1;
        continue;
      }
      model.keys.add(trade.trade_id);
      model.fresh += 1;
      if (model.metBefore) doubtful.push(trade);
    }
    for (const name of await this.#alreadyThere(doubtful)) {
      this.#models.get(name)!.fresh -= 1;
      this.known += 1;
    }
  }

  /** Model names, one for each trade that is in the table. */
  async #alreadyThere(trades: readonly Trade[]): Promise<string[]> {
    const names: string[] = [];
    for (let at = 0; at < trades.length; at += KEYS_MAX) {
      const keys = trades.slice(at, at + KEYS_MAX).map(({ model_name, trade_id }) => ({ model_name, trade_id }));
      names.push(...(await this.#find(keys)));
    }
    return names;
  }

  async #find(wanted: readonly Record<string, unknown>[]): Promise<string[]> {
    const { client, table } = this.#target;
    const names: string[] = [];
    let keys = [...wanted];
    for (let attempt = 0; attempt < FIND_ATTEMPTS_MAX; attempt++) {
      if (attempt > 0) await pause(100 * attempt, this.#signal);
      const request = { Keys: keys, ProjectionExpression: "model_name", ConsistentRead: true };
      const command = new BatchGetCommand({ RequestItems: { [table]: request } });
      const answer = await client.send(command, { abortSignal: this.#signal });
      names.push(...(answer.Responses?.[table] ?? []).map((item) => String(item.model_name)));
      keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      if (keys.length === 0) return names;
    }
    throw new CommandError("DynamoDB does not say which trades it holds: it is throttled");
  }

  /**
   * Waits until every ledger has what was written.
   * @throws CommandError naming the models that lack trades when nothing moves for a minute
   */
  async caughtUp(): Promise<void> {
    let best = -1;
    let movedAt = performance.now();
    for (let poll: number = POLL_MS.first; ; poll = Math.min(POLL_MS.most, poll * 1.5)) {
      const counts = ledgerCounts(await this.#target.api.status());
      const lacking = this.#lacking(counts);
      if (lacking.length === 0) return;
      const sum = [...counts.values()].reduce((total, c) => total + c.counted + c.rejected, 0);
      if (sum !== best) {
        best = sum;
        movedAt = performance.now();
      }
      if (performance.now() - movedAt > STALLED_MS) throw new CommandError(await this.#stalled(lacking));
      await pause(poll, this.#signal);
    }
  }

  #lacking(counts: Map<string, { counted: number; rejected: number }>): { name: string; has: number; wants: number }[] {
    return [...this.#models].flatMap(([name, o]) => {
      const ledger = counts.get(name);
      // The status tells no count of it (it departed long ago): there is nothing to wait for.
      if (!ledger) return [];
      const has = ledger.counted + ledger.rejected;
      const wants = Math.max(o.base + o.fresh, o.keys.size);
      return has < wants ? [{ name, has, wants }] : [];
    });
  }

  async #stalled(lacking: readonly { name: string; has: number; wants: number }[]): Promise<string> {
    const words = lacking.slice(0, 3).map((l) => `${l.name} has ${figure(l.has)} of ${figure(l.wants)} trades`);
    const health = await this.#target.api.health().catch(() => null);
    const why = health && health.problems.length > 0 ? `: ${health.problems.join("; ")}` : "; GET /health says more";
    return `the ledgers stand still since a minute (${words.join(", ")})${why}. Replaying again goes on from here, nothing counts twice`;
  }
}

/**
 * Waits until everything the trades brought about has happened: ledgers full, looks taken, alerts published.
 * Looks may be held back on purpose (paused, no data of one side), so quiet for a while counts as done, too.
 */
export async function waitUntilQuiet(target: Target, signal: AbortSignal): Promise<void> {
  // A stack of our own can be asked directly.
  if (target.own) await target.own.whenDrained({ timeoutMs: DRAINED_MS });
  signal.throwIfAborted();
  const quietMs = 3000;
  let before = "";
  let since = performance.now();
  const deadline = performance.now() + STALLED_MS;
  for (;;) {
    const [status, health] = await Promise.all([target.api.status(), target.api.health()]);
    if (nothingDue(status) && health.alerts_waiting === 0) return;
    const now = JSON.stringify([status.registry_version, [...ledgerCounts(status)], health.alerts_waiting]);
    if (now !== before) since = performance.now();
    before = now;
    if (performance.now() - since > quietMs || performance.now() > deadline) return;
    await pause(200, signal);
  }
}

/** Neither a look nor the guard waits for its turn. */
function nothingDue(status: StatusAnswer): boolean {
  const looksDue = status.challengers.some((m) => m.pairs >= m.next_look);
  const guard = status.champion?.guard;
  return !looksDue && !(guard?.status === "watching" && guard.reading && guard.reading.verdict !== "watching");
}
