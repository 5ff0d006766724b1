import { UsageError, urlOption } from "../terminal/command-line.ts";

import { Api, DEFAULT_URL } from "./api-client.ts";
import { addressOfStage } from "./stage-address.ts";

/** Which stack a command talks to. */

export type ConnectionOptions = {
  url?: string | undefined;
  stage?: string | undefined;
  region?: string | undefined;
};

/** @throws CommandError when a stage is named that cannot be found */
export async function connect(options: ConnectionOptions, signal: AbortSignal): Promise<Api> {
  return new Api(await addressOf(options), signal);
}

async function addressOf({ url, stage, region }: ConnectionOptions): Promise<string> {
  if (url !== undefined && stage !== undefined) throw new UsageError("--url and --stage exclude each other");
  if (url !== undefined) return urlOption("url", url);
  if (stage === undefined || stage === "local") return DEFAULT_URL;
  // It brings the schema of stages along, which a local stack has no use for.
  const { deployedStage } = await import("./deployed-stage.ts");
  const deployed = deployedStage(stage, { region });
  return addressOfStage({ stack: deployed.serviceStack, region: deployed.region });
}
