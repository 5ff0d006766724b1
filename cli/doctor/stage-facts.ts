import { DescribeLimitsCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DeployedStage } from "../client/deployed-stage.ts";
import { callerIdentity } from "../client/identity.ts";
import { describeStack } from "../client/stage-address.ts";
import { openDeployed } from "../client/tables-target.ts";
import { Aws } from "./aws.ts";

/** What AWS says of a deployed stage; nothing here judges. */

export type Subscription = { protocol: string; endpoint: string; arn: string };
export type AlarmFact = { name: string; enabled: boolean; actions: string[]; state: string };
export type TriggerFact = { function: string; stream: string; state: string; lastResult: string };
export type FunctionFact = {
  name: string;
  description: string;
  state: string;
  lastUpdate: string;
  /** weights of other versions the alias `live` still sends requests to; null: no such alias */
  routed: Record<string, number> | null;
};

/** One kind of facts, or why it could not be looked at. */
export type Looked<T> = { seen: T } | { hidden: string };

export type DeployedFacts = {
  account: Looked<string>;
  stacks: Looked<{ name: string; status: string }[]>;
  subscriptions: Looked<Subscription[]>;
  /** of the topic alarms go to */
  alarmsTopic: Looked<{ arn: string; policy: string }>;
  alarms: Looked<AlarmFact[]>;
  /** simultaneous executions of all functions of the account in this region */
  concurrency: Looked<{ unreserved: number }>;
  /** most reads and writes a second one table may be given */
  tableQuota: Looked<{ reads: number; writes: number }>;
  /** the present stream of each table */
  streams: Looked<string[]>;
  triggers: Looked<TriggerFact[]>;
  /** ms, the most of the last quarter of an hour, of each function that was called */
  streamAges: Looked<ReadonlyMap<string, number>>;
  undelivered: Looked<number>;
  functions: Looked<FunctionFact[]>;
};

const AGES_MS = 15 * 60_000;

export async function gatherFacts(target: DeployedStage): Promise<DeployedFacts> {
  const aws = new Aws(target.region);
  const { region, dataStack, serviceStack } = target;
  const resources = looked(() => resourcesOf(aws, serviceStack));
  const ofService = async (type: string) =>
    (await seen(resources)).filter((one) => one.type === type).map((one) => one.id);
  const service = looked(() => describeStack({ stack: serviceStack, region }));
  const topic = async (name: string) => (await seen(service)).outputs.get(name) ?? "";
  const readers = looked(async () => triggersOf(aws, await ofService("AWS::Lambda::EventSourceMapping")));
  return {
    account: await looked(async () => (await callerIdentity(target)).account),
    stacks: await looked(async () => [
      { name: dataStack, status: (await describeStack({ stack: dataStack, region })).status },
      { name: serviceStack, status: (await seen(service)).status },
    ]),
    subscriptions: await looked(async () => {
      const topics = [await topic("AlertsTopicArn"), await topic("AlarmsTopicArn")];
      return (await Promise.all(topics.map((arn) => subscriptionsOf(aws, arn)))).flat();
    }),
    alarmsTopic: await looked(async () => policyOf(aws, await topic("AlarmsTopicArn"))),
    alarms: await looked(async () => alarmsOf(aws, await ofService("AWS::CloudWatch::Alarm"))),
    concurrency: await looked(() => concurrencyOf(aws)),
    ...(await factsOfTables(target)),
    triggers: await readers,
    streamAges: await looked(async () =>
      streamAgesOf(aws, [...new Set((await seen(readers)).map((trigger) => trigger.function))]),
    ),
    undelivered: await looked(() => waitingIn(`understudy-${target.stage.id}-undelivered`, region)),
    functions: await looked(async () => functionsOf(aws, await ofService("AWS::Lambda::Function"))),
  };
}

async function looked<T>(look: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { seen: await look() };
  } catch (error) {
    return { hidden: error instanceof Error ? error.message || error.name : String(error) };
  }
}

/** For what rests on other facts: hidden where they are. */
async function seen<T>(facts: Promise<Looked<T>>): Promise<T> {
  const found = await facts;
  if ("hidden" in found) throw new Error(found.hidden);
  return found.seen;
}

async function resourcesOf(aws: Aws, stack: string): Promise<{ type: string; id: string }[]> {
  const parameters = { StackName: stack };
  const found = await aws.queryAll("cloudformation", "ListStackResources", {
    parameters,
    list: "StackResourceSummaries",
  });
  return found.map((one) => ({ type: one.textOf("ResourceType") ?? "", id: one.textOf("PhysicalResourceId") ?? "" }));
}

async function subscriptionsOf(aws: Aws, topic: string): Promise<Subscription[]> {
  const parameters = { TopicArn: topic };
  const found = await aws.queryAll("sns", "ListSubscriptionsByTopic", { parameters, list: "Subscriptions" });
  return found.map((one) => ({
    protocol: one.textOf("Protocol") ?? "",
    endpoint: one.textOf("Endpoint") ?? "",
    arn: one.textOf("SubscriptionArn") ?? "",
  }));
}

