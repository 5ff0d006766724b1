import { pauseOrResume } from "../shared/api/pause.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/resume */
export const handler = apiHandler("resume", (input, environment) =>
  pauseOrResume("resume", environment, { ...input, reason: input.body.reason }),
);
