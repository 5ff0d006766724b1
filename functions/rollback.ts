import { rollback } from "../shared/api/rollback.ts";
import { apiHandler } from "./support/api.ts";

/** POST /shadow/rollback */
export const handler = apiHandler("rollback", (input, environment) => rollback(input.body, environment, input));
