import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addressOfStage } from "../../cli/client/stage-address.ts";
import { type DeployedPage, startDeployedPage } from "../../cli/dashboard/deployed.ts";
import { errorXml, FakeAws, membersXml } from "../support/fake-aws.ts";

/** The page of a deployed stage: who may ask through it, and what reaches the API. */

let api: Server;
let page: DeployedPage;
const reached: { method: string; url: string; headers: Record<string, unknown>; body: string }[] = [];

beforeAll(async () => {
  api = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const { method = "", url = "", headers } = asked;
    reached.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (headers["if-none-match"] === '"known"') {
      answer.writeHead(304, { etag: '"known"' }).end();
      return;
    }
    answer.writeHead(200, { "content-type": "application/json", etag: '"known"', "x-internal": "no" });
    answer.end('{"status":"success","data":{}}');
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  const { port } = api.address() as { port: number };
  page = await startDeployedPage({
    url: `http://127.0.0.1:${port}`,
    port: 0,
    pages: (asked, answer) => {
      if (asked.url !== "/") return false;
      answer.end("the page");
      return true;
    },
    sign: async ({ method, url }) => ({ authorization: `signed ${method} ${new URL(url).pathname}` }),
  });
});

afterAll(async () => {
  await page.stop();
  api.close();
});

type Asked = { path: string; method?: string; headers?: Record<string, string>; body?: string };

/** As a browser would, but free to lie in Host and Origin. */
function ask(o: Asked): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  const { hostname, port } = new URL(page.url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path: o.path, method: o.method ?? "GET", headers: o.headers },
      async (came) => {
        let text = "";
        for await (const chunk of came) text += chunk;
        resolve({ status: came.statusCode!, text, headers: came.headers });
      },
    );
    sent.on("error", reject);
    sent.end(o.body);
  });
}

const token = () => ({ "x-understudy-token": new URL(page.url).hash.slice("#token=".length) });

describe("the page of a deployed stage", () => {
  it("listens on this machine and has its token in the start address alone", async () => {
    expect(page.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32}$/);
    expect(await ask({ path: "/" })).toMatchObject({ status: 200, text: "the page" });
  });

  it("passes on to the API what carries the token, signed, and nothing else of the answer than the page needs", async () => {
    reached.length = 0;
    const body = JSON.stringify({ reason: "Drill." });
    const headers = { ...token(), "content-type": "application/json", "idempotency-key": "k", cookie: "secret=1" };
    const came = await ask({ path: "/shadow/pause", method: "POST", headers, body });
    expect(came.status).toBe(200);
    expect(came.headers["x-internal"]).toBeUndefined();
    expect(reached).toMatchObject([{ method: "POST", url: "/shadow/pause", body }]);
    const sent = reached[0]!.headers;
    expect(sent).toMatchObject({ authorization: "signed POST /shadow/pause", "idempotency-key": "k" });
    expect([sent.cookie, sent["x-understudy-token"]]).toEqual([undefined, undefined]);
  });

  it("lets the API say that nothing changed", async () => {
    const headers = { ...token(), "if-none-match": '"known"' };
    expect(await ask({ path: "/shadow/watch", headers })).toMatchObject({ status: 304, text: "" });
  });

  it.each([
    ["no token", {}],
    ["a wrong token", { "x-understudy-token": "a".repeat(32) }],
    ["an empty token", { "x-understudy-token": "" }],
  ])("refuses a request with %s", async (_what, headers) => {
    reached.length = 0;
    expect((await ask({ path: "/shadow/status", headers })).status).toBe(403);
    expect(reached).toEqual([]);
  });

  it.each([
    ["another page's origin", { origin: "https://evil.example" }],
    ["a name that was rebound to this machine", { host: "evil.example" }],
  ])("refuses a request from %s, token or not", async (_what, headers) => {
    reached.length = 0;
    expect((await ask({ path: "/shadow/status", headers: { ...token(), ...headers } })).status).toBe(403);
    expect((await ask({ path: "/", headers })).status).toBe(403);
    expect(reached).toEqual([]);
  });

  it("asks the API for nothing but its own routes, and no body larger than the API takes", async () => {
    reached.length = 0;
    expect((await ask({ path: "/elsewhere", headers: token() })).status).toBe(404);
    const body = "x".repeat(17 * 1024);
    expect((await ask({ path: "/shadow/pause", method: "POST", headers: token(), body })).status).toBe(413);
    expect(reached).toEqual([]);
  });
});

describe("the address of a stage", () => {
  const aws = new FakeAws();
  const asking = { stack: "understudy-prod-service", region: "eu-central-1" };
  beforeAll(async () => {
    await aws.start();
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    aws.stop();
  });

  it("is the stack's output", async () => {
    const outputs = membersXml([
      { OutputKey: "FailureQueueUrl", OutputValue: "https://q" },
      { OutputKey: "ApiUrl", OutputValue: "https://a.example/" },
    ]);
    aws.answers.set("DescribeStacks", () => `<Stacks><member><Outputs>${outputs}</Outputs></member></Stacks>`);
    expect(await addressOfStage(asking)).toBe("https://a.example");
  });

  it("is an error in one line when the stack is not there", async () => {
    const body = errorXml("ValidationError", "Stack does not exist");
    aws.answers.set("DescribeStacks", () => ({ status: 400, body }));
    await expect(addressOfStage(asking)).rejects.toThrow(
      "the stack understudy-prod-service in eu-central-1 cannot be read: Stack does not exist",
    );
    aws.answers.set("DescribeStacks", () => "<Stacks/>");
    await expect(addressOfStage(asking)).rejects.toThrow("no output ApiUrl");
  });
});
