import { pauseOrResume } from "../shared/api/pause.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/pause */
export const handler = apiHandler("pause", (input, environment) =>
  pauseOrResume("pause", environment, { ...input, reason: input.body.reason }),
);
