import { Duration, Stack } from "aws-cdk-lib";
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";
import { keptWith, nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/** What a caller needs of a key that a service uses in its name. */
const use = [
  "kms:Decrypt",
  "kms:GenerateDataKey*",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:ReEncrypt*",
  "kms:CreateGrant",
];

/**
 * A key of the stage's own for tables, topics, queues and logs. Without the statements below it would silence the alarms: CloudWatch and
 * SNS publish in their own name, and a key that does not know them refuses.
 */
export function makeKey(scope: Construct, stage: Stage): Key {
  const key = new Key(scope, "Key", {
    alias: nameIn(stage, "data"),
    description: `Understudy ${stage.id}: tables, topics, queues and logs`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(stage.protectData ? 30 : 7),
    removalPolicy: keptWith(stage),
  });
  const { account, region, partition } = Stack.of(scope);
  // Whoever may use the service may use the key through it; the service's own permissions decide who that is.
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: "ThroughServices",
      principals: [new AnyPrincipal()],
      actions: use,
      resources: ["*"],
      conditions: {
        StringEquals: {
          "kms:CallerAccount": account,
          "kms:ViaService": ["dynamodb", "sns", "sqs", "s3"].map((service) => `${service}.${region}.amazonaws.com`),
        },
      },
    }),
  );
  for (const service of ["cloudwatch.amazonaws.com", "sns.amazonaws.com", "budgets.amazonaws.com"]) {
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: `From${service.split(".")[0]}`,
        principals: [new ServicePrincipal(service)],
        actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
        resources: ["*"],
        conditions: { StringEquals: { "aws:SourceAccount": account } },
      }),
    );
  }
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: "FromLogs",
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      resources: ["*"],
      conditions: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:*` },
      },
    }),
  );
  return key;
}
