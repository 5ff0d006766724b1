import { readAllocation } from "../shared/api/allocation.ts";
import { AllocationQuerySchema } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/allocation */
export const handler = apiHandler({
  query: AllocationQuerySchema,
  run: (input, environment) => readAllocation(input.query, environment),
});
