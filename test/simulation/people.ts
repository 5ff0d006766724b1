import { readAllocation } from "../../shared/api/allocation.ts";
import { Refused } from "../../shared/api/answer.ts";
import { deploy } from "../../shared/api/deploy.ts";
import { readHistory } from "../../shared/api/history.ts";
import { pauseOrResume } from "../../shared/api/pause.ts";
import { promote } from "../../shared/api/promote.ts";
import { retire } from "../../shared/api/retire.ts";
import { rollback } from "../../shared/api/rollback.ts";
import type { DomainEvent, EventType } from "../../shared/domain/event.ts";
import type { Prng } from "../../shared/stats/numeric/prng.ts";
import type { Cloud, Environment } from "./cloud.ts";
import type { Watcher } from "./watcher.ts";

/** People and their programs: they ask for changes of roles, at the same time, sensibly or not, and ask again when no answer comes. */

type Outcome = "done" | "refused" | "unknown";
export type Asked = {
  key: string;
  kind: "deploy" | "promote" | "rollback" | "retire" | "pause" | "resume";
  /** stands in the reason of the events that follow */
  mark: string;
  model: string;
  expectedChampion: string | undefined;
  outcome: Outcome;
  answers: string[];
};
type Run = (
  environment: Environment,
  caller: { actor: string; idempotency: { key: string; fingerprint: string } },
) => Promise<unknown>;

export class People {
  readonly asked: Asked[] = [];
  readonly #cloud: Cloud;
  readonly #watcher: Watcher;
  readonly #prng: Prng;
  readonly #models: readonly string[];

  constructor(options: { cloud: Cloud; watcher: Watcher; prng: Prng; models: readonly string[] }) {
    this.#cloud = options.cloud;
    this.#watcher = options.watcher;
    this.#prng = options.prng;
    this.#models = options.models;
  }

  #one<T>(among: readonly T[]): T {
    return among[this.#prng.below(among.length)]!;
  }

