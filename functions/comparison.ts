import { readComparison } from "../shared/api/comparison.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/comparison/{challenger} */
export const handler = apiHandler("comparison", (input, environment) =>
  readComparison(input.path.challenger, environment),
);
