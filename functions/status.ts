import { readStatus } from "../shared/api/status.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/status */
export const handler = apiHandler("status", (_input, environment) => readStatus(environment));
