import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import type { HealthAnswer } from "../../shared/api/contract/system.ts";
import type { Target } from "../client/stack-target.ts";
import type { Trade } from "../client/trade-writer.ts";
import { CommandError } from "../terminal/command-line.ts";
import { count as figure } from "../terminal/figures.ts";
import { pause } from "../terminal/pause.ts";

/**
 * Whether the ledgers have taken in what was written: GET /health tells the trades each one has counted or quarantined,
 * and it must hold what it held before plus every key that was new to the table.
 */

/** Waiting ends in an error when nothing moves for that long. */
const STALLED_MS = 60_000;
/** Time for the functions of a stack of our own to finish what the last trades brought about. */
const DRAINED_MS = 600_000;
const POLL_MS = { first: 25, most: 500 };
/** Two looks that far apart must see the same before something counts as still. */
const STILL_MS = 300;
/** DynamoDB's limit of one BatchGetItem. */
const KEYS_MAX = 100;
const FIND_ATTEMPTS_MAX = 10;

/** What each ledger has taken in, counted or quarantined. */
export function ledgerTotals(health: HealthAnswer): Map<string, number> {
  return new Map((health.ledgers ?? []).map((ledger) => [ledger.model_name, ledger.trades + ledger.rejected]));
}

/** Model to trades its ledger must have counted or quarantined. */
export type LedgerMark = ReadonlyMap<string, number>;

type Expectation = { base: number; fresh: number; keys: Set<string> };

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

  /** Notes what the ledgers hold before anything is written; a stack that still digests earlier trades is waited for. */
  async begin(models: readonly string[]): Promise<void> {
    const totals = ledgerTotals(await whenStill(() => this.#target.api.health(), ledgersOf, this.#signal));
    for (const name of models) this.#models.set(name, { base: totals.get(name) ?? 0, fresh: 0, keys: new Set() });
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
      if (model.base > 0) doubtful.push(trade);
    }
    for (const name of await this.#alreadyThere(doubtful)) {
      this.#models.get(name)!.fresh -= 1;
      this.known += 1;
    }
  }

  /** A trade DynamoDB refused will reach no ledger. */
  withdraw(trade: Trade): void {
    const model = this.#models.get(trade.model_name);
    if (model?.keys.delete(trade.trade_id)) model.fresh -= 1;
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

  /** What each ledger must hold once everything expected so far has arrived. */
  mark(): LedgerMark {
    return new Map([...this.#models].map(([name, { base, fresh }]) => [name, base + fresh]));
  }

  /**
   * Waits until every ledger holds what the mark says.
   * @throws CommandError naming the models that lack trades when nothing moves for a minute
   */
  async reached(mark: LedgerMark): Promise<void> {
    let best = -1;
    let movedAt = performance.now();
    for (let poll: number = POLL_MS.first; ; poll = Math.min(POLL_MS.most, poll * 1.5)) {
      const health = await this.#target.api.health();
      const totals = ledgerTotals(health);
      const lacking = lackingOf(mark, totals);
      if (lacking.length === 0) return;
      const sum = [...totals.values()].reduce((all, n) => all + n, 0);
      if (sum !== best) {
        best = sum;
        movedAt = performance.now();
      }
      if (performance.now() - movedAt > STALLED_MS) throw new CommandError(stalled(lacking, health));
      await pause(poll, this.#signal);
    }
  }
}

function lackingOf(mark: LedgerMark, totals: Map<string, number>): Lacking[] {
  return [...mark].flatMap(([name, wants]) => {
    const has = totals.get(name);
    // A model that is not deployed, or departed long ago, has no ledger to wait for.
    return has === undefined || has >= wants ? [] : [{ name, has, wants }];
  });
}

type Lacking = { name: string; has: number; wants: number };

function stalled(lacking: readonly Lacking[], health: HealthAnswer): string {
  const words = lacking.slice(0, 3).map((l) => `${l.name} has ${figure(l.has)} of ${figure(l.wants)} trades`);
  const why = health.problems.length > 0 ? `: ${health.problems.join("; ")}` : "; GET /health says more";
  return `the ledgers stand still since a minute (${words.join(", ")})${why}. Replaying again goes on from here, nothing counts twice`;
}

/**
 * Waits until everything the trades brought about has happened: ledgers full, looks taken, alerts published.
 * Looks may be held back on purpose (paused, one side silent), so standing still counts as done, too.
 */
export async function waitUntilQuiet(target: Target, signal: AbortSignal): Promise<void> {
  // A stack of our own can be asked directly.
  if (target.own) await target.own.whenDrained({ timeoutMs: DRAINED_MS });
  const deadline = performance.now() + STALLED_MS;
  const read = async () => {
    const [status, health] = await Promise.all([target.api.status(), target.api.health()]);
    return { status, health };
  };
  const still = (options: Awaited<ReturnType<typeof read>>) =>
    JSON.stringify([
      options.status.registry_version,
      options.status.rejected,
      ledgersOf(options.health),
      options.health.alerts_waiting,
    ]);
  for (let quiet = 0; quiet < 10 && performance.now() < deadline; quiet++) {
    const { status, health } = await whenStill(read, still, signal);
    if (nothingDue(status) && health.alerts_waiting === 0) return;
  }
}

/** Reads until two readings in a row tell the same, for a minute at most. */
async function whenStill<T>(read: () => Promise<T>, tell: (value: T) => string, signal: AbortSignal): Promise<T> {
  const deadline = performance.now() + STALLED_MS;
  let before: string | null = null;
  for (;;) {
    const value = await read();
    const now = tell(value);
    if (now === before || performance.now() > deadline) return value;
    before = now;
    await pause(STILL_MS, signal);
  }
}

const ledgersOf = (health: HealthAnswer): string => JSON.stringify([...ledgerTotals(health)]);

/** Neither a look nor the guard waits for its turn. */
function nothingDue(status: StatusAnswer): boolean {
  const looksDue = status.challengers.some((m) => m.pairs >= m.next_look);
  const guard = status.champion?.guard;
  const guardDue =
    guard?.status === "watching" && guard.reading && (guard.reading.ended || guard.reading.news !== null);
  return !looksDue && !guardDue;
}
