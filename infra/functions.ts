import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
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
import type { Bundles } from "./bundle.ts";
import type { DataStack } from "./data-stack.ts";
import { type FunctionName, functionNames, type Permissions, permissions } from "./permissions.ts";
import type { Stage } from "./stages.ts";

/** 1769 MB buys one whole vCPU, which only the evaluation's bootstrap can use. */
const sizes: Partial<Record<FunctionName, { memoryMb: number; timeoutSeconds: number }>> = {
  ingest: { memoryMb: 1024, timeoutSeconds: 60 },
  evaluate: { memoryMb: 1769, timeoutSeconds: 120 },
  notify: { memoryMb: 512, timeoutSeconds: 30 },
  sweep: { memoryMb: 512, timeoutSeconds: 60 },
};
/** The API's own limit is 30 s; an answer that takes longer than 10 s is a fault, and better seen as one. */
const apiSize = { memoryMb: 512, timeoutSeconds: 10 };

export type Wiring = { stage: Stage; bundles: Bundles; data: DataStack; alerts: ITopic };

/** One function for each line of permissions.ts, from the file of that name in functions/. */
export function makeFunctions(scope: Construct, wiring: Wiring): Record<FunctionName, LambdaFunction> {
  return Object.fromEntries(functionNames.map((name) => [name, makeFunction(scope, name, wiring)])) as Record<
    FunctionName,
    LambdaFunction
  >;
}

function makeFunction(scope: Construct, name: FunctionName, wiring: Wiring): LambdaFunction {
  const { stage } = wiring;
  const id = name[0]?.toUpperCase() + name.slice(1);
  const functionName = `understudy-${stage.name}-${name}`;
  const { memoryMb, timeoutSeconds } = sizes[name] ?? apiSize;
  const logGroup = new LogGroup(scope, `${id}Log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: stage.logRetentionDays as RetentionDays,
    removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  // A role of our own: the one CDK would make may write every log group of the account.
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  grant(role, permissions[name], wiring);

  return new LambdaFunction(scope, id, {
    functionName,
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
}

function environmentOf(name: FunctionName, wiring: Wiring): Record<string, string> {
  const may: Permissions = permissions[name];
  return {
    STAGE: wiring.stage.name,
    TRADES_TABLE: wiring.data.trades.tableName,
    STATE_TABLE: wiring.data.state.tableName,
    ...(may.publishesAlerts && { ALERTS_TOPIC_ARN: wiring.alerts.topicArn }),
    ...(may.readsFailures && { FAILURE_STORE: wiring.data.failures.bucketName }),
    NODE_OPTIONS: "--enable-source-maps",
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
  if (may.publishesAlerts) allow(["sns:Publish"], wiring.alerts.topicArn);
  if (may.readsFailures) allow(["s3:ListBucket"], wiring.data.failures.bucketArn);
}
