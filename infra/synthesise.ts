import { App, type AppProps, Tags } from "aws-cdk-lib";
import { type Bundles, bundleFunctions } from "./bundle.ts";
import { DataStack } from "./data-stack.ts";
import { ServiceStack } from "./service-stack.ts";
import { findStage, type Stage } from "./stages.ts";

/** Here and not in cdk.json, which only the CDK command reads: the laptop must get the same templates. */
const featureFlags = {
  "@aws-cdk/aws-iam:minimizePolicies": true,
  "@aws-cdk/core:checkSecretUsage": true,
  // Strong: CloudFormation refuses to replace a table while the service stack still uses it.
  "@aws-cdk/core:defaultCrossStackReferences": "strong",
  "@aws-cdk/core:enablePartitionLiterals": true,
};

/**
 * The whole app of one stage, not yet written out.
 * @param options.environment  as `process.env`; its SHADOW_* values override the stage's
 * @param options.app  for tests: another output directory or context than the CDK command gives
 * @param options.stages  for tests: other stages than ours
 * @param options.bundles  for tests: made once, used for several apps
 * @throws StageError, SettingsError
 */
export function makeApp(options: {
  stages?: Readonly<Record<string, Stage>>;
  environment: Readonly<Record<string, string | undefined>>;
  app?: AppProps;
  bundles?: Bundles;
}): {
  app: App;
  data: DataStack;
  service: ServiceStack;
} {
  const app = new App({
    ...options.app,
    analyticsReporting: false,
    context: { ...featureFlags, ...options.app?.context },
  });
  const stage = findStage(app.node.tryGetContext("stage"), options.environment, options.stages);
  Tags.of(app).add("project", "understudy");
  Tags.of(app).add("stage", stage.name);
  const data = new DataStack(app, `understudy-${stage.name}-data`, stage);
  const service = new ServiceStack(app, `understudy-${stage.name}-service`, {
    stage,
    data,
    bundles: options.bundles ?? bundleFunctions(),
  });
  return { app, data, service };
}
