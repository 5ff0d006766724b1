import type { GuardState } from "../domain/guard.ts";
import type { TextAnswer } from "./answer.ts";
import type { MetricsAnswer } from "./contract/metrics.ts";
import type { ChallengerAnswer, ModelAnswer, StatusAnswer } from "./contract/status.ts";
import type { HealthAnswer } from "./contract/system.ts";
import { EXPOSITION_TYPE, exposition, type Family, type Sample } from "./exposition.ts";
import { readHealth } from "./health.ts";
import { readStatus } from "./status.ts";

/**
 * The present as gauges for Prometheus and Grafana: the numbers of GET /health and GET /shadow/status, and no others. Labels are
 * bounded: models with a seat (champion, challengers, archive, queue), and the words of two enumerations. The role is a label of
 * `understudy_model_info` alone, so that a model's lines go on unbroken through a promotion.
 */
export async function readMetrics(ports: Parameters<typeof readHealth>[0]): Promise<TextAnswer> {
  const health = (await readHealth(ports)).body.data;
  const status = health.store === "reachable" ? (await readStatus(ports)).body.data : null;
  const families = [...healthFamilies(health), ...(status ? statusFamilies(status) : [])];
  return { status: 200, mediaType: EXPOSITION_TYPE, text: exposition(families) };
}

function healthFamilies(health: HealthAnswer): Family[] {
  const lag = health.stream?.lag_ms ?? null;
  return [
    gauge("healthy", "1 while GET /health names no problem.", [whether(health.healthy)]),
    gauge("store_reachable", "1 while the state table answers.", [whether(health.store === "reachable")]),
    gauge("automatic_action", "1 while models are promoted and rolled back without a person.", [
      whether(health.automatic_action.state === "on"),
    ]),
    gauge("stream_lag_seconds", "How long the newest trade took from the table into the ledger.", [
      known(lag === null ? null : lag / 1000),
    ]),
    gauge("failure_store_batches", "Batches of stream records that were given up and wait for redrive.", [
      known(health.dead_letters),
    ]),
    gauge("alerts_waiting", "Alerts of the outbox that are not published yet.", [known(health.alerts_waiting)]),
    gauge("registry_version", "Changes of roles so far.", [known(health.registry_version)]),
  ];
}

function statusFamilies(status: StatusAnswer): Family[] {
  const { champion, challengers, queue, archive } = status;
  const seated: ModelAnswer[] = [...(champion ? [champion] : []), ...challengers, ...archive, ...queue];
  return [
    gauge("paused", "1 while a person has stopped all automatic action.", [whether(status.paused !== null)]),
    gauge("tests_begun", "Challengers' tests since the first champion.", [known(status.error_budget.trials)]),
    gauge("expected_false_promotions", "At most, if no challenger were better.", [
      known(status.error_budget.expected_false_promotions_at_most),
    ]),
    gauge(
      "model_info",
      "1 for every model with a seat, with its role and version.",
      seated.map((m) => ({ labels: { model: m.model_name, role: m.role, version: m.version }, value: 1 })),
    ),
    of(seated, "trades", "Trades counted; of a challenger since its test began.", (m) => m.trade_count),
    of(seated, "rejected_trades", "Trades in quarantine.", (m) => m.rejected_count),
    of(seated, "allocation_ratio", "Share of the money.", (m) => m.allocation),
    of(seated, "last_trade_timestamp_seconds", "Close of the newest trade.", (m) =>
      m.last_trade_at === null ? null : Date.parse(m.last_trade_at) / 1000,
    ),
    ...figureFamilies(seated),
    ...challengerFamilies(challengers),
    ...guardFamilies(status),
  ];
}

