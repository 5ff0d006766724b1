import { readHealth } from "../shared/api/health.ts";
import { apiHandler } from "./support/api.ts";
import { failureStore } from "./support/failure-store.ts";

/** GET /health */
export const handler = apiHandler("health", (_input, environment) =>
  readHealth({ ...environment, failures: failureStore() }),
);
