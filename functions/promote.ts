import { promote } from "../shared/api/promote.ts";
import { ModelPath, PromoteRequest } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/promote/{challenger} */
export const handler = apiHandler({
  path: ModelPath("challenger"),
  body: PromoteRequest,
  run: (input, environment) => promote(input.path.challenger!, input.body, environment, input),
});
