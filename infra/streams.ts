import { Duration } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule, type IFunction, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { sendWholeBatchTo } from "./failures.ts";
import type { Stage } from "./stages.ts";

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
    // Who writes an item knows whether anything can be due because of it: most trades are of no consequence at once.
    filters: [
      {
        eventName: FilterRule.or("INSERT", "MODIFY"),
        dynamodb: { NewImage: { evaluate: { S: FilterRule.isEqual("due") } } },
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
 * One batch at a time per shard: two would write the same ledgers, and only one of them at a time can. A fault of ours may take a day: retries have no bound but the record's
 * age, an hour less than the stream keeps it, so that what is given up can still be written whole to the failure store. A record that
 * makes no sense does not come to that: ingest quarantines it, with its reasons.
 */
export function connectStream(
  reader: StreamReader,
  options: { table: ITableV2; handler: IFunction; failures: IBucket; stage: Stage },
): void {
  // The table's own grant names the stream, but listing streams knows no resource.
  options.handler.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: ["*"] }));
  options.handler.addEventSource(
    new DynamoEventSource(options.table, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: reader.batchSize,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: Duration.hours(23),
      onFailure: sendWholeBatchTo(options.failures, options.stage),
      ...(reader.filters && { filters: reader.filters.map((pattern) => FilterCriteria.filter(pattern)) }),
    }),
  );
}
