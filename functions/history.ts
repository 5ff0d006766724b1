import { readHistory } from "../shared/api/history.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/history */
export const handler = apiHandler("history", (input, environment) => readHistory(input.query, environment));
