import { readAllocation } from "../shared/pipeline/allocation.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/allocation */
export const handler = apiHandler({ run: (_input, environment) => readAllocation(environment) });
