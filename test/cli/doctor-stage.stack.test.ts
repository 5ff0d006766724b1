import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeployedStage } from "../../cli/client/deployed-stage.ts";
import { type DeployedCheckId, deployedFindings } from "../../cli/doctor/stage-checks.ts";
import { gatherFacts } from "../../cli/doctor/stage-facts.ts";
import { deploymentOf, ofType, rawTemplates } from "../infra/prover/deployment.ts";
import { type AskedOfAws, escaped, FakeAws, membersXml } from "../support/fake-aws.ts";
import { stacksOf, stageOf } from "../support/synthesised.ts";

/** The doctor on a deployed stage, before an AWS of our own in which the synthesised templates of prod stand as they would be made. */

const stage = stageOf("prod");
const target: DeployedStage = {
  stage,
  region: "eu-central-1",
  dataStack: "understudy-main-prod-data",
  serviceStack: "understudy-main-prod-service",
  release: "Understudy 0.1.0",
};
const made = deploymentOf(rawTemplates(stacksOf("prod")));
const { account } = made;
const topicArn = (name: string) => `arn:aws:sns:eu-central-1:${account}:understudy-main-prod-${name}`;
const streamArn = (table: string) =>
  `arn:aws:dynamodb:eu-central-1:${account}:table/${table}/stream/2026-11-01T00:00:00.000`;

const ofService = (type: string) => ofType(made, type).map(({ id }) => id);
const triggers = [
  ["ingest", "trades"],
  ["evaluate", "state"],
  ["notify", "state"],
].map(([name, table], i) => ({
  id: `trigger-${i}`,
  name: `understudy-main-prod-${name}`,
  table: `understudy-main-prod-${table}`,
}));
const alarms = ofType(made, "AWS::CloudWatch::Alarm").map(({ id, properties }) => ({
  AlarmName: id,
  ActionsEnabled: "true",
  StateValue: "OK",
  AlarmActions: [properties.AlarmActions].flat().map(String),
}));
const policy = ofType(made, "AWS::SNS::TopicPolicy").find(
  (one) => String(one.properties.Topics) === topicArn("alarms"),
)!.properties.PolicyDocument;
const functions = ofType(made, "AWS::Lambda::Function").map(({ properties }) => String(properties.FunctionName));

const aws = new FakeAws();

/** Everything as it should be. */
function healthy(): void {
  const say = (action: string, answer: Parameters<typeof aws.answers.set>[1]) => aws.answers.set(action, answer);
  say("GetCallerIdentity", () => `<r><Arn>arn:aws:iam::${account}:user/ann</Arn><Account>${account}</Account></r>`);
  const outputs = membersXml(
    ["Alerts", "Alarms"].map((name) => ({
      OutputKey: `${name}TopicArn`,
      OutputValue: topicArn(name.toLowerCase()),
    })),
  );
  say(
    "DescribeStacks",
    () =>
      `<r><Stacks><member><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs></member></Stacks></r>`,
  );
  const resources = [
    ...ofService("AWS::CloudWatch::Alarm").map((id) => ["AWS::CloudWatch::Alarm", id]),
    ...triggers.map(({ id }) => ["AWS::Lambda::EventSourceMapping", id]),
    ...functions.map((name) => ["AWS::Lambda::Function", name]),
  ].map(([ResourceType, PhysicalResourceId]) => ({
    ResourceType: ResourceType!,
    PhysicalResourceId: PhysicalResourceId!,
  }));
  // In two pages, as CloudFormation gives a large stack.
  say("ListStackResources", ({ parameters }) => {
    const second = parameters.get("NextToken") === "2";
    const page = second ? resources.slice(20) : resources.slice(0, 20);
    const more = second ? "" : "<NextToken>2</NextToken>";
    return `<r>${more}<StackResourceSummaries>${membersXml(page)}</StackResourceSummaries></r>`;
  });
  say("ListSubscriptionsByTopic", ({ parameters }) => subscriptionsXml(parameters.get("TopicArn")!));
  say(
    "GetTopicAttributes",
    () =>
      `<r><Attributes><entry><key>Policy</key><value>${escaped(JSON.stringify(policy))}</value></entry></Attributes></r>`,
  );
  say("DescribeAlarms", () => `<r><MetricAlarms>${membersXml(alarms)}</MetricAlarms></r>`);
  say("GetMetricStatistics", () => `<r><Datapoints>${membersXml([{ Maximum: "412.0" }])}</Datapoints></r>`);
  say("GET /2016-08-19/account-settings/", () => ({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 990 },
  }));
  for (const trigger of triggers) say(`GET /2015-03-31/event-source-mappings/${trigger.id}`, () => mapping(trigger));
  for (const name of functions) {
    say(`GET /2015-03-31/functions/${name}/configuration`, () => ({
      Description: "Understudy 0.1.0",
      Runtime: "nodejs24.x",
      State: "Active",
      LastUpdateStatus: "Successful",
    }));
    say(`GET /2015-03-31/functions/${name}/aliases`, () => ({ Aliases: [{ Name: "live" }] }));
  }
  say("DescribeTable", ({ json }) => ({ Table: { LatestStreamArn: streamArn(String(json.TableName)) } }));
  say("DescribeLimits", () => ({ TableMaxReadCapacityUnits: 40_000, TableMaxWriteCapacityUnits: 40_000 }));
  say("GetQueueUrl", () => ({ QueueUrl: `${aws.environment.AWS_ENDPOINT_URL}/${account}/undelivered` }));
  say("GetQueueAttributes", () => ({ Attributes: { ApproximateNumberOfMessages: "0" } }));
}

