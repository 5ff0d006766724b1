import { ReasonRequest } from "../shared/domain/request.ts";
import { pauseOrResume } from "../shared/pipeline/pause.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/pause */
export const handler = apiHandler({
  body: ReasonRequest,
  run: (input, environment) => pauseOrResume("pause", environment, { ...input, reason: input.body.reason }),
});
