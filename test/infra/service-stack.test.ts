import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Duration } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/assertions";
import { Schedule } from "aws-cdk-lib/aws-events";
import { describe, expect, it } from "vitest";
import { impatient } from "../../functions/support/clients.ts";
import { functionNames } from "../../infra/permissions.ts";
import { schedules } from "../../infra/schedules.ts";
import { streamReaders } from "../../infra/streams.ts";
import { routes } from "../../shared/api/contract/routes.ts";
import { resourcesOf, templatesOf } from "../support/synthesised.ts";

const { service } = templatesOf("prod");

describe("the API", () => {
  const routesOf = (api: RegExp) =>
    resourcesOf(service, "AWS::ApiGatewayV2::Route").filter(([, route]) =>
      api.test((route.Properties.ApiId as { Ref: string }).Ref),
    );
  const expected = Object.values(routes)
    .map((route) => `${route.method} ${route.path}`)
    .sort();

  it("asks for signed requests on every route", () => {
    const made = routesOf(/^Api/);

    expect(made.map(([, route]) => route.Properties.RouteKey).sort()).toEqual(expected);
    for (const [, route] of made) expect(route.Properties.AuthorizationType).toBe("AWS_IAM");
  });

  it("has a second one for people who sign in, where the stage names their provider, asking more of a change", () => {
    const made = routesOf(/^PeopleApi/);

    expect(made.map(([, route]) => route.Properties.RouteKey).sort()).toEqual(expected);
    for (const [, { Properties: p }] of made) {
      expect(p.AuthorizationType).toBe("JWT");
      expect(p.AuthorizationScopes).toEqual(String(p.RouteKey).startsWith("GET") ? undefined : ["operate"]);
    }
    service.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      JwtConfiguration: { Issuer: "https://login.example.org", Audience: ["understudy"] },
    });
    templatesOf("dev").service.resourceCountIs("AWS::ApiGatewayV2::Api", 1);
  });

  it("sends each route to the function of its own, with payload format 2.0", () => {
    for (const [name, route] of Object.entries(routes)) {
      const [, made] = routesOf(/^Api/).find(([, r]) => r.Properties.RouteKey === `${route.method} ${route.path}`)!;
      const integration = (made.Properties.Target as { "Fn::Join": [string, [string, { Ref: string }]] })[
        "Fn::Join"
      ][1][1].Ref;
      const properties = resourcesOf(service, "AWS::ApiGatewayV2::Integration").find(([id]) => id === integration)![1]
        .Properties;
      const alias = (properties.IntegrationUri as { Ref: string }).Ref;
      const [, live] = resourcesOf(service, "AWS::Lambda::Alias").find(([id]) => id === alias)!;

      expect(properties.PayloadFormatVersion).toBe("2.0");
      expect(functionName((live.Properties.FunctionName as { Ref: string }).Ref)).toBe(`understudy-main-prod-${name}`);
    }
  });

  it("logs each request as JSON and limits the rate", () => {
    service.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      StageName: "$default",
      AccessLogSettings: {
        Format: Match.serializedJson(Match.objectLike({ requestId: "$context.requestId", status: "$context.status" })),
      },
      DefaultRouteSettings: { ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50, DetailedMetricsEnabled: true },
    });
  });
});

