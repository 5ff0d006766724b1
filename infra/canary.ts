import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias, type IFunction, type Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { type RouteName, routeNames } from "../shared/api/contract/routes.ts";
import { acknowledge } from "./acknowledgements.ts";
import { logicalId, nameIn } from "./names.ts";
import type { Stage } from "./stages.ts";

/**
 * A new version of a function of the API gets a tenth of the requests for five minutes, and none when the API starts to fail. Functions
 * behind streams have one version for all: a tenth of the batches by another program would be two programs in one order of trades.
 */
export type Canary = { handlers: Record<RouteName, IFunction>; judgeBy(alarm: IAlarm): void };

export function makeCanary(scope: Construct, stage: Stage, handlers: Record<RouteName, LambdaFunction>): Canary {
  if (!stage.canary) return { handlers, judgeBy: () => {} };
  const aliases = routeNames.map((name): [RouteName, Alias] => {
    const id = logicalId(name);
    return [name, new Alias(scope, `${id}Live`, { aliasName: "live", version: handlers[name].currentVersion })];
  });
  return {
    handlers: Object.fromEntries(aliases) as Record<RouteName, Alias>,
    judgeBy: (alarm) => {
      const application = new LambdaApplication(scope, "Releases", { applicationName: nameIn(stage, "api") });
      const role = new Role(scope, "ReleasesRole", { assumedBy: new ServicePrincipal("codedeploy.amazonaws.com") });
      acknowledge(
        role,
        "AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
      );
      for (const [name, alias] of aliases) {
        new LambdaDeploymentGroup(scope, `${name}Release`, {
          application,
          alias,
          role,
          deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
          alarms: [alarm],
        });
      }
    },
  };
}
