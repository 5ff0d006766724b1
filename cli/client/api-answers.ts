import type { Priority, WireEvent } from "../../shared/domain/event.ts";

/** The parts of the HTTP interface's answers that the commands read; the interface itself is in shared/domain/response.ts. */

export type MetricsAnswer = {
  n_trades: number;
  win_rate: number | null;
  mean_pnl: number | null;
  std_pnl: number | null;
  total_pnl: number;
  sharpe_ratio: number | null;
  max_drawdown: number;
};

export type ModelAnswer = {
  model_name: string;
  model_type: string;
  version: string;
  description: string;
  role: string;
  since: string;
  allocation: number;
  trade_count: number;
  rejected_count: number;
  metrics: MetricsAnswer | null;
};

export type GuardAnswer = {
  status: "watching" | "passed" | "market" | "advised" | "blind";
  mode: "paired" | "unpaired" | "promise";
  window: number;
  former_champion: string | null;
  alerted: boolean;
  reading: {
    verdict: "watching" | "alert" | "market" | "unclear" | "prolonged" | "rollback" | "advised" | "passed";
    ended: boolean;
    /** what is still to be reported */
    news: string | null;
    pairs: number;
    paired: { champion_pnl: number; former_pnl: number; gain: number } | null;
    rule: string | null;
    trades: number;
    wins: number;
    win_rate: number;
    baseline_win_rate: number;
    deficit: number;
    deficit_rollback: number;
    drawdown: number;
    drawdown_rollback: number;
    trade_id: string | null;
  } | null;
  in_words: string;
};

export type ChampionAnswer = ModelAnswer & { guard: GuardAnswer | null };

export type ChallengerAnswer = ModelAnswer & {
  /** trades in its ledger; trade_count counts those since its evidence began */
  ledger_count: number;
  pairs: number;
  pair_coverage: number | null;
  next_look: number;
  pairs_to_next_look: number;
  promotion_status: string;
  promotion_score: number | null;
  blocking_criterion: string | null;
  reason: string;
  last_look: { n: number; verdict: string; score: number; blocking: string | null; reason: string } | null;
};

type DepartedAnswer = { model_name: string; version: string; role: string; reason: string; since: string };

export type RejectedAnswer = {
  model_name: string;
  count: number;
  by_kind: Record<string, number>;
  last_reason: string;
};

export type StatusAnswer = {
  champion: ChampionAnswer | null;
  challengers: ChallengerAnswer[];
  queue: (ModelAnswer & { queue_position: number })[];
  archive: ModelAnswer[];
  departed: DepartedAnswer[];
  paused: { at: string; actor: string; reason: string } | null;
  rejected: RejectedAnswer[];
  settings: { min_trades: number; max_challengers: number; guard_trades: number; auto_promote: boolean };
  registry_version: number;
};

/** One look: a point of the sequential path. */
export type LookAnswer = {
  champion: string;
  reign: number;
  n: number;
  at: string;
  score: number;
  verdict: string;
  blocking: string | null;
  reason: string;
  routes: Record<"mean" | "sharpe", RouteAnswer>;
};

export type RouteAnswer = {
  estimate: number | null;
  clears: boolean;
} & Record<"hac" | "blocks" | "tenths", { z: number | null; boundary: number; clears: boolean }>;

export type ComparisonAnswer = {
  champion: string | null;
  challenger: string;
  now: { pairs: number; missing_signals: number; open_signals: number } | null;
  last_look: { n: number; evaluation: { champion: MetricsAnswer; challenger: MetricsAnswer } } | null;
  path: LookAnswer[];
  earlier_reigns?: LookAnswer[];
};

export type EventAnswer = WireEvent & { priority: Priority };

export type HistoryAnswer = { events: EventAnswer[]; cursor: string | null };

export type HealthAnswer = {
  healthy: boolean;
  problems: string[];
  alerts_waiting: number | null;
  dead_letters: number | null;
  registry_version: number | null;
  /** of every model that is known, departed ones included; null when the store is unreachable */
  ledgers: { model_name: string; trades: number; rejected: number; last_trade_at: string | null }[] | null;
};

/** Models with a seat, in the order in which people think of them. */
export function seatedModels(status: StatusAnswer): ModelAnswer[] {
  return [...(status.champion ? [status.champion] : []), ...status.challengers, ...status.queue, ...status.archive];
}
