import { RemovalPolicy, type Stack } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { routeNames, routes } from "../shared/api/contract/routes.ts";
import type { FunctionName } from "./permissions.ts";
import type { Stage } from "./stages.ts";

/** The HTTP API: every route asks for a signed request of a principal allowed to invoke it. */
export function makeApi(scope: Stack, stage: Stage, handlers: Record<FunctionName, IFunction>): HttpStage {
  const api = new HttpApi(scope, "Api", {
    apiName: `understudy-${stage.name}`,
    description: `Understudy ${stage.name}`,
    defaultAuthorizer: new HttpIamAuthorizer(),
    createDefaultStage: false,
  });
  for (const name of routeNames) {
    const { method, path } = routes[name];
    api.addRoutes({
      path,
      methods: [HttpMethod[method]],
      integration: new HttpLambdaIntegration(`${name}Integration`, handlers[name]),
    });
  }
  return new HttpStage(scope, "ApiStage", {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    detailedMetricsEnabled: true,
    throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
    accessLogSettings: {
      destination: new LogGroupLogDestination(makeAccessLog(scope, stage)),
      format: accessLogFormat,
    },
  });
}

function makeAccessLog(scope: Stack, stage: Stage): LogGroup {
  return new LogGroup(scope, "ApiAccessLog", {
    logGroupName: `/aws/apigateway/understudy-${stage.name}`,
    retention: stage.logRetentionDays as RetentionDays,
    removalPolicy: stage.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

/** Who asked what, how it ended, how long it took: one JSON object a request. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    requestTime: AccessLogField.contextRequestTime(),
    routeKey: AccessLogField.contextRouteKey(),
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    responseLength: AccessLogField.contextResponseLength(),
    responseLatencyMs: AccessLogField.contextResponseLatency(),
    integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
    integrationError: AccessLogField.contextIntegrationErrorMessage(),
    caller: AccessLogField.contextIdentityUserArn(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    userAgent: AccessLogField.contextIdentityUserAgent(),
  }),
);
