import { describe, expect, it } from "vitest";
import { earliest, guardDue, lookCommands, needsAction, type TakenLook } from "../../../shared/domain/consequences.ts";
import type { Verdict } from "../../../shared/domain/decide.ts";
import { type Candidate, takeLook } from "../../../shared/domain/look.ts";
import { isReigning, type Registry, type ReigningRegistry } from "../../../shared/domain/registry.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { fullRegistryRun } from "../../support/registry-run.ts";
import { aGuard, aReading, MINUTE, NOON } from "../../support/samples.ts";

const settings = { ...parseSettings({}), nBootstrap: 0 };

function registry(): ReigningRegistry {
  const { registry } = fullRegistryRun();
  if (!isReigning(registry)) throw new Error("a full run has a champion");
  return registry;
}

/** A look on 500 rows that said `verdict`, whatever its numbers are. */
function taken(name: string, verdict: Verdict, score = 80): TakenLook {
  const reigning = registry();
  const n = 500;
  const took = new Uint8Array(n).fill(1);
  const candidate: Candidate = {
    challenger: reigning.challengers.find((m) => m.name === name)!,
    window: {
      kind: "paired",
      at: NOON,
      n,
      signalIds: Array.from({ length: n }, (_, i) => `s${i}`),
      champion: Float64Array.from({ length: n }, (_, i) => (i % 2 ? 5 : -3)),
      challenger: Float64Array.from({ length: n }, (_, i) => (i % 2 ? 4 : -3)),
      championTook: took,
      challengerTook: took,
      missing: 0,
      missingBeforeFirst: 0,
      championOnMissing: new Float64Array(0),
      challengerOnMissing: new Float64Array(0),
      open: 0,
      summed: 0,
      unsummed: { signals: 0, reasons: [] },
      assumed: 0,
      overlap: 1,
    },
    design: "paired",
  };
  const look = takeLook(candidate, { registry: reigning, heads: new Map(), settings, now: NOON });
  return { look: { ...look, decision: { ...look.decision, verdict, score } }, window: candidate.window };
}

const kinds = (looks: readonly TakenLook[], held: string | null = null) =>
  lookCommands(looks, { champion: "chief", held, settings }).map(({ command }) => [
    command.kind,
    "challenger" in command ? command.challenger : null,
  ]);

describe("what comes first", () => {
  const due = (at: number) => ({ at, commands: [], looks: [] });

  it("is what is earliest in trade time, and of one moment what stands first", () => {
    const [a, b, c] = [due(2), due(1), due(1)];
    expect(earliest([a, null, b, c])).toBe(b);
    expect(earliest([null, null])).toBeNull();
  });
});

describe("the looks of one moment", () => {
  it("are recorded first, then retirements; the best of several approved is promoted and the others wait", () => {
    expect(kinds([taken("first", "approve", 80), taken("second", "approve", 90), taken("third", "retire")])).toEqual([
      ["look", "first"],
      ["look", "third"],
      ["retire", "third"],
      ["promote", "second"],
    ]);
  });

  it("promote the first of equals, so that a replay does the same", () => {
    expect(kinds([taken("first", "approve"), taken("second", "approve")]).at(-1)).toEqual(["promote", "first"]);
  });

  it("promote nobody where nothing may be promoted by itself: the approval is recorded", () => {
    expect(kinds([taken("first", "approve")], "It is off.")).toEqual([["look", "first"]]);
  });

  it("retire with what the evidence came to", () => {
    const retired = lookCommands([taken("first", "retire", 20)], { champion: "chief", held: null, settings });
    expect(retired.at(-1)).toMatchObject({
      tradeTime: NOON,
      command: {
        kind: "retire",
        why: "horizon",
        evidence: { n: 500, score: 20, meanPnlChange: -0.5, paperDifference: -250, provedWorse: true },
      },
    });
  });

  it("promote under a guard that holds what the same rows promised", () => {
    const [promoted] = lookCommands([taken("first", "approve")], { champion: "chief", held: null, settings });
    expect(promoted?.command).toMatchObject({
      kind: "promote",
      forced: false,
      guard: { status: "watching", reference: "chief", baseline: { trades: 500, meanPnl: 0.5 } },
    });
  });
});

