import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compilePattern, type Matcher } from "./event-pattern.ts";
import { Resolver, type Resource, type Template } from "./intrinsics.ts";

/** What the local stack runs, read from the templates that would be deployed. */
export type LocalTemplate = {
  tables: LocalTable[];
  functions: LocalFunction[];
  routes: LocalRoute[];
  mappings: StreamMapping[];
  topics: LocalTopic[];
  queues: LocalQueue[];
  /** Names. */
  buckets: string[];
  schedules: LocalSchedule[];
  subscriptions: LocalSubscription[];
};

export type LocalTable = {
  name: string;
  keySchema: { AttributeName: string; KeyType: string }[];
  attributeDefinitions: { AttributeName: string; AttributeType: string }[];
  /** As CreateTable takes them. */
  streamViewType?: string;
  timeToLiveAttribute?: string;
};

export type LocalFunction = {
  /** As deployed, e.g. understudy-local-ingest. */
  name: string;
  arn: string;
  /** The module, and the function it exports. */
  file: string;
  exportName: string;
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  logFormat: "JSON" | "Text";
  /** The least the log keeps; left out: everything. */
  logLevel?: string;
};

export type LocalRoute = { method: string; path: string; functionName: string };

export type StreamMapping = {
  id: string;
  functionName: string;
  tableName: string;
  batchSize: number;
  windowMs: number;
  /** A record is delivered when one of them matches; none: every record. */
  filters: Matcher[];
  bisectOnError: boolean;
  reportsItemFailures: boolean;
  /** Further tries after the first; Infinity: until the record leaves the stream. */
  retriesMax: number;
  recordAgeMsMax: number;
  /** The bucket for what is given up. */
  failureStore?: string;
};

/** A function called by the clock. */
export type LocalSchedule = {
  id: string;
  functionName: string;
  everyMs: number;
  /** What it is called with; left out: EventBridge's own event. */
  input?: object;
};

export type LocalTopic = { name: string; arn: string };
export type LocalQueue = { name: string; arn: string; attributes: Record<string, string> };
export type LocalSubscription = {
  topicArn: string;
  protocol: string;
  endpoint: string;
  attributes: Record<string, string>;
};

/**
 * @param outdir  the CDK's output directory
 * @param queueUrl  where a queue of that name can be reached on this machine
 */
export async function readTemplate(outdir: string, queueUrl: (queueName: string) => string): Promise<LocalTemplate> {
  const stacks = await readStacks(outdir);
  const resolver = new Resolver(
    stacks.map((stack) => stack.template),
    queueUrl,
  );
  const template: LocalTemplate = {
    tables: [],
    functions: [],
    routes: [],
    mappings: [],
    topics: [],
    queues: [],
    buckets: [],
    schedules: [],
    subscriptions: [],
  };
  for (const stack of stacks) {
    for (const [id, resource] of Object.entries(stack.template.Resources)) {
      const read = readers[resource.Type];
      if (read) read(template, { id, resource, properties: resource.Properties ?? {}, stack, resolver });
    }
  }
  return template;
}

type Stack = { outdir: string; template: Template; assets: Assets };
type Assets = { files: Record<string, { source: { path: string } }> };
type Found = {
  id: string;
  resource: Resource;
  properties: Record<string, unknown>;
  stack: Stack;
  resolver: Resolver;
};

async function readStacks(outdir: string): Promise<Stack[]> {
  const json = async (name: string) => JSON.parse(await readFile(join(outdir, name), "utf8"));
  const manifest = (await json("manifest.json")) as {
    artifacts: Record<string, { type: string; properties: { templateFile: string; stackName?: string } }>;
  };
  const stacks: Stack[] = [];
  for (const [name, artifact] of Object.entries(manifest.artifacts)) {
    if (artifact.type !== "aws:cloudformation:stack") continue;
    stacks.push({
      outdir,
      template: {
        ...((await json(artifact.properties.templateFile)) as Template),
        StackName: artifact.properties.stackName ?? name,
      },
      assets: (await json(`${name}.assets.json`)) as Assets,
    });
  }
  return stacks;
}

