import { SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBRecord } from "aws-lambda";
import { notify } from "../shared/pipeline/notify.ts";
import { SnsAlerts } from "../shared/store/sns-alerts.ts";
import { correlationIdOf, outboxEventOf } from "../shared/store/stream-records.ts";
import { impatient } from "./support/clients.ts";
import { connect, type FunctionEnvironment, variable } from "./support/environment.ts";
import { logger } from "./support/log.ts";
import { measure } from "./support/metrics.ts";
import { streamHandler } from "./support/stream.ts";

let environment: (FunctionEnvironment & { alerts: SnsAlerts }) | undefined;

/** 06: new outbox entries go to the alerts topic. */
export const handler = streamHandler(async (event) => {
  environment ??= {
    ...connect(),
    alerts: new SnsAlerts(new SNSClient(impatient), variable("ALERTS_TOPIC_ARN")),
  };
  const entries = event.Records.map((record) => ({ record, event: outboxEventOf(record) }));
  const recordOf = new Map(entries.map(({ record, event: { eventId } }) => [eventId, record]));
  const correlationIds = new Map(entries.map(({ record, event: { eventId } }) => [eventId, causeOf(record)]));
  const { published, failed } = await notify(
    entries.map((entry) => entry.event),
    environment,
    { environment: environment.stage, correlationIds },
  );
  measure("AlertsPublished", published.length);
  // A batch can hold events of several causes: each line names its own.
  for (const { eventId, error } of failed)
    logger.error("alert not published", { event_id: eventId, correlation_id: correlationIds.get(eventId), error });
  return { batchItemFailures: failed.map(({ eventId }) => ({ itemIdentifier: sequence(recordOf.get(eventId)!) })) };
});

function causeOf(record: DynamoDBRecord): string | undefined {
  return correlationIdOf(record) ?? record.eventID;
}

function sequence(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? "";
}
