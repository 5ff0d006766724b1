import { createHash } from "node:crypto";
import { decide, RULE_VERSION } from "../domain/decide.ts";
import { type Design, evaluate } from "../domain/evaluate.ts";
import type { DomainEvent } from "../domain/event.ts";
import { beginGuard, describeGuard } from "../domain/guard.ts";
import { type LedgerHead, rowsInClosingOrder } from "../domain/ledger.ts";
import { distrustChangedTrades, type LookDossier } from "../domain/look.ts";
import type { Challenger, LookSummary, Registry } from "../domain/registry.ts";
import type { ComparedWindow } from "../domain/rows.ts";
import { type Command, rollbackTarget, transition } from "../domain/transition.ts";
import { commonClock, type Evidence, evaluationInput, incidentsOf, loadEvidence, seedOf } from "./evidence.ts";
import { guardReading, readReverseShadow } from "./guard.ts";
import { monitorFinding } from "./monitor.ts";
import { isWaitedFor } from "./pace.ts";
import { contextOf, type Ports } from "./ports.ts";
import { reportFailure } from "./rollback-failure.ts";

/** Changes one call may make; whatever is still due then is taken up by the next call. */
const CHANGES_MAX = 200;

/** What is known about when a look cannot be due yet; losing it costs time only, never a look. */
export type LookHints = Map<string, { champion: number; challenger: number }>;

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
    report.held = heldBecause(registry, ports);
    if (report.held) return report;
    const names = [registry.champion!, ...registry.challengers, ...registry.archive].map((m) => m.name);
    const heads = await ports.state.loadHeads(names);
    const before = settledUntil(registry, heads);
    const due = earliest([
      await guardStep(registry, ports),
      await lookStep(registry, heads, before, ports),
      await monitorStep(registry, before, ports),
    ]);
    if (!due) return report;
    const change = apply(registry, due.commands, ports);
    if (!change) continue;
    const { looks } = due;
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

function heldBecause(registry: Registry, ports: Ports): string | null {
  if (!ports.settings.enabled) return "ENABLE_SHADOW_MODELS is false";
  if (registry.paused) return `paused: ${registry.paused.reason}`;
  return registry.champion ? null : "no champion yet";
}

type TimedCommand = { command: Command; tradeTime: number; reason: string };
/** Something to do, and the moment of trade time it belongs to. */
type Due = { at: number; commands: TimedCommand[]; looks: LookDossier[] };

/** What comes first in trade time; at one moment the guard goes before looks, and looks before the monitor. */
function earliest(dues: readonly (Due | null)[]): Due | null {
  return dues.reduce<Due | null>((first, due) => (due && (!first || due.at < first.at) ? due : first), null);
}

