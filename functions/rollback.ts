import { RollbackRequest } from "../shared/domain/request.ts";
import { rollback } from "../shared/pipeline/rollback.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/rollback */
export const handler = apiHandler({
  body: RollbackRequest,
  run: (input, environment) => rollback(input.body, environment, input),
});
