import type { LocalFunction } from "../template/template.ts";
import type { Outcome } from "./execution-environment.ts";
import type { FunctionError } from "./lambda-protocol.ts";

/** What the caller of a function gets back. */
export type Invocation =
  | { ok: true; payload: unknown; requestId: string }
  | { ok: false; cause: "error" | "timeout" | "crash" | "stopped"; error: FunctionError; requestId: string };

/** What an execution environment reports, in the words the Lambda service uses. */
export function invocationOf(outcome: Outcome, requestId: string, fn: LocalFunction): Invocation {
  switch (outcome.kind) {
    case "result":
      return { ok: true, payload: JSON.parse(outcome.payload), requestId };
    case "error":
      return { ok: false, cause: "error", error: outcome.error, requestId };
    case "timeout": {
      const errorMessage = `Task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      return { ok: false, cause: "timeout", error: { errorType: "Sandbox.Timedout", errorMessage }, requestId };
    }
    case "exit":
      return { ok: false, cause: "crash", error: outcome.error, requestId };
    case "stopped": {
      const error = { errorType: "LocalStack.Stopped", errorMessage: "The local stack stops" };
      return { ok: false, cause: "stopped", error, requestId };
    }
    case "ready":
      throw new Error("A function answered before it was asked");
  }
}