describe("the functions", () => {
  it("are exactly the files in functions/", () => {
    const files = readdirSync(join(import.meta.dirname, "../../functions")).filter((file) => file.endsWith(".ts"));

    expect(files.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual([...functionNames].sort());
  });

  it("have time left when a call that nobody answers has failed after its last attempt", () => {
    const { maxAttempts, requestHandler } = impatient;
    for (const [, made] of resourcesOf(service, "AWS::Lambda::Function").filter(([, f]) => f.Properties.Timeout))
      expect(Number(made.Properties.Timeout)).toBeGreaterThan((maxAttempts * requestHandler.requestTimeout) / 1000);
  });

  it("run on Node 24 and arm64 with explicit memory, time, log group and tracing", () => {
    const made = resourcesOf(service, "AWS::Lambda::Function");

    expect(made).toHaveLength(functionNames.length);
    for (const [, { Properties: p }] of made) {
      expect(p).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Handler: "index.handler" });
      expect(p).toMatchObject({
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogGroup: { Ref: expect.any(String) }, LogFormat: "JSON", ApplicationLogLevel: "INFO" },
        Environment: { Variables: { POWERTOOLS_SERVICE_NAME: "understudy" } },
      });
      expect(p.MemorySize).toBeGreaterThanOrEqual(512);
      expect(p.MemorySize).toBeLessThanOrEqual(1769);
      expect(p.Timeout).toBeGreaterThanOrEqual(10);
      const patient = { "understudy-main-prod-reconcile": 900, "understudy-main-prod-postcheck": 360 };
      expect(p.Timeout).toBeLessThanOrEqual(patient[p.FunctionName as keyof typeof patient] ?? 120);
    }
  });

  it("keep their logs for a bounded time", () => {
    for (const [, group] of resourcesOf(service, "AWS::Logs::LogGroup")) {
      expect(group.Properties.RetentionInDays).toBe(365);
    }
  });

  it("know their stage and tables, the topic only where they publish, the failure store only where they count it", () => {
    for (const [, { Properties: p }] of resourcesOf(service, "AWS::Lambda::Function")) {
      const variables = (p.Environment as { Variables: Record<string, unknown> }).Variables;
      expect(variables.STAGE).toBe("main-prod");
      expect(Object.keys(variables)).toEqual(expect.arrayContaining(["TRADES_TABLE", "STATE_TABLE"]));
      const name = String(p.FunctionName).replace("understudy-main-prod-", "");
      expect("ALERTS_TOPIC_ARN" in variables).toBe(["notify", "sweep"].includes(name));
      expect("FAILURE_STORE" in variables).toBe(["health", "metrics", "sweep"].includes(name));
    }
  });

  it("get the settings of their stage, as text", () => {
    const { service: tuned } = templatesOf("dev", { settings: { SHADOW_GUARD_TRADES: "200" } });

    for (const [, { Properties: p }] of resourcesOf(tuned, "AWS::Lambda::Function")) {
      const variables = (p.Environment as { Variables: Record<string, unknown> }).Variables;
      expect(variables).toMatchObject({ SHADOW_GUARD_TRADES: "200" });
      expect(variables).not.toHaveProperty("HOME");
    }
  });
});

describe("the stream triggers", () => {
  it("retry for almost a day, halve failing batches, take partial failures and keep whole what they give up", () => {
    const mappings = resourcesOf(service, "AWS::Lambda::EventSourceMapping");

    expect(mappings).toHaveLength(3);
    for (const [, mapping] of mappings) {
      expect(mapping.Properties).toMatchObject({
        StartingPosition: "TRIM_HORIZON",
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ParallelizationFactor: 1,
        MaximumRecordAgeInSeconds: 82_800,
        DestinationConfig: {
          OnFailure: {
            Destination: {
              "Fn::GetStackOutput": expect.objectContaining({
                OutputName: expect.stringMatching(/FailureStore\w+Arn/),
              }),
            },
          },
        },
      });
      expect(mapping.Properties).not.toHaveProperty("MaximumRetryAttempts");
    }
  });

  it.each([
    ["ingest", 500, undefined],
    ["evaluate", 100, { eventName: ["INSERT", "MODIFY"], dynamodb: { NewImage: { evaluate: { S: ["due"] } } } }],
    ["notify", 10, { eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: ["OUTBOX"] } } } }],
  ])("wake %s with batches of %d and only for its own records", (name, batchSize, pattern) => {
    const [, mapping] = resourcesOf(service, "AWS::Lambda::EventSourceMapping").find(
      ([, m]) => functionName(refIn(m.Properties.FunctionName)) === `understudy-main-prod-${name}`,
    )!;
    const filters = (mapping.Properties.FilterCriteria as { Filters: { Pattern: string }[] } | undefined)?.Filters;

    expect(mapping.Properties.BatchSize).toBe(batchSize);
    expect(filters?.map((filter) => JSON.parse(filter.Pattern))).toEqual(pattern && [pattern]);
  });

  it("put at most two readers on a stream", () => {
    for (const table of ["trades", "state"]) {
      expect(streamReaders.filter((reader) => reader.table === table).length).toBeLessThanOrEqual(2);
    }
  });
});

