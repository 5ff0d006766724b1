import type { GateResult } from "../domain/decide.ts";
import { judge } from "../domain/judge.ts";
import type { LedgerHead } from "../domain/ledger.ts";
import { decisionOn, evaluationInput, type LookDossier } from "../domain/look.ts";
import { Pairing } from "../domain/pairing.ts";
import { type Challenger, findModel, type Registry, type RoleHolder } from "../domain/registry.ts";
import type { ComparedWindow } from "../domain/rows.ts";
import type { Settings } from "../domain/settings.ts";
import { snakeCase } from "../domain/snake-case.ts";
import { loadEvidence, SHOWN_ROWS_MAX } from "../pipeline/evidence.ts";
import type { StatePort } from "../pipeline/ports.ts";
import { readUntil } from "../pipeline/stretches.ts";
import { keepExtremes, runningTotal, underwater } from "../stats/report/courses.ts";
import { type Answer, Refused, success, type Unchanged } from "./answer.ts";
import { championOf } from "./champion-of.ts";
import { LOOKS_MAX, POINTS_MAX } from "./contract/drawn-lines.ts";
import type { LifeAnswer, PathStepAnswer, PathsAnswer, RouteStepAnswer } from "./contract/paths.ts";
import { drawn, tagOf } from "./tag.ts";
import { isoTime } from "./view.ts";

type PathsPorts = { state: StatePort; settings: Settings };
type Routes = LookDossier["evaluation"]["routes"];
type Place = { model: RoleHolder; registry: Registry; heads: Map<string, LedgerHead>; looks: LookDossier[] };

/**
 * The evidence of one challenger look by look, and the same life in money. Of a model that is no challenger any more: what its last
 * look rested on.
 * @param options.known  tag of the answer the caller has
 */
export async function readPaths(
  options: { challenger: string; known: string | null },
  ports: PathsPorts,
): Promise<Answer<PathsAnswer> | Unchanged> {
  const { state, settings } = ports;
  const registry = await state.loadRegistry();
  const model = findModel(registry, options.challenger);
  if (!model) throw new Refused("UNKNOWN_MODEL", `${options.challenger} is not deployed.`);
  const active = registry.challengers.find((m) => m.name === model.name);
  const heads = await state.loadHeads([...(active ? [championOf(registry).name] : []), model.name]);
  const tag = tagOf({ registry, heads, settings, about: `paths ${options.challenger}` });
  if (tag === options.known) return { status: 304, tag };
  const looks = await state.listLooks({ model: model.name, entry: model.entry });
  const place = { model, registry, heads, looks };
  return { ...success(active ? await activePaths(active, place, ports) : await endedPaths(place, ports)), tag };
}

async function activePaths(challenger: Challenger, place: Place, ports: PathsPorts): Promise<PathsAnswer> {
  const { registry, heads } = place;
  const { settings, state } = ports;
  const champion = championOf(registry);
  const looks = place.looks.filter((look) => look.reign === registry.reign);
  const before = Number.POSITIVE_INFINITY;
  const count = SHOWN_ROWS_MAX;
  const evidence = await loadEvidence({ champion, challenger, heads, settings, before, count }, state);
  const window = evidence.rows.latest();
  const judgement = judge(evaluationInput(window, { ...evidence, champion, challenger, registry, settings }));
  const decision = decisionOn(judgement, { champion, challenger, heads, settings });
  const latest = looks.at(-1);
  const where = `${challenger.name} against ${champion.name}: ${window.n} common signals, next look at ${challenger.nextLook}.`;
  return {
    in_words: latest ? `The look at ${latest.n}: ${latest.decision.reason}` : `${where} ${decision.reason}`,
    champion: champion.name,
    challenger: challenger.name,
    role: "challenger",
    ended: false,
    decides: decidingOf((latest?.evaluation ?? judgement).routes),
    next_look: challenger.nextLook,
    looks: looks.slice(-LOOKS_MAX).map(stepOf),
    // Right after a look there is nothing between looks to show.
    present:
      window.n > (latest?.n ?? 0)
        ? {
            ...stepFrom({ n: window.n, routes: judgement.routes, decision }),
            at: isoTime(window.at),
            provisional: true,
          }
        : null,
    gates: gatesView(latest?.decision.gates ?? decision.gates),
    gates_provisional: latest === undefined,
    score_parts: snakeCase((latest?.evaluation ?? judgement).score),
    life: lifeOf(window),
  };
}

async function endedPaths(place: Place, ports: PathsPorts): Promise<PathsAnswer> {
  const { model, looks } = place;
  const latest = looks.at(-1);
  if (!latest)
    throw new Refused("NO_COMPARISON", `${model.name} is ${model.role} and no look compared it with a champion.`);
  return {
    in_words: `${model.name} is ${model.role}. Its last look, at ${latest.n} common signals: ${latest.decision.reason}`,
    champion: latest.champion,
    challenger: model.name,
    role: model.role,
    ended: true,
    decides: decidingOf(latest.evaluation.routes),
    next_look: null,
    looks: looks
      .filter((look) => look.reign === latest.reign)
      .slice(-LOOKS_MAX)
      .map(stepOf),
    present: null,
    gates: gatesView(latest.decision.gates),
    gates_provisional: false,
    score_parts: snakeCase(latest.evaluation.score),
    life: await lastLife(latest, ports),
  };
}

