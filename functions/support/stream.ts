import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { causeOfRecords, observed } from "./invocation.ts";

/** A Lambda handler for a batch of stream records. */
export function streamHandler(run: (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>) {
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>(run).use(observed(causeOfRecords));
}
