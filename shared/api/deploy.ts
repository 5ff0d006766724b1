import type { z } from "zod";
import { findModel } from "../domain/registry.ts";
import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { changeRoles, latestTradeTime } from "./change-roles.ts";
import type { DeployRequest } from "./request.ts";

/** Deploys a model: champion, challenger or queued, whatever is free. Its ledger begins with it. */
export async function deploy(
  request: z.output<typeof DeployRequest>,
  ports: Ports,
  o: { actor: string; idempotency: { key: string; fingerprint: string } | null },
): Promise<Answer> {
  return changeRoles(ports, {
    ...o,
    plan: async (registry) => ({
      command: {
        kind: "deploy",
        model: {
          name: request.model_name,
          type: request.model_type,
          version: request.version,
          description: request.description,
          priority: request.priority,
          design: request.design,
        },
        usedVersions: await ports.state.loadUsedVersions(request.model_name),
      },
      tradeTime: await latestTradeTime(ports.state, registry),
      reason: "deployed by request",
      enrolled: { name: request.model_name, version: request.version },
    }),
    answer: (registry) => {
      const model = findModel(registry, request.model_name)!;
      const queued = registry.queue.findIndex((m) => m.name === model.name);
      return success(
        {
          model_name: model.name,
          version: model.version,
          role: model.role,
          allocation: model.role === "champion" ? 1 : 0,
          ...(queued >= 0 ? { queue_position: queued + 1 } : {}),
          deployed_at: new Date(model.deployedAt).toISOString(),
          registry_version: registry.version,
        },
        201,
      );
    },
  });
}
