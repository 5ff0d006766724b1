import { readAllocation } from "../shared/api/allocation.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/allocation */
export const handler = apiHandler("allocation", (input, environment) => readAllocation(input.query, environment));