function mapping({ name, table }: (typeof triggers)[number]) {
  return {
    FunctionArn: `arn:aws:lambda:eu-central-1:${account}:function:${name}`,
    EventSourceArn: streamArn(table),
    State: "Enabled",
    LastProcessingResult: "OK",
  };
}

function subscriptionsXml(topic: string, first = `${topic}:1`): string {
  const listed = topic === topicArn("alerts") ? stage.alerts.length + 1 : stage.alarms.length + 1;
  const members = Array.from({ length: listed }, (_, i) => ({
    Protocol: "email",
    Endpoint: "desk@example.org",
    SubscriptionArn: i === 0 ? first : `${topic}:${i}`,
  }));
  return `<r><Subscriptions>${membersXml(members)}</Subscriptions></r>`;
}

beforeAll(() => aws.start());
afterAll(() => {
  aws.stop();
  vi.unstubAllEnvs();
});
beforeEach(() => {
  aws.answers.clear();
  healthy();
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
});

const examined = async () => deployedFindings(await gatherFacts(target), target);

describe("a deployed stage that is well", () => {
  it("gets every row signed, with what was seen", async () => {
    const findings = await examined();
    expect(Object.entries(findings).filter(([, { state }]) => state !== "pass")).toEqual([]);
    expect(findings.alarmsDeliverable.figure).toBe(`${alarms.length} alarms, all to understudy-main-prod-alarms`);
    expect(findings.subscriptions.figure).toBe("7 subscriptions confirmed");
    expect(findings.versions.figure).toBe(`${functions.length} functions of Understudy 0.1.0`);
    expect(findings.streamAge.figure).toMatch(/^understudy-main-prod-\w+ 412 ms$/);
  });
});

type Ill = [
  what: string,
  row: DeployedCheckId,
  words: RegExp,
  action: string,
  answer: (asked: AskedOfAws) => string | object,
];

