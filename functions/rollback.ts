import { RollbackRequest } from "../shared/api/request.ts";
import { rollback } from "../shared/api/rollback.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/rollback */
export const handler = apiHandler({
  body: RollbackRequest,
  run: (input, environment) => rollback(input.body, environment, input),
});
