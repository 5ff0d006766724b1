import { readStatus } from "../shared/api/status.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/status */
export const handler = apiHandler("status", (input, environment) => readStatus(environment, { known: input.known }));
