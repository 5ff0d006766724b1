import { Logger } from "@aws-lambda-powertools/logger";
import { mapStackTraces } from "./stack-traces.ts";

mapStackTraces();

/**
 * Structured log lines: one JSON object each, level and fields on the top level. Powertools writes them to standard output
 * and error itself, past the runtime's console, which under Lambda's JSON format would wrap a line as the message of another.
 * Service name and level come from the environment (infra/functions.ts).
 */
export const logger = new Logger();
