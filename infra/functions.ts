import { Duration } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledgements.ts";
import type { Bundles } from "./bundle.ts";
import type { DataStack } from "./data-stack.ts";
import { keptWith, logicalId, nameIn } from "./names.ts";
import { type FunctionName, functionNames, type Permissions, permissions } from "./permissions.ts";
import { sizeOf } from "./sizes.ts";
import { release, type Stage } from "./stages.ts";

export type Wiring = {
  stage: Stage;
  bundles: Bundles;
  data: DataStack;
  alerts: ITopic;
  key: IKey | undefined;
};

/** One function for each line of permissions.ts, from the file of that name in functions/. */
export function makeFunctions(scope: Construct, wiring: Wiring): Record<FunctionName, LambdaFunction> {
  return Object.fromEntries(functionNames.map((name) => [name, makeFunction(scope, name, wiring)])) as Record<
    FunctionName,
    LambdaFunction
  >;
}

function makeFunction(scope: Construct, name: FunctionName, wiring: Wiring): LambdaFunction {
  const { stage } = wiring;
  const id = logicalId(name);
  const { memoryMb, timeoutSeconds } = sizeOf(name);
  // No name of its own: a log that outlives its stack would hold it, and the next deployment could not make it again.
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: stage.logRetentionDays as RetentionDays,
    removalPolicy: keptWith(stage),
    ...(wiring.key && { encryptionKey: wiring.key }),
  });
  // A role of our own: the one CDK would make may write every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  grant(role, permissions[name], wiring);
  acknowledge(role, "AwsSolutions::AwsSolutions-IAM5[Resource::*]");

  const made = new LambdaFunction(scope, id, {
    functionName: nameIn(stage, name),
    description: release,
    code: Code.fromAsset(wiring.bundles.directoryOf(name)),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: memoryMb,
    timeout: Duration.seconds(timeoutSeconds),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    // Powertools Logger obeys it. No higher: lines of metrics name no level, count as INFO, and would be dropped.
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    tracing: Tracing.ACTIVE,
    environment: environmentOf(name, wiring),
  });
  acknowledge(made, "Serverless::Serverless-LambdaDLQ");
  return made;
}

function environmentOf(name: FunctionName, wiring: Wiring): Record<string, string> {
  const may: Permissions = permissions[name];
  return {
    STAGE: wiring.stage.id,
    TRADES_TABLE: wiring.data.trades.tableName,
    STATE_TABLE: wiring.data.state.tableName,
    ...(may.publishesAlerts && { ALERTS_TOPIC_ARN: wiring.alerts.topicArn }),
    ...(may.readsFailures && { FAILURE_STORE: wiring.data.failures.bucketName }),
    POWERTOOLS_SERVICE_NAME: "understudy",
    ...wiring.stage.settings,
  };
}

function grant(role: Role, may: Permissions, wiring: Wiring): void {
  const allow = (actions: readonly string[], resource: string) =>
    role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [resource] }));
  if (may.state.length > 0)
    allow(
      may.state.map((action) => `dynamodb:${action}`),
      wiring.data.state.tableArn,
    );
  if (may.trades)
    allow(
      may.trades.map((action) => `dynamodb:${action}`),
      wiring.data.trades.tableArn,
    );
  if (may.publishesAlerts) allow(["sns:Publish"], wiring.alerts.topicArn);
  if (may.readsFailures) allow(["s3:ListBucket"], wiring.data.failures.bucketArn);
}
