import { setTimeout as sleep } from "node:timers/promises";
import { type EvaluatePorts, evaluateWithPatience } from "../shared/pipeline/evaluate.ts";
import { connect } from "./support/environment.ts";
import { logger } from "./support/log.ts";
import { measure } from "./support/metrics.ts";
import { streamHandler } from "./support/stream.ts";

let ports: EvaluatePorts | undefined;

/**
 * 03: ledgers have grown; whatever is due is done. Which ledgers grew does not matter, so the batch is one call, and an
 * error gives the whole batch back.
 */
export const handler = streamHandler(async () => {
  ports ??= { ...connect(), hints: new Map(), standstills: new Map() };
  const report = await evaluateWithPatience({ ...ports, sleep });
  measure("LooksTaken", report.looks);
  if (report.overtaken > 0) {
    logger.warn("the registry changed meanwhile: stale changes were dropped and decided anew", {
      times: report.overtaken,
    });
  }
  for (const { summary, type, eventId, modelName } of report.events)
    logger.info(summary, { event: type, event_id: eventId, model: modelName });
  return { batchItemFailures: [] };
});
