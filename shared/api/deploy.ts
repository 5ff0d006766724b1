import { findModel } from "../domain/registry.ts";
import type { Ports } from "../pipeline/ports.ts";
import { type Answer, success } from "./answer.ts";
import { type Caller, changeRoles, latestTradeTime } from "./change-roles.ts";
import type { DeployedAnswer } from "./contract/roles.ts";
import type { RequestPart } from "./contract/routes.ts";
import { isoTime } from "./view.ts";

/** Deploys a model: champion, challenger or queued, whatever is free. Its ledger begins with it. */
export async function deploy(
  request: RequestPart<"deploy", "body">,
  ports: Ports,
  caller: Caller,
): Promise<Answer<DeployedAnswer>> {
  return changeRoles(ports, {
    ...caller,
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
    answer: ({ after }) => {
      const model = findModel(after, request.model_name);
      if (model?.role !== "champion" && model?.role !== "challenger" && model?.role !== "queued")
        throw new Error(`${request.model_name} was deployed but has no seat`);
      const queued = after.queue.findIndex((m) => m.name === model.name);
      return success(
        {
          model_name: model.name,
          version: model.version,
          role: model.role,
          allocation: model.role === "champion" ? 1 : 0,
          ...(queued >= 0 ? { queue_position: queued + 1 } : {}),
          deployed_at: isoTime(model.deployedAt),
          registry_version: after.version,
        },
        201,
      );
    },
  });
}
