import { S3Client } from "@aws-sdk/client-s3";
import { S3Failures } from "../../shared/store/s3-failures.ts";
import { impatient } from "./clients.ts";
import { variable } from "./environment.ts";

let failures: S3Failures | undefined;

/** Where batches lie that were given up; one connection for all calls of this function. */
export function failureStore(): S3Failures {
  failures ??= new S3Failures(new S3Client(impatient), variable("FAILURE_STORE"));
  return failures;
}
