import { type Due, earliest, type TimedCommand } from "../domain/consequences.ts";
import type { DomainEvent } from "../domain/event.ts";
import type { LookHints } from "../domain/look-hints.ts";
import { settledUntil } from "../domain/pace.ts";
import { isReigning, type Registry, type ReigningRegistry } from "../domain/registry.ts";
import type { Settings } from "../domain/settings.ts";
import { transition } from "../domain/transition.ts";
import { guardStep } from "./guard.ts";
import { lookStep } from "./look.ts";
import { monitorStep } from "./monitor.ts";
import { contextOf, type Ports } from "./ports.ts";

/** Changes one call may make; whatever is still due then is taken up by the next call. */
const CHANGES_MAX = 200;

export type EvaluatePorts = Ports & { hints: LookHints };

export type EvaluateReport = {
  looks: number;
  events: DomainEvent[];
  /** why nothing automatic may happen; null: it may */
  held: string | null;
  /** changes given up because somebody else, a rollback say, changed the registry first; each was decided anew */
  overtaken: number;
};

/**
 * Does everything that is due, in the order of trade time: guard first, then looks and what they decide.
 * Level-triggered: it looks at what is, not at what changed, so a repeated or late call does the same or nothing.
 */
export async function evaluateDue(ports: EvaluatePorts): Promise<EvaluateReport> {
  const report: EvaluateReport = { looks: 0, events: [], held: null, overtaken: 0 };
  for (let step = 0; step < CHANGES_MAX; step++) {
    const registry = await ports.state.loadRegistry();
    report.held = heldBecause(registry, ports.settings);
    if (report.held !== null || !isReigning(registry)) return report;
    const due = await nextDue(registry, ports);
    if (!due) return report;
    const change = applyAll(registry, due.commands, ports);
    if (!change) continue;
    const looks = [...due.looks];
    const written = await ports.state.commit({ fromVersion: registry.version, ...change, looks });
    if (written === "conflict") {
      report.overtaken += 1;
      continue;
    }
    report.looks += looks.length;
    report.events.push(...change.events);
  }
  return report;
}

function heldBecause(registry: Registry, settings: Settings): string | null {
  if (!settings.enabled) return "ENABLE_SHADOW_MODELS is false";
  if (registry.paused) return `paused: ${registry.paused.reason}`;
  return registry.champion ? null : "no champion yet";
}

/** What comes first in trade time; at one moment the guard goes before looks, and looks before the monitor. */
async function nextDue(registry: ReigningRegistry, ports: EvaluatePorts): Promise<Due | null> {
  const names = [registry.champion, ...registry.challengers, ...registry.archive].map((m) => m.name);
  const heads = await ports.state.loadHeads(names);
  const before = settledUntil(registry, heads);
  return earliest([
    await guardStep(registry, ports),
    await lookStep(registry, { heads, before }, ports),
    await monitorStep(registry, { before }, ports.state),
  ]);
}

/** Several commands of one moment as one change; null when one is refused, i.e. the registry is not what it was. */
function applyAll(
  registry: Registry,
  commands: readonly TimedCommand[],
  ports: Ports,
): { registry: Registry; events: DomainEvent[] } | null {
  let next = registry;
  const events: DomainEvent[] = [];
  for (const { command, tradeTime, reason } of commands) {
    const change = transition(next, command, contextOf(ports, { tradeTime, reason, actor: "understudy" }));
    if (!change.ok) return null;
    next = change.registry;
    events.push(...change.events);
  }
  return { registry: next, events };
}
