import { readHistory } from "../shared/api/history.ts";
import { HistoryQuerySchema } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/history */
export const handler = apiHandler({
  query: HistoryQuerySchema,
  run: (input, environment) => readHistory(input.query, environment),
});
