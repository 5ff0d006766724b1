import { describe, expect, it } from "vitest";
import { type FunctionName, functionNames, type Permissions, permissions } from "../../infra/permissions.ts";
import { schedules } from "../../infra/schedules.ts";
import { resourcesOf, statementsOf, templatesOf } from "../support/synthesised.ts";

const { service } = templatesOf("prod");
/** Not a function's: AWS's own policy for shifting traffic. */
const codeDeploy = resourcesOf(service, "AWS::IAM::Role")
  .map(([id]) => id)
  .find((id) => id.startsWith("ReleasesRole"));
const streamed: Partial<Record<FunctionName, "Trades" | "State">> = {
  ingest: "Trades",
  evaluate: "State",
  notify: "State",
};

describe("each function's role", () => {
  it.each(functionNames)("lets %s make exactly the calls it makes", (name) => {
    const may: Permissions = permissions[name];
    const expected = new Set([
      "logs:CreateLogStream ownLog",
      "logs:PutLogEvents ownLog",
      "xray:PutTraceSegments *",
      "xray:PutTelemetryRecords *",
      ...may.state.map((action) => `dynamodb:${action} State`),
      ...(may.trades ?? []).map((action) => `dynamodb:${action} Trades`),
      ...(may.publishesAlerts ? ["sns:Publish Alerts"] : []),
      ...(may.readsFailures ? ["s3:ListBucket FailureStore"] : []),
      ...(name === "precheck" || name === "postcheck"
        ? ["codedeploy:PutLifecycleEventHookExecutionStatus Releases"]
        : []),
      ...(streamed[name]
        ? [
            "dynamodb:ListStreams *", // knows no resource
            ...["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
              (a) => `dynamodb:${a} ${streamed[name]}Stream`,
            ),
            "s3:ListBucket FailureStore",
            "s3:PutObject FailureStore/aws/lambda/*",
          ]
        : []),
    ]);

    expect(new Set(allowedTo(name))).toEqual(expected);
  });

  it("comes from this table alone: no managed policy, no wildcard on a table, a topic or a queue", () => {
    for (const [id, role] of resourcesOf(service, "AWS::IAM::Role"))
      if (id !== codeDeploy) expect(role.Properties).not.toHaveProperty("ManagedPolicyArns");
    for (const [, policy] of resourcesOf(service, "AWS::IAM::Policy")) {
      expect(JSON.stringify(policy.Properties)).not.toMatch(/"(dynamodb|sns|sqs|logs):\*"|"\*:\*"/);
    }
  });

  it("lets only the API call the functions of the API, and only their own rules those that run by the clock", () => {
    const callers = resourcesOf(service, "AWS::Lambda::Permission").map(([, { Properties: p }]) => {
      expect(JSON.stringify(p.SourceArn)).toMatch(/execute-api|Schedule/);
      return p.Principal;
    });
    expect(callers.filter((caller) => caller === "events.amazonaws.com")).toHaveLength(schedules.length);
    expect(new Set(callers)).toEqual(new Set(["apigateway.amazonaws.com", "events.amazonaws.com"]));
  });
});

/** "service:Action resource" for everything the role of the function allows. */
function allowedTo(name: FunctionName): string[] {
  const handler = resourcesOf(service, "AWS::Lambda::Function").find(
    ([, f]) => f.Properties.FunctionName === `understudy-main-prod-${name}`,
  )![1];
  const ownLog = (handler.Properties.LoggingConfig as { LogGroup: { Ref: string } }).LogGroup.Ref;
  return statementsOf(service, name).flatMap(({ Effect, Action, Resource }) => {
    expect(Effect).toBe("Allow");
    const resources = Array.isArray(Resource) ? Resource : [Resource];
    return resources.flatMap((resource) => [Action].flat().map((action) => `${action} ${readable(resource, ownLog)}`));
  });
}

function readable(resource: unknown, ownLog: string): string {
  const text = JSON.stringify(resource);
  if (text === '"*"') return "*";
  if (text.includes(ownLog)) return "ownLog";
  if (text.includes(":deploymentgroup:")) return "Releases";
  if (text.includes("understudy-main-prod-failures-")) return `FailureStore${/(\/aws\/lambda\/\*)"/.exec(text)?.[1]}`;
  const known = /FnGetAtt(Trades|State|FailureStore)[0-9A-F]{8}(StreamArn)?|"(Alerts)|Ref":"(Alerts)/.exec(text);
  if (!known) return text;
  return (known[1] ?? known[3] ?? known[4]) + (known[2] ? "Stream" : "");
}
