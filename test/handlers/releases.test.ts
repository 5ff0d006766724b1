import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeTable } from "../support/fake-table.ts";
import { apiEvent, captureOutput, coldStart, type Line } from "../support/lambda.ts";

/** What a deployment is answered before batches reach a new version of the streams' functions, and after. */

let table: FakeTable;
let log: Line[];
const answers: { url: string; target: string | null; authorization: string; body: unknown }[] = [];

beforeEach(async () => {
  table = new FakeTable();
  ({ log } = captureOutput());
  answers.length = 0;
  vi.stubGlobal("fetch", async (url: string, sent: { headers: Record<string, string>; body: string }) => {
    const headers = new Headers(sent.headers);
    answers.push({
      url,
      target: headers.get("x-amz-target"),
      authorization: headers.get("authorization") ?? "",
      body: JSON.parse(sent.body),
    });
    return new Response("{}");
  });
  for (const model_name of ["steady", "better"])
    await (await coldStart("deploy", { environment }))(apiEvent({ body: { model_name, model_type: "test" } }));
});
afterEach(() => {
  table.mock.restore();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const environment = { AWS_REGION: "eu-central-1", AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
const event = { DeploymentId: "d-1", LifecycleEventHookExecutionId: "e-1" };
const answer = (status: string) => ({ deploymentId: "d-1", lifecycleEventHookExecutionId: "e-1", status });

describe.each(["precheck", "postcheck"] as const)("%s", (name) => {
  it("lets the release pass that reads what there is, by a signed call", async () => {
    const written = JSON.stringify([...table.items]);
    await (await coldStart<undefined>(name, { environment }))(event);
    expect(answers).toEqual([
      {
        url: "https://codedeploy.eu-central-1.amazonaws.com/",
        target: "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus",
        authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=key\/\d+\/eu-central-1\/codedeploy\//),
        body: answer("Succeeded"),
      },
    ]);
    expect(JSON.stringify([...table.items])).toBe(written);
  });

  it.each(["REGISTRY", "MODEL#better", "OUTBOX"])("takes the release back that does not understand %s", async (pk) => {
    for (const item of table.of(pk)) item.format = 2;
    await (await coldStart<undefined>(name, { environment }))(event);
    expect(answers.map(({ body }) => body)).toEqual([answer("Failed")]);
    expect(log).toMatchObject([{ level: "ERROR", message: "the release is taken back", correlation_id: "d-1" }]);
  });

  it("takes the release back when a model has no ledger", async () => {
    table.items.delete([...table.items].find(([, item]) => item.pk === "MODEL#better" && item.sk === "HEAD")![0]);
    await (await coldStart<undefined>(name, { environment }))(event);
    expect(answers.map(({ body }) => body)).toEqual([answer("Failed")]);
  });
});
