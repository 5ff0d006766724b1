import { describe, expect, it } from "vitest";
import { stacksOf, type TestStage } from "../support/synthesised.ts";
import { deploymentOf, type Raw, type RawTemplates, rawTemplates } from "./prover/deployment.ts";
import { alarmsReachPeople, type Rule, rules } from "./prover/rules.ts";

/**
 * The templates proved: what alarms, triggers, routes, schedules and subscribers need of policies and keys is there. Each rule is shown
 * able to fail by a template broken the way it would be in life.
 */

const oneKey = { customerKey: true };
const deployments: [string, TestStage, object][] = [
  ["local", "local", {}],
  ["dev", "dev", {}],
  ["prod", "prod", {}],
  ["prod with a key of its own", "prod", oneKey],
];

describe.each(deployments)("the templates of %s", (_name, stage, changes) => {
  const deployment = deploymentOf(rawTemplates(stacksOf(stage, changes)));

  it.each(Object.entries(rules))("%s", (_rule, rule) => {
    expect(rule(deployment)).toEqual([]);
  });
});

describe("a stage with people behind it", () => {
  it("tells somebody of every alarm", () => {
    expect(alarmsReachPeople(deploymentOf(rawTemplates(stacksOf("prod"))))).toEqual([]);
  });

  it("without subscribers tells nobody", () => {
    const silent = { alerts: [], alarms: [], slack: undefined };
    const complaints = alarmsReachPeople(deploymentOf(rawTemplates(stacksOf("prod", silent))));
    expect(complaints.filter((one) => one.endsWith("nobody is subscribed")).map((one) => one.slice(0, 6))).toEqual([
      "Alerts",
      "Alarms",
    ]);
  });
});

type Breakage = [
  what: string,
  rule: Rule,
  complaint: RegExp,
  breakIt: (find: Find, templates: RawTemplates) => void,
  changes?: object,
];
type Find = (type: string, also?: (raw: Raw) => boolean) => Raw[];
type Statement = { Sid?: string; Effect: string; Action: string | string[]; Principal?: { Service?: unknown } };

const statementsOf = (raw: Raw, document = "PolicyDocument") =>
  (raw.Properties![document] as { Statement: Statement[] }).Statement;
const drop = (raw: Raw, which: (statement: Statement) => boolean, document?: string): void => {
  const statements = statementsOf(raw, document);
  const kept = statements.filter((statement) => !which(statement));
  if (kept.length === statements.length) throw new Error("Nothing was broken");
  statements.splice(0, statements.length, ...kept);
};
const dropAll = (raws: Raw[], which: (statement: Statement) => boolean): void => {
  for (const raw of raws) drop(raw, which);
};
const of = (service: string) => (statement: Statement) =>
  JSON.stringify(statement.Principal ?? "").includes(`${service}.amazonaws.com`);
const doing = (action: string) => (statement: Statement) => [statement.Action].flat().includes(action);
const ours = (raw: Raw) => raw.Properties!.Namespace === "Understudy";
const having = (action: string) => (raw: Raw) => statementsOf(raw).some(doing(action));

