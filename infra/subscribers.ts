import { Duration, SecretValue } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { type ITopic, Subscription, SubscriptionFilter, SubscriptionProtocol } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge, lastQueue } from "./acknowledgements.ts";
import { nameIn } from "./names.ts";
import type { Subscriber } from "./stage-file.ts";
import type { Stage } from "./stages.ts";

type Options = {
  stage: Stage;
  subscribers: readonly Subscriber[];
  undelivered: IQueue;
  key: IKey | undefined;
};

/** Subscribes people and machines of the stage's file; what cannot be delivered to one of them is kept, and an alarm says so. */
export function subscribe(scope: Construct, topic: ITopic, options: Options): void {
  for (const subscriber of options.subscribers) {
    const filterPolicy = subscriber.priorities && {
      priority: SubscriptionFilter.stringFilter({ allowlist: subscriber.priorities }),
    };
    const common = { deadLetterQueue: options.undelivered, ...(filterPolicy && { filterPolicy }) };
    if (subscriber.queue !== undefined) {
      topic.addSubscription(new SqsSubscription(makeQueue(scope, topic, subscriber.queue, options), common));
      continue;
    }
    const [protocol, endpoint] = addressOf(subscriber);
    new Subscription(scope, `${topic.node.id}-${protocol}-${idOf(subscriber)}`, {
      topic,
      protocol,
      endpoint,
      ...common,
    });
  }
}

function addressOf({ mail, sms, https }: Subscriber): [SubscriptionProtocol, string] {
  if (mail !== undefined) return [SubscriptionProtocol.EMAIL, mail];
  if (sms !== undefined) return [SubscriptionProtocol.SMS, sms];
  return [SubscriptionProtocol.HTTPS, secretOf(https!)];
}

/** Stable and readable: an id that moves with the order of the list would subscribe everybody anew. */
function idOf({ mail, sms, https }: Subscriber): string {
  return (mail ?? sms ?? https ?? "").replaceAll(/[^A-Za-z0-9]/g, "-");
}

/** CloudFormation reads the address when it deploys; the template holds its name alone. */
function secretOf(reference: string): string {
  const [store, name] = reference.split(/:(.*)/s) as [string, string];
  return store === "ssm"
    ? `{{resolve:ssm:${name}}}`
    : // Not a password of ours: the address itself is the secret, and SNS must be given it.
      SecretValue.secretsManager(name).unsafeUnwrap();
}

function makeQueue(scope: Construct, topic: ITopic, name: string, { stage, key }: Options): Queue {
  const kind = topic.node.id.toLowerCase();
  const queue = new Queue(scope, `${topic.node.id}Queue-${name}`, {
    queueName: nameIn(stage, `${kind}-${name}`),
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...encryptionOf(key),
  });
  acknowledge(queue, ...lastQueue);
  return queue;
}

/** Messages no subscriber could be given. */
export function makeUndelivered(scope: Construct, stage: Stage, key: IKey | undefined): Queue {
  const queue = new Queue(scope, "Undelivered", {
    queueName: nameIn(stage, "undelivered"),
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    ...encryptionOf(key),
  });
  acknowledge(queue, ...lastQueue);
  return queue;
}

export function encryptionOf(key: IKey | undefined) {
  return key
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
    : { encryption: QueueEncryption.SQS_MANAGED };
}
