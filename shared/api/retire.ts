import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { changeRoles, latestTradeTime } from "./change-roles.ts";

/** Takes a challenger or a waiting model out by request; the next in the queue takes its place. */
export async function retire(
  challenger: string,
  ports: Ports,
  o: { actor: string; reason: string | undefined; idempotency: { key: string; fingerprint: string } | null },
): Promise<Answer> {
  return changeRoles(ports, {
    ...o,
    plan: async (registry) => ({
      command: { kind: "retire", challenger, why: "request" },
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: o.reason ?? "by request",
    }),
    answer: (registry, events) =>
      success({
        retired: challenger,
        started: events.filter((e) => e.type === "deployed").map((e) => e.modelName),
        registry_version: registry.version,
      }),
  });
}
