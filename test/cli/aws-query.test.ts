import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askAws } from "../../cli/client/aws-query.ts";

let body: string;

beforeEach(() => {
  vi.stubGlobal("fetch", async () => new Response(body, { status: 502 }));
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const ask = () => askAws({ name: "STS", service: "sts", region: "us-east-1", query: { Action: "GetCallerIdentity" } });

test.each([
  ["<Error><Message>no such thing</Message></Error>", "no such thing"],
  ['{"Message":"no such thing"}', "no such thing"],
  ['{"Message":5}', undefined],
  ["{ Bad Gateway: a proxy's page }", undefined],
  ["Bad Gateway", undefined],
  ["", undefined],
])("of the answer %j a message is %j", async (text, message) => {
  body = text;
  const answer = await ask();
  expect(answer).toMatchObject({ ok: false, status: 502 });
  expect(answer.said("Message")).toBe(message);
});
