import { CfnOutput, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Effect, ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { makeFailureStore } from "./failures.ts";
import type { Stage } from "./stages.ts";

/**
 * What must outlive every deployment: the raw trades, the state decided from them, and what could not be delivered.
 * Apart from the service stack, so that destroying or replacing functions can never touch data.
 */
export class DataStack extends Stack {
  readonly trades: Table;
  readonly state: Table;
  readonly failures: Bucket;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      description: `Understudy ${stage.name}: trades and state`,
      terminationProtection: stage.retain,
    });
    this.trades = makeTable(this, "Trades", { stage, name: "trades", partitionKey: "model_name", sortKey: "trade_id" });
    keepModelsTogether(this.trades);
    this.state = makeTable(this, "State", { stage, name: "state", partitionKey: "pk", sortKey: "sk" });
    this.failures = makeFailureStore(this, stage);

    const ensembleWriter = makeEnsembleWriter(this, stage, this.trades);
    new CfnOutput(this, "TradesTable", {
      value: this.trades.tableName,
      description: "The ensemble writes trades here",
    });
    new CfnOutput(this, "StateTable", { value: this.state.tableName });
    new CfnOutput(this, "FailureStoreName", {
      value: this.failures.bucketName,
      description: "Batches of stream records that were given up; npm run redrive brings them back",
    });
    new CfnOutput(this, "EnsembleWriterPolicy", {
      value: ensembleWriter.managedPolicyArn,
      description: "Attach to the ensemble's role: it may add trades and nothing else",
    });
  }
}

type TableShape = { stage: Stage; name: string; partitionKey: string; sortKey: string };

function makeTable(scope: Construct, id: string, shape: TableShape): Table {
  const { stage } = shape;
  return new Table(scope, id, {
    tableName: `understudy-${stage.name}-${shape.name}`,
    partitionKey: { name: shape.partitionKey, type: AttributeType.STRING },
    sortKey: { name: shape.sortKey, type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
    timeToLiveAttribute: "expires_at",
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.pointInTimeRecovery },
    deletionProtection: stage.retain,
    removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/**
 * Ingest relies on the stream order of one model's trades. DynamoDB may spread a hot model over two partitions, hence two shards, but
 * never where a table has a local secondary index. This one indexes an attribute nobody writes: it stays empty and costs nothing. Its
 * price is a limit of 10 GB a model. It can only be made together with the table.
 */
function keepModelsTogether(trades: Table): void {
  trades.addLocalSecondaryIndex({
    indexName: "one-shard-per-model",
    sortKey: { name: "never_written", type: AttributeType.STRING },
    projectionType: ProjectionType.KEYS_ONLY,
  });
}

/** The ensemble needs no other right; an amendment or deletion it makes through these is reported, not absorbed. */
function makeEnsembleWriter(scope: Construct, stage: Stage, trades: Table): ManagedPolicy {
  return new ManagedPolicy(scope, "EnsembleWriter", {
    description: `Understudy ${stage.name}: lets the trading ensemble add trades`,
    statements: [
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["dynamodb:PutItem", "dynamodb:BatchWriteItem"],
        resources: [trades.tableArn],
      }),
    ],
  });
}
