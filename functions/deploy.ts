import { DeployRequest } from "../shared/domain/request.ts";
import { deploy } from "../shared/pipeline/deploy.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/deploy */
export const handler = apiHandler({
  body: DeployRequest,
  run: (input, environment) => deploy(input.body, environment, input),
});
