import middy from "@middy/core";
import type { Context, ScheduledEvent } from "aws-lambda";
import { type Cause, observed } from "./invocation.ts";

/** A Lambda handler for a call by the clock. */
export function scheduledHandler(run: (event: ScheduledEvent, context: Context) => Promise<void>) {
  return middy<ScheduledEvent, void>(run).use(observed(causeOfSchedule));
}

function causeOfSchedule(event: ScheduledEvent): Cause {
  return { correlationId: event.id, arrivedAt: undefined };
}
