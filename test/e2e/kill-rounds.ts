import { once } from "node:events";
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Api } from "../../cli/client/api-client.ts";
import { makeCall } from "../../local/dynamodb/dynamodb-calls.ts";
import { createPrng, type Prng } from "../../shared/stats/numeric/prng.ts";
import { type Running, startScript, untilBy } from "../support/child-process.ts";
import { findThreePorts } from "../support/free-ports.ts";
import { quickFolder } from "../support/quick-folder.ts";

/**
 * The whole stack on disk, killed with -9 again and again while several writers and clients are at work, on a line that fails; afterwards a
 * checker compares what they were promised with what there is.
 */

const models = ["alpha", "bravo", "charlie"] as const;
const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 0, 5);

type Asked = { key: string; reason: string; path: string; outcome: "done" | "refused" | "unknown" };
export type KillReport = { rounds: number; trades: number; asked: Asked[]; faults: string[]; events: number };

class Rounds {
  readonly asked: Asked[] = [];
  /** ids the table has taken, by model */
  readonly written = new Map<string, Set<string>>(models.map((model) => [model, new Set()]));
  readonly prng: Prng;
  readonly #port: number;
  readonly #data: string;
  readonly #seed: string;
  readonly #share: string;
  #stack: Running | null = null;
  #signal = 0;
  stopping = false;

  constructor(options: { seed: string; port: number; data: string; share: number }) {
    this.prng = createPrng(`kill|${options.seed}`);
    this.#seed = options.seed;
    this.#port = options.port;
    this.#data = options.data;
    this.#share = String(options.share);
  }

