import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { changeRoles, latestTradeTime } from "./change-roles.ts";

/** Stops or resumes all automatic action; ingest goes on either way. */
export async function pauseOrResume(
  kind: "pause" | "resume",
  ports: Ports,
  o: { actor: string; reason: string | undefined; idempotency: { key: string; fingerprint: string } | null },
): Promise<Answer> {
  return changeRoles(ports, {
    ...o,
    plan: async (registry) => ({
      command: { kind },
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: o.reason ?? "by request",
    }),
    answer: (registry) => success({ paused: registry.paused !== null, registry_version: registry.version }),
  });
}
