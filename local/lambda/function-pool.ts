import { randomUUID } from "node:crypto";
import type { LocalFunction } from "../template/template.ts";
import { type EnvironmentOptions, ExecutionEnvironment, type Outcome } from "./execution-environment.ts";
import { type Invocation, invocationOf } from "./invocation.ts";

/** Environments of one function at the same time; more invocations wait. */
const environmentsMax = 4;
const loadMsMax = 10_000;

/** The execution environments of one function, started when needed and kept for the next invocation. */
export class FunctionPool {
  readonly #fn: LocalFunction;
  readonly #options: EnvironmentOptions;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #waiting: (() => void)[] = [];
  #stopping = false;

  constructor(fn: LocalFunction, options: EnvironmentOptions) {
    this.#fn = fn;
    this.#options = options;
  }

  async invoke(payload: string): Promise<Invocation> {
    const requestId = randomUUID();
    while (!this.#stopping && this.#idle.length === 0 && this.#all.size >= environmentsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const outcome: Outcome = this.#stopping ? { kind: "stopped" } : await this.#runSomewhere(requestId, payload);
    this.#waiting.shift()?.();
    return invocationOf(outcome, requestId, this.#fn);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#all].map((environment) => environment.end()));
  }

  async #runSomewhere(requestId: string, payload: string): Promise<Outcome> {
    const environment = this.#idle.pop() ?? (await this.#start());
    if (!(environment instanceof ExecutionEnvironment)) return environment;
    const { timeoutMs } = this.#fn;
    const outcome = await environment.run({ requestId, payload, deadlineAt: Date.now() + timeoutMs }, timeoutMs);
    if (outcome.kind === "result" || outcome.kind === "error") this.#idle.push(environment);
    else await this.#discard(environment);
    return outcome;
  }

  /** @returns why not, when the module does not load */
  async #start(): Promise<ExecutionEnvironment | Outcome> {
    const environment: ExecutionEnvironment = new ExecutionEnvironment(this.#fn, {
      ...this.#options,
      onExit: () => this.#forget(environment),
    });
    this.#all.add(environment);
    const outcome = await environment.load(loadMsMax);
    if (outcome.kind === "ready") return environment;
    await this.#discard(environment);
    if (outcome.kind !== "timeout") return outcome;
    return { kind: "exit", error: { errorType: "Sandbox.Timedout", errorMessage: "Loading took too long" } };
  }

  async #discard(environment: ExecutionEnvironment): Promise<void> {
    this.#all.delete(environment);
    await environment.end();
  }

  #forget(environment: ExecutionEnvironment): void {
    this.#all.delete(environment);
    const index = this.#idle.indexOf(environment);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#waiting.shift()?.();
  }
}
