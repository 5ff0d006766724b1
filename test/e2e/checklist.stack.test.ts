import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Api, startApi } from "../../local/http/api.ts";
import { routes } from "../../shared/api/contract/routes.ts";
import type { StatusAnswer } from "../../shared/api/contract/status.ts";
import { type Checklist, excerpt, extract, requestOf, wholeDocument } from "../support/checklist.ts";
import { FakeTable } from "../support/fake-table.ts";
import { type BatchAnswer, captureOutput, coldStart, tradeEvent } from "../support/lambda.ts";
import { commonSignals } from "../support/pipeline.ts";

/**
 * The deployment checklist as printed, only the port changed, through a model's whole life: the handlers behind the local
 * API, the state table behind the SDK's mock. A person promotes and rolls back, as the checklist has it.
 */

const run = promisify(execFile);
const [champion, challenger] = ["ensemble_xgb_v1", "lightgbm_test_v1"];
const environment = { SHADOW_AUTO_PROMOTE: "false" };
const [python, curl, jq] = ["python3", "curl", "jq"].map((name) => spawnSync(name, ["--version"]).status === 0);

const moments = [
  "nothing deployed",
  "champion without trades",
  "challenger without trades",
  "first trade",
  "before the first look",
  "after the first look",
  "promoted",
  "rolled back",
] as const;
type Moment = (typeof moments)[number];
/** What was seen at a moment; the dashboard's picture is null without Python, or where the script has nothing to show. */
type Seen = { status: StatusAnswer; picture: string | null };

const seen = new Map<Moment, Seen>();
const answered: { curl: string; status: number; body: unknown }[] = [];
const complaints: string[] = [];
const commands: Checklist = wholeDocument() ?? excerpt();
const place = mkdtempSync(join(tmpdir(), "understudy-test-"));
const table = new FakeTable();
const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
const handlers = new Map<string, (event: unknown) => Promise<unknown>>();
let api: Api;
let lastStatus = 0;

/** The port is all that is changed. */
const here = (text: string) => text.replaceAll("localhost:8000", `localhost:${api.port}`);

async function call(name: string, event: unknown): Promise<unknown> {
  if (!handlers.has(name)) handlers.set(name, await coldStart<unknown>(name, { environment }));
  return handlers.get(name)!(event);
}

async function runCurl(line: string): Promise<void> {
  const body = curl ? await bodyByCurl(line) : await bodyByFetch(line);
  answered.push({ curl: line, status: lastStatus, body });
}

async function bodyByCurl(line: string): Promise<unknown> {
  const command = jq ? line : line.replace("| jq .", "");
  const { stdout } = await run("bash", ["-c", `set -o pipefail; ${here(command)}`], { env: outside });
  return JSON.parse(stdout);
}

async function bodyByFetch(line: string): Promise<unknown> {
  const { url, ...request } = requestOf(here(line));
  return (await fetch(url, request)).json();
}

/** No proxy stands between this machine and itself. */
const outside = { PATH: process.env.PATH, NO_PROXY: "*", no_proxy: "*", PYTHONUTF8: "1", PYTHONDONTWRITEBYTECODE: "1" };

/** One picture of the dashboard script, which goes on for ever by itself. */
async function drawDashboard(): Promise<string> {
  writeFileSync(join(place, "shadow_dashboard.py"), here(commands.dashboard));
  // At the end of the path: an installed `requests` comes first.
  const standIn = join(import.meta.dirname, "../support/checklist");
  const once = `import sys; sys.path.append(${JSON.stringify(standIn)}); import shadow_dashboard as d; d.print_dashboard()`;
  return (await run("python3", ["-c", once], { cwd: place, env: outside, timeout: 240_000 })).stdout;
}

async function note(moment: Moment): Promise<void> {
  const { data } = (await (await fetch(`${api.url}/shadow/status`)).json()) as { data: StatusAnswer };
  expect(lastStatus).toBe(200);
  seen.set(moment, { status: data, picture: python && data.champion ? await drawDashboard() : null });
}

async function trade(rows: ReturnType<typeof commonSignals>, from: number, to: number): Promise<void> {
  const models = 2;
  await call("ingest", tradeEvent(rows.slice(models * from, models * to), 10_000 + models * from));
  expect(((await call("evaluate", { Records: [] })) as BatchAnswer).batchItemFailures).toEqual([]);
}

async function live(): Promise<void> {
  const [status, deployChampion, verify, deployChallenger, compare, promote, rollback, health] = commands.curls;
  await runCurl(status!);
  await note("nothing deployed");
  await runCurl(deployChampion!);
  await runCurl(verify!);
  await note("champion without trades");
  await runCurl(deployChallenger!);
  await note("challenger without trades");
  const models = { [champion!]: { mean: 50 }, [challenger!]: { mean: 90 } };
  const rows = commonSignals({ from: 0, to: 505, models, seed: "story" });
  await trade(rows, 0, 1);
  await note("first trade");
  await trade(rows, 1, 120);
  await runCurl(compare!);
  await note("before the first look");
  await trade(rows, 120, 505);
  await runCurl(compare!);
  await note("after the first look");
  await runCurl(promote!);
  await note("promoted");
  await runCurl(rollback!);
  await runCurl(health!);
  await note("rolled back");
}

