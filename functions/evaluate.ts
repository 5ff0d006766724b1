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
  for (const event of report.events) log("INFO", event.summary, { event: event.type, model: event.modelName });
  return { batchItemFailures: [] };
};