describe("a dossier", () => {
  it("holds what taking the look again needs", () => {
    const { look } = taken("first", "approve");
    expect(look).toMatchObject({ challenger: "first", champion: "chief", n: 500, seed: "chief|first|500", settings });
    expect(look.rowsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(look.rowsHash).toBe(taken("second", "reject").look.rowsHash);
  });
});

describe("the guard's reading", () => {
  const watching = { ...aReading, verdict: "watching", ended: false } as const;
  const due = (reading: typeof aReading, o: { archive?: Registry["archive"]; marketBreaker?: number } = {}) =>
    guardDue(reading, {
      guard: { ...aGuard, mode: "paired" },
      registry: { ...registry(), archive: o.archive ?? registry().archive },
      reverseShadow: null,
      marketBreaker: o.marketBreaker ?? null,
    });
  const commandOf = (reading: typeof aReading, o: Parameters<typeof due>[1] = {}) =>
    due(reading, o)?.commands[0]?.command;

  it("calls for nothing while there is nothing new", () => {
    expect(needsAction(watching)).toBe(false);
    expect(due(watching)).toBeNull();
    expect(needsAction({ ...watching, news: "alert" })).toBe(true);
    expect(needsAction({ ...watching, ended: true })).toBe(true);
  });

  it("calls for what people must hear of, once, at the moment of the deciding trade", () => {
    const at = NOON - MINUTE;
    expect(due({ ...watching, news: "alert" })).toMatchObject({
      at,
      commands: [{ command: { kind: "guard", event: "degradation", guard: { alerted: true } }, tradeTime: at }],
    });
    for (const [news, event] of [
      ["market", "market"],
      ["unclear", "guard_unclear"],
      ["max-loss", "hard_stop"],
    ] as const)
      expect(commandOf({ ...watching, news })).toMatchObject({ event, guard: { reported: [news] } });
    expect(commandOf({ ...watching, news: "mode", mode: "unpaired" })).toMatchObject({
      event: "guard_mode",
      guard: { mode: "unpaired", modeAt: at },
    });
  });

  it("holds money back at the hard stop, and in a fallen market where a user wants it", () => {
    expect(commandOf({ ...watching, news: "market" })).not.toHaveProperty("breaker");
    expect(commandOf({ ...watching, news: "market" }, { marketBreaker: 0.5 })).toMatchObject({
      breaker: { share: 0.5, why: "market" },
    });
    expect(commandOf({ ...watching, news: "max-loss" })).toMatchObject({ breaker: { share: 0, why: "max-loss" } });
  });

  it("calls for the guard's end: passed, ended in a fallen market, or advised", () => {
    const ended = { ...watching, ended: true };
    for (const [verdict, event, status] of [
      ["passed", "guard_passed", "passed"],
      ["market", "guard_passed", "market"],
      ["advised", "rollback_advised", "advised"],
    ] as const)
      expect(commandOf({ ...ended, verdict })).toMatchObject({ kind: "guard", event, guard: { status } });
  });

  it("restores the model it compared with and no other; alone, the newest former champion", () => {
    const former = registry().archive[0]!.name;
    expect(commandOf({ ...aReading, former })).toMatchObject({ kind: "rollback", to: former });
    expect(commandOf({ ...aReading, mode: "unpaired", former })).toMatchObject({ kind: "rollback", to: null });
  });

  it("is a failed rollback where nobody can be restored", () => {
    const failed = { kind: "rollback-failed", to: null, automatic: true };
    expect(commandOf({ ...aReading, mode: "unpaired" }, { archive: [] })).toEqual(failed);
    expect(commandOf({ ...aReading, former: "nobody" })).toEqual({ ...failed, to: "nobody" });
  });
});
