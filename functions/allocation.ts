import { AllocationQuerySchema } from "../shared/domain/request.ts";
import { readAllocation } from "../shared/pipeline/allocation.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/allocation */
export const handler = apiHandler({
  query: AllocationQuerySchema,
  run: (input, environment) => readAllocation(input.query, environment),
});
