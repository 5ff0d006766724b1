import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { type Caller, changeRoles, latestTradeTime } from "./change-roles.ts";
import type { RetiredAnswer } from "./contract/roles.ts";

/** Takes a challenger or a waiting model out by request; the next in the queue takes its place. */
export async function retire(
  challenger: string,
  ports: Ports,
  caller: Caller & { reason: string | undefined },
): Promise<Answer<RetiredAnswer>> {
  return changeRoles(ports, {
    ...caller,
    plan: async (registry) => ({
      command: { kind: "retire", challenger, why: "request" },
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: caller.reason ?? "by request",
    }),
    answer: ({ before, after }) => {
      const seated = new Set(before.challengers.map((m) => m.name));
      return success({
        retired: challenger,
        started: after.challengers.flatMap((m) => (seated.has(m.name) ? [] : [m.name])),
        registry_version: after.version,
      });
    },
  });
}
