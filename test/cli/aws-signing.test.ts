import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gatewayRegion, makeSigner } from "../../cli/client/aws-signing.ts";

beforeEach(() => {
  // The example credentials of AWS' documentation, and a fixed day.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  for (const name of ["AWS_SESSION_TOKEN", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  vi.useFakeTimers({ now: Date.UTC(2015, 7, 30, 12, 36), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test("only API Gateway's addresses are signed for", () => {
  expect(gatewayRegion("https://abc123.execute-api.eu-central-1.amazonaws.com")).toBe("eu-central-1");
  expect(gatewayRegion("http://127.0.0.1:8000")).toBeNull();
  expect(gatewayRegion("https://execute-api.evil.example")).toBeNull();
});

test("a request is signed as botocore signs it", async () => {
  const sign = makeSigner("us-east-1");
  const url = "https://abc123.execute-api.us-east-1.amazonaws.com/shadow/history?limit=5&cursor=a-b_c";
  const headers = await sign({ method: "GET", url, body: undefined });
  expect(headers["x-amz-date"]).toBe("20150830T123600Z");
  expect(headers.authorization).toContain(
    "Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date",
  );
  // Computed with botocore 1.43.11: SigV4Auth(Credentials(…), "execute-api", "us-east-1") at the same moment.
  expect(headers.authorization).toMatch(/Signature=3e7e367bc40ce4f2940c916c416a392b99bb40986972d710b26265087ba6b160$/);
  expect(headers.host).toBeUndefined();
});
