import type { LookPointAnswer } from "../../shared/api/contract/evaluation.ts";
import type { EventAnswerOf } from "../../shared/api/contract/event.ts";
import type { FiguresAnswer } from "../../shared/api/contract/metrics.ts";
import type { ChallengerStatusWord } from "../../shared/api/contract/status.ts";
import type { Blocking } from "../../shared/domain/gates/gate-names.ts";
import type { UnsentRow } from "../trade-file/trade-file.ts";

/** What the closing report of a replay holds; `--json` prints it. */

export type ModelReport = {
  model_name: string;
  role: string;
  rows_in_file: number;
  /** null: the system tells no count of it any more */
  trades_counted: number | null;
  quarantined: number;
  metrics: FiguresAnswer | null;
  /** a departed model's figures are those of its last look */
  metrics_of: "ledger" | "evidence" | "last look" | null;
  promotion_status: ChallengerStatusWord | null;
  score: number | null;
  /** no look has given the score yet; null: no challenger */
  provisional: boolean | null;
  blocking_criterion: Blocking | null;
  reason: string | null;
  /** why its newest stay ended; null unless it was retired */
  retired_because: EventAnswerOf<"retired">["details"]["why"] | null;
  pairs: number | null;
  next_look: number | null;
  looks: Pick<LookPointAnswer, "champion" | "n" | "at" | "verdict" | "score" | "blocking" | "reason">[];
};

export type RoleChange<T extends "promotion" | "rollback"> = Pick<EventAnswerOf<T>, RoleChangeField>;
export type RoleChangeField = "at" | "trade_time" | "model_name" | "summary" | "reason" | "details";

export type GuardNotice = Pick<EventAnswerOf<"market">, "at" | "trade_time" | "model_name" | "summary">;

export type ReplayReport = {
  file: string;
  url: string;
  own_stack: boolean;
  rows: { sent: number; repeated_in_file: number; known_before: number; unsent: number };
  unsent_rows: UnsentRow[];
  not_deployed: { model_name: string; reason: string }[];
  seconds: number;
  trades_per_second: number;
  champion: string | null;
  models: ModelReport[];
  promotions: RoleChange<"promotion">[];
  rollbacks: RoleChange<"rollback">[];
  /** falls of both models on which nothing was swapped, and what the guard advised */
  market_falls: GuardNotice[];
  advised: GuardNotice[];
  alerts: { published: number; waiting: number | null; by_type: Record<string, { priority: string; count: number }> };
  quarantined: {
    total: number;
    by_model: { model_name: string; count: number; by_kind: Record<string, number>; last_reason: string }[];
  };
  settings: { min_trades: number };
  meaning: string;
};
