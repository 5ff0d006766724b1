import type { Command } from "../../shared/domain/command.ts";
import type { Verdict } from "../../shared/domain/decide.ts";
import type { TransitionContext } from "../../shared/domain/draft.ts";
import type { DomainEvent } from "../../shared/domain/event.ts";
import type { Refusal } from "../../shared/domain/refusal.ts";
import { emptyRegistry, type LookSummary, type Registry } from "../../shared/domain/registry.ts";
import { type Change, transition } from "../../shared/domain/transition.ts";
import { aFinding, aGuard, NOON } from "./samples.ts";

/** A registry that commands are applied to one after the other, with the memory a store has of used versions. */

export const aLook = (n: number, verdict: Verdict = "not-yet"): LookSummary => ({
  n,
  at: NOON + n,
  verdict,
  score: 40,
  blocking: "statistical",
  reason: "z 1.2 below 2.5",
});

export class RegistryRun {
  registry: Registry = emptyRegistry;
  events: DomainEvent[] = [];
  used = new Map<string, string[]>();
  context: TransitionContext;

  constructor(context: Partial<TransitionContext> = {}) {
    this.context = {
      now: NOON,
      tradeTime: NOON,
      actor: "tester",
      reason: "because",
      maxChallengers: 3,
      minTrades: 500,
      cooldownTrades: 500,
      ...context,
    };
  }

  try(command: Command, changes: Partial<TransitionContext> = {}): Change | Refusal {
    const outcome = transition(this.registry, command, { ...this.context, ...changes });
    if (!outcome.ok) return outcome;
    this.registry = outcome.registry;
    this.events.push(...outcome.events);
    if (command.kind === "deploy") {
      const { name, version } = command.model;
      this.used.set(name, [...(this.used.get(name) ?? []), version]);
    }
    return outcome;
  }

  /** A command that must be possible. */
  do(command: Command, changes: Partial<TransitionContext> = {}): Change {
    const outcome = this.try(command, changes);
    if (!outcome.ok) throw new Error(`${command.kind} was refused: ${outcome.message}`);
    return outcome;
  }

  deploy(name: string, options: { version?: string; priority?: number } = {}): Change | Refusal {
    return this.try(this.deployment(name, options));
  }

  deployment(name: string, { version = "1", priority = 0 }: { version?: string; priority?: number } = {}): Command {
    const model = { name, version, priority, type: "xgboost", description: "", design: "auto" } as const;
    return { kind: "deploy", model, usedVersions: this.used.get(name) ?? [] };
  }

  names() {
    const { champion, challengers, queue, archive, departed } = this.registry;
    const of = (models: readonly { name: string }[]) => models.map((m) => m.name);
    return {
      champion: champion?.name ?? null,
      challengers: of(challengers),
      queue: of(queue),
      archive: of(archive),
      departed: departed.map((m) => `${m.name} ${m.role}`),
    };
  }
}

export const promotion = (challenger: string): Command => ({
  kind: "promote",
  challenger,
  guard: aGuard,
  decision: null,
  forced: false,
  n: 500,
  improvement: { winRate: 0.01, meanPnl: 3 },
});

export const rollback = (to: string | null = null): Command => ({
  kind: "rollback",
  to,
  details: aFinding,
});

export const retirement = (challenger: string): Command => ({
  kind: "retire",
  challenger,
  why: "request",
});

export const look = (challenger: string, n = 500, verdict?: Verdict): Command => ({
  kind: "look",
  challenger,
  look: aLook(n, verdict),
  nextLook: n + 100,
});

/** One model in every role: champion, three challengers, queue, archive, quarantined, retired. */
export function fullRegistryRun(): RegistryRun {
  const run = new RegistryRun();
  for (const name of ["old", "bad", "quit"]) run.deploy(name);
  run.do(promotion("bad"));
  run.do(rollback());
  run.do(retirement("quit"));
  run.deploy("chief");
  run.do(promotion("chief"));
  for (const name of ["first", "second", "third", "waits"]) run.deploy(name);
  return run;
}
