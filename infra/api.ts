import type { Stack } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer, HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { type RouteName, routeNames, routes } from "../shared/api/contract/routes.ts";
import { keptWith, nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

type Options = { stage: Stage; handlers: Record<RouteName, IFunction>; key: IKey | undefined };
export type Api = { api: HttpApi; stage: HttpStage };

/** The HTTP API: every route asks for a signed request of a principal allowed to invoke it. */
export function makeApi(scope: Stack, options: Options): Api {
  return buildApi(scope, {
    ...options,
    id: "Api",
    name: "api",
    authorizer: new HttpIamAuthorizer(),
    scopesOf: () => [],
  });
}

/**
 * The same routes on the same functions for people who sign in with an identity provider: API Gateway checks their token, and the
 * actor of a change is whom its claims name.
 */
export function makePeopleApi(scope: Stack, options: Options): Api | undefined {
  const provider = options.stage.identityProvider;
  if (!provider) return undefined;
  const { issuer, audience, readScopes, changeScopes } = provider;
  return buildApi(scope, {
    ...options,
    id: "PeopleApi",
    name: "people",
    authorizer: new HttpJwtAuthorizer("People", issuer, { jwtAudience: audience }),
    scopesOf: (method) => (method === "GET" ? readScopes : changeScopes),
  });
}

type Building = Options & {
  id: string;
  name: string;
  authorizer: IHttpRouteAuthorizer;
  scopesOf: (method: string) => string[];
};

function buildApi(scope: Stack, { stage, handlers, key, id, name, authorizer, scopesOf }: Building): Api {
  const api = new HttpApi(scope, id, {
    apiName: nameIn(stage, name),
    description: `Understudy ${stage.id}`,
    defaultAuthorizer: authorizer,
    createDefaultStage: false,
  });
  for (const route of routeNames) {
    const { method, path } = routes[route];
    const authorizationScopes = scopesOf(method);
    api.addRoutes({
      path,
      methods: [HttpMethod[method]],
      integration: new HttpLambdaIntegration(`${route}Integration`, handlers[route]),
      ...(authorizationScopes.length > 0 && { authorizationScopes }),
    });
  }
  const logGroup = new LogGroup(scope, `${id}AccessLog`, {
    retention: stage.logRetentionDays as RetentionDays,
    removalPolicy: keptWith(stage),
    ...(key && { encryptionKey: key }),
  });
  const made = new HttpStage(scope, `${id}Stage`, {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    detailedMetricsEnabled: true,
    throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
    accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLogFormat },
  });
  return { api, stage: made };
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
    subject: "$context.authorizer.claims.sub",
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    userAgent: AccessLogField.contextIdentityUserAgent(),
  }),
);
