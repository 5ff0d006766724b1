import { RULE_VERSION } from "../domain/decide.ts";
import { type Evaluation, evaluate } from "../domain/evaluate.ts";
import { decisionOn, evaluationInput, type LookDossier } from "../domain/look.ts";
import { type Challenger, findModel, type Registry } from "../domain/registry.ts";
import { retakeLook } from "../domain/retake.ts";
import { gapsOf } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { loadEvidence, SHOWN_ROWS_MAX } from "../pipeline/evidence.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { readReverseShadow } from "../pipeline/reverse-shadow.ts";
import { readUntil } from "../pipeline/stretches.ts";
import { type Answer, Refused, success } from "./answer.ts";
import { championOf } from "./champion-of.ts";
import type { ComparisonAnswer } from "./contract/comparison.ts";
import type { EvaluationAnswer, LookAnswer, LookPointAnswer } from "./contract/evaluation.ts";
import { guardView } from "./guard-view.ts";
import { challengerStatus } from "./status.ts";
import { figuresView, isoTime } from "./view.ts";

type ComparisonPorts = { state: StatePort; settings: Settings };

/**
 * One challenger against the champion: the evidence of this moment, the latest look, and one point per look so far.
 * Only looks decide; what is computed between them is marked as provisional.
 */
export async function readComparison(name: string, ports: ComparisonPorts): Promise<Answer<ComparisonAnswer>> {
  const registry = await ports.state.loadRegistry();
  const challenger = registry.challengers.find((m) => m.name === name);
  return success(
    challenger ? await presentComparison(challenger, registry, ports) : await formerComparison(name, registry, ports),
  );
}

async function presentComparison(
  challenger: Challenger,
  registry: Registry,
  ports: ComparisonPorts,
): Promise<ComparisonAnswer> {
  const { name } = challenger;
  const champion = championOf(registry);
  const [looks, { window, evaluation, decision }] = await Promise.all([
    ports.state.listLooks({ model: name, entry: challenger.entry }),
    presentEvidence(challenger, registry, ports),
  ]);
  const current = looks.filter((look) => look.reign === registry.reign);
  const latest = current.at(-1) ?? null;
  const gaps = gapsOf(window);
  const where = `${name} against ${champion.name}: ${window.n} common signals, next look at ${challenger.nextLook}.`;
  return {
    in_words: `${where} ${latest ? `The look at ${latest.n}: ${latest.decision.reason}` : decision.reason}`,
    champion: champion.name,
    challenger: name,
    role: challenger.role,
    promotion_status: challengerStatus(challenger.lastLook?.verdict),
    evidence_since: isoTime(challenger.startAt),
    now: {
      provisional: true,
      pairs: window.n,
      missing_signals: gaps.missing + gaps.challengerOnMissing.length,
      open_signals: gaps.open,
      summed_signals: gaps.summed,
      next_look: challenger.nextLook,
      evaluation: evaluationView(evaluation),
      decision: snakeCase(decision),
    },
    last_look: latest ? lookView(latest) : null,
    last_look_retaken: latest ? await retaken(latest, ports.state) : null,
    path: current.map(pathPoint),
    guard: await guardView(champion, registry, ports),
    earlier_reigns: looks.filter((look) => look.reign !== registry.reign).map(pathPoint),
    reverse_shadow: snakeCase(await readReverseShadow(champion, ports)),
    rule_version: RULE_VERSION,
  };
}

/** What a look at this very moment would say. */
async function presentEvidence(challenger: Challenger, registry: Registry, { state, settings }: ComparisonPorts) {
  const champion = championOf(registry);
  const heads = await state.loadHeads([champion.name, challenger.name]);
  const before = Number.POSITIVE_INFINITY;
  const count = SHOWN_ROWS_MAX;
  const evidence = await loadEvidence({ champion, challenger, heads, settings, before, count }, state);
  const window = evidence.rows.latest();
  const evaluation = evaluate(evaluationInput(window, { ...evidence, champion, challenger, registry, settings }));
  return { window, evaluation, decision: decisionOn(evaluation, { champion, challenger, heads, settings }) };
}

/** A model that is no challenger any more: its looks are still there. */
async function formerComparison(name: string, registry: Registry, ports: ComparisonPorts): Promise<ComparisonAnswer> {
  const model = findModel(registry, name);
  if (!model) throw new Refused("UNKNOWN_MODEL", `${name} is not deployed.`);
  const looks = await ports.state.listLooks({ model: name, entry: model.entry });
  const latest = looks.at(-1);
  if (!latest) throw new Refused("NO_COMPARISON", `${name} is ${model.role} and no look compared it with a champion.`);
  return {
    in_words: `${name} is ${model.role}. Its last look, at ${latest.n} common signals: ${latest.decision.reason}`,
    champion: registry.champion?.name ?? null,
    challenger: name,
    role: model.role,
    now: null,
    last_look: lookView(latest),
    path: looks.map(pathPoint),
    guard: registry.champion ? await guardView(registry.champion, registry, ports) : null,
    reverse_shadow: registry.champion ? snakeCase(await readReverseShadow(registry.champion, ports)) : null,
    rule_version: RULE_VERSION,
  };
}

/** Figures first, then what is tested with them. */
function evaluationView(evaluation: Evaluation): EvaluationAnswer {
  const { champion, challenger, difference, tests, ...rest } = evaluation;
  return {
    champion: figuresView(champion),
    challenger: figuresView(challenger),
    difference: snakeCase(difference),
    tests: snakeCase(tests),
    ...snakeCase(rest),
  };
}

/** The look taken again from the ledgers, by the rule of its day: whether the decision stands. */
async function retaken(look: LookDossier, state: StatePort): Promise<ComparisonAnswer["last_look_retaken"]> {
  const { settleMs } = look.settings;
  const read = (model: string) => readUntil(model, { closedAfter: look.startAt, until: look.at, settleMs }, state);
  const [champion, challenger] = await Promise.all([read(look.champion), read(look.challenger)]);
  return snakeCase(retakeLook(look, { champion, challenger }));
}

function lookView(look: LookDossier): LookAnswer {
  const { evaluation, ...rest } = look;
  return {
    ...snakeCase(rest),
    at: isoTime(look.at),
    start_at: isoTime(look.startAt),
    evaluated_at: isoTime(look.evaluatedAt),
    evaluation: evaluationView(evaluation),
  };
}

/** One point of the sequential path: where both routes stand against their boundaries on all three scales. */
function pathPoint(look: LookDossier): LookPointAnswer {
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
