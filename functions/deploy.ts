import { deploy } from "../shared/api/deploy.ts";
import { DeployRequest } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/deploy */
export const handler = apiHandler({
  body: DeployRequest,
  run: (input, environment) => deploy(input.body, environment, input),
});
