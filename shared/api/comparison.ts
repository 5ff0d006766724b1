import { decide, RULE_VERSION } from "../domain/decide.ts";
import { evaluate } from "../domain/evaluate.ts";
import { distrustChangedTrades, evaluationInput, incidentsOf, type LookDossier } from "../domain/look.ts";
import { findModel, type Registry } from "../domain/registry.ts";
import { gapsOf } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { loadEvidence } from "../pipeline/evidence.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { type Answer, Refused, success } from "./answer.ts";
import { promotionStatus, reverseShadowView } from "./status.ts";
import { isoTime } from "./view.ts";

/**
 * One challenger against the champion: the evidence of this moment, the latest look, and one point per look so far.
 * Only looks decide; what is computed between them is marked as provisional.
 */
export async function readComparison(name: string, ports: { state: StatePort; settings: Settings }): Promise<Answer> {
  const { state, settings } = ports;
  const registry = await state.loadRegistry();
  const challenger = registry.challengers.find((m) => m.name === name);
  if (!challenger) return formerComparison(name, registry, ports);
  const champion = registry.champion!;
  const heads = await state.loadHeads([champion.name, name]);
  const [evidence, looks] = await Promise.all([
    loadEvidence({ champion, challenger, heads, settings, before: Number.POSITIVE_INFINITY }, state),
    state.listLooks({ model: name, entry: challenger.entry }),
  ]);
  const window = evidence.rows.latest();
  const input = evaluationInput(window, {
    champion,
    challenger,
    overlap: evidence.overlap,
    design: evidence.design,
    registry,
    settings,
  });
  const evaluation = evaluate(input);
  const decision = distrustChangedTrades(decide(evaluation, settings), {
    incidents: incidentsOf([champion.name, name], heads),
    startAt: challenger.startAt,
  });
  const current = looks.filter((look) => look.reign === registry.reign);
  return success({
    champion: champion.name,
    challenger: name,
    evidence_since: isoTime(challenger.startAt),
    now: {
      provisional: true,
      pairs: window.n,
      missing_signals: gapsOf(window).missing,
      open_signals: gapsOf(window).open,
      next_look: challenger.nextLook,
      evaluation: snakeCase(evaluation),
      decision: snakeCase(decision),
    },
    last_look: current.length > 0 ? lookView(current[current.length - 1]!) : null,
    path: current.map(pathPoint),
    earlier_reigns: looks.filter((look) => look.reign !== registry.reign).map(pathPoint),
    promotion_status: promotionStatus(challenger.lastLook?.verdict),
    reverse_shadow: await reverseShadowView(champion, ports),
    rule_version: RULE_VERSION,
  });
}

/** A model that is no challenger any more: its looks are still there. */
async function formerComparison(
  name: string,
  registry: Registry,
  ports: { state: StatePort; settings: Settings },
): Promise<Answer> {
  const model = findModel(registry, name);
  if (!model) throw new Refused(404, "UNKNOWN_MODEL", `${name} is not deployed.`);
  const looks = await ports.state.listLooks({ model: name, entry: model.entry });
  if (looks.length === 0) {
    throw new Refused(404, "NO_COMPARISON", `${name} is ${model.role} and no look compared it with a champion.`);
  }
  return success({
    champion: registry.champion?.name ?? null,
    challenger: name,
    role: model.role,
    now: null,
    reverse_shadow: registry.champion ? await reverseShadowView(registry.champion, ports) : null,
    last_look: lookView(looks[looks.length - 1]!),
    path: looks.map(pathPoint),
    rule_version: RULE_VERSION,
  });
}

function lookView(look: LookDossier): unknown {
  return {
    ...snakeCase(look),
    at: isoTime(look.at),
    start_at: isoTime(look.startAt),
    evaluated_at: isoTime(look.evaluatedAt),
  };
}

/** One point of the sequential path: where both routes stand against their boundaries on all three scales. */
function pathPoint(look: LookDossier): unknown {
  return {
    champion: look.champion,
    reign: look.reign,
    n: look.n,
    at: isoTime(look.at),
    routes: snakeCase(look.evaluation.routes),
    score: look.decision.score,
    verdict: look.decision.verdict,
    blocking: look.decision.blocking,
    reason: look.decision.reason,
  };
}
