import { describe, expect, it } from "vitest";
import type { Decision } from "../../../shared/domain/decide.ts";
import { distrustChangedTrades } from "../../../shared/domain/look.ts";
import { NOON } from "../../support/samples.ts";

const approved: Decision = {
  verdict: "approve",
  score: 82,
  gates: [{ gate: "trades", kind: "primary", state: "pass", value: 500, bound: 500, reason: "enough" }],
  blocking: null,
  reason: "Approved.",
  ruleVersion: "x",
};

describe("evidence with trades that were changed or deleted after they had been counted", () => {
  it.each<[string, number | null, number | null]>([
    ["all trades are evidence", null, NOON],
    ["the changed trade closed after the evidence began", NOON - 1, NOON],
  ])("decides nothing when %s", (_case, startAt, at) => {
    const decision = distrustChangedTrades(approved, { startAt, incidents: [{ name: "alpha", at }] });
    expect(decision).toMatchObject({ verdict: "no-data", blocking: "data-integrity", score: 82 });
    expect(decision.reason).toContain("Trades of alpha were changed or deleted");
    expect(decision.gates.map((g) => [g.gate, g.state])).toEqual([
      ["trades", "pass"],
      ["data-integrity", "no-data"],
    ]);
  });

  it("names both models when both are touched", () => {
    const incidents = ["alpha", "beta"].map((name) => ({ name, at: NOON }));
    expect(distrustChangedTrades(approved, { startAt: null, incidents }).reason).toContain("alpha and beta");
  });

  it("is trusted when nothing happened, or only before the evidence began", () => {
    expect(distrustChangedTrades(approved, { startAt: null, incidents: [{ name: "alpha", at: null }] })).toBe(approved);
    expect(distrustChangedTrades(approved, { startAt: NOON, incidents: [{ name: "alpha", at: NOON }] })).toBe(approved);
  });
});
