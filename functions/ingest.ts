import { ingest } from "../shared/pipeline/ingest.ts";
import { tradeRecordOf } from "../shared/store/stream-records.ts";
import { connect, type FunctionEnvironment } from "./support/environment.ts";
import { logger } from "./support/log.ts";
import { measure } from "./support/metrics.ts";
import { streamHandler } from "./support/stream.ts";

let environment: FunctionEnvironment | undefined;

/** 02: trades written by the ensemble go into the ledgers. */
export const handler = streamHandler(async (event) => {
  environment ??= connect();
  const records = event.Records.map(tradeRecordOf);
  const report = await ingest(records, environment);
  measure("TradesIngested", report.counted);
  measure("TradesRejected", report.rejected);
  const arrivals = records.map((record) => record.arrivedAt);
  if (arrivals.length > 0) measure("IngestLag", Math.max(0, environment.clock.now() - Math.min(...arrivals)));
  if (report.errors.length > 0) logger.error("some records must be delivered again", { errors: report.errors });
  if (report.rejected > 0) logger.warn("trades were rejected", { rejected: report.rejected });
  return { batchItemFailures: report.failed.map((itemIdentifier) => ({ itemIdentifier })) };
});
