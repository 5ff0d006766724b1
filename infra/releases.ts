import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
  type LambdaDeploymentGroupProps,
} from "aws-cdk-lib/aws-codedeploy";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias, type IFunction, type Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { type RouteName, routeNames } from "../shared/api/contract/routes.ts";
import { acknowledge, acknowledgeStars } from "./acknowledgements.ts";
import { logicalId, nameIn } from "./names.ts";
import type { FunctionName } from "./permissions.ts";
import type { Stage } from "./stages.ts";
import { type StreamReader, streamReaders } from "./streams.ts";

/** What a deployment asks before and after it lets batches through to new versions. */
export const releaseHooks = ["precheck", "postcheck"] as const satisfies FunctionName[];

/** The alarms a new version is judged by. */
export type Judges = { api: IAlarm; readers: Record<StreamReader["function"], IAlarm[]> };

/**
 * How a new version comes into use. A function of the API gets a tenth of the requests for five minutes, and none when the API starts to
 * fail. Functions behind streams have one version for all, since a tenth of the batches by another program would be two programs in one
 * order of trades: `precheck` first reads with the new release what the former one wrote; then all batches go to the new version, while
 * `postcheck` waits for five minutes and an alarm takes it back.
 */
export type Releases = {
  /** whom API, triggers and schedules call */
  handlers: Record<FunctionName, IFunction>;
  judgeBy(alarms: Judges): void;
};

export function makeReleases(scope: Construct, stage: Stage, handlers: Record<FunctionName, LambdaFunction>): Releases {
  const [before, after] = releaseHooks;
  if (!stage.canary) return { handlers, judgeBy: () => {} };
  const live = <Name extends FunctionName>(name: Name): [Name, Alias] => [
    name,
    new Alias(scope, `${logicalId(name)}Live`, { aliasName: "live", version: handlers[name].currentVersion }),
  ];
  const ofApi = routeNames.map((name) => live<RouteName>(name));
  const ofStreams = streamReaders.map((reader) => live(reader.function));
  return {
    handlers: { ...handlers, ...Object.fromEntries([...ofApi, ...ofStreams]) },
    judgeBy: (alarms) => {
      const hooks = [handlers[before], handlers[after]];
      const release = makeRelease(scope, stage, hooks);
      for (const [name, alias] of ofApi)
        release(name, {
          alias,
          deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
          alarms: [alarms.api],
        });
      for (const [name, alias] of ofStreams)
        release(name, {
          alias,
          deploymentConfig: LambdaDeploymentConfig.ALL_AT_ONCE,
          alarms: alarms.readers[name],
          preHook: handlers[before],
          postHook: handlers[after],
        });
    },
  };
}

function makeRelease(scope: Construct, stage: Stage, hooks: readonly LambdaFunction[]) {
  const application = new LambdaApplication(scope, "Releases", { applicationName: nameIn(stage, "releases") });
  const role = new Role(scope, "ReleasesRole", { assumedBy: new ServicePrincipal("codedeploy.amazonaws.com") });
  acknowledge(
    role,
    "AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]",
  );
  acknowledgeStars(
    role,
    hooks.map((hook) => `${hook.functionArn}:*`),
    "Any version of the two hooks of releases: the CDK grants the call so, and CodeDeploy alone has the role",
  );
  return (name: FunctionName, props: Omit<LambdaDeploymentGroupProps, "application" | "role">) =>
    new LambdaDeploymentGroup(scope, `${name}Release`, { application, role, ...props });
}
