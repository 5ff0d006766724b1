import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { ingest } from "../shared/pipeline/ingest.ts";
import { tradeRecordOf } from "../shared/store/stream-records.ts";
import { connect, type FunctionEnvironment } from "./support/environment.ts";
import { log } from "./support/log.ts";

let environment: FunctionEnvironment | undefined;

/** 02: trades written by the ensemble go into the ledgers. */
export const handler = async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  environment ??= connect();
  const report = await ingest(event.Records.map(tradeRecordOf), environment);
  if (report.errors.length > 0) log("ERROR", "some records must be delivered again", { errors: report.errors });
  if (report.rejected > 0) log("WARN", "trades were rejected", { rejected: report.rejected });
  return { batchItemFailures: report.failed.map((itemIdentifier) => ({ itemIdentifier })) };
};
