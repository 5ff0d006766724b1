import { readComparison } from "../shared/api/comparison.ts";
import { ModelPath } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/comparison/{challenger} */
export const handler = apiHandler({
  path: ModelPath("challenger"),
  run: (input, environment) => readComparison(input.path.challenger!, environment),
});