/** Resource types that run locally. Roles, alarms, log groups and the like have no counterpart on a laptop. */
const readers: Readonly<Record<string, (template: LocalTemplate, found: Found) => void>> = {
  "AWS::DynamoDB::GlobalTable": (template, found) => template.tables.push(readTable(found)),
  "AWS::Lambda::Function": (template, found) => template.functions.push(readFunction(found)),
  "AWS::ApiGatewayV2::Route": (template, found) => template.routes.push(readRoute(found)),
  "AWS::Lambda::EventSourceMapping": (template, found) => template.mappings.push(readMapping(found)),
  "AWS::SNS::Topic": (template, { id, stack, resolver }) => {
    const arn = resolver.text({ Ref: id }, stack.template);
    template.topics.push({ name: lastPart(arn), arn });
  },
  "AWS::SQS::Queue": (template, found) => template.queues.push(readQueue(found)),
  "AWS::S3::Bucket": (template, { id, stack, resolver }) =>
    template.buckets.push(resolver.text({ Ref: id }, stack.template)),
  "AWS::Events::Rule": (template, found) => template.schedules.push(...readSchedules(found)),
  "AWS::SNS::Subscription": (template, found) => template.subscriptions.push(readSubscription(found)),
};

function readTable({ id, properties: p, stack, resolver }: Found): LocalTable {
  const stream = p.StreamSpecification as { StreamViewType: string } | undefined;
  const timeToLive = p.TimeToLiveSpecification as { AttributeName: string; Enabled: boolean } | undefined;
  return {
    name: resolver.text({ Ref: id }, stack.template),
    keySchema: p.KeySchema as LocalTable["keySchema"],
    attributeDefinitions: p.AttributeDefinitions as LocalTable["attributeDefinitions"],
    ...(stream && { streamViewType: stream.StreamViewType }),
    ...(timeToLive?.Enabled && { timeToLiveAttribute: timeToLive.AttributeName }),
  };
}

function readFunction({ id, properties: p, stack, resolver }: Found): LocalFunction {
  const [module, exportName] = (p.Handler as string).split(".");
  const key = resolver.text((p.Code as { S3Key: unknown }).S3Key, stack.template);
  const asset = stack.assets.files[key.replace(/\.zip$/, "")];
  if (!asset || !module || !exportName) throw new Error(`The code of ${id} is not among the assets`);
  const logging = p.LoggingConfig as { LogFormat?: "JSON" | "Text"; ApplicationLogLevel?: string } | undefined;
  const variables = (p.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
  return {
    name: resolver.text({ Ref: id }, stack.template),
    arn: resolver.text({ "Fn::GetAtt": [id, "Arn"] }, stack.template),
    file: join(stack.outdir, asset.source.path, `${module}.mjs`),
    exportName,
    environment: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, resolver.text(value, stack.template)]),
    ),
    timeoutMs: ((p.Timeout as number | undefined) ?? 3) * 1000,
    memoryMb: (p.MemorySize as number | undefined) ?? 128,
    logFormat: logging?.LogFormat ?? "Text",
    ...(logging?.ApplicationLogLevel && { logLevel: logging.ApplicationLogLevel }),
  };
}

