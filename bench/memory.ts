import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { parseOrExplain, runCommand, wholeOption } from "../cli/terminal/command-line.ts";
import { bundleFunctions } from "../infra/bundle.ts";
import type { FunctionName } from "../infra/permissions.ts";
import { CORE_MB, sizeOf } from "../infra/sizes.ts";
import { startDynamoDb } from "../local/dynamodb/dynamodb.ts";
import { type RouteName, routes } from "../shared/api/contract/routes.ts";
import { rounded } from "../shared/domain/number-words.ts";
import { DynamoState } from "../shared/store/dynamo-state.ts";
import { type LocalTables, makeLocalTables } from "../test/support/local-tables.ts";
import { chosenFunctions, show, tableOptions } from "./deployment-table.ts";
import type { Asked, Probed } from "./memory-probe.ts";
import { Life } from "./reign.ts";

/** How much memory each function needs, and how long it takes and what it costs with each share of a core that memory buys. */

const HELP = `Runs every function's bundle against DynamoDB Local after a reign of N signals, and prints its peak memory, and for each size of
memory how long an invocation takes and what a million of them cost.

  npm run memory [-- options]

  --signals N  length of the reign (default 2000)
  --only A,B   these functions
  --write      put the table into docs/DEPLOYMENT.md
  --json
  --help

Processor time is measured here and divided by the share of a core that the memory buys in Lambda (a whole one for 1,769 MB); each call
of AWS is taken for 5 ms, one after the other. The first invocation of a process counts as cold, without the loading of its module, which
Lambda gives a whole core; of the others the median is shown.
`;

const root = join(import.meta.dirname, "..");
const SIZES_MB = [256, 512, 1024, CORE_MB];
const CALL_MS = 5;
/** us-east-1, arm64, list price: a GB-second, a million requests. */
const PRICE = { gbSecond: 0.0000133334, millionRequests: 0.2 };

type Row = {
  name: FunctionName;
  peakMb: number;
  calls: number;
  cold: number[];
  warm: number[];
  usdPerMillion: number[];
};

const MINUTE = 60_000;

/** A batch of new trades, as many as a batch may have. */
function tradesAfter(life: Life, from: number): object {
  const startAt = life.ports.clock.now() + from * MINUTE;
  const Records = Array.from({ length: 500 }, (_, i) => {
    const model_name = ["former", "leader", "rival"][i % 3]!;
    const closed = startAt + Math.floor(i / 3) * MINUTE;
    const keys = { model_name, trade_id: `m${from}-${i}` };
    const time = (at: number) => new Date(at).toISOString();
    const image = { ...keys, pnl: (i % 7) - 2, closed_at: time(closed), opened_at: time(closed - 30_000) };
    return {
      eventID: `${from}-${i}`,
      eventName: "INSERT",
      eventSourceARN: "arn:aws:dynamodb:us-east-1:000000000000:table/trades/stream/2026-01-01T00:00:00.000",
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
        Keys: marshall(keys),
        NewImage: marshall(image),
        SequenceNumber: String(10_000_000 + from * 1_000 + i),
      },
    };
  });
  return { Records };
}

const bodies: Partial<Record<RouteName, (i: number) => object>> = {
  deploy: (i) => ({ model_name: `another-${i}`, model_type: "bench" }),
  promote: () => ({ force: true, reason: "bench" }),
  rollback: () => ({ reason: "bench", dry_run: true }),
};

function requestOf(name: RouteName, i: number): object {
  const { method, path } = routes[name];
  const models: Partial<Record<RouteName, string>> = { retire: `another-${i}`, promote: "rival" };
  const model = models[name] ?? "rival";
  return {
    version: "2.0",
    routeKey: `${method} ${path}`,
    headers: {},
    requestContext: { http: { method, path }, requestId: `r${i}`, timeEpoch: Date.now() },
    pathParameters: Object.fromEntries(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => [parameter, model]),
    ),
    ...(method === "POST" && { body: JSON.stringify(bodies[name]?.(i) ?? { reason: "bench" }) }),
    isBase64Encoded: false,
  };
}

/** What each function is asked, the first time in a new process. */
function eventsOf(name: FunctionName, life: Life): unknown[] {
  const times = [0, 1, 2, 3];
  if (name === "ingest") return times.map((i) => tradesAfter(life, i * 200));
  if (name === "evaluate" || name === "sweep" || name === "reconcile") return times.map(() => ({ Records: [] }));
  if (name === "notify") {
    const event = JSON.parse(readFileSync(join(root, "events", "06-notify.json"), "utf8"));
    return times.map(() => event);
  }
  if (name === "precheck" || name === "postcheck")
    return times.map((i) => ({ DeploymentId: `d${i}`, LifecycleEventHookExecutionId: "h" }));
  return times.map((i) => requestOf(name, i));
}

