import { readMetrics } from "../shared/api/metrics.ts";
import { apiHandler } from "./support/api.ts";
import { failureStore } from "./support/failure-store.ts";

/** GET /metrics */
export const handler = apiHandler("metrics", (_input, environment) =>
  readMetrics({ ...environment, failures: failureStore() }),
);
