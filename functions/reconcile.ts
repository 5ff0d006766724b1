import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Context, ScheduledEvent } from "aws-lambda";
import { reconcile } from "../shared/pipeline/reconcile.ts";
import { DynamoReconciliations } from "../shared/store/dynamo-reconciliations.ts";
import { DynamoTrades } from "../shared/store/dynamo-trades.ts";
import { impatient } from "./support/clients.ts";
import { connect, variable } from "./support/environment.ts";
import { logger } from "./support/log.ts";
import { measure } from "./support/metrics.ts";
import { scheduledHandler } from "./support/schedule.ts";

/** Time kept for ending in order; a model that was begun is read to its end. */
const RESERVE_MS = 180_000;

let environment: ReturnType<typeof environmentOf> | undefined;

/** By the clock: raw trades against ledgers. It reports and repairs nothing: a person looks first. */
export const handler = scheduledHandler(async (_event: ScheduledEvent, context: Context) => {
  environment ??= environmentOf(new DynamoDBClient(impatient));
  const until = environment.clock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const report = await reconcile({ ...environment, sleep }, { models: null, repair: false, until });
  const wrong = report.models.filter((model) => model.left.length > 0);
  measure("LedgersThatDisagree", wrong.length);
  for (const { model, left, mismatches } of wrong) logger.error("a ledger does not agree", { model, left, mismatches });
  for (const { model, reason } of report.failed) logger.error("a ledger could not be compared", { model, reason });
  if (report.failed.length > 0) throw new Error(`ledgers that could not be compared: ${report.failed.length}`);
  if (report.unfinished.length > 0) logger.warn("no time was left for some models", { models: report.unfinished });
});

function environmentOf(client: DynamoDBClient) {
  return {
    ...connect(),
    trades: new DynamoTrades(client, variable("TRADES_TABLE")),
    reconciliations: new DynamoReconciliations(client, variable("STATE_TABLE")),
  };
}
