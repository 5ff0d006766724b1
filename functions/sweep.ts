import { SNSClient } from "@aws-sdk/client-sns";
import type { ScheduledEvent } from "aws-lambda";
import type { FailuresPort } from "../shared/pipeline/failures.ts";
import { sweep } from "../shared/pipeline/sweep.ts";
import { SnsAlerts } from "../shared/store/sns-alerts.ts";
import { impatient } from "./support/clients.ts";
import { connect, type FunctionEnvironment, variable } from "./support/environment.ts";
import { failureStore } from "./support/failure-store.ts";
import { logger } from "./support/log.ts";
import { measure } from "./support/metrics.ts";
import { scheduledHandler } from "./support/schedule.ts";

let environment: (FunctionEnvironment & { alerts: SnsAlerts; failures: FailuresPort }) | undefined;

/** By the clock: alerts that are overdue go out, and the batches in the failure store are counted for their alarm. */
export const handler = scheduledHandler(async (_event: ScheduledEvent) => {
  environment ??= {
    ...connect(),
    alerts: new SnsAlerts(new SNSClient(impatient), variable("ALERTS_TOPIC_ARN")),
    failures: failureStore(),
  };
  measure("FailedBatchesHeld", await environment.failures.count());
  const { published, failed, waiting } = await sweep(environment, { environment: environment.stage });
  measure("AlertsPublished", published.length);
  if (published.length > 0) logger.warn("overdue alerts were published", { event_ids: published, waiting });
  for (const { eventId, error } of failed) logger.error("alert not published", { event_id: eventId, error });
  // An error is what the alarm on this function hears; what was published stays published.
  if (failed.length > 0) throw new Error(`overdue alerts that could not be published: ${failed.length}`);
});
