import { createHash } from "node:crypto";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { z } from "zod";
import { type Answer, Refused } from "../../shared/api/answer.ts";
import { IdempotencyKeySchema } from "../../shared/api/request.ts";
import { connect, type FunctionEnvironment } from "./environment.ts";
import { causeOfRequest, observed } from "./invocation.ts";
import { logger } from "./log.ts";

/** Largest request body, bytes. */
const BODY_BYTES_MAX = 16 * 1024;

export type ApiInput<Body, Query, Path> = {
  body: Body;
  query: Query;
  path: Path;
  /** who calls: the IAM identity when deployed */
  actor: string;
  /** repeats of the request with the same key get the same answer */
  idempotency: { key: string; fingerprint: string } | null;
};

export type ApiRoute<Body, Query, Path> = {
  body?: z.ZodType<Body>;
  query?: z.ZodType<Query>;
  path?: z.ZodType<Path>;
  /** answers even when ENABLE_SHADOW_MODELS is false */
  always?: boolean;
  run(input: ApiInput<Body, Query, Path>, environment: FunctionEnvironment): Promise<Answer>;
};

/** A Lambda handler for one route: validates, runs, and answers in the interface's one shape. */
export function apiHandler<Body = undefined, Query = undefined, Path = undefined>(route: ApiRoute<Body, Query, Path>) {
  let environment: FunctionEnvironment | undefined;
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(async (event: APIGatewayProxyEventV2) => {
    environment ??= connect();
    if (!route.always && !environment.settings.enabled) {
      throw new Refused(
        503,
        "DISABLED",
        "Shadow models are switched off (ENABLE_SHADOW_MODELS=false); trades go on being kept.",
      );
    }
    const raw = bodyOf(event);
    const input: ApiInput<Body, Query, Path> = {
      body: (route.body ? check(route.body, parseJson(raw), "body") : undefined) as Body,
      query: (route.query ? check(route.query, event.queryStringParameters ?? {}, "query") : undefined) as Query,
      path: (route.path ? check(route.path, event.pathParameters ?? {}, "path") : undefined) as Path,
      actor: actorOf(event),
      idempotency: idempotencyOf(event, raw),
    };
    return respond(await route.run(input, environment));
  })
    .use(observed(causeOfRequest))
    .use({
      // Of several the last one's onError runs first: the line is written before the log forgets the request.
      onError: (request) => {
        request.response = respondToError(request.error, request.event);
      },
    });
}

function respond(answer: Answer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: answer.status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(answer.body),
  };
}

function respondToError(
  error: Error | null | undefined,
  event: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 {
  if (error instanceof Refused) return respond(error.answer());
  logger.error("request failed", { route: event.routeKey, ...(error && { error }) });
  return respond(
    new Refused(
      500,
      "INTERNAL",
      "Something failed inside; the log has the details. Nothing was changed unless history shows it.",
    ).answer(),
  );
}

function bodyOf(event: APIGatewayProxyEventV2): string {
  const raw = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString("utf8") : (event.body ?? "");
  if (Buffer.byteLength(raw) > BODY_BYTES_MAX) {
    throw new Refused(413, "BODY_TOO_LARGE", `The body may have at most ${BODY_BYTES_MAX} bytes.`);
  }
  return raw;
}

function parseJson(raw: string): unknown {
  if (raw.trim() === "") return {};
  try {
    return JSON.parse(raw);
  } catch (error) {
    throw new Refused(
      400,
      "INVALID_JSON",
      `The body is not valid JSON: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map((issue) => ({
    where: [where, ...issue.path.map(String)].join("."),
    message: issue.message,
  }));
  const first = details[0]!;
  throw new Refused(400, "INVALID_REQUEST", `${first.where} ${first.message}`, details);
}

function actorOf(event: APIGatewayProxyEventV2): string {
  const context = event.requestContext as { authorizer?: { iam?: { userArn?: string } } };
  return context.authorizer?.iam?.userArn ?? "local";
}

function idempotencyOf(event: APIGatewayProxyEventV2, raw: string): { key: string; fingerprint: string } | null {
  const key = event.headers?.["idempotency-key"];
  if (key === undefined) return null;
  const parsed = IdempotencyKeySchema.safeParse(key);
  if (!parsed.success) throw new Refused(400, "INVALID_REQUEST", parsed.error.issues[0]!.message);
  const { method, path } = event.requestContext.http;
  const fingerprint = createHash("sha256").update(`${method} ${path}\n${raw}`).digest("hex");
  return { key: parsed.data, fingerprint };
}
