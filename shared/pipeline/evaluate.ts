import { type Due, earliest, type TimedCommand } from "../domain/consequences.ts";
import type { DomainEvent } from "../domain/event.ts";
import { heldBecause } from "../domain/held.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { type LookHints, lacksTrades } from "../domain/look-hints.ts";
import { isReplayed, type Standstills, settledUntil } from "../domain/pace.ts";
import { isReigning, type Registry, type ReigningRegistry } from "../domain/registry.ts";
import { transition } from "../domain/transition.ts";
import { refreshAllocation } from "./allocation.ts";
import { formerOf, guardStep } from "./guard.ts";
import { lookStep } from "./look.ts";
import { monitorStep } from "./monitor.ts";
import { contextOf, type Ports } from "./ports.ts";
import { judgementStep } from "./rollback-judgement.ts";

/** Changes one call may make; whatever is still due then is taken up by the next call. */
const CHANGES_MAX = 200;

export type EvaluatePorts = Ports & {
  hints: LookHints;
  /** ledgers seen to stand still; losing them costs seconds only */
  standstills: Standstills;
};

export type EvaluateReport = {
  looks: number;
  events: DomainEvent[];
  /** why nothing automatic may happen; null: it may */
  held: string | null;
  /** changes given up because somebody else, a rollback say, changed the registry first; each was decided anew */
  overtaken: number;
  /** ms after which to call again though nothing arrives: somebody who is waited for may have fallen silent; null: no need */
  again: number | null;
};

/** Calls again for one wait at most this often: a wait ends by itself well before. */
const PATIENCE = 5;

/** As `evaluateDue`, and sees a wait for a silent model to its end. */
export async function evaluateWithPatience(
  ports: EvaluatePorts & { sleep: (ms: number) => Promise<void> },
): Promise<EvaluateReport> {
  let report = await evaluateDue(ports);
  for (let i = 0; i < PATIENCE && report.again !== null; i++) {
    await ports.sleep(report.again);
    const next = await evaluateDue(ports);
    report = {
      ...next,
      looks: report.looks + next.looks,
      events: [...report.events, ...next.events],
      overtaken: report.overtaken + next.overtaken,
    };
  }
  return report;
}

/**
 * Does everything that is due, in the order of trade time: guard first, then looks and what they decide.
 * Level-triggered: it looks at what is, not at what changed, so a repeated or late call does the same or nothing.
 */
export async function evaluateDue(ports: EvaluatePorts): Promise<EvaluateReport> {
  const report: EvaluateReport = { looks: 0, events: [], held: null, overtaken: 0, again: null };
  // Trades that arrive meanwhile, and what somebody else commits, are the next call's.
  const known = new Map<string, LedgerHead>();
  let committed: Registry | null = null;
  for (let step = 0; step < CHANGES_MAX; step++) {
    const registry: Registry = committed ?? (await ports.state.loadRegistry());
    committed = null;
    report.held = heldBecause(registry, ports.settings);
    if (report.held !== null || !isReigning(registry)) return report;
    const heads = await headsNeeded(registry, known, ports);
    const { due, again } = await nextDue(registry, heads, ports);
    report.again = again;
    if (!due) {
      await refreshAllocation(registry, ports);
      return report;
    }
    const change = applyAll(registry, due.commands, ports);
    if (!change) {
      known.clear();
      continue;
    }
    const looks = [...due.looks];
    const written = await ports.state.commit({ fromVersion: registry.version, ...change, looks });
    if (written === "conflict") {
      report.overtaken += 1;
      known.clear();
      continue;
    }
    committed = change.registry;
    report.looks += looks.length;
    report.events.push(...change.events);
  }
  return report;
}

/** What comes first in trade time; at one moment the guard goes before looks, looks before the monitor, and the monitor before judgements. */
async function nextDue(
  registry: ReigningRegistry,
  heads: ReadonlyMap<string, LedgerHead>,
  ports: EvaluatePorts,
): Promise<{ due: Due | null; again: number | null }> {
  const guard = await guardStep(registry, { heads }, ports);
  const before = settledUntil(registry, { heads, formerUntil: guard.formerUntil });
  const due = earliest([
    guard.due,
    await lookStep(registry, { heads, before }, ports),
    // The guard waits for no challenger; what the charts saw before its moment is reported before it acts.
    await monitorStep(registry, { heads, before: Math.max(before, guard.due?.at ?? before) }, ports),
    await judgementStep(registry, { heads }, ports),
  ]);
  return { due, again: guard.again };
}

/**
 * Heads of the champion and of who is held beside it, and of those challengers that can matter: live only one whose look the champion
 * has enough trades for.
 * @param known  what this call has read already; what is read comes into it
 */
async function headsNeeded(
  registry: ReigningRegistry,
  known: Map<string, LedgerHead>,
  ports: EvaluatePorts,
): Promise<ReadonlyMap<string, LedgerHead>> {
  const { champion, challengers } = registry;
  const load = async (names: readonly string[]) => {
    const missing = [...new Set(names)].filter((name) => !known.has(name));
    if (missing.length > 0) for (const [name, head] of await ports.state.loadHeads(missing)) known.set(name, head);
  };
  const judged = (registry.judgements ?? []).flatMap((p) => [p.restored, p.quarantined]);
  const former = formerOf(champion, registry);
  await load([champion.name, ...(former === null ? [] : [former]), ...judged]);
  const own = known.get(champion.name);
  const all = own === undefined || isReplayed(own);
  const wanted = challengers.filter((m) => all || !lacksTrades({ registry, challenger: m, heads: known, ...ports }));
  await load(wanted.map((m) => m.name));
  return known;
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
