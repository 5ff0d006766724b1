import { Aws, Duration } from "aws-cdk-lib";
import { type Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IEventSourceDlq } from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { acknowledge, acknowledgeStars } from "./acknowledgements.ts";
import { ourMetric } from "./metrics.ts";
import { keptWith, nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/** Longer than anybody needs to notice an alarm; what is brought back leaves at once. */
const KEPT_DAYS = 365;

/** Bucket names are unique in all of AWS, hence account and region. */
const storeName = (stage: Stage): string => nameIn(stage, `failures-${Aws.ACCOUNT_ID}-${Aws.REGION}`);

/**
 * Where batches of stream records go that could not be delivered for almost a day: each whole, in an object of its own, so that
 * it can be brought back after the stream has forgotten it. It belongs to the data, and lives as long as the tables.
 */
export function makeFailureStore(scope: Construct, stage: Stage, key: IKey | undefined): Bucket {
  const store = new Bucket(scope, "FailureStore", {
    bucketName: storeName(stage),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    ...(key
      ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [{ expiration: Duration.days(KEPT_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    removalPolicy: keptWith(stage),
  });
  acknowledge(store, "AwsSolutions::AwsSolutions-S1");
  return store;
}

/** S3OnFailureDestination of the CDK also lets the function read and delete; writing is all that is needed. */
export function sendWholeBatchTo(store: IBucket, stage: Stage): IEventSourceDlq {
  const objects = `arn:${Aws.PARTITION}:s3:::${storeName(stage)}/aws/lambda/*`;
  return {
    bind: (_mapping, handler) => {
      handler.addToRolePolicy(new PolicyStatement({ actions: ["s3:PutObject"], resources: [objects] }));
      acknowledgeStars(
        handler.role!,
        [objects],
        "Lambda names each object itself; this is the only folder it writes to",
      );
      // Lambda asks for it before it takes the bucket as a destination.
      handler.addToRolePolicy(new PolicyStatement({ actions: ["s3:ListBucket"], resources: [store.bucketArn] }));
      return { destination: store.bucketArn };
    },
  };
}

/** Batches the failure store holds, as the sweep counts them: an alarm on it stays on until somebody has brought them back. */
export function heldBatches(stage: Stage): Metric {
  return ourMetric(stage, "FailedBatchesHeld", { statistic: Stats.MAXIMUM, period: Duration.minutes(5) });
}