beforeAll(async () => {
  if (!python)
    console.warn("python3 is not here: the checklist's dashboard script is not run, only what it reads is held");
  captureOutput();
  sns.on(PublishCommand).resolves({});
  s3.on(ListObjectsV2Command).resolves({});
  api = await startApi({
    port: 0,
    routes: Object.entries(routes).map(([functionName, { method, path }]) => ({ functionName, method, path })),
    lambda: {
      invoke: async (name, event) => {
        const payload = (await call(name, event)) as { statusCode: number };
        lastStatus = payload.statusCode;
        return { ok: true, payload, requestId: "1" };
      },
    },
    // It complains of every answer that is not as openapi.json says.
    log: ({ text }) => complaints.push(text),
  });
  await live();
}, 600_000);

afterAll(async () => {
  await api.stop();
  rmSync(place, { recursive: true });
  for (const mock of [table.mock, s3, sns]) mock.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Holds the picture against what must stand in it, where there is one. */
function expectPicture(moment: Moment, ...parts: (string | RegExp)[]): void {
  const { picture, status } = seen.get(moment)!;
  expect(status.champion).not.toBeNull();
  expect(picture !== null).toBe(python);
  for (const part of parts) if (picture !== null) expect(picture).toMatch(part);
}

describe("the checklist's curl lines", () => {
  it("are each answered as the document expects", () => {
    expect(answered.map(({ status }) => status)).toEqual([200, 201, 200, 201, 200, 200, 200, 200, 200]);
    expect([...new Set(answered.map((a) => a.curl))]).toEqual(commands.curls);
  });

  it("get answers that are as openapi.json says, at every moment of a model's life", () => {
    expect([...seen.keys()]).toEqual(moments);
    expect(complaints).toEqual([]);
  });

  it("find everything well at the end", () => {
    const well = { healthy: true, problems: [], dead_letters: 0 };
    expect(answered.at(-1)).toMatchObject({ curl: expect.stringContaining("/health"), body: { data: well } });
  });

  it("deploy, promote and roll back", () => {
    const champions = moments.map((moment) => seen.get(moment)!.status.champion?.model_name ?? null);
    expect(champions).toEqual([null, ...Array(5).fill(champion), challenger, champion]);
    expect(seen.get("rolled back")!.status.departed).toMatchObject([{ model_name: challenger, role: "quarantined" }]);
  });
});

describe("the checklist's dashboard script", () => {
  it("shows a champion and a challenger without trades", () => {
    expectPicture("champion without trades", `CHAMPION: ${champion}\n`, "CHALLENGERS: 0");
    expectPicture(
      "challenger without trades",
      "CHALLENGERS: 1",
      "Status: PENDING",
      /Score: \d+\.\d\/100/,
      "Trades: 0/500",
    );
    expect(seen.get("challenger without trades")!.status.challengers[0]).toMatchObject({
      metrics: null,
      provisional: true,
    });
  });

  it("shows figures from the first trade on", () => {
    expectPicture("first trade", /WR: \d+\.\d\d%\n {3}Sharpe: 0\.00\n {3}Trades: 1\n/, "Trades: 1/500");
  });

  it("shows a provisional score before the first look, and the look's own after it", () => {
    const before = seen.get("before the first look")!.status.challengers[0]!;
    const after = seen.get("after the first look")!.status.challengers[0]!;
    const score = (m: typeof before) => `Score: ${m.promotion_score.toFixed(1)}/100`;
    expectPicture("before the first look", "Status: PENDING", score(before), "Trades: 120/500");
    expectPicture("after the first look", "Status: APPROVED", score(after));
    expect([before.provisional, after.provisional]).toEqual([true, false]);
    expect(before.promotion_score).toBeGreaterThan(0);
    expect(after.promotion_score).toBe(after.last_look!.score);
  });

  it("shows who is champion after the promotion and after the rollback", () => {
    expectPicture("promoted", `CHAMPION: ${challenger}\n`, "CHALLENGERS: 0");
    expectPicture("rolled back", `CHAMPION: ${champion}\n`, /Sharpe: \d\.\d\d/, "CHALLENGERS: 0");
  });
});

describe("the excerpt of the checklist kept here", () => {
  it("says what the document says, where that is at hand", () => {
    expect(excerpt()).toEqual(wholeDocument() ?? excerpt());
    expect(excerpt().curls).toHaveLength(8);
  });

  it("cannot lose a curl line unseen", () => {
    const script = `\`\`\`python\n${excerpt().dashboard}\n\`\`\`\n`;
    expect(() => extract(`${script}\`\`\`bash\ncd x\ncurl http://localhost:8000/health\n\`\`\`\n`)).toThrow(
      "a dashboard and 1 curl lines expected, 0 found",
    );
  });

  it("is read as curl reads it where curl is missing", () => {
    expect(
      excerpt()
        .curls.map(requestOf)
        .map((r) => `${r.method} ${new URL(r.url).pathname}`),
    ).toEqual([
      "GET /shadow/status",
      "POST /shadow/deploy",
      "GET /shadow/status",
      "POST /shadow/deploy",
      "GET /shadow/comparison/lightgbm_test_v1",
      "POST /shadow/promote/lightgbm_test_v1",
      "POST /shadow/rollback",
      "GET /health",
    ]);
    expect(requestOf(excerpt().curls[6]!)).toMatchObject({
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: '{"reason": "WR dropped >5pp post-promotion"}',
    });
    expect(JSON.parse(requestOf(excerpt().curls[1]!).body!)).toMatchObject({ model_name: champion });
  });
});