const breakages: Breakage[] = [
  [
    "the alarms topic has a policy that only refuses plain HTTP",
    rules.alarmsArrive,
    /the policy of Alarms\w* does not let CloudWatch publish/,
    (find) => {
      const alarms = (raw: Raw) => statementsOf(raw).some(of("cloudwatch"));
      dropAll(find("AWS::SNS::TopicPolicy", alarms), of("cloudwatch"));
    },
  ],
  [
    "the key does not know CloudWatch",
    rules.alarmsArrive,
    /the key of Alarms\w* refuses CloudWatch/,
    (find) => drop(find("AWS::KMS::Key")[0]!, of("cloudwatch"), "KeyPolicy"),
    oneKey,
  ],
  [
    "an alarm acts on a topic of another stack",
    rules.alarmsArrive,
    /is no topic of this deployment/,
    (find) => {
      const alarm = find("AWS::CloudWatch::Alarm", (raw) => raw.Properties!.AlarmActions !== undefined)[0];
      const acting = alarm ?? find("AWS::CloudWatch::CompositeAlarm")[0];
      acting!.Properties!.AlarmActions = ["arn:aws:sns:eu-central-1:111122223333:elsewhere"];
    },
  ],
  [
    "an alarm watches a metric that no function writes",
    rules.alarmsAreFed,
    /nobody writes Understudy TradesEaten/,
    (find) => Object.assign(find("AWS::CloudWatch::Alarm", ours)[0]!.Properties!, { MetricName: "TradesEaten" }),
  ],
  [
    "an alarm watches our metric of another stage",
    rules.alarmsAreFed,
    /no function writes \w+ for understudy\/main-dev/,
    (find) => {
      const { Dimensions } = find("AWS::CloudWatch::Alarm", ours)[0]!.Properties!;
      for (const one of Dimensions as { Name: string; Value: string }[])
        if (one.Name === "environment") one.Value = "main-dev";
    },
  ],
  [
    "an alarm watches a function that is not there",
    rules.alarmsAreFed,
    /FunctionName elsewhere is nothing of this deployment/,
    (find) => {
      const ofFunction = (raw: Raw) => JSON.stringify(raw.Properties!.Dimensions).includes("FunctionName");
      const { Dimensions } = find("AWS::CloudWatch::Alarm", ofFunction)[0]!.Properties!;
      (Dimensions as { Value: unknown }[])[0]!.Value = "elsewhere";
    },
  ],
  [
    "alerts go to the topic of the alarms",
    rules.topicsAreApart,
    /it writes alerts to .*, where alarms go/,
    (find) => {
      const [action] = find("AWS::CloudWatch::Alarm")[0]!.Properties!.AlarmActions as unknown[];
      const publishes = (raw: Raw) => JSON.stringify(raw.Properties!.Environment).includes("ALERTS_TOPIC_ARN");
      const { Variables } = find("AWS::Lambda::Function", publishes)[0]!.Properties!.Environment as {
        Variables: Record<string, unknown>;
      };
      Variables.ALERTS_TOPIC_ARN = action;
    },
  ],
  [
    "an output is exported",
    rules.nothingIsExported,
    /TradesTable: it is exported/,
    (_find, templates) => {
      const { Outputs } = templates["understudy-main-prod-data"]!;
      Outputs!.TradesTable!.Export = { Name: "trades" };
    },
  ],
  [
    "a Slack channel has two configurations",
    rules.chatOnlyReads,
    /the channel C00000001 has a configuration already/,
    (find) => {
      for (const one of find("AWS::Chatbot::SlackChannelConfiguration"))
        Object.assign(one.Properties!, { SlackChannelId: "C00000001" });
    },
  ],
  [
    "a Slack channel has no guardrail, which is one that lets everything",
    rules.chatOnlyReads,
    /its guardrail is AdministratorAccess/,
    (find) => delete find("AWS::Chatbot::SlackChannelConfiguration")[0]!.Properties!.GuardrailPolicies,
  ],
  [
    "a Slack channel may do more than look",
    rules.chatOnlyReads,
    /PowerUserAccess lets more than look/,
    (find) =>
      Object.assign(find("AWS::Chatbot::SlackChannelConfiguration")[0]!.Properties!, {
        GuardrailPolicies: ["arn:aws:iam::aws:policy/PowerUserAccess"],
      }),
  ],
  [
    "the address of an end point stands in the template",
    rules.secretsAreReferences,
    /the address of an end point stands in the template/,
    (find) => {
      const https = (raw: Raw) => raw.Properties!.Protocol === "https";
      Object.assign(find("AWS::SNS::Subscription", https)[0]!.Properties!, { Endpoint: "https://pager.example/t0ken" });
    },
  ],
  [
    "a webhook stands among a function's variables",
    rules.secretsAreReferences,
    /a secret stands in the template/,
    (find) => {
      const { Variables } = find("AWS::Lambda::Function")[0]!.Properties!.Environment as {
        Variables: Record<string, unknown>;
      };
      Variables.HOOK = "https://hooks.slack.com/services/T0/B0/x";
    },
  ],
  [
    "a local index bounds what a model may write",
    rules.collectionsAreUnbounded,
    /bounds a model's items to 10 GB/,
    (find) =>
      Object.assign(find("AWS::DynamoDB::GlobalTable")[0]!.Properties!, {
        LocalSecondaryIndexes: [{ IndexName: "i" }],
      }),
  ],
  [
    "an alarm has no action",
    alarmsReachPeople,
    /no action, and no alarm that has one looks at it/,
    (find) => {
      for (const type of ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"])
        for (const alarm of find(type)) delete alarm.Properties!.AlarmActions;
    },
  ],
  [
    "a subscriber's queue lets nobody send",
    rules.subscriptionsArrive,
    /the policy of AlertsQueue\w* does not let the topic send/,
    (find) => {
      const queue = (raw: Raw) => JSON.stringify(raw.Properties!.Queues).includes("AlertsQueue");
      dropAll(find("AWS::SQS::QueuePolicy", queue), of("sns"));
    },
  ],
  [
    "the key does not know SNS",
    rules.subscriptionsArrive,
    /the key of \w+ refuses SNS/,
    (find) => drop(find("AWS::KMS::Key")[0]!, of("sns"), "KeyPolicy"),
    oneKey,
  ],
  [
    "a subscription keeps nothing that could not be delivered",
    rules.subscriptionsArrive,
    /what cannot be delivered is lost/,
    (find) => delete find("AWS::SNS::Subscription")[0]!.Properties!.RedrivePolicy,
  ],
  [
    "a trigger's function may not read its stream",
    rules.triggersWork,
    /may not dynamodb:GetRecords/,
    (find) => dropAll(find("AWS::IAM::Policy", having("dynamodb:GetRecords")), doing("dynamodb:GetRecords")),
  ],
  [
    "a trigger has nowhere to put what it gives up",
    rules.triggersWork,
    /what it gives up is lost/,
    (find) => delete find("AWS::Lambda::EventSourceMapping")[0]!.Properties!.DestinationConfig,
  ],
  [
    "nobody may use the key through a service",
    rules.triggersWork,
    /the table's key refuses/,
    (find) => drop(find("AWS::KMS::Key")[0]!, (s) => s.Sid === "ThroughServices", "KeyPolicy"),
    oneKey,
  ],
  [
    "a route asks for no credentials",
    rules.routesWork,
    /anybody may call it/,
    (find) => Object.assign(find("AWS::ApiGatewayV2::Route")[0]!.Properties!, { AuthorizationType: "NONE" }),
  ],
  [
    "the API may not call a function",
    rules.routesWork,
    /the API may not call/,
    (find) => {
      const ofApi = (raw: Raw) => raw.Properties!.Principal === "apigateway.amazonaws.com";
      Object.assign(find("AWS::Lambda::Permission", ofApi)[0]!.Properties!, { Principal: "s3.amazonaws.com" });
    },
  ],
  [
    "a rule of the clock may not call its function",
    rules.schedulesWork,
    /the rule may not call/,
    (find) => {
      const ofClock = (raw: Raw) => raw.Properties!.Principal === "events.amazonaws.com";
      Object.assign(find("AWS::Lambda::Permission", ofClock)[0]!.Properties!, { Principal: "s3.amazonaws.com" });
    },
  ],
  [
    "what a trigger gives up may not be written to the failure store",
    rules.triggersWork,
    /may not s3:PutObject FailureStore/,
    (find) => dropAll(find("AWS::IAM::Policy", having("s3:PutObject")), doing("s3:PutObject")),
  ],
  [
    "notify may not publish",
    rules.publishersPublish,
    /may not publish to Alerts/,
    (find) => dropAll(find("AWS::IAM::Policy", having("sns:Publish")), doing("sns:Publish")),
  ],
  [
    "a table is plainly retained: a failed first deployment would hold its name",
    rules.nothingSticks,
    /a failed first deployment would leave it behind/,
    (find) => Object.assign(find("AWS::DynamoDB::GlobalTable")[0]!, { DeletionPolicy: "Retain" }),
  ],
  [
    "a log group of the service stack outlives it under a name of its own",
    rules.nothingSticks,
    /it would hold its name when its stack is made anew/,
    (find) => Object.assign(find("AWS::Logs::LogGroup")[0]!.Properties!, { LogGroupName: "/aws/lambda/x" }),
  ],
  [
    "a third function reads one stream",
    rules.streamsHaveTwoReaders,
    /3 readers/,
    (find) => {
      const [first, ...others] = find("AWS::Lambda::EventSourceMapping");
      for (const other of others) other.Properties!.EventSourceArn = first!.Properties!.EventSourceArn;
    },
  ],
  [
    "a trigger holds a record until the stream drops it",
    rules.retriesEnd,
    /as old as the stream keeps it/,
    (find) =>
      Object.assign(find("AWS::Lambda::EventSourceMapping")[0]!.Properties!, { MaximumRecordAgeInSeconds: 604_800 }),
  ],
  [
    "a trigger bounds no age",
    rules.retriesEnd,
    /no bound on a record's age/,
    (find) => delete find("AWS::Lambda::EventSourceMapping")[0]!.Properties!.MaximumRecordAgeInSeconds,
  ],
];

describe("the prover complains when", () => {
  it.each(breakages)("%s", (_what, rule, complaint, breakIt, changes = {}) => {
    const templates: RawTemplates = rawTemplates(stacksOf("prod", changes));
    expect(rule(deploymentOf(templates))).toEqual([]);
    breakIt(
      (type, also = () => true) =>
        Object.values(templates)
          .flatMap((template) => Object.values(template.Resources))
          .filter((raw) => raw.Type === type && also(raw)),
      templates,
    );
    expect(rule(deploymentOf(templates)).join("\n")).toMatch(complaint);
  });
});