const silent = JSON.stringify({
  Statement: [{ Effect: "Deny", Principal: "*", Action: "sns:Publish", Resource: "*" }],
});
const ills: Ill[] = [
  [
    "a subscription waits for its confirmation",
    "subscriptions",
    /not confirmed: email desk@example\.org/,
    "ListSubscriptionsByTopic",
    ({ parameters }) => subscriptionsXml(parameters.get("TopicArn")!, "PendingConfirmation"),
  ],
  [
    "somebody the file names is not subscribed",
    "subscriptions",
    /0 of the 7 that .*prod\.json names/,
    "ListSubscriptionsByTopic",
    () => "<r><Subscriptions/></r>",
  ],
  [
    "the alarms topic's policy lets CloudWatch publish no more",
    "alarmsDeliverable",
    /does not let CloudWatch publish/,
    "GetTopicAttributes",
    () => `<r><Attributes><entry><key>Policy</key><value>${escaped(silent)}</value></entry></Attributes></r>`,
  ],
  [
    "an alarm's actions are switched off",
    "alarmsDeliverable",
    /actions are switched off: \w+/,
    "DescribeAlarms",
    () =>
      `<r><MetricAlarms>${membersXml([{ ...alarms[0]!, ActionsEnabled: "false" }, ...alarms.slice(1)])}</MetricAlarms></r>`,
  ],
  [
    "an alarm tells another topic",
    "alarmsDeliverable",
    /tell nobody: \w+/,
    "DescribeAlarms",
    () => `<r><MetricAlarms>${membersXml([{ ...alarms[0]!, AlarmActions: ["arn:aws:sns:x"] }])}</MetricAlarms></r>`,
  ],
  [
    "an alarm is on",
    "alarmsOff",
    /on: \w+/,
    "DescribeAlarms",
    () => `<r><MetricAlarms>${membersXml([{ ...alarms[0]!, StateValue: "ALARM" }])}</MetricAlarms></r>`,
  ],
  [
    "a new account's quota is ten executions",
    "concurrency",
    /10 executions at once: .* Service Quotas/,
    "GET /2016-08-19/account-settings/",
    () => ({ AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } }),
  ],
  [
    "a table was restored and its trigger reads the stream of the old one",
    "streamLabel",
    /understudy-main-prod-ingest reads a stream that is not its table's any more: deploy with --force/,
    "DescribeTable",
    ({ json }) => {
      const table = String(json.TableName);
      return {
        Table: {
          LatestStreamArn: streamArn(table).replace(
            "2026-11-01",
            table.endsWith("trades") ? "2026-11-02" : "2026-11-01",
          ),
        },
      };
    },
  ],
  [
    "a trigger is switched off",
    "triggers",
    /understudy-main-prod-ingest is Disabled/,
    "GET /2015-03-31/event-source-mappings/trigger-0",
    () => ({ ...mapping(triggers[0]!), State: "Disabled" }),
  ],
  [
    "a trigger's last batch failed",
    "triggers",
    /understudy-main-prod-notify: PROBLEM: Function call failed/,
    "GET /2015-03-31/event-source-mappings/trigger-2",
    () => ({ ...mapping(triggers[2]!), LastProcessingResult: "PROBLEM: Function call failed" }),
  ],
  [
    "a stream is two minutes behind",
    "streamAge",
    /120,000 ms, allowed/,
    "GetMetricStatistics",
    () => `<r><Datapoints>${membersXml([{ Maximum: "80.0" }, { Maximum: "120000.0" }])}</Datapoints></r>`,
  ],
  [
    "messages could not be delivered",
    "undelivered",
    /3 messages in the queue/,
    "GetQueueAttributes",
    () => ({ Attributes: { ApproximateNumberOfMessages: "3" } }),
  ],
  [
    "a function is of another release",
    "versions",
    /this is Understudy 0\.1\.0; understudy-main-prod-status is Understudy 0\.0\.9/,
    "GET /2015-03-31/functions/understudy-main-prod-status/configuration",
    () => ({ Description: "Understudy 0.0.9", Runtime: "nodejs24.x", State: "Active", LastUpdateStatus: "Successful" }),
  ],
  [
    "a deployment did not finish",
    "stacks",
    /understudy-main-prod-data is UPDATE_ROLLBACK_COMPLETE/,
    "DescribeStacks",
    () => "<r><Stacks><member><StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus></member></Stacks></r>",
  ],
  [
    "the credentials are of another account",
    "account",
    /these credentials are of 444455556666, and .*prod\.json says 111122223333/,
    "GetCallerIdentity",
    () => "<r><Arn>arn:aws:iam::444455556666:user/ann</Arn><Account>444455556666</Account></r>",
  ],
];

describe("the doctor fails the row when", () => {
  it.each(ills)("%s", async (_what, row, words, action, answer) => {
    aws.answers.set(action, answer);
    const findings = await examined();
    expect(findings[row]).toEqual({ state: "fail", figure: expect.stringMatching(words) });
  });

  it("it may not look: nobody knows that it is well", async () => {
    aws.answers.delete("DescribeAlarms");
    const { alarmsOff, subscriptions } = await examined();
    expect(alarmsOff).toEqual({
      state: "fail",
      figure: "could not be looked at: DescribeAlarms: not authorized to perform: DescribeAlarms",
    });
    expect(subscriptions.state).toBe("pass");
  });
});
