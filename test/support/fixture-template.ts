import { fileURLToPath } from "node:url";
import type { LocalFunction, LocalTable, LocalTemplate, StreamMapping } from "../../local/template/template.ts";
import type * as functions from "./fixture-functions.ts";

/** Small templates for tests, of the functions in fixture-functions.ts. */

const file = fileURLToPath(new URL("./fixture-functions.ts", import.meta.url));

export function fixtureFunction(
  exportName: keyof typeof functions | "absent",
  changes: Partial<LocalFunction> = {},
): LocalFunction {
  const name = `understudy-local-${exportName}`;
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  return {
    name,
    arn,
    file,
    exportName,
    environment: {},
    timeoutMs: 5000,
    memoryMb: 256,
    logFormat: "JSON",
    ...changes,
  };
}

export const fixtureTable: LocalTable = {
  name: "understudy-local-things",
  keySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  attributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "S" },
  ],
  streamViewType: "NEW_AND_OLD_IMAGES",
  timeToLiveAttribute: "expires_at",
};

export function fixtureMapping(changes: Partial<StreamMapping> = {}): StreamMapping {
  return {
    id: "ReaderMapping",
    functionName: "understudy-local-reader",
    tableName: fixtureTable.name,
    batchSize: 10,
    windowMs: 0,
    filters: [],
    bisectOnError: true,
    reportsItemFailures: true,
    retriesMax: 1,
    recordAgeMsMax: Number.POSITIVE_INFINITY,
    failureStore: "understudy-local-failures",
    ...changes,
  };
}

export function fixtureTemplate(changes: Partial<LocalTemplate> = {}): LocalTemplate {
  const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
  return {
    tables: [fixtureTable],
    functions: [fixtureFunction("reader"), fixtureFunction("surroundings")],
    routes: [{ method: "GET", path: "/surroundings", functionName: "understudy-local-surroundings" }],
    mappings: [fixtureMapping()],
    topics: [{ name: "understudy-local-alerts", arn: arn("sns", "understudy-local-alerts") }],
    buckets: ["understudy-local-failures"],
    schedules: [],
    queues: [{ name: "understudy-local-inbox", arn: arn("sqs", "understudy-local-inbox"), attributes: {} }],
    subscriptions: [
      {
        topicArn: arn("sns", "understudy-local-alerts"),
        protocol: "sqs",
        endpoint: arn("sqs", "understudy-local-inbox"),
        attributes: {},
      },
    ],
    ...changes,
  };
}
