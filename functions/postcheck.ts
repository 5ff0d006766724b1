import { setTimeout as sleep } from "node:timers/promises";
import { readEverything } from "../shared/pipeline/readable.ts";
import { releaseHook } from "./support/release-hook.ts";

/** Kept for reading and answering; the rest of the function's time (infra/functions.ts) is waited. */
const RESERVE_MS = 60_000;

/** After batches reach a new version: CodeDeploy watches its alarms meanwhile, and what cannot be read any more takes it back, too. */
export const handler = releaseHook(async ({ state }, context) => {
  await sleep(Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS));
  await readEverything(state);
});
