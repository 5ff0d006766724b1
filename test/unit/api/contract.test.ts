import { describe, expect, it } from "vitest";
import type * as z from "zod";
import type {
  Decision as DecisionView,
  Evaluation as EvaluationView,
  LookAnswer,
} from "../../../shared/api/contract/evaluation.ts";
import { answerFaults, errorsOf, type RouteRow, routeNames, routes } from "../../../shared/api/contract/routes.ts";
import type { ChampionAnswer } from "../../../shared/api/contract/status.ts";
import type { Decision } from "../../../shared/domain/decide.ts";
import type { Evaluation } from "../../../shared/domain/evaluate.ts";
import type { LookDossier } from "../../../shared/domain/look.ts";
import type { Report } from "../../../shared/domain/report.ts";
import type { ReverseShadow } from "../../../shared/domain/reverse-shadow.ts";
import type { SnakeCased } from "../../../shared/domain/snake-case.ts";

/**
 * The compiler holds schemas and domain together in both directions: a figure added, renamed or dropped in the domain does
 * not compile here until the public schema says so too.
 */
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? true
    : { missingOrDifferent: Exclude<keyof B, keyof A> }
  : false;
/** A look of a former rule lacks what that rule did not compute; where a field is there, it has the domain's shape. */
type Filled<T> = T extends readonly (infer Item)[]
  ? Filled<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Filled<T[K]> }
    : T;
type Shown = Exclude<keyof Evaluation, "champion" | "challenger">;

const agree: {
  evaluation: Same<
    Filled<SnakeCased<Pick<Evaluation, Shown>>>,
    Filled<Omit<z.infer<typeof EvaluationView>, "champion" | "challenger">>
  >;
  decision: Same<keyof SnakeCased<Decision>, keyof z.infer<typeof DecisionView>>;
  look: Same<keyof SnakeCased<LookDossier>, keyof LookAnswer>;
  reverseShadow: Same<SnakeCased<ReverseShadow> | null, ChampionAnswer["reverse_shadow"]>;
  report: Same<
    keyof SnakeCased<Report> | "complete" | "in_words" | "period_clock",
    keyof z.infer<(typeof routes)["report"]["response"]>
  >;
} = { evaluation: true, decision: true, look: true, reverseShadow: true, report: true };

describe("the route table", () => {
  it("has the shapes of the domain (the compiler proves it)", () => {
    expect(Object.values(agree)).not.toContain(false);
  });

  it("gives every route its own place and every body-taking route the errors of a body", () => {
    const places = routeNames.map((name) => `${routes[name].method} ${routes[name].path}`);
    expect(new Set(places).size).toBe(places.length);
    for (const name of routeNames) {
      const row: RouteRow = routes[name];
      expect([name, errorsOf(row).includes("INVALID_JSON")]).toEqual([name, row.request.body !== undefined]);
    }
  });
});

describe("an answer held against the table", () => {
  const paused = { status: 200, body: { status: "success", data: { paused: true, registry_version: 3 } } };
  const refusal = (status: number, code: string) => ({ status, body: { status: "error", code, message: "no" } });

  it("may hold what is promised, and nothing else", () => {
    expect(answerFaults(routes.pause, paused)).toEqual([]);
    const { data } = paused.body;
    const more = { ...paused, body: { status: "success", data: { ...data, colour: "red" } } };
    expect(answerFaults(routes.pause, more)).toEqual(['data: Unrecognized key: "colour"']);
    const less = { ...paused, body: { status: "success", data: { paused: true } } };
    expect(answerFaults(routes.pause, less)[0]).toMatch(/^data\.registry_version: /);
    expect(answerFaults(routes.pause, { ...paused, status: 201 })).not.toEqual([]);
  });

  it("may refuse with the route's errors under their status alone", () => {
    expect(answerFaults(routes.pause, refusal(409, "ALREADY_PAUSED"))).toEqual([]);
    expect(answerFaults(routes.pause, refusal(400, "ALREADY_PAUSED"))).toEqual([
      "400 ALREADY_PAUSED is no error of POST /shadow/pause",
    ]);
    expect(answerFaults(routes.status, refusal(409, "ALREADY_PAUSED"))).toHaveLength(1);
    expect(answerFaults(routes.pause, refusal(409, "NO_SUCH_CODE"))).toHaveLength(1);
  });

  it("is a success of health also when the store is away: liveness says what is wrong", () => {
    expect(routes.health.statuses).toEqual([200, 503]);
  });
});
