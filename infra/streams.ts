import { Duration } from "aws-cdk-lib";
import type { ITable, Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  FilterCriteria,
  FilterRule,
  type IEventSourceDlq,
  type IFunction,
  StartingPosition,
} from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";

/** Which function reads which stream. At most two readers a stream: DynamoDB throttles a third. */
export type StreamReader = {
  function: "ingest" | "evaluate" | "notify";
  table: "trades" | "state";
  batchSize: number;
  filters?: Parameters<typeof FilterCriteria.filter>[0][];
};

export const streamReaders: readonly StreamReader[] = [
  { function: "ingest", table: "trades", batchSize: 500 },
  {
    function: "evaluate",
    table: "state",
    batchSize: 100,
    filters: [
      {
        eventName: FilterRule.or("INSERT", "MODIFY"),
        dynamodb: { Keys: { sk: { S: FilterRule.isEqual("HEAD") } } },
      },
    ],
  },
  {
    function: "notify",
    table: "state",
    batchSize: 10,
    filters: [
      { eventName: FilterRule.isEqual("INSERT"), dynamodb: { Keys: { pk: { S: FilterRule.isEqual("OUTBOX") } } } },
    ],
  },
];

/**
 * Order matters per model, so one batch at a time per shard. Retries and age are bounded well inside the stream's
 * 24 hours: with the defaults (no bound) one poison record would hold its shard for a whole day.
 */
export function connectStream(
  reader: StreamReader,
  options: { table: Table; handler: IFunction; failures: IQueue },
): void {
  options.handler.addEventSource(
    new DynamoEventSource(options.table as ITable, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: reader.batchSize,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 20,
      maxRecordAge: Duration.hours(12),
      onFailure: sendPositionTo(options.failures),
      ...(reader.filters && { filters: reader.filters.map((pattern) => FilterCriteria.filter(pattern)) }),
    }),
  );
}

/** SqsDlq of the CDK also lets the function read the queue; sending is all that is needed. */
function sendPositionTo(failures: IQueue): IEventSourceDlq {
  return {
    bind: (_mapping, handler) => {
      handler.addToRolePolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.queueArn] }));
      return { destination: failures.queueArn };
    },
  };
}
