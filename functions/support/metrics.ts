import { Metrics } from "@aws-lambda-powertools/metrics";
import { logger } from "./log.ts";

/**
 * Every metric of the functions, and its unit. A renamed metric breaks dashboards and alarms of those who use them. None has a model as a
 * dimension: each new one would cost 30 cents a month for ever.
 */
export const units = {
  /** trades taken into a ledger */
  TradesIngested: "Count",
  /** trades put into quarantine */
  TradesRejected: "Count",
  /** from the arrival of a batch's oldest record in the trades table until its batch was ingested */
  IngestLag: "Milliseconds",
  LooksTaken: "Count",
  /** of the latest look, 0 to 100 */
  LookScore: "None",
  /** of the rows of the latest look */
  ChampionWinRate: "Percent",
  ChallengerWinRate: "Percent",
  /** account currency, of the rows of the latest look */
  ChampionDrawdown: "None",
  ChallengerDrawdown: "None",
  /** automatic and by hand */
  Promotions: "Count",
  /** automatic and by hand */
  Rollbacks: "Count",
  /** from the trade or the request that caused a rollback until it was committed */
  RollbackLatency: "Milliseconds",
  AlertsPublished: "Count",
  /** batches of stream records that were given up and wait to be brought back */
  FailedBatchesHeld: "Count",
  /** models whose ledger did not agree with their raw trades when they were compared */
  LedgersThatDisagree: "Count",
} as const;

/** In CloudWatch's embedded metric format: a line in the log, no call; dimensions service and environment (the stage). */
export const metrics = new Metrics({ namespace: "Understudy", logger });

/** Nothing counted is not written: a metric costs by the hours in which it has a value, and no value reads as none. */
export function measure(name: keyof typeof units, value: number): void {
  if (value === 0 && units[name] === "Count") return;
  metrics.addMetric(name, units[name], value);
}
