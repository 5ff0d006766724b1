import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { correlationIdOf, newestArrivalOf } from "../../shared/store/stream-records.ts";
import { logger } from "./log.ts";
import { metrics } from "./metrics.ts";

/** What an invocation was caused by: the id its log lines, its writes and the alerts that follow from it carry. */
export type Cause = {
  correlationId: string | undefined;
  /** when the cause arrived, epoch ms; undefined when the event does not say */
  arrivedAt: number | undefined;
};

/** Anything else in an id could break a log query or an SNS attribute. */
const correlationIdPattern = /^[\w.:=/+-]{1,128}$/;

/** Lambda runs one invocation at a time in an execution environment. */
let current: Cause = { correlationId: undefined, arrivedAt: undefined };

export function currentCause(): Cause {
  return current;
}

/** The caller's own id when it sends a usable one, else API Gateway's. */
export function causeOfRequest(event: APIGatewayProxyEventV2): Cause {
  const sent = event.headers?.["x-correlation-id"];
  const { requestId, timeEpoch } = event.requestContext;
  return { correlationId: sent && correlationIdPattern.test(sent) ? sent : requestId, arrivedAt: timeEpoch };
}

/** Of a batch the newest record: with it everything was there that the invocation acts on. */
export function causeOfRecords(event: DynamoDBStreamEvent): Cause {
  const newest = event.Records.at(-1);
  return {
    correlationId: newest && (correlationIdOf(newest) ?? newest.eventID),
    arrivedAt: newest && (newestArrivalOf(newest) ?? createdAt(newest)),
  };
}

/** DynamoDB gives whole seconds. */
function createdAt(record: DynamoDBRecord): number | undefined {
  const seconds = record.dynamodb?.ApproximateCreationDateTime;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Middlewares of every function: request context and correlation id in the log, metrics written at the end. */
export function observed<Event>(causeOf: (event: Event) => Cause): MiddlewareObj<Event>[] {
  return [injectLambdaContext(logger, { resetKeys: true }), withCause(causeOf), withMetrics()];
}

function withCause<Event>(causeOf: (event: Event) => Cause): MiddlewareObj<Event> {
  return {
    before: ({ event }) => {
      current = causeOf(event);
      if (current.correlationId !== undefined) logger.setCorrelationId(current.correlationId);
    },
  };
}

/** Powertools' middleware warns about every invocation without metrics; a request that only reads has none. */
function withMetrics(): MiddlewareObj {
  const { before, after, onError } = logMetrics(metrics);
  return {
    ...(before && { before }),
    after: (request) => (metrics.hasStoredMetrics() ? after?.(request) : undefined),
    onError: (request) => (metrics.hasStoredMetrics() ? onError?.(request) : undefined),
  };
}