/** SNS takes what it is given, and the failure store is empty. */
async function startOthers(): Promise<{ endpoint: string; stop(): void }> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>`;
    const empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    outgoing.setHeader("content-type", "text/xml").end(incoming.method === "POST" ? published : empty);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function probe(asked: Asked, env: Record<string, string>): Promise<Probed> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "memory-probe.ts")], { env });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on("data", (text) => out.push(String(text)));
  child.stderr.on("data", (text) => err.push(String(text)));
  child.stdin.end(JSON.stringify(asked));
  const [code] = await once(child, "close");
  const failed = [...out, ...err]
    .join("")
    .split("\n")
    .find((line) => line.includes('"level":"ERROR"'));
  if (code !== 0 || failed) throw new Error(`${asked.file}: ${failed ?? err.join("")}`);
  return JSON.parse(out.join("").trim().split("\n").at(-1)!) as Probed;
}

function rowOf(name: FunctionName, { invocations, peakMb }: Probed): Row {
  const [first, ...others] = invocations;
  const warm = others.toSorted((a, b) => a.cpuMs - b.cpuMs)[Math.floor((others.length - 1) / 2)]!;
  const msOf = ({ cpuMs, calls }: { cpuMs: number; calls: number }) =>
    SIZES_MB.map((mb) => cpuMs / Math.min(1, mb / CORE_MB) + calls * CALL_MS);
  const usdPerMillion = msOf(warm).map(
    (ms, i) => PRICE.millionRequests + (Math.max(1, ms) / 1000) * (SIZES_MB[i]! / 1024) * PRICE.gbSecond * 1e6,
  );
  return { name, peakMb, calls: warm.calls, cold: msOf(first!), warm: msOf(warm), usdPerMillion };
}

async function measure(tables: LocalTables, signals: number, measured: readonly FunctionName[]): Promise<Row[]> {
  const bundles = bundleFunctions();
  const table = await tables.makeStateTable();
  const others = await startOthers();
  try {
    const keys = ["model_name", "trade_id"];
    await tables.client.send(
      new CreateTableCommand({
        TableName: "trades",
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      }),
    );
    const life = new Life(new DynamoState(tables.client, table));
    await life.begin(signals);
    const env = {
      STAGE: "bench",
      STATE_TABLE: table,
      TRADES_TABLE: "trades",
      ALERTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:alerts",
      FAILURE_STORE: "failures",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
      AWS_ENDPOINT_URL_SNS: others.endpoint,
      AWS_ENDPOINT_URL_S3: others.endpoint,
      POWERTOOLS_METRICS_DISABLED: "true",
    };
    const rows: Row[] = [];
    // What reads comes before what changes.
    for (const name of inOrder(measured)) {
      // A look is due: its test is the most a call of evaluate does.
      if (name === "evaluate") await life.trade(100, ["former", "leader", "rival"]);
      const file = join(bundles.directoryOf(name), "index.mjs");
      rows.push(rowOf(name, await probe({ file, events: eventsOf(name, life) }, env)));
    }
    return measured.map((name) => rows.find((row) => row.name === name)!);
  } finally {
    others.stop();
  }
}

function inOrder(names: readonly FunctionName[]): FunctionName[] {
  const changing = ["evaluate", "ingest", "deploy", "pause", "resume", "rollback", "retire", "promote"];
  return names.toSorted((a, b) => changing.indexOf(a) - changing.indexOf(b));
}

function tableOf(rows: readonly Row[]): string {
  const list = (values: readonly number[], digits: number) => values.map((value) => rounded(value, digits)).join(" · ");
  const head = `| function | peak, MB | calls | first of a process, ms at ${SIZES_MB.join(" · ")} MB | later, ms | USD a million | chosen, MB |`;
  const lines = rows.map(({ name, peakMb, calls, cold, warm, usdPerMillion }) => {
    const figures = [
      rounded(peakMb, 0),
      calls,
      list(cold, 0),
      list(warm, 0),
      list(usdPerMillion, 2),
      sizeOf(name).memoryMb,
    ];
    return `| ${name} | ${figures.join(" | ")} |`;
  });
  return [head, "|---|---|---|---|---|---|---|", ...lines].join("\n");
}

async function main(): Promise<void> {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        signals: { type: "string", default: "2000" },
        ...tableOptions,
      },
    }),
  );
  if (values.help) {
    console.log(HELP);
    return;
  }
  const measured = chosenFunctions(values).filter((name) => name !== "openapi");
  const signals = wholeOption("signals", values.signals, { min: 1_000, max: 10_000 });
  const tables = await makeLocalTables(await startDynamoDb({ port: 0, log: () => {} }));
  try {
    show("memory", await measure(tables, signals, measured), values, tableOf);
  } finally {
    await tables.stop();
  }
}

await runCommand("memory", main);
