import { describe, expect, it } from "vitest";
import { evidenceAfter, followUpOf } from "../../../shared/domain/follow-up.ts";
import type { GuardState } from "../../../shared/domain/guard.ts";
import { emptyHead } from "../../../shared/domain/ledger.ts";
import { emptyRegistry, type Registry } from "../../../shared/domain/registry.ts";
import { LedgerRun } from "../../support/ledger-run.ts";
import { aGuard, aRecord, aTrade, MINUTE, NOON } from "../../support/samples.ts";

const registry = {
  ...emptyRegistry,
  champion: { name: "champion", guard: { ...aGuard, reference: "former" } },
  challengers: [{ name: "challenger", startAt: NOON, nextLook: 5 }],
  archive: [{ name: "former" }, { name: "older" }],
  queue: [{ name: "waiting" }],
  judgements: [{ restored: "champion", quarantined: "bad" }],
} as unknown as Registry;
const exclude = { unreported: "exclude", guardMaxLoss: null } as const;
const kindOf = (model: string) => followUpOf(model, registry, exclude).kind;
const guarded = (status: GuardState["status"]) =>
  ({ ...registry, champion: { ...registry.champion, guard: { ...aGuard, reference: "former", status } } }) as Registry;

describe("new trades of a model call for an evaluation", () => {
  it("always of a guarded champion and of whoever is held beside it", () => {
    for (const model of ["champion", "former"]) expect([model, kindOf(model)]).toEqual([model, "always"]);
    const stop = { ...exclude, guardMaxLoss: 1000 };
    expect(followUpOf("champion", guarded("blind"), stop)).toEqual({ kind: "always" });
    expect(followUpOf("champion", guarded("blind"), exclude)).toEqual({ kind: "unhurried" });
  });

  it("without haste of a champion past its guard and of a model whose rollback is to be judged, never of the former one", () => {
    for (const [model, kind] of [
      ["champion", "unhurried"],
      ["bad", "unhurried"],
      ["former", "never"],
    ] as const)
      expect([model, followUpOf(model, guarded("passed"), exclude).kind]).toEqual([model, kind]);
  });

  it("that is watched without haste with every tenth trade, and with every trade of a replay", () => {
    const run = new LedgerRun();
    run.followUp = { kind: "unhurried" };
    const calls = (n: number, arrivedAfter: number) => {
      const closedAt = NOON + n * MINUTE;
      const row = { closed_at: new Date(closedAt).toISOString() };
      const record = aRecord({ sequence: `${n}`, tradeId: `t${n}`, row, arrivedAt: closedAt + arrivedAfter });
      const { write } = run.plan([record]);
      run.take([record]);
      return write!.evaluate;
    };
    const live = Array.from({ length: 25 }, (_, i) => i + 1);
    expect(live.filter((n) => calls(n, 1000))).toEqual([10, 20]);
    expect(calls(26, 25 * 60 * MINUTE)).toBe(true);
  });

  it("never of models that nobody compares, and never before there is a champion", () => {
    for (const model of ["older", "waiting", "nobody"]) expect([model, kindOf(model)]).toEqual([model, "never"]);
    expect(followUpOf("champion", emptyRegistry, exclude)).toEqual({ kind: "never" });
  });

  it("of a challenger for its next look, and always where a silent side counts", () => {
    expect(followUpOf("challenger", registry, exclude)).toEqual({ kind: "look", startAt: NOON, n: 5 });
    expect(followUpOf("challenger", registry, { ...exclude, unreported: "abstain" })).toEqual({ kind: "always" });
  });
});

describe("a challenger's evidence", () => {
  const trade = (minutes: number) => aTrade({ closedAt: NOON + minutes * MINUTE });
  const look = { kind: "look", startAt: NOON, n: 5 } as const;

  it("is what closed after its start, counted on from what the ledger held", () => {
    const head = emptyHead("a");
    const first = evidenceAfter(look, { head, trades: [trade(-1), trade(0), trade(1)], known: 40 });
    expect(first).toEqual({ startAt: NOON, rows: 41 });
    expect(evidenceAfter(look, { head: { ...head, evidence: first }, trades: [trade(2)], known: 0 })).toEqual({
      startAt: NOON,
      rows: 42,
    });
  });

  it("starts anew with a new start, and is nobody's where it is no challenger", () => {
    const head = { ...emptyHead("a"), evidence: { startAt: NOON - 1, rows: 400 } };
    expect(evidenceAfter(look, { head, trades: [], known: 2 })).toEqual({ startAt: NOON, rows: 2 });
    expect(evidenceAfter({ kind: "always" }, { head, trades: [trade(1)], known: 0 })).toBeNull();
  });

  it("calls for an evaluation with every trade from the n-th on, and with every trade of a replay", () => {
    const calls = (arrivedAfter: number) => {
      const run = new LedgerRun();
      run.followUp = { kind: "look", startAt: null, n: 3 };
      return [1, 2, 3, 4].map((n) => {
        const row = { closed_at: new Date(NOON + n * MINUTE).toISOString() };
        const record = aRecord({
          sequence: `${n}`,
          tradeId: `t${n}`,
          row,
          arrivedAt: NOON + n * MINUTE + arrivedAfter,
        });
        const { write } = run.plan([record]);
        run.take([record]);
        return write!.evaluate;
      });
    };
    expect(calls(1000)).toEqual([false, false, true, true]);
    expect(calls(25 * 60 * MINUTE)).toEqual([true, true, true, true]);
  });
});
