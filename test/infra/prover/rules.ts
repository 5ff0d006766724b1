import { units } from "../../../functions/support/metrics.ts";
import { Access } from "./access.ts";
import { type Deployment, fixedNameOf, type Made, ofType } from "./deployment.ts";
import { type Caller, listOf } from "./policy.ts";

/** What must hold of every deployment. A rule answers with what is wrong, in sentences; none: nothing is. */
export type Rule = (deployment: Deployment) => string[];

const service = (name: string): Caller => ({ service: `${name}.amazonaws.com` });

/** An alarm that has somewhere to go, gets there: through the topic's policy and its key. */
export const alarmsArrive: Rule = (deployment) => {
  const access = new Access(deployment);
  const alarms = deployment.all.filter(({ type }) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(type));
  return alarms.flatMap((alarm) =>
    [...listOf(alarm.properties.AlarmActions), ...listOf(alarm.properties.OKActions)].flatMap((arn) => {
      const topic = access.byArn(arn);
      if (topic?.type !== "AWS::SNS::Topic") return [`${alarm.id}: its action ${arn} is no topic of this deployment`];
      const context = { "aws:SourceArn": alarm.arn, "aws:SourceAccount": deployment.account };
      const caller = service("cloudwatch");
      if (!access.may({ caller, action: "sns:Publish", resource: arn, context }))
        return [`${alarm.id}: the policy of ${topic.id} does not let CloudWatch publish`];
      if (!access.mayUseKeyOf(topic, caller, "sns")) return [`${alarm.id}: the key of ${topic.id} refuses CloudWatch`];
      return [];
    }),
  );
};

type MetricOfAlarm = { Namespace: string; MetricName: string; Dimensions?: { Name: string; Value: string }[] };