async function policyOf(aws: Aws, arn: string): Promise<{ arn: string; policy: string }> {
  const attributes =
    (await aws.query("sns", "GetTopicAttributes", { TopicArn: arn })).find("Attributes")?.children ?? [];
  return { arn, policy: attributes.find((one) => one.textOf("key") === "Policy")?.textOf("value") ?? "" };
}

async function alarmsOf(aws: Aws, names: readonly string[]): Promise<AlarmFact[]> {
  if (names.length === 0) return [];
  const parameters = Object.fromEntries(names.map((name, i) => [`AlarmNames.member.${i + 1}`, name]));
  const found = await aws.queryAll("cloudwatch", "DescribeAlarms", { parameters, list: "MetricAlarms" });
  return found.map((one) => ({
    name: one.textOf("AlarmName") ?? "",
    enabled: one.textOf("ActionsEnabled") === "true",
    actions: one.listOf("AlarmActions").map(({ text }) => text),
    state: one.textOf("StateValue") ?? "",
  }));
}

async function concurrencyOf(aws: Aws): Promise<{ unreserved: number }> {
  const { AccountLimit } = await aws.lambda<{
    AccountLimit: { UnreservedConcurrentExecutions: number };
  }>("/2016-08-19/account-settings/");
  return { unreserved: AccountLimit.UnreservedConcurrentExecutions };
}

async function triggersOf(aws: Aws, ids: readonly string[]): Promise<TriggerFact[]> {
  type Mapping = { FunctionArn: string; EventSourceArn: string; State: string; LastProcessingResult?: string };
  const mappings = ids.map((id) => aws.lambda<Mapping>(`/2015-03-31/event-source-mappings/${id}`));
  return (await Promise.all(mappings)).map((mapping) => ({
    function: mapping.FunctionArn.split(":")[6] ?? mapping.FunctionArn,
    stream: mapping.EventSourceArn,
    state: mapping.State,
    lastResult: mapping.LastProcessingResult ?? "",
  }));
}

async function streamAgesOf(aws: Aws, functions: readonly string[]): Promise<Map<string, number>> {
  const until = Date.now();
  const ages = functions.map(async (name): Promise<[string, number][]> => {
    const answer = await aws.query("cloudwatch", "GetMetricStatistics", {
      Namespace: "AWS/Lambda",
      MetricName: "IteratorAge",
      "Dimensions.member.1.Name": "FunctionName",
      "Dimensions.member.1.Value": name,
      StartTime: new Date(until - AGES_MS).toISOString(),
      EndTime: new Date(until).toISOString(),
      Period: "60",
      "Statistics.member.1": "Maximum",
    });
    const points = (answer.find("Datapoints")?.children ?? []).map((point) => Number(point.textOf("Maximum")));
    return points.length === 0 ? [] : [[name, Math.max(...points)]];
  });
  return new Map((await Promise.all(ages)).flat());
}

async function factsOfTables(target: DeployedStage): Promise<Pick<DeployedFacts, "streams" | "tableQuota">> {
  const { client, tables, close } = openDeployed(target);
  const streamOf = async (table: string): Promise<string> => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    return Table?.LatestStreamArn ?? "";
  };
  try {
    return {
      streams: await looked(() => Promise.all(Object.values(tables).map(streamOf))),
      tableQuota: await looked(async () => {
        const limits = await client.send(new DescribeLimitsCommand({}));
        return { reads: limits.TableMaxReadCapacityUnits ?? 0, writes: limits.TableMaxWriteCapacityUnits ?? 0 };
      }),
    };
  } finally {
    close();
  }
}

async function waitingIn(queue: string, region: string): Promise<number> {
  const client = new SQSClient({ region });
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
    const AttributeNames = ["ApproximateNumberOfMessages" as const];
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  } finally {
    client.destroy();
  }
}

async function functionsOf(aws: Aws, names: readonly string[]): Promise<FunctionFact[]> {
  const facts: FunctionFact[] = [];
  // One after the other: Lambda lets few such questions through a second.
  for (const name of names) {
    const said = await aws.lambda<Record<"Description" | "State" | "LastUpdateStatus", string>>(
      `/2015-03-31/functions/${name}/configuration`,
    );
    facts.push({
      name,
      description: said.Description ?? "",
      state: said.State,
      lastUpdate: said.LastUpdateStatus,
      routed: await routedElsewhere(aws, name),
    });
  }
  return facts;
}

async function routedElsewhere(aws: Aws, name: string): Promise<Record<string, number> | null> {
  type Aliases = { Aliases: { Name: string; RoutingConfig?: { AdditionalVersionWeights?: Record<string, number> } }[] };
  const { Aliases } = await aws.lambda<Aliases>(`/2015-03-31/functions/${name}/aliases`);
  const live = Aliases.find((alias) => alias.Name === "live");
  return live ? (live.RoutingConfig?.AdditionalVersionWeights ?? {}) : null;
}