  /** that the table has taken */
  get trades(): number {
    return [...this.written.values()].reduce((sum, ids) => sum + ids.size, 0);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get api(): Api {
    return new Api(this.url);
  }

  async start(faults: boolean): Promise<void> {
    const extra = faults ? ["--faults", this.#share, "--faults-seed", this.#seed] : [];
    const args = ["--empty", "--port", String(this.#port), "--data", this.#data, ...extra];
    this.#stack = startScript("cli/start.ts", args);
    await untilBy(this.#stack, "the start", async () => (await fetch(`${this.url}/openapi.json`)).ok);
  }

  async kill(): Promise<void> {
    const stack = this.#stack!;
    stack.kill("SIGKILL");
    if (stack.exitCode === null && stack.signalCode === null) await once(stack, "exit");
    this.#stack = null;
  }

  async end(): Promise<void> {
    if (!this.#stack) return;
    this.#stack.kill("SIGINT");
    if (this.#stack.exitCode === null) await once(this.#stack, "exit");
  }

  /** One model's writer: a trade counts as written once the table has said so; until then it is sent again. */
  async writeTrades(model: string): Promise<void> {
    const call = makeCall(`http://127.0.0.1:${this.#port + 1}`);
    for (let i = 0; !this.stopping; i++) {
      const id = `s${String(i).padStart(6, "0")}`;
      const closed = new Date(FROM + i * HOUR).toISOString();
      const Item = {
        model_name: { S: model },
        trade_id: { S: id },
        pnl: { N: String((i * 7919) % 200) },
        closed_at: { S: closed },
      };
      const put = { TableName: "understudy-local-trades", Item };
      for (;;) {
        try {
          await call("PutItem", put, AbortSignal.timeout(5000));
          break;
        } catch {
          if (this.stopping) return;
          await sleep(50);
        }
      }
      this.written.get(model)!.add(id);
    }
  }

  /** One client: asks for changes, and again under the same key while it has no answer. */
  async ask(): Promise<void> {
    while (!this.stopping) {
      const n = this.#signal++;
      const reason = `wish ${n}.`;
      const model = models[this.prng.below(models.length)]!;
      const wishes = [
        { path: `/shadow/promote/${model}`, body: { force: true, reason } },
        { path: "/shadow/rollback", body: { reason } },
        { path: "/shadow/pause", body: { reason } },
        { path: "/shadow/resume", body: { reason } },
      ];
      const { path, body } = wishes[this.prng.below(wishes.length)]!;
      await this.send({ key: `key-${n}`, reason, path, outcome: "unknown" }, body);
      await sleep(20 + this.prng.below(300));
    }
  }

  async send(asked: Asked, body: object): Promise<void> {
    this.asked.push(asked);
    for (let attempt = 0; attempt < 400; attempt++) {
      try {
        const answer = await fetch(`${this.url}${asked.path}`, {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json", "idempotency-key": asked.key },
          signal: AbortSignal.timeout(20_000),
        });
        await answer.arrayBuffer();
        if (answer.status < 500) {
          // After an attempt without an answer a refusal may be about what that attempt did.
          asked.outcome = answer.ok ? "done" : attempt === 0 ? "refused" : "unknown";
          return;
        }
      } catch {
        // Killed in between: the same again.
      }
      if (this.stopping && attempt > 20) return;
      await sleep(100);
    }
  }

  /** Since the latest start trades were taken and requests answered: a kill before would interrupt nothing. */
  async untilAtWork(): Promise<void> {
    const progress = () => ({
      trades: this.trades,
      done: this.asked.filter((one) => one.outcome === "done").length,
    });
    const before = progress();
    await untilBy(this.#stack!, "work of this round", async () => {
      const now = progress();
      return now.trades >= before.trades + 40 && now.done >= before.done + 2;
    });
  }

  /** Ledgers hold what the tables have taken. */
  async untilCounted(): Promise<void> {
    const wanted = this.trades;
    await untilBy(this.#stack!, "the end of ingest", async () => (await this.counted()) >= wanted);
  }

  async counted(): Promise<number> {
    const { ledgers } = await this.api.health();
    return ledgers!.reduce((sum, ledger) => sum + ledger.trades, 0);
  }
}

/**
 * @param options.rounds  how often the stack is killed
 * @param options.share  of the calls on the line that go wrong, 0 to 1
 */
export async function killRounds(options: {
  seed: string;
  rounds: number;
  share: number;
  onRound?: (round: number, trades: number) => void;
}): Promise<KillReport> {
  const data = quickFolder("understudy-kills-");
  const rounds = new Rounds({ ...options, port: await findThreePorts(), data });
  try {
    await rounds.start(true);
    for (const model of models)
      await rounds.send(
        { key: `deploy-${model}`, reason: "deployed by request", path: "/shadow/deploy", outcome: "unknown" },
        { model_name: model, model_type: "t" },
      );
    const work = [...models.map((model) => rounds.writeTrades(model)), rounds.ask(), rounds.ask()];
    for (let round = 1; round <= options.rounds; round++) {
      await rounds.untilAtWork();
      await sleep(rounds.prng.below(1500));
      await rounds.kill();
      await sleep(rounds.prng.below(500));
      // The last one is left in peace, so that what is under way can end.
      await rounds.start(round < options.rounds);
      options.onRound?.(round, await rounds.counted().catch(() => Number.NaN));
    }
    await rounds.untilAtWork();
    rounds.stopping = true;
    await Promise.all(work);
    await rounds.untilCounted();
    return await check(rounds, options.rounds);
  } finally {
    await rounds.end();
    rmSync(data, { recursive: true, force: true });
  }
}

/** What was promised against what there is. */
async function check(rounds: Rounds, count: number): Promise<KillReport> {
  const faults: string[] = [];
  const { trades } = rounds;
  // A trade the table took without being able to say so was sent again under its own id: it is the same one.
  const { ledgers } = await rounds.api.health();
  for (const { model_name, trades: counted } of ledgers!) {
    const written = rounds.written.get(model_name)?.size ?? 0;
    if (counted !== written && counted !== written + 1)
      faults.push(`${model_name}: ${written} trades written, ${counted} counted`);
  }
  const { champion } = await rounds.api.status();
  if (!champion?.model_name) faults.push("there is no champion");
  const events = await rounds.api.wholeHistory();
  if (new Set(events.map((e) => e.event_id)).size !== events.length) faults.push("an event stands in history twice");
  for (const { reason, outcome, path, key } of rounds.asked) {
    if (path === "/shadow/deploy") continue;
    const type = path.includes("promote")
      ? "promotion"
      : path.includes("rollback")
        ? "rollback"
        : path.endsWith("pause")
          ? "paused"
          : "resumed";
    const found = events.filter((e) => e.reason === reason && e.event_type === type).length;
    const [least, most] = outcome === "done" ? [1, 1] : outcome === "refused" ? [0, 0] : [0, 1];
    if (found < least || found > most)
      faults.push(`${key} ${path} was ${outcome} and stands in history ${found} times`);
  }
  return { rounds: count, trades, asked: rounds.asked, faults, events: events.length };
}
