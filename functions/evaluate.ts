import { type EvaluatePorts, evaluateDue } from "../shared/pipeline/evaluate.ts";
import { connect } from "./support/environment.ts";
import { log } from "./support/log.ts";

let ports: EvaluatePorts | undefined;

/**
 * 03: ledgers have grown; whatever is due is done. Which ledgers grew does not matter, so the batch is one call, and an
 * error gives the whole batch back.
 */
export const handler = async (): Promise<{ batchItemFailures: [] }> => {
  ports ??= { ...connect(), hints: new Map() };
  const report = await evaluateDue(ports);
  if (report.overtaken > 0) {
    log("WARN", "the registry changed meanwhile: stale changes were dropped and decided anew", {
      times: report.overtaken,
    });
  }
  for (const event of report.events) log("INFO", event.summary, { event: event.type, model: event.modelName });
  return { batchItemFailures: [] };
};
