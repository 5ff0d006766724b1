import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { AttributeType, Billing, StreamViewType, TableEncryptionV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { AccountPrincipal, ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Key } from "aws-cdk-lib/aws-kms";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { makeKey } from "./encryption.ts";
import { makeFailureStore } from "./failures.ts";
import { keptWith, nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/**
 * What must outlive every deployment: the raw trades, the state decided from them, and what could not be delivered.
 * Apart from the service stack, so that destroying or replacing functions can never touch data.
 */
export class DataStack extends Stack {
  readonly trades: TableV2;
  readonly state: TableV2;
  readonly failures: Bucket;
  /** only where the stage asks for a key of its own */
  readonly key: Key | undefined;

  constructor(scope: Construct, id: string, props: StackProps & { stage: Stage }) {
    const { stage, ...stackProps } = props;
    super(scope, id, {
      ...stackProps,
      description: `Understudy ${stage.id}: trades and state`,
      terminationProtection: stage.protectData,
    });
    this.key = stage.customerKey ? makeKey(this, stage) : undefined;
    this.trades = makeTable(this, "Trades", {
      stage,
      name: "trades",
      partitionKey: "model_name",
      sortKey: "trade_id",
      // An amendment is reported with what it was before.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      key: this.key,
    });
    this.state = makeTable(this, "State", {
      stage,
      name: "state",
      partitionKey: "pk",
      sortKey: "sk",
      stream: StreamViewType.NEW_IMAGE,
      key: this.key,
    });
    this.failures = makeFailureStore(this, stage, this.key);

    const ensembleWriter = letEnsembleWrite(this, stage, this.trades);
    new CfnOutput(this, "TradesTable", {
      value: this.trades.tableName,
      description: "The ensemble writes trades here",
    });
    new CfnOutput(this, "StateTable", { value: this.state.tableName });
    new CfnOutput(this, "FailureStoreName", {
      value: this.failures.bucketName,
      description: "Batches of stream records that were given up, each whole",
    });
    new CfnOutput(this, "EnsembleWriterPolicy", {
      value: ensembleWriter.managedPolicyArn,
      description: "Attach to the ensemble's role: it may add trades and nothing else",
    });
  }
}

type TableShape = {
  stage: Stage;
  name: string;
  partitionKey: string;
  sortKey: string;
  stream: StreamViewType;
  key: Key | undefined;
};

/** docs/decisions/0018: what could not be changed once there are data was decided before there were any. */
function makeTable(scope: Construct, id: string, shape: TableShape): TableV2 {
  const { stage } = shape;
  return new TableV2(scope, id, {
    tableName: nameIn(stage, shape.name),
    partitionKey: { name: shape.partitionKey, type: AttributeType.STRING },
    sortKey: { name: shape.sortKey, type: AttributeType.STRING },
    billing: Billing.onDemand({
      maxReadRequestUnits: stage.tableLimits.reads,
      maxWriteRequestUnits: stage.tableLimits.writes,
    }),
    dynamoStream: shape.stream,
    timeToLiveAttribute: "expires_at",
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.protectData },
    deletionProtection: stage.protectData,
    encryption: shape.key ? TableEncryptionV2.customerManagedKey(shape.key) : TableEncryptionV2.dynamoOwnedKey(),
    removalPolicy: keptWith(stage),
  });
}

/**
 * The ensemble may add trades and do nothing else: BatchWriteItem would let it delete. A condition can hold it to models of its own. For
 * an ensemble of another account the table itself must say so, too; which of that account's roles, its own policies decide.
 */
function letEnsembleWrite(scope: Construct, stage: Stage, trades: TableV2): ManagedPolicy {
  const { models, accounts } = stage.ensemble;
  const conditions = models && { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": models } };
  const statement = (principals: AccountPrincipal[]) =>
    new PolicyStatement({
      actions: ["dynamodb:PutItem"],
      resources: [principals.length > 0 ? "*" : trades.tableArn],
      ...(principals.length > 0 && { principals }),
      ...(conditions && { conditions }),
    });
  if (accounts.length > 0)
    trades.addToResourcePolicy(statement(accounts.map((account) => new AccountPrincipal(account))));
  return new ManagedPolicy(scope, "EnsembleWriter", {
    description: `Understudy ${stage.id}: lets the trading ensemble add trades`,
    statements: [statement([])],
  });
}
