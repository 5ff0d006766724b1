import { pauseOrResume } from "../shared/api/pause.ts";
import { ReasonRequest } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/resume */
export const handler = apiHandler({
  body: ReasonRequest,
  run: (input, environment) => pauseOrResume("resume", environment, { ...input, reason: input.body.reason }),
});