const figures = [
  ["win_ratio", "Wins of the trades taken.", "win_rate"],
  ["mean_pnl", "Account currency a trade taken.", "mean_pnl"],
  ["total_pnl", "Account currency.", "total_pnl"],
  ["sharpe_ratio", "Mean over standard deviation a trade; not annualised.", "sharpe_ratio"],
  ["sortino_ratio", "Mean over downside deviation a trade.", "sortino_ratio"],
  ["max_drawdown", "Largest fall of the sum of PnL, account currency.", "max_drawdown"],
  ["rolling_win_ratio_stddev", "Standard deviation of the win rate over windows of 100 trades.", "rolling_wr_std"],
] as const satisfies readonly (readonly [string, string, keyof MetricsAnswer])[];

/** A figure that is not defined for these trades has no sample: the 0 that stands for it elsewhere would be drawn. */
function figureFamilies(seated: readonly ModelAnswer[]): Family[] {
  return figures.map(([name, help, field]) =>
    of(seated, name, help, ({ metrics }) =>
      metrics === null || metrics.undefined_metrics.some(({ metric }) => metric === field) ? null : metrics[field],
    ),
  );
}

/** All the words: the compiler misses one that is not here. */
const everyOf = <Word extends string>(words: Record<Word, true>) => Object.keys(words) as Word[];
const statuses = everyOf<ChallengerAnswer["promotion_status"]>({
  PENDING: true,
  APPROVED: true,
  MANUAL_REVIEW: true,
  REJECTED: true,
  RETIRED: true,
  NO_DATA: true,
});
const guardStatuses = everyOf<GuardState["status"]>({
  watching: true,
  passed: true,
  market: true,
  advised: true,
  blind: true,
});

function challengerFamilies(challengers: readonly ChallengerAnswer[]): Family[] {
  return [
    of(challengers, "score", "0 to 100; 70 promotes, 50 to 69 asks a person.", (m) => m.promotion_score),
    of(challengers, "score_provisional", "1 while no look has given the score.", (m) => (m.provisional ? 1 : 0)),
    of(challengers, "pairs", "Common signals since the test began.", (m) => m.pairs),
    of(challengers, "pairs_to_next_look", "Common signals until the next look.", (m) => m.pairs_to_next_look),
    of(challengers, "pair_coverage_ratio", "Pairs over pairs and missing signals.", (m) => m.pair_coverage),
    of(challengers, "missing_signals", "Signals one side never answered.", (m) => m.missing_signals),
    gauge(
      "model_promotion_status",
      "1 for what the latest look said.",
      challengers.flatMap((m) =>
        statuses.map((word) => ({
          labels: { model: m.model_name, status: word },
          value: m.promotion_status === word ? 1 : 0,
        })),
      ),
    ),
  ];
}

function guardFamilies({ champion }: StatusAnswer): Family[] {
  const guard = champion?.guard;
  if (!champion || !guard) return [];
  const labels = { model: champion.model_name };
  return [
    gauge("guard_trades", "Trades of the champion the guard has seen.", [
      { labels, value: guard.reading?.trades ?? 0 },
    ]),
    gauge("guard_window_trades", "Trades the guard lasts.", [{ labels, value: guard.window }]),
    gauge(
      "guard_status",
      "1 for what the guard is at.",
      guardStatuses.map((word) => ({ labels: { ...labels, status: word }, value: guard.status === word ? 1 : 0 })),
    ),
  ];
}

type Reading = number | null;

function gauge(name: string, help: string, samples: readonly (Sample | null)[]): Family {
  return { name: `understudy_${name}`, help, samples: samples.filter((sample) => sample !== null) };
}

/** One sample for each model of which the reading is known. */
function of<Model extends ModelAnswer>(
  models: readonly Model[],
  name: string,
  help: string,
  read: (model: Model) => Reading,
): Family {
  const samples = models.map((m) => {
    const value = read(m);
    return value === null ? null : { labels: { model: m.model_name }, value };
  });
  return gauge(`model_${name}`, help, samples);
}

function known(value: Reading): Sample | null {
  return value === null ? null : { value };
}

function whether(holds: boolean): Sample {
  return { value: holds ? 1 : 0 };
}
