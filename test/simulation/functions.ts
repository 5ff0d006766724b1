import type { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { DynamoDBRecord } from "aws-lambda";
import type { StreamRecord } from "../../local/streams/stream-record.ts";
import { evaluateWithPatience } from "../../shared/pipeline/evaluate.ts";
import type { FailuresPort } from "../../shared/pipeline/failures.ts";
import { ingest } from "../../shared/pipeline/ingest.ts";
import { notify } from "../../shared/pipeline/notify.ts";
import type { AlertsPort } from "../../shared/pipeline/ports.ts";
import { redrive } from "../../shared/pipeline/redrive.ts";
import { sweep } from "../../shared/pipeline/sweep.ts";
import { SnsAlerts } from "../../shared/store/sns-alerts.ts";
import { outboxEventOf, tradeRecordOf } from "../../shared/store/stream-records.ts";
import type { Environment } from "./cloud.ts";
import type { Faults } from "./faults.ts";
import type { Scheduler } from "./scheduler.ts";

/** The stream functions as `functions/` has them, without logs and metrics; what a mutant replaces. */
export type StreamFunctions = {
  ingest: (environment: Environment, records: readonly StreamRecord[]) => Promise<object>;
  evaluate: (environment: Environment, records: readonly StreamRecord[]) => Promise<object>;
  notify: (environment: Environment & { alerts: AlertsPort }, records: readonly StreamRecord[]) => Promise<object>;
  /** by the clock, not by a stream */
  sweep: (environment: Environment & { alerts: AlertsPort }) => Promise<object>;
  /** a person's command */
  redrive: (environment: Environment & { failures: FailuresPort }) => Promise<object>;
};

const recordsOf = (records: readonly StreamRecord[]) => records as readonly unknown[] as readonly DynamoDBRecord[];

export function streamFunctions(scheduler: Scheduler): StreamFunctions {
  return {
    ingest: async (environment, records) => {
      const { failed } = await ingest(recordsOf(records).map(tradeRecordOf), environment);
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
    evaluate: async (environment) => {
      await evaluateWithPatience({ ...environment, sleep: (ms) => scheduler.wait(ms) });
      return { batchItemFailures: [] };
    },
    notify: async (environment, records) => {
      const events = recordsOf(records).map(outboxEventOf);
      const { failed } = await notify(events, environment, { environment: "simulation" });
      const sequenceOf = (id: string) =>
        records[events.findIndex((event) => event.eventId === id)]!.dynamodb.SequenceNumber;
      return { batchItemFailures: failed.map(({ eventId }) => ({ itemIdentifier: sequenceOf(eventId) })) };
    },
    sweep: (environment) => sweep(environment, { environment: "simulation" }),
    redrive: (environment) => redrive(environment),
  };
}

/** A topic that refuses, or takes a message and does not say so. @param onPublished  what reached the topic */
export function emulatedTopic(
  scheduler: Scheduler,
  faults: Faults,
  onPublished: (eventId: string) => void,
): AlertsPort {
  const send = async (command: PublishCommand) => {
    await scheduler.waitOutside(2 + scheduler.prng.below(20));
    if (faults.happens("sns-down")) throw new Error("SNS: ServiceUnavailable");
    onPublished(command.input.MessageAttributes?.event_id?.StringValue ?? "");
    await scheduler.wait(1);
    if (faults.happens("sns-unsure")) throw new Error("SNS: socket hang up");
    return { MessageId: "m" };
  };
  return new SnsAlerts({ send } as unknown as SNSClient, "arn:aws:sns:eu-west-1:000000000000:alerts");
}
