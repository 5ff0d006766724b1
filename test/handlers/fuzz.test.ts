import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { answerFaults, type RouteName, type RouteRow, routeNames, routes } from "../../shared/api/contract/routes.ts";
import { isPlainText } from "../../shared/domain/plain-text.ts";
import { type Registry, registryFaults } from "../../shared/domain/registry.ts";
import { jsonFrom } from "../../shared/store/items.ts";
import { FakeTable } from "../support/fake-table.ts";
import { fuzz, hostileText, mangled } from "../support/hostile.ts";
import { apiEvent, type BatchAnswer, captureOutput, coldStart, tradeEvent } from "../support/lambda.ts";
import { commonSignals } from "../support/pipeline.ts";

/** Every route under whatever can be sent to it: no fault of ours, nothing half done, no text that steers a terminal. */

const RUNS = 40;
const names = ["steady", "better", "equal", "third", "waits", "nobody"] as const;

type Handler = (event?: unknown) => Promise<APIGatewayProxyStructuredResultV2>;

let table: FakeTable;
const handlers = new Map<RouteName, Handler>();

beforeAll(async () => {
  table = new FakeTable();
  captureOutput();
  mockClient(S3Client).on(ListObjectsV2Command).resolves({ Contents: [] });
  await coldStart("health");
  // One module graph for all of them: a cold start each would take longer than everything else.
  for (const name of routeNames) {
    const { handler } = (await import(`../../functions/${name}.ts`)) as { handler: (e: unknown, c: unknown) => never };
    handlers.set(name, async (event) => handler(event, { functionName: name, awsRequestId: "r" }));
  }
  for (const model_name of names.slice(0, 5))
    await handlers.get("deploy")!(apiEvent({ body: { model_name, model_type: "test" } }));
  const models = { steady: { mean: 50 }, better: { mean: 60 }, equal: { mean: 50 } };
  const ingest = await coldStart<BatchAnswer>("ingest");
  await ingest(tradeEvent(commonSignals({ from: 0, to: 120, models, seed: "fuzz" })));
});
afterAll(() => {
  table.mock.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const jsonSchemaOf = (schema: z.ZodType | undefined) =>
  schema ? (z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as object) : {};

/** Anything a gateway would let through to a route: path parameters and queries are texts, headers as well. */
function requestsTo(row: RouteRow) {
  const { path, query, body } = row.request;
  const anyName = fc.oneof(fc.constantFrom(...names), hostileText);
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const texts = (schema: z.ZodType | undefined) =>
    schema
      ? mangled(jsonSchemaOf(schema)).map((value) =>
          Object.fromEntries(Object.entries((value ?? {}) as object).map(([name, v]) => [name, text(v)])),
        )
      : fc.constant({});
  const json = body ? mangled(jsonSchemaOf(body)).map((value) => JSON.stringify(value)) : fc.constant("");
  return fc.record({
    pathParameters: path
      ? fc.record(Object.fromEntries(Object.keys(path.shape).map((name) => [name, anyName])))
      : fc.constant({}),
    query: texts(query),
    rawBody: fc.oneof({ weight: 5, arbitrary: json }, { weight: 1, arbitrary: hostileText }),
    base64: fc.boolean(),
    headers: fc.record(
      {
        "idempotency-key": fc.oneof(fc.constantFrom("k1", "k2"), hostileText),
        "if-match": fc.oneof(fc.constantFrom('"3"', "*"), hostileText),
        "if-none-match": hostileText,
        "x-correlation-id": hostileText,
      },
      { requiredKeys: [] },
    ),
  });
}

const registry = (): Registry => jsonFrom<Registry>(table.of("REGISTRY")[0])!;

/** Every text in a value, keys included: what a page or a command may print. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

describe.each(routeNames)("the route %s", (name) => {
  const row: RouteRow = routes[name];

  it("answers whatever it is sent as openapi.json says, with no fault of ours", async () => {
    await fc.assert(
      fc.asyncProperty(requestsTo(row), async (request) => {
        const before = [registry().version, table.of("HISTORY").length];
        const { statusCode, body } = await handlers.get(name)!(apiEvent({ ...row, ...request }));
        const isText = row.mediaType === "text/plain" && statusCode === 200;
        const answer = { status: statusCode!, body: isText ? body : body === "" ? undefined : JSON.parse(body!) };

        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        expect(answerFaults(row, answer)).toEqual([]);
        expect(textsIn(isText ? body!.split("\n") : answer.body).filter((text) => !isPlainText(text))).toEqual([]);
        expect(JSON.stringify(answer.body)).not.toMatch(
          /Invalid input|Unrecognized key|Too (big|small)|Unexpected token/,
        );

        const after = registry();
        expect(registryFaults(after, { maxChallengers: 3 })).toEqual([]);
        expect(after.version - before[0]!).toBeLessThanOrEqual(1);
        const refused = answer.status >= 400 && answer.body.code !== "NOTHING_TO_RESTORE";
        if (row.method === "GET" || refused) expect([after.version, table.of("HISTORY").length]).toEqual(before);
        for (const event of table.of("HISTORY").slice(before[1]))
          expect(textsIn(JSON.parse(String(event.body))).filter((text) => !isPlainText(text))).toEqual([]);
      }),
      fuzz(RUNS),
    );
  });
});
