import { ModelPath } from "../shared/domain/request.ts";
import { readComparison } from "../shared/pipeline/comparison.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/comparison/{challenger} */
export const handler = apiHandler({
  path: ModelPath("challenger"),
  run: (input, environment) => readComparison(input.path.challenger!, environment),
});
