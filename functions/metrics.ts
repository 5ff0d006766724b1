import { S3Client } from "@aws-sdk/client-s3";
import { readMetrics } from "../shared/api/metrics.ts";
import { S3Failures } from "../shared/store/s3-failures.ts";
import { apiHandler } from "./support/api.ts";
import { impatient } from "./support/clients.ts";
import { variable } from "./support/environment.ts";

let failures: S3Failures | undefined;

/** GET /metrics */
export const handler = apiHandler("metrics", (_input, environment) => {
  failures ??= new S3Failures(new S3Client(impatient), variable("FAILURE_STORE"));
  return readMetrics({ ...environment, failures });
});
