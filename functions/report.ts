import { readReport } from "../shared/api/report.ts";
import { ReportQuerySchema } from "../shared/api/request.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/report */
export const handler = apiHandler({
  query: ReportQuerySchema,
  run: (input, environment) => readReport(input.query, environment),
});
