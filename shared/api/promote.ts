import type { Command } from "../domain/command.ts";
import { guardOfPromotion } from "../domain/consequences.ts";
import { latestClock } from "../domain/ledger.ts";
import type { LookDossier } from "../domain/look.ts";
import type { Challenger, Registry } from "../domain/registry.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { loadEvidence, SHOWN_ROWS_MAX } from "../pipeline/evidence.ts";
import type { Ports } from "../pipeline/ports.ts";
import { type Answer, Refused, success } from "./answer.ts";
import { championFence, championOf } from "./champion-of.ts";
import { type Caller, changeRoles, type PlannedChange } from "./change-roles.ts";
import type { PromotedAnswer } from "./contract/roles.ts";
import type { RequestPart } from "./contract/routes.ts";

type PromoteRequest = RequestPart<"promote", "body">;

/**
 * Promotes by request. Without force the latest look must have approved: what happens between looks proves nothing.
 * @throws Refused 409 with the decision when the criteria do not hold
 */
export async function promote(
  name: string,
  request: PromoteRequest,
  ports: Ports,
  caller: Caller,
): Promise<Answer<PromotedAnswer>> {
  const fence = championFence(request.expected_champion);
  return changeRoles(ports, {
    ...caller,
    plan: async (registry) => {
      fence(registry);
      const challenger = registry.challengers.find((m) => m.name === name);
      if (!challenger) throw new Refused("NOT_A_CHALLENGER", `${name} is not an active challenger.`);
      const look = await latestLook(registry, challenger, ports);
      if (look?.decision.verdict !== "approve" && !request.force) throw notApproved(challenger, look);
      return planPromotion(registry, challenger, look, request, ports);
    },
    answer: ({ command, before, after }) =>
      success({
        champion: command.challenger,
        former_champion: championOf(before).name,
        forced: command.forced,
        n: command.n,
        guard: snakeCase(championOf(after).guard),
        registry_version: after.version,
      }),
  });
}

function notApproved(challenger: Challenger, look: LookDossier | null): Refused {
  if (!look) {
    const message = `${challenger.name} has had no look yet; the first comes at ${challenger.nextLook} common signals.`;
    return new Refused("NOT_APPROVED", message, [{ verdict: "not-yet", next_look: challenger.nextLook }]);
  }
  return new Refused(
    "NOT_APPROVED",
    `The look at ${look.n} common signals did not approve ${challenger.name}: ${look.decision.reason}`,
    [snakeCase({ n: look.n, ...look.decision })],
  );
}

async function latestLook(registry: Registry, challenger: Challenger, ports: Ports): Promise<LookDossier | null> {
  if (!challenger.lastLook) return null;
  const { name: model, entry } = challenger;
  return ports.state.loadLook({ model, entry, reign: registry.reign, n: challenger.lastLook.n });
}

async function planPromotion(
  registry: Registry,
  challenger: Challenger,
  look: LookDossier | null,
  request: PromoteRequest,
  ports: Ports,
): Promise<PlannedChange<Extract<Command, { kind: "promote" }>>> {
  const champion = championOf(registry);
  const { settings, state } = ports;
  const heads = await state.loadHeads([champion.name, challenger.name]);
  const evidence = await loadEvidence(
    { champion, challenger, heads, settings, before: Number.POSITIVE_INFINITY, count: SHOWN_ROWS_MAX },
    state,
  );
  const window = evidence.rows.latest();
  const forced = look?.decision.verdict !== "approve";
  const guard = guardOfPromotion(window, { champion: champion.name, challenger: challenger.name, settings });
  return {
    command: {
      kind: "promote",
      challenger: challenger.name,
      guard,
      decision: look?.decision ?? null,
      forced,
      n: look?.n ?? window.n,
      improvement: look?.evaluation.difference ?? { winRate: null, meanPnl: null },
    },
    tradeTime: latestClock(heads),
    reason: request.reason ?? look?.decision.reason ?? "by request",
  };
}