describe("the clock", () => {
  it("starts each function at its rate, without piling up late calls", () => {
    const rules = resourcesOf(service, "AWS::Events::Rule").map(([, rule]) => rule.Properties);

    expect(rules).toHaveLength(schedules.length);
    for (const { function: name, everyMinutes, input } of schedules) {
      const rule = rules.find((r) => String(r.Description).includes(` ${name} `))!;
      const [target] = rule.Targets as { Arn: Target; Input?: string; RetryPolicy: object }[];
      expect(rule.ScheduleExpression).toBe(Schedule.rate(Duration.minutes(everyMinutes)).expressionString);
      expect(functionName(target!.Arn.Ref ?? target!.Arn["Fn::GetAtt"]![0])).toBe(`understudy-main-prod-${name}`);
      expect(target!.Input && JSON.parse(target!.Input)).toEqual(input);
      expect(target!.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: everyMinutes * 60, MaximumRetryAttempts: 0 });
    }
  });
});

describe("topics, queues and alarms", () => {
  it("refuse plain HTTP on the topic and on every queue", () => {
    const denies = Match.objectLike({
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        ]),
      }),
    });

    service.hasResourceProperties("AWS::SNS::TopicPolicy", denies);
    service.hasResourceProperties("AWS::SQS::QueuePolicy", denies);
    service.hasResourceProperties("AWS::SNS::Topic", { TopicName: "understudy-main-prod-alerts" });
  });

  it("keep the logical ids of topics and queues", () => {
    expect(resourcesOf(service, "AWS::SNS::Topic").map(([id]) => id)).toEqual(["Alerts91F83244", "Alarms04B5A0BF"]);
    expect(resourcesOf(service, "AWS::SQS::Queue").map(([id]) => id)).toEqual([
      "UndeliveredF3CF66A9",
      "AlertsQueueriskA3AE7E7D",
    ]);
  });

  it("watch errors, slowness and age of every stream, failures and slowness of the API, what was given up, and silence", () => {
    const watched = resourcesOf(service, "AWS::CloudWatch::Alarm").map(([, a]) => String(a.Properties.MetricName));
    const count = (metric: string) => watched.filter((name) => name === metric).length;

    expect(count("Errors")).toBe(streamReaders.length + 1);
    for (const metric of ["Duration", "IteratorAge"]) expect([metric, count(metric)]).toEqual([metric, 3]);
    for (const metric of ["5xx", "Latency", "TradesIngested"]) expect([metric, count(metric)]).toEqual([metric, 1]);
    for (const metric of ["ApproximateNumberOfMessagesVisible", "FailedBatchesHeld"])
      expect([metric, count(metric)]).toEqual([metric, 1]);
  });

  it("cost less than two dollars a month while nothing happens: ten cents an alarm, and none on several metrics", () => {
    const alarms = resourcesOf(service, "AWS::CloudWatch::Alarm");
    expect(alarms.length * 0.1).toBeLessThan(2);
    for (const [, alarm] of alarms) expect(alarm.Properties.Metrics).toBeUndefined();
    service.resourceCountIs("AWS::CloudWatch::CompositeAlarm", 0);
  });

  it("tell of money before it is spent, and never let a mistake cost more than the stage's limit", () => {
    service.hasResourceProperties("AWS::Budgets::Budget", {
      Budget: { BudgetLimit: { Amount: 50, Unit: "USD" }, CostFilters: { TagKeyValue: ["user:stage$main-prod"] } },
    });
    const { data } = templatesOf("prod");
    for (const [, table] of resourcesOf(data, "AWS::DynamoDB::GlobalTable")) {
      expect(table.Properties.WriteOnDemandThroughputSettings).toEqual({ MaxWriteRequestUnits: 4_000 });
    }
  });
});

