import { App, type AppProps, Tags } from "aws-cdk-lib";
import { type Bundles, bundleFunctions } from "./bundle.ts";
import { DataStack } from "./data-stack.ts";
import featureFlags from "./feature-flags.json" with { type: "json" };
import { nameIn } from "./names.ts";
import { ServiceStack } from "./service-stack.ts";
import { findStage, type Stage } from "./stages.ts";

/**
 * The whole app of one stage, not yet written out.
 * @param options.environment  as `process.env`; SHADOW_* values change the laptop's stage, and are refused for a deployed one
 * @param options.app  for tests: another output directory or context than the CDK command gives
 * @param options.stage  for tests: not read from a file
 * @param options.bundles  for tests: made once, used for several apps
 * @throws StageError, SettingsError
 */
export function makeApp(options: {
  environment: Readonly<Record<string, string | undefined>>;
  stage?: Stage;
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
    // Not in cdk.json, which only the CDK command reads: the laptop must get the same templates.
    context: { ...featureFlags, ...options.app?.context },
  });
  const context = (name: string) => app.node.tryGetContext(name) as string | undefined;
  const stage =
    options.stage ?? findStage(context("stage"), { environment: options.environment, directory: context("stages") });
  Tags.of(app).add("project", "understudy");
  Tags.of(app).add("stage", stage.id);
  const env = { ...(stage.account && { account: stage.account }), ...(stage.region && { region: stage.region }) };
  const data = new DataStack(app, nameIn(stage, "data"), { stage, env });
  const bundles = options.bundles ?? bundleFunctions();
  const service = new ServiceStack(app, nameIn(stage, "service"), { stage, env, data, bundles });
  return { app, data, service };
}
