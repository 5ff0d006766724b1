import { SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { notify } from "../shared/pipeline/notify.ts";
import { SnsAlerts } from "../shared/store/sns-alerts.ts";
import { outboxEventOf } from "../shared/store/stream-records.ts";
import { connect, type FunctionEnvironment, variable } from "./support/environment.ts";
import { log } from "./support/log.ts";

let environment: (FunctionEnvironment & { alerts: SnsAlerts }) | undefined;

/** 06: new outbox entries go to the alerts topic. */
export const handler = async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  environment ??= {
    ...connect(),
    alerts: new SnsAlerts(new SNSClient({ maxAttempts: 3 }), variable("ALERTS_TOPIC_ARN")),
  };
  const sequenceOf = new Map(event.Records.map((record) => [outboxEventOf(record).eventId, sequence(record)]));
  const { failed } = await notify(event.Records.map(outboxEventOf), environment, { environment: environment.stage });
  for (const { eventId, error } of failed) log("ERROR", "alert not published", { eventId, error });
  return { batchItemFailures: failed.map(({ eventId }) => ({ itemIdentifier: sequenceOf.get(eventId)! })) };
};

function sequence(record: DynamoDBRecord): string {
  return record.dynamodb?.SequenceNumber ?? "";
}
