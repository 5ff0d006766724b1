import { readEverything } from "../shared/pipeline/readable.ts";
import { logger } from "./support/log.ts";
import { releaseHook } from "./support/release-hook.ts";

/** Before batches reach a new version of the streams' functions: does this release understand what the former one wrote? */
export const handler = releaseHook(async ({ state }) => {
  logger.info("this release reads what there is", { ...(await readEverything(state)) });
});
