import { createHash } from "node:crypto";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type * as z from "zod";
import { type Outcome, Refused, type TextAnswer, type Unchanged } from "../../shared/api/answer.ts";
import type { Caller } from "../../shared/api/change-roles.ts";
import { IdempotencyKeySchema, IfMatchSchema } from "../../shared/api/contract/requests.ts";
import { type RequestSchemas, type RouteRequest, routeRequests } from "../../shared/api/contract/route-requests.ts";
import type { AnswerOf, RequestPart, RouteName } from "../../shared/api/contract/routes.ts";
import { checkInWords } from "../../shared/domain/validation-words.ts";
import { connect, type FunctionEnvironment } from "./environment.ts";
import { causeOfRequest, observed } from "./invocation.ts";
import { logger } from "./log.ts";

/** Largest request body, bytes. */
const BODY_BYTES_MAX = 16 * 1024;

/** A request as its route's row checked it; `actor` is the IAM identity when deployed. */
type ApiInput<Name extends RouteName> = Caller & {
  path: RequestPart<Name, "path">;
  query: RequestPart<Name, "query">;
  body: RequestPart<Name, "body">;
  /** tag of the answer the caller has; null: none */
  known: string | null;
};

/**
 * A Lambda handler for one route: checks the request as the route's row says, runs, and answers in the interface's one shape.
 * @param name  the row, and the function
 */
export function apiHandler<Name extends RouteName>(
  name: Name,
  run: (
    input: ApiInput<Name>,
    environment: FunctionEnvironment,
  ) => Promise<Outcome<AnswerOf<Name>> | TextAnswer | Unchanged>,
) {
  const route: RouteRequest = routeRequests[name];
  const schemas = route.request();
  let environment: FunctionEnvironment | undefined;
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(async (event: APIGatewayProxyEventV2) => {
    environment ??= connect();
    if (!route.always && !environment.settings.enabled) {
      throw new Refused(
        "DISABLED",
        "Shadow models are switched off (ENABLE_SHADOW_MODELS=false); trades go on being kept.",
      );
    }
    return respond(await run(inputOf<Name>(schemas, event), environment));
  })
    .use(observed(causeOfRequest))
    .use({
      // Of several the last one's onError runs first: the line is written before the log forgets the request.
      onError: (request) => {
        request.response = respondToError(request.error, request.event);
      },
    });
}

function inputOf<Name extends RouteName>(
  { path, query, body }: RequestSchemas,
  event: APIGatewayProxyEventV2,
): ApiInput<Name> {
  const raw = bodyOf(event);
  const parts = {
    path: path ? check(path, event.pathParameters ?? {}, "path") : undefined,
    query: query ? check(query, event.queryStringParameters ?? {}, "query") : undefined,
    body: body ? check(body, parseJson(raw), "body") : undefined,
  };
  // The schemas are those of this very row.
  const known = event.headers?.["if-none-match"]?.replaceAll(/^(W\/)?"|"$/g, "") ?? null;
  const caller = { actor: actorOf(event), idempotency: idempotencyOf(event, raw), expectedVersion: versionOf(event) };
  return { ...parts, ...caller, known } as ApiInput<Name>;
}

function respond(answer: Outcome<unknown> | TextAnswer | Unchanged): APIGatewayProxyStructuredResultV2 {
  if ("text" in answer)
    return { statusCode: answer.status, headers: { "content-type": answer.mediaType }, body: answer.text };
  // Kept by the caller's browser alone, and asked for again every time: a stale answer would be about the wrong champion.
  const tagged: Record<string, string> =
    "tag" in answer ? { etag: `"${answer.tag}"`, "cache-control": "private, no-cache" } : {};
  if (!("body" in answer)) return { statusCode: answer.status, headers: tagged, body: "" };
  return {
    statusCode: answer.status,
    headers: { "content-type": "application/json", ...tagged },
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
      "INTERNAL",
      "Something failed inside; the log has the details. Nothing was changed unless history shows it.",
    ).answer(),
  );
}

function bodyOf(event: APIGatewayProxyEventV2): string {
  const raw = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString("utf8") : (event.body ?? "");
  if (Buffer.byteLength(raw) > BODY_BYTES_MAX) {
    throw new Refused("BODY_TOO_LARGE", `The body may have at most ${BODY_BYTES_MAX} bytes.`);
  }
  return raw;
}

function parseJson(raw: string): unknown {
  if (raw.trim() === "") return {};
  try {
    return JSON.parse(raw);
  } catch (error) {
    const place = /line \d+ column \d+/.exec(error instanceof Error ? error.message : "")?.[0];
    throw new Refused("INVALID_JSON", `The body is not valid JSON${place ? ` (${place})` : ""}.`);
  }
}

function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const checked = checkInWords(schema, value);
  if (checked.ok) return checked.value;
  const details = checked.faults.map(({ path, message }) => ({ where: [where, ...path].join("."), message }));
  throw new Refused("INVALID_REQUEST", details.map((d) => `${d.where} ${d.message}`)[0] ?? where, details);
}

/** Who asks, as API Gateway has checked it: an IAM identity, or whom a person's token names. */
function actorOf(event: APIGatewayProxyEventV2): string {
  const { authorizer } = event.requestContext as {
    authorizer?: { iam?: { userArn?: string }; jwt?: { claims?: Record<string, unknown> } };
  };
  const claims = authorizer?.jwt?.claims;
  const named = authorizer?.iam?.userArn ?? claims?.email ?? claims?.sub;
  return typeof named === "string" ? named : "local";
}

function versionOf(event: APIGatewayProxyEventV2): number | null {
  const tag = event.headers?.["if-match"];
  return tag === undefined ? null : header(IfMatchSchema, tag);
}

function header<Value>(schema: z.ZodType<Value>, text: string): Value {
  const parsed = schema.safeParse(text);
  if (!parsed.success) throw new Refused("INVALID_REQUEST", parsed.error.issues[0]?.message ?? "a header is not valid");
  return parsed.data;
}

function idempotencyOf(event: APIGatewayProxyEventV2, raw: string): Caller["idempotency"] {
  const key = event.headers?.["idempotency-key"];
  if (key === undefined) return null;
  const valid = header(IdempotencyKeySchema, key);
  const { method, path } = event.requestContext.http;
  const fingerprint = createHash("sha256").update(`${method} ${path}\n${raw}`).digest("hex");
  return { key: valid, fingerprint };
}
