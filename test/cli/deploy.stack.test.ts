import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The deploying commands against an AWS of our own on this machine, which knows one account and has nothing deployed. */

const root = join(import.meta.dirname, "..", "..");
const account = "111122223333";
let aws: Server;
let stages: string;
const asked: string[] = [];

const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/ann</Arn><UserId>A</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const failure = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;

beforeAll(async () => {
  stages = mkdtempSync(join(tmpdir(), "understudy-stages-"));
  const attended = { region: "eu-central-1", alerts: [{ mail: "a@example.org" }], alarms: [{ mail: "a@example.org" }] };
  mkdirSync(join(stages, "main"));
  const write = (name: string, stage: object) =>
    writeFileSync(join(stages, "main", `${name}.json`), JSON.stringify(stage));
  write("prod", { ...attended, account });
  write("elsewhere", { ...attended, account: "999988887777" });
  write("dev", { unattended: true, protectData: false });
  aws = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const action = /Action=(\w+)/.exec(`${request.url}&${body}`)?.[1] ?? `${request.headers["x-amz-target"]}`;
      asked.push(action);
      if (action === "GetCallerIdentity") return response.end(identity);
      response.statusCode = 400;
      // The CDK knows a stack that is not there by these words, with its name.
      const stack = /StackName=([\w-]+)/.exec(`${request.url}&${body}`)?.[1];
      if (action === "DescribeStacks")
        return response.end(failure("ValidationError", `Stack with id ${stack} does not exist`));
      return response.end(failure("AccessDenied", `nobody may ${action} here`));
    });
  }).listen(0, "127.0.0.1");
  await once(aws, "listening");
});

afterAll(() => {
  aws.closeAllConnections();
  aws.close();
  rmSync(stages, { recursive: true });
});

async function run(args: string[], environment: Record<string, string> = {}) {
  const { port } = aws.address() as { port: number };
  const child = spawn(process.execPath, [join(root, "cli/deploy.ts"), ...args], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: stages,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_EC2_METADATA_DISABLED: "true",
      CI: "true",
      NO_COLOR: "1",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...environment,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      text += chunk;
    });
  const [code] = await once(child, "close");
  return { code, text };
}

describe("npm run deploy", () => {
  it("refuses credentials of another account than the stage's, before anything is touched", async () => {
    asked.length = 0;
    const { code, text } = await run(["deploy", "--stage", "elsewhere", "--stages", stages]);
    expect(text).toMatch(
      /elsewhere\.json is for account 999988887777, and these credentials are of 111122223333 \(arn/,
    );
    expect(code).toBe(1);
    expect(asked).toEqual(["GetCallerIdentity"]);
  });

  it("refuses another region than the stage's", async () => {
    const { code, text } = await run(["deploy", "--stage", "prod", "--stages", stages, "--region", "us-east-1"]);
    expect(text).toMatch(/prod\.json says eu-central-1, and this is for us-east-1/);
    expect(code).toBe(1);
  });

  it("refuses settings of the shell: a deployed stage is what its file says", async () => {
    const { code, text } = await run(["deploy", "--stage", "prod", "--stages", stages], { SHADOW_GUARD_TRADES: "200" });
    expect(text).toContain("SHADOW_GUARD_TRADES set in this shell");
    expect(code).toBe(1);
  });

  it("asks which stage, and where, when neither file nor shell says so", async () => {
    expect(await run(["deploy"])).toEqual({ code: 2, text: expect.stringContaining("say which: --stage dev") });
    const nowhere = await run(["deploy", "--stage", "dev", "--stages", stages]);
    expect(nowhere.text).toMatch(/say where: "region" in .*dev\.json, --region, or AWS_REGION/);
  });
});

describe("npm run destroy", () => {
  it("refuses where the stage's file protects the data", async () => {
    const { code, text } = await run(["destroy", "--stage", "prod", "--stages", stages]);
    expect(text).toContain("prod.json protects its data: nothing is destroyed. docs/DEPLOYMENT.md says how");
    expect(code).toBe(1);
  });
});

describe("the pinned CDK command", () => {
  it("shows what a first deployment would make: from a fresh clone, with the Node that comes with it", async () => {
    const { code, text } = await run(["diff", "--stage", "dev", "--stages", stages, "--region", "eu-central-1"]);
    expect(text).toContain(`diff main-dev: account ${account}, eu-central-1, as arn:aws:iam::${account}:user/ann`);
    expect(text).toMatch(/Stack understudy-main-dev-data[\s\S]*\[\+\] AWS::DynamoDB::GlobalTable Trades/);
    expect(text).toMatch(/Stack understudy-main-dev-service[\s\S]*\[\+\] AWS::ApiGatewayV2::Api/);
    expect(code, text).toBe(0);
  }, 600_000);

  it("bootstraps the account and the region of a stage", async () => {
    const { text } = await run(["bootstrap", "--stage", "dev", "--stages", stages, "--region", "eu-central-1"]);
    expect(text).toContain(`Bootstrapping environment aws://${account}/eu-central-1`);
  }, 600_000);
});
