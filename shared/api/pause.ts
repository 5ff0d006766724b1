import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { type Caller, changeRoles, latestTradeTime } from "./change-roles.ts";
import type { PausedAnswer } from "./contract/roles.ts";

/** Stops or resumes all automatic action; ingest goes on either way. */
export async function pauseOrResume(
  kind: "pause" | "resume",
  ports: Ports,
  caller: Caller & { reason: string | undefined },
): Promise<Answer<PausedAnswer>> {
  return changeRoles(ports, {
    ...caller,
    plan: async (registry) => ({
      command: { kind },
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: caller.reason ?? "by request",
    }),
    answer: ({ after }) => success({ paused: after.paused !== null, registry_version: after.version }),
  });
}