/** Several commands of one moment as one change; null when one is refused, i.e. the registry is not what it was. */
function apply(
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

async function guardStep(registry: Registry, ports: Ports): Promise<Due | null> {
  const champion = registry.champion!;
  const { guard } = champion;
  const reading = await guardReading(champion, ports.state);
  if (!guard || !reading || reading.at === null) return null;
  const alert = reading.alert && !guard.alerted;
  // Mostly there is nothing to tell; then the former champion's trades need not be paired either.
  if (reading.verdict === "watching" && !alert) return null;
  const reason = describeGuard(reading);
  const one = (command: Command): Due => ({
    at: reading.at!,
    commands: [{ command, tradeTime: reading.at!, reason }],
    looks: [],
  });
  const { settleMs } = ports.settings;
  // Up to the deciding trade and no further.
  const shadow = await readReverseShadow(champion, { before: reading.at + 1, settleMs }, ports.state);
  const details = { guard: reading, reverseShadow: shadow, automatic: true };
  if (reading.verdict === "rollback") {
    if (rollbackTarget(registry, null)) return one({ kind: "rollback", to: null, details });
    await reportFailure(registry, null, reason, ports, "understudy");
    return one({ kind: "guard", guard: { ...guard, status: "blind" }, event: null, details });
  }
  if (alert) return one({ kind: "guard", guard: { ...guard, alerted: true }, event: "degradation", details });
  return one({ kind: "guard", guard: { ...guard, status: "passed" }, event: "guard_passed", details });
}

async function monitorStep(registry: Registry, before: number, ports: Ports): Promise<Due | null> {
  const finding = await monitorFinding(registry, { before }, ports.state);
  if (!finding) return null;
  const { reading, details, reason } = finding;
  const command: Command = { kind: "monitor", monitor: reading.state, alarm: reading.begins, details };
  const at = reading.at!;
  return { at, commands: [{ command, tradeTime: at, reason }], looks: [] };
}

type Candidate = { challenger: Challenger; window: ComparedWindow; overlap: number; design: Design };

/** The looks of the earliest moment at which any is due. */
async function lookStep(
  registry: Registry,
  heads: Map<string, LedgerHead>,
  before: number,
  ports: EvaluatePorts,
): Promise<Due | null> {
  const champion = registry.champion!;
  const candidates: Candidate[] = [];
  for (const challenger of registry.challengers) {
    if (cannotBeDue(registry, challenger, heads, ports)) continue;
    const evidence = await loadEvidence({ champion, challenger, heads, settings: ports.settings, before }, ports.state);
    const window = evidence.rows.windowOf(challenger.nextLook);
    if (window) candidates.push({ ...evidence, challenger, window });
    else rememberHint(registry, challenger, heads, evidence, ports.hints);
  }
  if (candidates.length === 0) return null;
  const at = Math.min(...candidates.map((c) => c.window.at));
  const looks = candidates.filter((c) => c.window.at === at).map((c) => takeLook(registry, c, heads, ports));
  const mayPromote = ports.settings.autoPromote && !(await isCooling(registry, at, ports));
  return { at, commands: consequences(looks, registry, candidates, { ...ports, mayPromote }), looks };
}

/** After a rollback the restored champion trades for a while before anything is promoted by itself again. */
async function isCooling(registry: Registry, at: number, ports: Ports): Promise<boolean> {
  const { name, startAt } = registry.champion!;
  if (registry.rolledBackAt === null || registry.rolledBackAt !== startAt) return false;
  const rows = rowsInClosingOrder(await ports.state.readRows(name, { closedAfter: startAt }), { after: startAt });
  let trades = 0;
  for (let i = 0; i < rows.count; i++) if (rows.took[i] === 1 && rows.closedAt[i]! <= at) trades += 1;
  return trades < ports.settings.cooldownTrades;
}

/**
 * The moment of trade time before which everything is known: the champion has passed it, and in a replay so has every model that
 * is waited for.
 */
function settledUntil(registry: Registry, heads: Map<string, LedgerHead>): number {
  const champion = heads.get(registry.champion!.name);
  const { guard } = registry.champion!;
  const former = guard?.status === "watching" && guard.reference ? [guard.reference] : [];
  const waitedFor = [...registry.challengers.map((m) => m.name), ...former].flatMap((name) => {
    const head = heads.get(name);
    return head && isWaitedFor(head, champion) ? [head] : [];
  });
  return commonClock([champion, ...waitedFor]);
}

/** Takes one look: numbers, decision, dossier. */
function takeLook(registry: Registry, c: Candidate, heads: Map<string, LedgerHead>, ports: Ports): LookDossier {
  const champion = registry.champion!;
  const input = evaluationInput(c.window, { ...c, champion, registry, settings: ports.settings });
  const evaluation = evaluate(input);
  const decision = distrustChangedTrades(decide(evaluation, ports.settings), {
    incidents: incidentsOf([champion.name, c.challenger.name], heads),
    startAt: c.challenger.startAt,
  });
  return {
    challenger: c.challenger.name,
    champion: champion.name,
    challengerEntry: c.challenger.entry,
    championEntry: champion.entry,
    reign: registry.reign,
    n: c.window.n,
    at: c.window.at,
    startAt: c.challenger.startAt,
    ruleVersion: RULE_VERSION,
    settings: ports.settings,
    seed: input.seed,
    rowsHash: hashOf(c.window),
    evaluatedAt: ports.clock.now(),
    evaluation,
    decision,
  };
}

function hashOf(window: ComparedWindow): string {
  return createHash("sha256")
    .update(window.signalIds.join("\n"))
    .update(new Uint8Array(window.champion.buffer))
    .update(new Uint8Array(window.challenger.buffer))
    .digest("hex");
}

/** Looks that stay looks come first, then retirements; of several approved challengers the best score is promoted. */
function consequences(
  looks: readonly LookDossier[],
  registry: Registry,
  candidates: readonly Candidate[],
  ports: Ports & { mayPromote: boolean },
): TimedCommand[] {
  const approved = looks.filter((look) => look.decision.verdict === "approve" && ports.mayPromote);
  const winner = approved.reduce<LookDossier | null>(
    (best, look) => (best && best.decision.score >= look.decision.score ? best : look),
    null,
  );
  const commands: TimedCommand[] = looks
    .filter((look) => look !== winner)
    .map((look) => ({ command: lookCommand(look, ports), tradeTime: look.at, reason: look.decision.reason }));
  for (const look of looks) {
    if (look.decision.verdict !== "retire") continue;
    const why = look.decision.retireReason ?? "horizon";
    const { meanPnl } = look.evaluation.difference;
    // What the challenger would have cost on the signals it was tested on, had it been in the seat.
    const paperDifference = meanPnl === null ? null : meanPnl * look.n;
    const details = { n: look.n, score: look.decision.score, meanPnlChange: meanPnl, paperDifference };
    commands.push({
      command: { kind: "retire", challenger: look.challenger, why, details },
      tradeTime: look.at,
      reason: look.decision.reason,
    });
  }
  if (winner) {
    const { window } = candidates.find((c) => c.challenger.name === winner.challenger)!;
    commands.push(promotion(winner, window, registry.champion!.name, ports));
  }
  return commands;
}

function lookCommand(look: LookDossier, ports: Ports): Command {
  const { n, at, decision } = look;
  const summary: LookSummary = {
    n,
    at,
    verdict: decision.verdict,
    score: decision.score,
    blocking: decision.blocking,
    reason: decision.reason,
  };
  return {
    kind: "look",
    challenger: look.challenger,
    look: summary,
    nextLook: n + ports.settings.checkInterval,
    details: { score: decision.score, n },
  };
}

function promotion(look: LookDossier, window: ComparedWindow, former: string, ports: Ports): TimedCommand {
  const guard = beginGuard({
    evidence: window,
    formerChampion: former,
    window: ports.settings.guardTrades,
    seed: `${seedOf(former, look.challenger, look.n)}|guard`,
  });
  return {
    command: {
      kind: "promote",
      challenger: look.challenger,
      guard,
      decision: look.decision,
      forced: false,
      n: look.n,
      improvement: look.evaluation.difference,
    },
    tradeTime: look.at,
    reason: look.decision.reason,
  };
}

/** Cheap refusal before any ledger is read: a pair needs a trade on each side. */
function cannotBeDue(
  registry: Registry,
  challenger: Challenger,
  heads: Map<string, LedgerHead>,
  { hints, settings }: EvaluatePorts,
): boolean {
  const own = heads.get(challenger.name)?.count ?? 0;
  const champion = heads.get(registry.champion!.name)?.count ?? 0;
  // Where a silent side counts as 0, a row needs a trade of one side only.
  if (settings.unreported === "abstain") return own + champion < challenger.nextLook;
  const hint = hints.get(hintKey(registry, challenger)) ?? {
    champion: challenger.nextLook,
    challenger: challenger.nextLook,
  };
  return own < hint.challenger || champion < hint.champion;
}

/** After a look was found not to be due: how many trades each ledger must hold before it can be. */
function rememberHint(
  registry: Registry,
  challenger: Challenger,
  heads: Map<string, LedgerHead>,
  evidence: Evidence,
  hints: LookHints,
): void {
  const short = evidence.rows.shortOf(challenger.nextLook);
  const own = (heads.get(challenger.name)?.count ?? 0) - evidence.pending.challenger;
  const champion = (heads.get(registry.champion!.name)?.count ?? 0) - evidence.pending.champion;
  if (hints.size > 1000) hints.clear();
  hints.set(hintKey(registry, challenger), { champion: champion + short.champion, challenger: own + short.challenger });
}

function hintKey(registry: Registry, challenger: Challenger): string {
  return `${registry.reign}/${challenger.entry}/${challenger.nextLook}`;
}