  async deploy(model: string, version: string): Promise<Outcome> {
    const request = {
      model_name: model,
      model_type: "t",
      version,
      description: "",
      priority: this.#prng.below(3),
      design: "auto" as const,
    };
    return this.#ask({ kind: "deploy", model, mark: version, expectedChampion: undefined }, (environment, caller) =>
      deploy(request, environment, caller),
    );
  }

  /** Something anybody might ask for. */
  async anything(n: number): Promise<void> {
    const kind = this.#one([
      "promote",
      "promote",
      "rollback",
      "rollback",
      "retire",
      "deploy",
      "pause",
      "resume",
      "read",
      "read",
    ] as const);
    const model = this.#one(this.#models);
    const mark = `wish ${n}.`;
    if (kind === "read") return this.#read();
    if (kind === "deploy") {
      await this.deploy(model, `v${n}`);
      return;
    }
    const expected = this.#prng.below(2) === 0 ? this.#one(this.#models) : undefined;
    const expects = expected === undefined ? {} : { expected_champion: expected };
    const to = this.#prng.below(3) === 0 ? { to: this.#one(this.#models) } : {};
    const asked = {
      kind,
      model,
      mark,
      expectedChampion: kind === "promote" || kind === "rollback" ? expected : undefined,
    };
    await this.#ask(asked, (environment, caller) => {
      if (kind === "promote")
        return promote(model, { force: this.#forced(n), reason: mark, ...expects }, environment, caller);
      if (kind === "rollback")
        return rollback({ reason: mark, dry_run: false, ...to, ...expects }, environment, caller);
      if (kind === "retire") return retire(model, environment, { ...caller, reason: mark });
      return pauseOrResume(kind, environment, { ...caller, reason: mark });
    });
  }

  #forced(n: number): boolean {
    return n % 4 !== 0;
  }

  /** Paused systems are taken up again before a life ends. */
  async resume(mark: string): Promise<Outcome> {
    return this.#ask({ kind: "resume", model: "", mark, expectedChampion: undefined }, (environment, caller) =>
      pauseOrResume("resume", environment, { ...caller, reason: mark }),
    );
  }

  async #ask(what: Omit<Asked, "key" | "outcome" | "answers">, run: Run): Promise<Outcome> {
    const key = `key-${what.kind}-${what.model}-${what.mark.trim().replaceAll(" ", "-")}`;
    const asked: Asked = { ...what, key, outcome: "unknown", answers: [] };
    this.asked.push(asked);
    const caller = { actor: "ann", idempotency: { key, fingerprint: key } };
    const twice = this.#prng.below(6) === 0;
    // An impatient caller asks again under the same key before the first answer is there.
    const attempts = [this.#attempt(asked, run, caller), ...(twice ? [this.#attempt(asked, run, caller)] : [])];
    for (const outcome of await Promise.all(attempts))
      if (outcome === "done" || asked.outcome === "unknown") asked.outcome = outcome;
    if (new Set(asked.answers).size > 1)
      this.#watcher.report("3", `${key} was answered in two ways: ${asked.answers.join(" | ")}`);
    return asked.outcome;
  }

  async #attempt(asked: Asked, run: Run, caller: Parameters<Run>[1]): Promise<Outcome> {
    let unsure = false;
    for (let attempt = 0; attempt < 4; attempt++) {
      const outcome = await this.#cloud.call("api", (environment) => run(environment, caller));
      if (outcome && "done" in outcome) {
        const { status } = outcome.done as { status: number };
        if (status >= 400) return "refused";
        // How long it took differs from one attempt to the next only where the answer was not kept.
        asked.answers.push(JSON.stringify(outcome.done));
        return "done";
      }
      if (outcome && outcome.error instanceof Refused) return unsure ? "unknown" : "refused";
      if (outcome && (outcome.error instanceof TypeError || outcome.error instanceof RangeError))
        this.#cloud.scheduler.fail(outcome.error);
      unsure = true;
      await this.#cloud.scheduler.wait(200 + this.#prng.below(3000));
    }
    return "unknown";
  }

  async #read(): Promise<void> {
    const reading = this.#one<(environment: Environment) => Promise<unknown>>([
      (environment) => readAllocation({}, environment),
      (environment) => readHistory({ limit: 50 }, environment),
    ]);
    const outcome = await this.#cloud.call("api", reading);
    if (!outcome || !("done" in outcome)) return;
    const { data } = (outcome.done as { body: { data: { allocations?: { role: string }[] } } }).body;
    const champions = data.allocations?.filter((m) => m.role === "champion");
    if (champions && champions.length !== 1) this.#watcher.report("1", `a reader saw ${champions.length} champions`);
  }

  /** What was done is in history once, what was refused is not, and what nobody knows is there at most once. */
  check(events: readonly DomainEvent[]): void {
    const types: Readonly<Record<Asked["kind"], readonly EventType[]>> = {
      deploy: ["deployed", "queued"],
      promote: ["promotion"],
      rollback: ["rollback"],
      retire: ["retired"],
      pause: ["paused"],
      resume: ["resumed"],
    };
    for (const { key, kind, mark, model, outcome, expectedChampion } of this.asked) {
      const of = events.filter((e) => types[kind].includes(e.type) && isOf(e, { kind, mark, model }));
      const most = outcome === "refused" ? 0 : 1;
      const least = outcome === "done" ? 1 : 0;
      if (of.length < least || of.length > most)
        this.#watcher.report("3", `${key} was ${outcome} and stands in history ${of.length} times`);
      const before = of[0] && this.#watcher.championBefore.get(of[0].eventId);
      if (expectedChampion !== undefined && of[0] && before !== expectedChampion)
        this.#watcher.report("1", `${key} expected ${expectedChampion} and acted on ${before}`);
    }
  }
}

function isOf(event: DomainEvent, { kind, mark, model }: Pick<Asked, "kind" | "mark" | "model">): boolean {
  if (kind !== "deploy") return event.reason === mark;
  return (
    event.actor === "ann" &&
    event.modelName === model &&
    (event.details as { version?: string }).version === mark &&
    event.reason === "deployed by request"
  );
}
