import type { Baseline } from "../stats/watch/baseline.ts";
import type { Verdict } from "./decide.ts";
import type { WantedDesign } from "./design.ts";
import type { Blocking } from "./gates/gate-names.ts";
import type { GuardState } from "./guard.ts";
import type { MonitorState } from "./monitor.ts";
import type { PendingJudgement } from "./rollback-judgement.ts";

/**
 * The registry: which model plays which role. One item, replaced as a whole and fenced by its version, so that every read
 * sees exactly one champion after the first deployment.
 */

/** Former champions that go on shadowing and can be restored. */
export const ARCHIVE_MAX = 3;
/** Models that left, kept for the status page; history keeps them all. */
export const DEPARTED_MAX = 10;
/** Models that may wait behind the challengers. */
export const QUEUE_MAX = 50;

/** One stay of one version of a model; `entry` is unique for ever. */
export type ModelEntry = {
  entry: number;
  name: string;
  version: string;
  type: string;
  description: string;
  priority: number;
  /** how it wants to be compared */
  design: WantedDesign;
  /** epoch ms */
  deployedAt: number;
  /** of the look that made it champion, 0..100; left out: no look did */
  score?: number;
};

/** What the latest look said; the whole dossier is stored with the look. */
export type LookSummary = {
  n: number;
  /** trade time of the look, epoch ms */
  at: number;
  verdict: Verdict;
  score: number;
  blocking: Blocking | null;
  reason: string;
};

export type Champion = ModelEntry & {
  role: "champion";
  /** epoch ms at which it took the seat */
  since: number;
  /** trade time from which its trades as champion count; null: from the first trade */
  startAt: number | null;
  guard: GuardState | null;
  monitor: MonitorState;
  /** money is held back until somebody resumes or the champion changes; absent or null: it is not */
  breaker?: Breaker | null;
};

/** What is left of the money, in [0, 1), and why. */
export type Breaker = { share: number; why: "market" | "max-loss"; at: number; reason: string };

export type Challenger = ModelEntry & {
  role: "challenger";
  since: number;
  /** signals opened after this moment of trade time are evidence; null: all */
  startAt: number | null;
  /** rows of the next look */
  nextLook: number;
  lastLook: LookSummary | null;
};

export type Archived = ModelEntry & {
  role: "archive";
  since: number;
  /** what it was measured against as champion; it is again after a rollback */
  baseline: Baseline | null;
  /** a rollback went back beyond it: it is restored only by name; absent: it was not */
  passedOver?: boolean;
};
export type Queued = ModelEntry & { role: "queued"; since: number };
export type Departed = ModelEntry & { role: "quarantined" | "retired"; since: number; reason: string };

export type Registry = {
  /** 0 before the first deployment; each change adds one */
  version: number;
  /** epoch ms of the last change */
  updatedAt: number;
  champion: Champion | null;
  challengers: Challenger[];
  /** waiting, best first */
  queue: Queued[];
  /** newest first */
  archive: Archived[];
  /** newest first */
  departed: Departed[];
  paused: { at: number; actor: string; reason: string } | null;
  nextEntry: number;
  /** counts changes of the champion: looks belong to one reign */
  reign: number;
  /** trade time of the latest rollback, epoch ms; null: never */
  rolledBackAt: number | null;
  /** rollbacks that wait for their judgement, oldest first; absent where kept by an older release */
  judgements?: PendingJudgement[];
  /** challengers whose test has begun, ever: each of them spent alpha (STATISTICS 2e) */
  trials: number;
};

/** A registry after the first deployment. */
export type ReigningRegistry = Registry & { champion: Champion };

export function isReigning(registry: Registry): registry is ReigningRegistry {
  return registry.champion !== null;
}

export const emptyRegistry: Registry = {
  version: 0,
  updatedAt: 0,
  champion: null,
  challengers: [],
  queue: [],
  archive: [],
  departed: [],
  paused: null,
  nextEntry: 1,
  reign: 0,
  rolledBackAt: null,
  trials: 0,
};

export type RoleHolder = Champion | Challenger | Archived | Queued | Departed;

/** Models with a role that is not over. */
export function seatedModels(registry: Registry): (Champion | Challenger | Archived | Queued)[] {
  const { champion, challengers, archive, queue } = registry;
  return [...(champion ? [champion] : []), ...challengers, ...archive, ...queue];
}

/** Every model of the registry; one that came back stands before its earlier stays. */
export function knownModels(registry: Registry): RoleHolder[] {
  return [...seatedModels(registry), ...registry.departed];
}

/** Their names, each once. */
export function knownNames(registry: Registry): string[] {
  return [...new Set(knownModels(registry).map((m) => m.name))];
}

/** The present stay of a model, whatever its role. */
export function findModel(registry: Registry, name: string): RoleHolder | null {
  return knownModels(registry).find((m) => m.name === name) ?? null;
}

/** What must hold of every registry; names what does not. */
export function registryFaults(registry: Registry, options: { maxChallengers: number }): string[] {
  const faults: string[] = [];
  if (registry.version > 0 && registry.champion === null) faults.push("no champion");
  if (registry.challengers.length > options.maxChallengers) faults.push("too many challengers");
  if (registry.archive.length > ARCHIVE_MAX) faults.push("archive too long");
  const seated = seatedModels(registry).map((m) => m.name);
  if (new Set(seated).size !== seated.length) faults.push("a model holds two roles");
  return faults;
}