/** The rows the last look rested on, read again; only of models with common signals, which can be paired again. */
async function lastLife(look: LookDossier, { state, settings }: PathsPorts): Promise<LifeAnswer | null> {
  if (look.evaluation.design !== "paired") return null;
  const { settleMs, unreported } = settings;
  const range = { closedAfter: look.startAt, until: look.at, settleMs };
  const [champion, challenger] = await Promise.all(
    [look.champion, look.challenger].map((name) => readUntil(name, range, state)),
  );
  const options = { startAt: look.startAt, settleMs, unreported, before: look.at + 1 };
  return lifeOf(new Pairing(champion!, challenger!, options).latest());
}

const gatesView = (gates: readonly GateResult[]): PathsAnswer["gates"] => snakeCase([...gates]);

function stepOf(look: LookDossier): PathStepAnswer {
  const { n, evaluation, decision, at } = look;
  return { ...stepFrom({ n, routes: evaluation.routes, decision }), at: isoTime(at), provisional: false };
}

function stepFrom(options: {
  n: number;
  routes: Routes;
  decision: Pick<LookDossier["decision"], "score" | "verdict" | "blocking" | "reason">;
}): Omit<PathStepAnswer, "at" | "provisional"> {
  const routes = Object.entries(options.routes).map(([name, route]) => routeStep(name, route));
  const { score, verdict, blocking, reason } = options.decision;
  return { n: options.n, score, verdict, blocking, reason, routes, total: totalOf(routes, options.n) };
}

function routeStep(name: string, route: Routes["mean"]): RouteStepAnswer {
  const { estimate } = route;
  const scales = scalesOf(route).map(([scale, { z, boundary, clears, se }]) => ({
    scale,
    z,
    boundary,
    clears,
    low: estimate === null || se === null ? null : estimate - boundary * se,
    high: estimate === null || se === null ? null : estimate + boundary * se,
  }));
  return { route: name, estimate, clears: route.clears, scales };
}

type Scale = Routes["mean"]["hac"];

/** The scales of a route by name, whichever the rule has. */
function scalesOf(route: Routes["mean"]): [string, Scale][] {
  return Object.entries(route).flatMap(([name, part]) =>
    part !== null && typeof part === "object" && "boundary" in part ? [[name, part as Scale] as [string, Scale]] : [],
  );
}

/** Cumulative difference with the widest of the intervals its scales draw: all of them must lie above zero. */
function totalOf(routes: readonly RouteStepAnswer[], n: number): PathStepAnswer["total"] {
  const mean = routes.find((r) => r.route === "mean");
  if (!mean || mean.estimate === null) return null;
  const lows = mean.scales.flatMap((s) => s.low ?? []);
  const highs = mean.scales.flatMap((s) => s.high ?? []);
  return {
    value: drawn(n * mean.estimate),
    low: lows.length > 0 ? drawn(n * Math.min(...lows)) : null,
    high: highs.length > 0 ? drawn(n * Math.max(...highs)) : null,
  };
}

/** The route nearest to a proof, and in it the scale furthest from its boundary: that is what stops or carries it. */
function decidingOf(routes: Routes): PathsAnswer["decides"] {
  const distance = ({ z, boundary }: Scale) => (z === null ? Number.NEGATIVE_INFINITY : z - boundary);
  const furthest = Object.entries(routes).flatMap(([route, result]) => {
    const scales = scalesOf(result).sort(([, a], [, b]) => distance(a) - distance(b));
    return scales.slice(0, 1).map(([scale, worst]) => ({ route, scale, distance: distance(worst) }));
  });
  const [nearest] = furthest.sort((a, b) => b.distance - a.distance);
  return nearest ? { route: nearest.route, scale: nearest.scale } : null;
}

/** Both sides' money on the same rows. */
export function lifeOf(window: ComparedWindow): LifeAnswer | null {
  const rows = window.champion.length;
  if (rows === 0) return null;
  const champion = runningTotal(window.champion);
  const challenger = runningTotal(window.challenger);
  const difference = challenger.map((total, i) => total - champion[i]!);
  const under = { champion: underwater(champion), challenger: underwater(challenger) };
  const kept = keepExtremes([difference, champion, challenger, under.champion, under.challenger], {
    points: POINTS_MAX,
  });
  const line = (values: Float64Array) => kept.map((i) => drawn(values[i]!));
  return {
    rows,
    row: kept.map((i) => i + 1),
    champion: line(champion),
    challenger: line(challenger),
    difference: line(difference),
    champion_drawdown: line(under.champion),
    challenger_drawdown: line(under.challenger),
  };
}