function readRoute({ properties: p, stack, resolver }: Found): LocalRoute {
  const [method, path] = (p.RouteKey as string).split(" ");
  const integrationId = resolver.text(p.Target, stack.template).replace(/^integrations\//, "");
  const integration = stack.template.Resources[integrationId]?.Properties;
  if (!method || !path || !integration) throw new Error(`Route ${String(p.RouteKey)} has no integration`);
  if (integration.PayloadFormatVersion !== "2.0") throw new Error(`${path}: only payload format 2.0 runs locally`);
  return { method, path, functionName: lastPart(resolver.text(integration.IntegrationUri, stack.template)) };
}

function readMapping({ id, properties: p, stack, resolver }: Found): StreamMapping {
  if (p.StartingPosition !== "TRIM_HORIZON") throw new Error(`${id}: only TRIM_HORIZON runs locally`);
  const bound = (value: unknown, factor: number) =>
    typeof value === "number" && value >= 0 ? value * factor : Number.POSITIVE_INFINITY;
  const streamArn = resolver.text(p.EventSourceArn, stack.template);
  const tableName = /:table\/([^/]+)\/stream\//.exec(streamArn)?.[1];
  if (!tableName) throw new Error(`${id}: ${streamArn} is not a DynamoDB stream`);
  const filters = (p.FilterCriteria as { Filters?: { Pattern: string }[] } | undefined)?.Filters ?? [];
  const failures = (p.DestinationConfig as { OnFailure?: { Destination: unknown } } | undefined)?.OnFailure;
  return {
    id,
    functionName: resolver.text(p.FunctionName, stack.template),
    tableName,
    batchSize: (p.BatchSize as number | undefined) ?? 100,
    windowMs: ((p.MaximumBatchingWindowInSeconds as number | undefined) ?? 0) * 1000,
    filters: filters.map((filter) => compilePattern(JSON.parse(filter.Pattern))),
    bisectOnError: p.BisectBatchOnFunctionError === true,
    reportsItemFailures: ((p.FunctionResponseTypes as string[] | undefined) ?? []).includes("ReportBatchItemFailures"),
    retriesMax: bound(p.MaximumRetryAttempts, 1),
    recordAgeMsMax: bound(p.MaximumRecordAgeInSeconds, 1000),
    ...(failures && { failureStore: bucketOf(resolver.text(failures.Destination, stack.template), id) }),
  };
}

function bucketOf(arn: string, id: string): string {
  const bucket = /^arn:aws:s3:::(.+)$/.exec(arn)?.[1];
  // A queue or topic would get no more than a batch's position, and nothing could be brought back from it.
  if (!bucket) throw new Error(`${id}: what is given up goes to a bucket, not to ${arn}`);
  return bucket;
}

const unitsMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function readSchedules({ id, properties: p, stack, resolver }: Found): LocalSchedule[] {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(p.ScheduleExpression)) ?? [];
  if (!count || !unit) throw new Error(`${id}: only rates run locally, not ${String(p.ScheduleExpression)}`);
  return (p.Targets as { Arn: unknown; Input?: string }[]).map((target) => ({
    id,
    functionName: lastPart(resolver.text(target.Arn, stack.template)),
    everyMs: Number(count) * unitsMs[unit]!,
    ...(target.Input !== undefined && { input: JSON.parse(target.Input) as object }),
  }));
}

function readQueue({ id, properties: p, stack, resolver }: Found): LocalQueue {
  const arn = resolver.text({ "Fn::GetAtt": [id, "Arn"] }, stack.template);
  const attributes: Record<string, string> = {};
  for (const name of ["VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds", "ReceiveMessageWaitTimeSeconds"]) {
    if (p[name] !== undefined) attributes[name] = String(p[name]);
  }
  return { name: lastPart(arn), arn, attributes };
}

function readSubscription({ properties: p, stack, resolver }: Found): LocalSubscription {
  const attributes: Record<string, string> = {};
  if (p.RawMessageDelivery !== undefined) attributes.RawMessageDelivery = String(p.RawMessageDelivery);
  if (p.FilterPolicy !== undefined) attributes.FilterPolicy = JSON.stringify(p.FilterPolicy);
  if (p.FilterPolicyScope !== undefined) attributes.FilterPolicyScope = String(p.FilterPolicyScope);
  return {
    topicArn: resolver.text(p.TopicArn, stack.template),
    protocol: p.Protocol as string,
    endpoint: resolver.text(p.Endpoint, stack.template),
    attributes,
  };
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}
