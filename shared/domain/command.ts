import type { Decision } from "./decide.ts";
import type { WantedDesign } from "./design.ts";
import type { GuardFinding, MonitorFinding, RetiredEvidence, RollbackCause } from "./event.ts";
import type { GuardState } from "./guard.ts";
import type { MonitorState } from "./monitor.ts";
import type { Breaker, LookSummary } from "./registry.ts";
import type { RollbackJudgement } from "./rollback-judgement.ts";

/** What can be asked of the registry. */

export type Deployment = {
  name: string;
  type: string;
  version: string;
  description: string;
  priority: number;
  design: WantedDesign;
};

export type Command =
  | { kind: "deploy"; model: Deployment; usedVersions: readonly string[] }
  | {
      kind: "promote";
      challenger: string;
      guard: GuardState;
      decision: Decision | null;
      forced: boolean;
      /** rows it rests on, and what they showed: challenger minus champion */
      n: number;
      improvement: { winRate: number | null; meanPnl: number | null };
    }
  | { kind: "rollback"; to: string | null; details: RollbackCause }
  /** there is nothing to restore; an automatic attempt leaves the guard blind, or it would be repeated for ever */
  | { kind: "rollback-failed"; to: string | null; automatic: boolean }
  | { kind: "retire"; challenger: string; why: "request" }
  | { kind: "retire"; challenger: string; why: "futility" | "horizon"; evidence: RetiredEvidence }
  | { kind: "look"; challenger: string; look: LookSummary; nextLook: number }
  /** breaker: money is held back from now on; left out: nothing changes about it */
  | { kind: "guard"; guard: GuardState; event: GuardEvent; details: GuardFinding; breaker?: Breaker }
  | { kind: "judgement"; judgement: RollbackJudgement }
  /** the checkpoint moves on; an alarm is reported */
  | { kind: "monitor"; monitor: MonitorState; alarm: MonitorFinding | null }
  | { kind: "pause" }
  | { kind: "resume" };

/** What a guard has to say without a change of roles. */
export type GuardEvent =
  | "degradation"
  | "guard_passed"
  | "guard_mode"
  | "guard_unclear"
  | "market"
  | "rollback_advised"
  | "hard_stop";

export type CommandOf<Kind extends Command["kind"]> = Extract<Command, { kind: Kind }>;
