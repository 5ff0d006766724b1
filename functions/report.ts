import { ReportQuerySchema } from "../shared/domain/request.ts";
import { readReport } from "../shared/pipeline/report.ts";
import { apiHandler } from "./support/api.ts";

/** GET /shadow/report */
export const handler = apiHandler({
  query: ReportQuerySchema,
  run: (input, environment) => readReport(input.query, environment),
});
