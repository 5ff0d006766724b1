import { readReport } from "../shared/api/report.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/report */
export const handler = apiHandler("report", (input, environment) => readReport(input.query, environment));
