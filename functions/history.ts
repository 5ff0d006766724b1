import { HistoryQuerySchema } from "../shared/domain/request.ts";
import { readHistory } from "../shared/pipeline/history.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/history */
export const handler = apiHandler({
  query: HistoryQuerySchema,
  run: (input, environment) => readHistory(input.query, environment),
});
