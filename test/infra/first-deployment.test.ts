import { describe, expect, it } from "vitest";
import { stacksOf, type TestStage } from "../support/synthesised.ts";

/** What CloudFormation and AWS refuse on the day of the first deployment, and no linter of templates sees. */

type Resource = { Type: string; Properties: Record<string, unknown>; DependsOn?: string | string[] };
type Resources = Record<string, Resource>;

const stages: [string, TestStage, object][] = [
  ["dev", "dev", {}],
  ["prod", "prod", {}],
  ["prod with a key of its own", "prod", { customerKey: true }],
];
const stacksAs = (stage: TestStage, changes: object) =>
  Object.entries(stacksOf(stage, changes)).map(([name, template]) => ({
    name,
    text: JSON.stringify(template.toJSON()),
    resources: structuredClone(template.toJSON().Resources) as Resources,
  }));
const ofType = (resources: Resources, type: string) => Object.entries(resources).filter(([, one]) => one.Type === type);

/** Everything that is there before a resource: what it names, what it waits for, and what those do. */
function madeBefore(id: string, resources: Resources): Set<string> {
  const before = new Set<string>();
  const visit = (one: string) => {
    const { DependsOn = [], Properties } = resources[one]!;
    const named = [...JSON.stringify(Properties ?? {}).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map((m) => m[1]!);
    for (const next of [...named, ...[DependsOn].flat()]) {
      if (!(next in resources) || before.has(next)) continue;
      before.add(next);
      visit(next);
    }
  };
  visit(id);
  return before;
}

/** Triggers that could be made before their function may read the stream: AWS looks, and refuses the whole deployment. */
function triggersTooEarly(resources: Resources): string[] {
  return ofType(resources, "AWS::Lambda::EventSourceMapping").flatMap(([id]) => {
    const before = madeBefore(id, resources);
    const roles = [...before].filter((one) => resources[one]!.Type === "AWS::IAM::Role");
    const policies = ofType(resources, "AWS::IAM::Policy").filter(([, { Properties: p }]) =>
      (p.Roles as { Ref: string }[]).some(({ Ref }) => roles.includes(Ref)),
    );
    const grants = policies.filter(([, p]) => JSON.stringify(p).includes("dynamodb:GetRecords"));
    return grants.length > 0 && grants.every(([policy]) => before.has(policy)) ? [] : [id];
  });
}

const nameLimits: Record<string, [property: string, max: number]> = {
  "AWS::Lambda::Function": ["FunctionName", 64],
  "AWS::S3::Bucket": ["BucketName", 63],
  "AWS::SQS::Queue": ["QueueName", 80],
  "AWS::SNS::Topic": ["TopicName", 256],
  "AWS::DynamoDB::GlobalTable": ["TableName", 255],
  "AWS::CodeDeploy::Application": ["ApplicationName", 100],
  "AWS::Budgets::Budget": ["BudgetName", 100],
};

/** A name as it will be; what AWS fills in takes twelve digits, and the longest region's fourteen letters. */
function lengthOf(name: unknown): number {
  if (typeof name === "string") return name.length;
  const parts = (name as { "Fn::Join": [string, (string | { Ref: string })[]] })["Fn::Join"][1];
  return parts.reduce(
    (sum, part) => sum + (typeof part === "string" ? part.length : part.Ref.endsWith("Id") ? 12 : 14),
    0,
  );
}

describe.each(stages)("a first deployment of %s", (_name, stage, changes) => {
  const stacks = stacksAs(stage, changes);
  const service = stacks.find(({ name }) => name.endsWith("-service"))!;

  it("makes a trigger after the policy by which its function reads the stream", () => {
    expect(ofType(service.resources, "AWS::Lambda::EventSourceMapping")).toHaveLength(3);
    expect(triggersTooEarly(service.resources)).toEqual([]);
  });

  it("asks for no trigger that AWS would refuse for a stream of DynamoDB", () => {
    for (const [, { Properties: p }] of ofType(service.resources, "AWS::Lambda::EventSourceMapping")) {
      expect(Number(p.BatchSize)).toBeLessThanOrEqual(10_000);
      expect(Number(p.MaximumBatchingWindowInSeconds)).toBeLessThanOrEqual(300);
      expect(Number(p.MaximumRecordAgeInSeconds)).toBeLessThanOrEqual(604_800);
      expect(Number(p.ParallelizationFactor)).toBe(1);
      expect(p.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
      expect(p.StartingPosition).toMatch(/^(TRIM_HORIZON|LATEST)$/);
      expect(p).not.toHaveProperty("TumblingWindowInSeconds");
      expect(p).not.toHaveProperty("StartingPositionTimestamp");
    }
  });

  it("takes no simultaneous executions away from an account that may have ten", () => {
    for (const [, { Properties: p }] of ofType(service.resources, "AWS::Lambda::Function"))
      expect(p).not.toHaveProperty("ReservedConcurrentExecutions");
    for (const [, { Properties: p }] of ofType(service.resources, "AWS::Lambda::Alias"))
      expect(p).not.toHaveProperty("ProvisionedConcurrencyConfig");
  });

  it("stays within the sizes CloudFormation and Lambda take", () => {
    for (const { text, resources } of stacks) {
      expect(Object.keys(resources).length).toBeLessThanOrEqual(500);
      expect(Buffer.byteLength(text)).toBeLessThan(1_048_576);
    }
    for (const [, { Properties: p }] of ofType(service.resources, "AWS::Lambda::Function"))
      expect(JSON.stringify((p.Environment as { Variables: object } | undefined)?.Variables ?? {}).length).toBeLessThan(
        4_096,
      );
  });

  it("gives no name longer than AWS takes", () => {
    const long = stacks.flatMap(({ resources }) =>
      Object.entries(resources).filter(([, { Type, Properties }]) => {
        const [property, max] = nameLimits[Type] ?? [];
        const name = property && Properties[property];
        return name !== undefined && name !== "" && lengthOf(name) > max!;
      }),
    );
    expect(long.map(([id]) => id)).toEqual([]);
  });
});

describe("a template that is broken", () => {
  it("shows a trigger that does not wait for its function's policy", () => {
    const { resources } = stacksAs("dev", {})[1]!;
    const [id, handler] = ofType(resources, "AWS::Lambda::Function").find(([name]) =>
      /^Ingest[0-9A-F]{8}$/.test(name),
    )!;
    delete handler.DependsOn;
    expect([id.startsWith("Ingest"), triggersTooEarly(resources)]).toEqual([true, [expect.stringMatching(/^Ingest/)]]);
  });
});
