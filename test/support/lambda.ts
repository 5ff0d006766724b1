import { marshall } from "@aws-sdk/util-dynamodb";
import type { APIGatewayProxyStructuredResultV2, DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { vi } from "vitest";
import type { WrittenTrade } from "./pipeline.ts";
import { insertion } from "./pipeline.ts";

/** Handlers as Lambda runs them: fresh module, environment variables, events in Lambda's shapes. */

const variables: Record<string, string> = {
  STAGE: "test",
  STATE_TABLE: "understudy-test-state",
  TRADES_TABLE: "understudy-test-trades",
  ALERTS_TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:understudy-test-alerts",
  FAILURE_STORE: "understudy-test-failures-123456789012-eu-central-1",
  AWS_REGION: "eu-central-1",
  SHADOW_N_BOOTSTRAP: "1000",
};

type Handler<Result> = (event: unknown, context: unknown) => Promise<Result>;

/** A function after a cold start. What it logs is handed to `logged`. */
export async function coldStart<Result = APIGatewayProxyStructuredResultV2>(
  name: string,
  { environment }: { environment?: Record<string, string> } = {},
): Promise<(event?: unknown) => Promise<Result>> {
  for (const [variable, text] of Object.entries({ ...variables, ...environment })) vi.stubEnv(variable, text);
  vi.resetModules();
  const { handler } = (await import(`../../functions/${name}.ts`)) as { handler: Handler<Result> };
  return (event = {}) =>
    handler(event, { functionName: name, awsRequestId: "r", getRemainingTimeInMillis: () => 10_000 });
}

export type Line = Record<string, unknown>;

/** What the functions write into their log, log lines and metrics apart, kept instead of printed. */
export function captureOutput(): { log: Line[]; metrics: Line[] } {
  const log: Line[] = [];
  const metrics: Line[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    vi.spyOn(stream, "write").mockImplementation((text: string | Uint8Array) => {
      if (typeof text !== "string" || !text.startsWith("{")) return write(text);
      const line = JSON.parse(text) as Line;
      ("_aws" in line ? metrics : log).push(line);
      return true;
    });
  }
  return { log, metrics };
}

export type ApiRequest = {
  method?: string;
  path?: string;
  body?: unknown;
  rawBody?: string;
  base64?: boolean;
  query?: Record<string, string>;
  pathParameters?: Record<string, string>;
  headers?: Record<string, string>;
  userArn?: string;
  /** of a person's token, as API Gateway has checked it */
  claims?: Record<string, string>;
  requestId?: string;
  /** epoch ms */
  receivedAt?: number;
};

/** An event of the HTTP API, payload format 2.0. */
export function apiEvent(request: ApiRequest = {}): object {
  const { method = "POST", path = "/shadow/test", query, pathParameters, headers = {} } = request;
  const text = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
  return {
    version: "2.0",
    routeKey: `${method} ${path}`,
    rawPath: path,
    headers,
    requestContext: {
      http: { method, path },
      requestId: request.requestId ?? "request-1",
      timeEpoch: request.receivedAt ?? Date.now(),
      ...(request.userArn && { authorizer: { iam: { userArn: request.userArn } } }),
      ...(request.claims && { authorizer: { jwt: { claims: request.claims } } }),
    },
    ...(query && { queryStringParameters: query }),
    ...(pathParameters && { pathParameters }),
    ...(text !== undefined && { body: request.base64 ? Buffer.from(text).toString("base64") : text }),
    isBase64Encoded: request.base64 === true,
  };
}

/** Status and body of an answer of the interface. */
export function read(answer: APIGatewayProxyStructuredResultV2): { status: number; body: unknown } {
  const isText = /^text\/plain/.test(String(answer.headers?.["content-type"]));
  return { status: answer.statusCode!, body: isText ? answer.body : JSON.parse(answer.body!) };
}

const tradesStream =
  "arn:aws:dynamodb:eu-central-1:123456789012:table/understudy-test-trades/stream/2026-01-01T00:00:00.000";

/** Stream records of newly written trades. */
export function tradeEvent(rows: readonly WrittenTrade[], from = 100): { Records: DynamoDBRecord[] } {
  const Records = rows.map((row, i) => {
    const record = insertion(row, String(from + i));
    return {
      eventID: `event-${from + i}`,
      eventName: "INSERT",
      eventSourceARN: tradesStream,
      dynamodb: {
        Keys: marshall({ model_name: record.modelName, trade_id: record.tradeId }),
        NewImage: marshall(record.newImage, { removeUndefinedValues: true }),
        SequenceNumber: record.sequence,
        ApproximateCreationDateTime: record.arrivedAt / 1000,
      },
    } as DynamoDBRecord;
  });
  return { Records };
}

/** Stream records of items inserted into the state table. */
export function insertEvent(items: readonly Record<string, unknown>[]): { Records: DynamoDBRecord[] } {
  const Records = items.map((item, i) => {
    const NewImage = marshall(item);
    const dynamodb = { Keys: { pk: NewImage.pk, sk: NewImage.sk }, NewImage, SequenceNumber: String(900 + i) };
    return { eventID: `state-${900 + i}`, eventName: "INSERT", dynamodb } as unknown as DynamoDBRecord;
  });
  return { Records };
}

export type BatchAnswer = DynamoDBBatchResponse;