/** Somebody writes what an alarm watches: a function of this deployment our own metrics, AWS those of a resource of this deployment. */
export const alarmsAreFed: Rule = (deployment) => {
  const names = new Set(deployment.all.flatMap((made) => [made.id, fixedNameOf(made) ?? made.id]));
  const written = ofType(deployment, "AWS::Lambda::Function").map(({ properties: p }) => {
    const variables = (p.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {};
    return `${variables.POWERTOOLS_SERVICE_NAME}/${variables.STAGE}`;
  });
  return ofType(deployment, "AWS::CloudWatch::Alarm").flatMap(({ id, properties }) => {
    const { Namespace, MetricName, Dimensions = [] } = properties as MetricOfAlarm;
    const of = (name: string) => Dimensions.find((one) => one.Name === name)?.Value;
    if (Namespace.startsWith("AWS/")) {
      const strangers = Dimensions.filter(({ Name, Value }) => Name !== "Stage" && !names.has(Value));
      return strangers.map(({ Name, Value }) => `${id}: ${Name} ${Value} is nothing of this deployment`);
    }
    if (Namespace !== "Understudy" || !(MetricName in units))
      return [`${id}: nobody writes ${Namespace} ${MetricName}`];
    const where = `${of("service")}/${of("environment")}`;
    return written.includes(where) ? [] : [`${id}: no function writes ${MetricName} for ${where}`];
  });
};

/** Alerts of models and alarms of the machine are of different form: whoever reads the one cannot read the other. */
export const topicsAreApart: Rule = (deployment) => {
  const alarmed = new Set(
    ofType(deployment, "AWS::CloudWatch::Alarm").flatMap((a) => listOf(a.properties.AlarmActions)),
  );
  return ofType(deployment, "AWS::Lambda::Function").flatMap(({ id, properties: p }) => {
    const variables = (p.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {};
    return Object.values(variables)
      .filter((value) => alarmed.has(String(value)))
      .map((topic) => `${id}: it writes alerts to ${topic}, where alarms go`);
  });
};

/** A single alarm acts by itself or is a part of one that does; and behind the action is somebody. */
export const alarmsReachPeople: Rule = (deployment) => {
  const composites = ofType(deployment, "AWS::CloudWatch::CompositeAlarm");
  const covered = composites.map(({ properties }) => String(properties.AlarmRule)).join("\n");
  const alarms = ofType(deployment, "AWS::CloudWatch::Alarm");
  const silent = [...alarms, ...composites].filter(
    (alarm) => listOf(alarm.properties.AlarmActions).length === 0 && !covered.includes(alarm.arn),
  );
  const topics = ofType(deployment, "AWS::SNS::Topic").filter((topic) => listeners(deployment, topic).length === 0);
  return [
    ...silent.map((alarm) => `${alarm.id}: no action, and no alarm that has one looks at it`),
    ...topics.map((topic) => `${topic.id}: nobody is subscribed`),
  ];
};

function listeners(deployment: Deployment, topic: Made): Made[] {
  return deployment.all.filter(
    ({ type, properties: p }) =>
      (type === "AWS::SNS::Subscription" && p.TopicArn === topic.arn) ||
      (type === "AWS::Chatbot::SlackChannelConfiguration" && listOf(p.SnsTopicArns).includes(topic.arn)),
  );
}

/** What a topic sends to a queue arrives there, and what it cannot deliver arrives in the queue for that. */
export const subscriptionsArrive: Rule = (deployment) => {
  const access = new Access(deployment);
  return ofType(deployment, "AWS::SNS::Subscription").flatMap((subscription) => {
    const { properties: p } = subscription;
    const redrive = p.RedrivePolicy as { deadLetterTargetArn?: string } | undefined;
    if (!redrive?.deadLetterTargetArn) return [`${subscription.id}: what cannot be delivered is lost`];
    const queues = [redrive.deadLetterTargetArn, ...(p.Protocol === "sqs" ? [String(p.Endpoint)] : [])];
    return queues.flatMap((arn) => {
      const queue = access.byArn(arn);
      if (queue?.type !== "AWS::SQS::Queue") return [`${subscription.id}: ${arn} is no queue of this deployment`];
      const context = { "aws:SourceArn": String(p.TopicArn), "aws:SourceAccount": deployment.account };
      const caller = service("sns");
      if (!access.may({ caller, action: "sqs:SendMessage", resource: arn, context }))
        return [`${subscription.id}: the policy of ${queue.id} does not let the topic send`];
      if (!access.mayUseKeyOf(queue, caller, "sqs")) return [`${subscription.id}: the key of ${queue.id} refuses SNS`];
      return [];
    });
  });
};

/** A trigger can read its stream and can put away what it gives up. */
export const triggersWork: Rule = (deployment) => {
  const access = new Access(deployment);
  return ofType(deployment, "AWS::Lambda::EventSourceMapping").flatMap((mapping) => {
    const { properties: p } = mapping;
    const caller = { role: roleOf(deployment, String(p.FunctionName)) };
    const may = (action: string, resource: string) => access.may({ caller, action, resource, context: {} });
    const stream = String(p.EventSourceArn);
    const table = access.byArn(stream.replace(/\/stream\/.*$/, ""));
    const problems = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
      // Listing knows no resource: a statement that names one allows nothing.
      .filter((action) => !may(`dynamodb:${action}`, action === "ListStreams" ? "*" : stream))
      .map((action) => `${mapping.id}: its function may not dynamodb:${action}`);
    if (!table) problems.push(`${mapping.id}: ${stream} is of no table of this deployment`);
    else if (!access.mayUseKeyOf(table, caller, "dynamodb")) problems.push(`${mapping.id}: the table's key refuses`);
    const destination = (p.DestinationConfig as { OnFailure?: { Destination?: string } } | undefined)?.OnFailure;
    if (!destination?.Destination) return [...problems, `${mapping.id}: what it gives up is lost`];
    const store = access.byArn(destination.Destination);
    if (!store) return [...problems, `${mapping.id}: ${destination.Destination} is not of this deployment`];
    const calls: Record<string, [string, string][]> = {
      "AWS::SQS::Queue": [["sqs:SendMessage", store.arn]],
      "AWS::SNS::Topic": [["sns:Publish", store.arn]],
      "AWS::S3::Bucket": [
        ["s3:PutObject", `${store.arn}/aws/lambda/x`],
        ["s3:ListBucket", store.arn],
      ],
    };
    for (const [action, resource] of calls[store.type] ?? [])
      if (!may(action, resource)) problems.push(`${mapping.id}: its function may not ${action} ${store.id}`);
    const [, name] = store.type.toLowerCase().split("::");
    if (!access.mayUseKeyOf(store, caller, name!)) problems.push(`${mapping.id}: the key of ${store.id} refuses`);
    return problems;
  });
};

/** Every route asks for credentials, and the API may call the function behind it. */
export const routesWork: Rule = (deployment) => {
  const access = new Access(deployment);
  const integrations = ofType(deployment, "AWS::ApiGatewayV2::Integration");
  return ofType(deployment, "AWS::ApiGatewayV2::Route").flatMap(({ id, properties: p }) => {
    const problems = ["AWS_IAM", "JWT"].includes(String(p.AuthorizationType)) ? [] : [`${id}: anybody may call it`];
    const integration = integrations.find((one) => `integrations/${one.id}` === p.Target);
    const target = String(integration?.properties.IntegrationUri);
    const [method, path] = String(p.RouteKey).split(" ");
    const asked = `arn:aws:execute-api:${deployment.region}:${deployment.account}:${p.ApiId}/$default/${method}${path}`;
    const context = { "aws:SourceArn": asked };
    const caller = service("apigateway");
    if (!access.may({ caller, action: "lambda:InvokeFunction", resource: target, context }))
      problems.push(`${id}: the API may not call ${target}`);
    return problems;
  });
};

/** What a schedule starts, it may start; an invocation that fails for good is kept. */
export const schedulesWork: Rule = (deployment) => {
  const access = new Access(deployment);
  const ofScheduler = ofType(deployment, "AWS::Scheduler::Schedule").flatMap(({ id, properties: p }) => {
    const target = p.Target as { Arn: string; RoleArn: string };
    const caller = { role: target.RoleArn };
    return access.may({ caller, action: "lambda:InvokeFunction", resource: target.Arn, context: {} })
      ? []
      : [`${id}: its role may not call ${target.Arn}`];
  });
  const ofRules = ofType(deployment, "AWS::Events::Rule").flatMap(({ id, arn, properties: p }) =>
    ((p.Targets ?? []) as { Arn: string }[]).flatMap((target) => {
      const context = { "aws:SourceArn": arn };
      const ask = { caller: service("events"), action: "lambda:InvokeFunction", resource: target.Arn, context };
      return access.may(ask) ? [] : [`${id}: the rule may not call ${target.Arn}`];
    }),
  );
  return [...ofScheduler, ...ofRules];
};

/** A function that is given the address of a topic may publish there, its key included. */
export const publishersPublish: Rule = (deployment) => {
  const access = new Access(deployment);
  return ofType(deployment, "AWS::Lambda::Function").flatMap(({ id, properties: p }) => {
    const variables = (p.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {};
    return Object.values(variables).flatMap((value) => {
      const topic = access.byArn(String(value));
      if (topic?.type !== "AWS::SNS::Topic") return [];
      const caller = { role: String(p.Role) };
      const may = access.may({ caller, action: "sns:Publish", resource: topic.arn, context: {} });
      return may && access.mayUseKeyOf(topic, caller, "sns") ? [] : [`${id}: it may not publish to ${topic.id}`];
    });
  });
};

/** A deployment that failed half-way, or a stack that was made anew, does not run into what the last one left. */
export const nothingSticks: Rule = (deployment) =>
  deployment.all.flatMap((made) => {
    if (made.deletionPolicy === "Retain") return [`${made.id}: a failed first deployment would leave it behind`];
    if (made.deletionPolicy !== "RetainExceptOnCreate" || fixedNameOf(made) === undefined) return [];
    return made.stack.endsWith("-data") ? [] : [`${made.id}: it would hold its name when its stack is made anew`];
  });

/** An export that another stack imports cannot be changed as long as that stack is there. */
export const nothingIsExported: Rule = (deployment) => deployment.exports.map((name) => `${name}: it is exported`);

/** Amazon Q Developer: a channel once, a guardrail that only lets look, and no role of a configuration that may do more. */
export const chatOnlyReads: Rule = (deployment) => {
  const seen = new Set<string>();
  return ofType(deployment, "AWS::Chatbot::SlackChannelConfiguration").flatMap(({ id, properties: p }) => {
    const channel = String(p.SlackChannelId);
    const guardrails = listOf(p.GuardrailPolicies);
    const problems = seen.has(channel) ? [`${id}: the channel ${channel} has a configuration already`] : [];
    seen.add(channel);
    if (guardrails.length === 0) problems.push(`${id}: without a guardrail its guardrail is AdministratorAccess`);
    const open = guardrails.filter((arn) => !/:policy\/\w*ReadOnly\w*$/.test(arn));
    return [...problems, ...open.map((arn) => `${id}: ${arn} lets more than look`)];
  });
};

/** An address that may hold a token is named by where it is kept, whatever part of a template it stands in. */
export const secretsAreReferences: Rule = (deployment) =>
  deployment.all.flatMap(({ id, type, properties }) => {
    const text = JSON.stringify(properties);
    const hooks = /https:\/\/hooks\.[^"]+|xox[abp]-[\w-]+|AKIA[0-9A-Z]{16}/.exec(text);
    if (hooks) return [`${id}: a secret stands in the template`];
    const literal = type === "AWS::SNS::Subscription" && properties.Protocol === "https";
    return literal && !String(properties.Endpoint).startsWith("{{resolve:")
      ? [`${id}: the address of an end point stands in the template`]
      : [];
  });

/** Without a local index the items of one model have no bound together; with one they would end at 10 GB. */
export const collectionsAreUnbounded: Rule = (deployment) =>
  ofType(deployment, "AWS::DynamoDB::GlobalTable").flatMap(({ id, properties: p }) =>
    listOf(p.LocalSecondaryIndexes).length > 0 ? [`${id}: a local index bounds a model's items to 10 GB`] : [],
  );

/** DynamoDB throttles a third reader of a stream. */
export const streamsHaveTwoReaders: Rule = (deployment) => {
  const readers = new Map<string, number>();
  for (const { properties } of ofType(deployment, "AWS::Lambda::EventSourceMapping")) {
    const stream = String(properties.EventSourceArn);
    readers.set(stream, (readers.get(stream) ?? 0) + 1);
  }
  return [...readers].filter(([, n]) => n > 2).map(([stream, n]) => `${stream}: ${n} readers`);
};

const STREAM_SECONDS = 24 * 3600;

/** Records are given up, and reported, before the stream drops them silently. */
export const retriesEnd: Rule = (deployment) =>
  ofType(deployment, "AWS::Lambda::EventSourceMapping").flatMap(({ id, properties: p }) => {
    const age = Number(p.MaximumRecordAgeInSeconds ?? -1);
    if (age <= 0) return [`${id}: no bound on a record's age: the stream would drop it unreported`];
    return age >= STREAM_SECONDS ? [`${id}: a record may grow as old as the stream keeps it`] : [];
  });

export function roleOf(deployment: Deployment, functionName: string): string {
  const name = functionName.replace(/^arn:aws:lambda:[^:]+:[^:]+:function:/, "").split(":")[0];
  const made = ofType(deployment, "AWS::Lambda::Function").find((f) => fixedNameOf(f) === name || f.id === name);
  return String(made?.properties.Role);
}

export const rules = {
  alarmsArrive,
  alarmsAreFed,
  topicsAreApart,
  subscriptionsArrive,
  triggersWork,
  routesWork,
  schedulesWork,
  publishersPublish,
  nothingSticks,
  nothingIsExported,
  chatOnlyReads,
  secretsAreReferences,
  collectionsAreUnbounded,
  streamsHaveTwoReaders,
  retriesEnd,
} satisfies Record<string, Rule>;
