import { findStage, release, type Stage, StageError } from "../../infra/stages.ts";
import { CommandError } from "../terminal/command-line.ts";

/** A deployed stage, from its file in infra/ensembles: the one place where its account, its region and its names come from. */
export type DeployedStage = {
  stage: Stage;
  region: string;
  dataStack: string;
  serviceStack: string;
  /** of this checkout */
  release: string;
};

/**
 * @param reference  ENSEMBLE/STAGE, or the stage alone where one ensemble has it
 * @param options.region  asked for; left out: the shell's, for a stage whose file leaves it open
 * @param options.environment  whose SHADOW_* are refused; left out where nothing is deployed
 * @throws CommandError in one line
 */
export function deployedStage(
  reference: string,
  options: { region?: string | undefined; environment?: NodeJS.ProcessEnv; directory?: string | undefined },
): DeployedStage {
  const stage = read(reference, options);
  if (stage.id === "local") throw new CommandError("the local stage is not deployed: npm start");
  if (stage.region && options.region && options.region !== stage.region)
    throw new CommandError(`${stage.file} says ${stage.region}, and this is for ${options.region}`);
  const region = stage.region ?? options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new CommandError(`say where: "region" in ${stage.file}, --region, or AWS_REGION`);
  const stack = (name: string) => `understudy-${stage.id}-${name}`;
  return { stage, region, dataStack: stack("data"), serviceStack: stack("service"), release };
}

function read(reference: string, options: { environment?: NodeJS.ProcessEnv; directory?: string | undefined }): Stage {
  try {
    return findStage(reference, { environment: options.environment ?? {}, directory: options.directory });
  } catch (error) {
    if (error instanceof StageError || (error instanceof Error && error.name === "SettingsError"))
      throw new CommandError(error.message);
    throw error;
  }
}