describe("a new version", () => {
  const groups = resourcesOf(service, "AWS::CodeDeploy::DeploymentGroup");
  const ofStreams = (id: string) => streamReaders.find((reader) => id.startsWith(`${reader.function}Release`));

  it("of a function of the API gets a tenth of the requests first, and none once the API fails", () => {
    const ofApi = groups.filter(([id]) => !ofStreams(id));
    expect(ofApi).toHaveLength(Object.keys(routes).length);
    for (const [, { Properties: p }] of ofApi) {
      expect(p.DeploymentConfigName).toBe("CodeDeployDefault.LambdaCanary10Percent5Minutes");
      expect(JSON.stringify(p.AlarmConfiguration)).toContain("ApiServerErrors");
    }
  });

  it("of a function behind a stream gets all batches at once, and none once an alarm of its own is on", () => {
    const behind = groups.flatMap(([id, group]) => (ofStreams(id) ? [[ofStreams(id)!.function, group] as const] : []));
    expect(behind).toHaveLength(streamReaders.length);
    for (const [name, { Properties: p }] of behind) {
      expect(p.DeploymentConfigName).toBe("CodeDeployDefault.LambdaAllAtOnce");
      expect(p.AutoRollbackConfiguration).toEqual({
        Enabled: true,
        Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
      });
      const alarms = JSON.stringify(p.AlarmConfiguration);
      for (const kind of ["Errors", "IteratorAge"]) expect(alarms).toMatch(new RegExp(`${name}${kind}`, "i"));
    }
  });

  it("of a function behind a stream is asked before and after: what it cannot read reaches no batch", () => {
    const hooked = resourcesOf(service, "AWS::Lambda::Alias").flatMap(([, alias]) => {
      const { CodeDeployLambdaAliasUpdate: update } = (alias as unknown as { UpdatePolicy: AliasUpdate }).UpdatePolicy;
      const { BeforeAllowTrafficHook: before, AfterAllowTrafficHook: after } = update;
      const name = functionName((alias.Properties.FunctionName as { Ref: string }).Ref);
      return before && after ? [[name, functionName(before.Ref), functionName(after.Ref)]] : [];
    });
    const prod = (name: string) => `understudy-main-prod-${name}`;
    expect(hooked).toEqual(streamReaders.map((reader) => [reader.function, "precheck", "postcheck"].map(prod)));
  });

  it("is what streams and schedules call, not whatever was uploaded last", () => {
    const targets = [
      ...resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(([, mapping]) => mapping.Properties.FunctionName),
      ...resourcesOf(service, "AWS::Events::Rule").map(
        ([, rule]) => (rule.Properties.Targets as { Arn: unknown }[])[0]!.Arn,
      ),
    ].map((target) => JSON.stringify(target));
    expect(
      targets.filter((target) => /Ingest|Evaluate|Notify/.test(target)).filter((target) => !target.includes("Live")),
    ).toEqual([]);
  });
});

describe("the policies for people and programs", () => {
  const routesOf = (id: string) => {
    const [, policy] = resourcesOf(service, "AWS::IAM::ManagedPolicy").find(([name]) => name.startsWith(id))!;
    const [statement] = (policy.Properties.PolicyDocument as { Statement: { Action: string; Resource: unknown }[] })
      .Statement;
    expect(statement!.Action).toBe("execute-api:Invoke");
    return [statement!.Resource].flat().map((one) => JSON.stringify(one).replace(/^.*\$default\/(.*?)".*$/, "$1"));
  };

  it("let a reader look at every route that changes nothing", () => {
    expect(routesOf("ReaderPolicy").every((route) => route.startsWith("GET/"))).toBe(true);
    expect(routesOf("ReaderPolicy")).toContain("GET/shadow/comparison/*");
  });

  it("let an operator do everything, and the ensemble read its allocation alone", () => {
    expect(routesOf("OperatorPolicy")).toHaveLength(Object.keys(routes).length);
    expect(routesOf("OperatorPolicy")).toContain("POST/shadow/rollback");
    expect(routesOf("AllocationReaderPolicy")).toEqual(["GET/shadow/allocation"]);
  });
});

/** The resource an address is made from, however it is put together. */
const refIn = (address: unknown): string => /"Ref":"(\w+)"/.exec(JSON.stringify(address))?.[1] ?? "";

/** Of a function, or of the one an alias leads to. */
function functionName(logicalId: string): unknown {
  const alias = resourcesOf(service, "AWS::Lambda::Alias").find(([id]) => id === logicalId)?.[1];
  if (alias) return functionName((alias.Properties.FunctionName as { Ref: string }).Ref);
  return resourcesOf(service, "AWS::Lambda::Function").find(([id]) => id === logicalId)?.[1].Properties.FunctionName;
}

type Target = { Ref?: string; "Fn::GetAtt"?: [string] };
type AliasUpdate = {
  CodeDeployLambdaAliasUpdate: { BeforeAllowTrafficHook?: { Ref: string }; AfterAllowTrafficHook?: { Ref: string } };
};
