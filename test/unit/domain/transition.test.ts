import { describe, expect, it } from "vitest";
import type { Command } from "../../../shared/domain/command.ts";
import type { Verdict } from "../../../shared/domain/decide.ts";
import { emptyRegistry, findModel, QUEUE_MAX, registryFaults } from "../../../shared/domain/registry.ts";
import { rollbackTarget } from "../../../shared/domain/rollback.ts";
import { fullRegistryRun, look, promotion, RegistryRun, retirement, rollback } from "../../support/registry-run.ts";
import { aFinding, aGuard, anAlarm, MINUTE, NOON } from "../../support/samples.ts";

const codeOf = (outcome: { ok: boolean; code?: string }) => (outcome.ok ? "done" : outcome.code);

describe("a registry with a model in every role", () => {
  it("is what the other tests take it for", () => {
    expect(fullRegistryRun().names()).toEqual({
      champion: "chief",
      challengers: ["first", "second", "third"],
      queue: ["waits"],
      archive: ["old"],
      departed: ["quit retired", "bad quarantined"],
    });
  });

  const everyone = ["chief", "first", "waits", "old", "bad", "quit", "nobody"] as const;
  const allowed: Record<string, readonly string[]> = {
    // what each command may be said of, and what it answers otherwise
    promote: ["first"],
    "rollback to": ["old"],
    retire: ["first", "waits"],
    look: ["first"],
    "deploy again": ["nobody"],
    "deploy a new version of": ["bad", "quit", "nobody"],
  };
  const refusals: Record<string, string> = {
    promote: "NOT_A_CHALLENGER",
    "rollback to": "NOTHING_TO_RESTORE",
    retire: "NOT_A_CHALLENGER",
    look: "LOOK_OUT_OF_DATE",
  };
  const commandOf = (run: RegistryRun, command: string, name: string): Command => {
    if (command === "promote") return promotion(name);
    if (command === "rollback to") return rollback(name);
    if (command === "retire") return retirement(name);
    if (command === "look") return look(name);
    return run.deployment(name, { version: command === "deploy again" ? "1" : "2" });
  };

  for (const [command, names] of Object.entries(allowed)) {
    it.each(everyone)(`${command} %s: ${names.join(" and ")} only`, (name) => {
      const run = fullRegistryRun();
      const before = structuredClone(run.registry);

      const outcome = run.try(commandOf(run, command, name));

      if (names.includes(name)) expect(codeOf(outcome)).toBe("done");
      else {
        expect(["MODEL_EXISTS", "VERSION_USED", refusals[command]]).toContain(codeOf(outcome));
        expect(run.registry).toEqual(before);
      }
    });
  }

  it("says why a deployment is refused: the model is there, or its version has been", () => {
    const run = fullRegistryRun();
    const refused = (name: string) => run.try(run.deployment(name));
    for (const name of ["chief", "first", "waits", "old"])
      expect(refused(name)).toMatchObject({ code: "MODEL_EXISTS" });
    for (const name of ["bad", "quit"]) expect(refused(name)).toMatchObject({ code: "VERSION_USED" });
  });
});

describe("before the first deployment", () => {
  it("nothing can be done but deploy, and nothing breaks", () => {
    const commands: [Command, string][] = [
      [promotion("a"), "NOT_A_CHALLENGER"],
      [rollback(), "NOTHING_TO_RESTORE"],
      [{ kind: "rollback-failed", to: null, automatic: false }, "NOTHING_TO_RESTORE"],
      [retirement("a"), "NOT_A_CHALLENGER"],
      [look("a"), "LOOK_OUT_OF_DATE"],
      [{ kind: "guard", guard: aGuard, event: "degradation", details: aFinding }, "NO_CHAMPION"],
      [{ kind: "pause" }, "NO_CHAMPION"],
      [{ kind: "resume" }, "NOT_PAUSED"],
    ];
    for (const [command, code] of commands) {
      const run = new RegistryRun();
      expect(codeOf(run.try(command))).toBe(code);
      expect(run.registry).toEqual(emptyRegistry);
    }
  });
});

describe("deploy", () => {
  it("makes the first model champion", () => {
    const run = new RegistryRun({ tradeTime: null });
    run.deploy("a");
    expect(run.registry).toMatchObject({
      version: 1,
      reign: 1,
      trials: 0,
      champion: { name: "a", role: "champion", entry: 1, startAt: null, guard: null },
    });
    expect(run.events).toMatchObject([{ type: "deployed", modelName: "a", details: { role: "champion" } }]);
  });

  it("makes the next ones challengers, whose evidence begins at that moment of trade time", () => {
    const run = new RegistryRun();
    run.deploy("a");
    run.deploy("b");
    expect(run.registry.challengers).toMatchObject([
      { name: "b", role: "challenger", entry: 2, startAt: NOON, nextLook: 500, lastLook: null },
    ]);
    expect(run.registry.trials).toBe(1);
  });

  it("queues beyond the limit: higher priority first, then who came first", () => {
    const run = new RegistryRun({ maxChallengers: 1 });
    for (const name of ["a", "b", "low", "high", "low2"])
      run.deploy(name, { priority: name.startsWith("low") ? -1 : 5 });
    expect(run.names()).toMatchObject({ challengers: ["b"], queue: ["high", "low", "low2"] });
    expect(run.events.at(-2)).toMatchObject({ type: "queued", modelName: "high", details: { position: 1 } });
    expect(run.events.at(-1)).toMatchObject({ type: "queued", modelName: "low2", details: { position: 3 } });
    expect(run.registry.trials).toBe(1);
  });

  it(`lets ${QUEUE_MAX} wait and no more`, () => {
    const run = new RegistryRun({ maxChallengers: 1 });
    for (let i = 0; i < QUEUE_MAX + 2; i++) run.deploy(`m${i}`);
    expect(run.deploy("late")).toMatchObject({ ok: false, code: "QUEUE_FULL" });
    expect(run.registry.queue).toHaveLength(QUEUE_MAX);
  });

  it("lets a rolled-back model in as a new version only, from zero", () => {
    const run = fullRegistryRun();
    run.do(run.deployment("bad", { version: "2" }), { tradeTime: NOON + MINUTE });
    expect(findModel(run.registry, "bad")).toMatchObject({ role: "queued", version: "2" });
    for (const name of ["first", "second"]) run.do(retirement(name), { tradeTime: NOON + 2 * MINUTE });
    expect(findModel(run.registry, "bad")).toMatchObject({
      role: "challenger",
      startAt: NOON + 2 * MINUTE,
      lastLook: null,
    });
  });
});

describe("promote", () => {
  it("changes places: the challenger is champion under guard, the champion goes on shadowing", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(run.names()).toMatchObject({ champion: "b", challengers: ["c"], archive: ["a"] });
    expect(run.registry.champion).toMatchObject({ startAt: NOON + MINUTE, guard: aGuard, entry: 2 });
    expect(run.events.at(-1)).toMatchObject({
      type: "promotion",
      modelName: "b",
      details: { former: "a", n: 500, forced: false, winRateChange: 0.01, meanPnlChange: 3 },
    });
  });

  it("starts every other challenger's evidence anew: what it showed was against somebody else", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(look("c"));
    expect(run.registry.challengers[1]).toMatchObject({ nextLook: 600, lastLook: { n: 500 } });
    run.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(run.registry).toMatchObject({
      reign: 2,
      challengers: [{ name: "c", nextLook: 500, lastLook: null, startAt: NOON + MINUTE }],
    });
  });

  it("fills the free place from the queue in the same step", () => {
    const run = new RegistryRun({ maxChallengers: 1 });
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(run.names()).toMatchObject({ champion: "b", challengers: ["c"], queue: [] });
    expect(run.registry.challengers[0]).toMatchObject({ startAt: NOON + MINUTE });
    expect(run.events.slice(-2).map((e) => e.type)).toEqual(["promotion", "deployed"]);
  });

  it("keeps the last three champions; the oldest leaves, and people are alerted", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c", "d", "e"]) {
      run.deploy(name);
      if (name !== "a") run.do(promotion(name));
    }
    expect(run.names()).toMatchObject({ champion: "e", archive: ["d", "c", "b"], departed: ["a retired"] });
    expect(run.events.at(-1)).toMatchObject({
      type: "retired",
      modelName: "a",
      details: { version: "1", why: "archive-full" },
    });
  });
});

describe("rollback", () => {
  it("restores the newest former champion, quarantines the failed one and counts a new reign", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(promotion("b"));
    run.do(promotion("c"));
    run.do(rollback(), { reason: "it lost", tradeTime: NOON + MINUTE });
    expect(run.names()).toMatchObject({ champion: "b", archive: ["a"], departed: ["c quarantined"] });
    expect(run.registry).toMatchObject({ reign: 4, rolledBackAt: NOON + MINUTE, champion: { guard: null } });
    expect(run.events.at(-1)).toMatchObject({
      type: "rollback",
      modelName: "c",
      reason: "it lost",
      details: { restored: "b", demoted: "c", demotedVersion: "1", automatic: true },
    });
  });

  it("restores the one that was named", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(promotion("b"));
    run.do(promotion("c"));
    expect(rollbackTarget(run.registry, "a")?.name).toBe("a");
    run.do(rollback("a"));
    expect(run.names()).toMatchObject({ champion: "a", archive: ["b"], departed: ["c quarantined"] });
  });

  it("never brings back by itself what somebody passed over to go further back", () => {
    const run = new RegistryRun();
    for (const name of ["a", "b", "c"]) run.deploy(name);
    run.do(promotion("b"));
    run.do(promotion("c"));
    run.do(rollback("a"));
    expect(rollbackTarget(run.registry, null)).toBeNull();
    expect(run.try(rollback())).toMatchObject({
      code: "NOTHING_TO_RESTORE",
      message: "An earlier rollback passed over what is archived (b): name the one to restore.",
    });
    run.deploy("d");
    run.do(promotion("d"));
    expect(rollbackTarget(run.registry, null)?.name).toBe("a");
    run.do(rollback("b"));
    run.deploy("e");
    run.do(promotion("e"));
    expect(rollbackTarget(run.registry, null)).toMatchObject({ name: "b" });
    expect(run.registry.archive.map((m) => [m.name, m.passedOver ?? false])).toEqual([
      ["b", false],
      ["a", true],
    ]);
  });

  it("says how long nothing will be promoted by itself", () => {
    const run = new RegistryRun({ cooldownTrades: 250 });
    for (const name of ["a", "b"]) run.deploy(name);
    run.do(promotion("b"));
    expect(run.do(rollback()).events[0]?.summary).toBe(
      "b was rolled back; a is champion again. Cooldown after a rollback: nothing is promoted by itself until a has closed 250 more trades.",
    );
  });

  it("always finds a target after a promotion, however many there were before", () => {
    const run = new RegistryRun();
    run.deploy("m0");
    for (let i = 1; i < 12; i++) {
      run.deploy(`m${i}`);
      run.do(promotion(`m${i}`));
      expect(rollbackTarget(run.registry, null)?.name).toBe(`m${i - 1}`);
    }
  });

  it("lists whom it could restore when the named one is not there", () => {
    expect(fullRegistryRun().try(rollback("bad"))).toMatchObject({
      ok: false,
      message: "bad is not among the archived champions (old).",
    });
  });
});

describe("a rollback that cannot be", () => {
  const failed = (automatic: boolean): Command => ({ kind: "rollback-failed", to: null, automatic });

  it("is an event of its own version, and changes no role", () => {
    const run = fullRegistryRun();
    const names = run.names();
    const { events, registry } = run.do({ kind: "rollback-failed", to: "bad", automatic: false }, { reason: "losses" });
    expect(events).toMatchObject([
      {
        eventId: `${String(registry.version).padStart(8, "0")}-0-rollback_failed`,
        type: "rollback_failed",
        modelName: "chief",
        summary: "Rollback of chief failed: bad is not archived.",
        reason: "losses",
        details: { to: "bad", archive: ["old"] },
      },
    ]);
    expect(run.names()).toEqual(names);
    expect(registry.champion?.guard?.status).toBe("watching");
  });

  it("leaves the guard blind when the guard asked for it, so that it asks once", () => {
    const run = fullRegistryRun();
    expect(run.do(failed(true)).events.map((e) => e.type)).toEqual(["rollback_failed"]);
    expect(run.registry.champion?.guard?.status).toBe("blind");
  });
});

describe("a look", () => {
  it("is recorded once: the same number of rows again is out of date", () => {
    const run = fullRegistryRun();
    run.do(look("first"));
    expect(run.registry.challengers[0]).toMatchObject({ nextLook: 600, lastLook: { n: 500, verdict: "not-yet" } });
    expect(run.try(look("first"))).toMatchObject({ ok: false, code: "LOOK_OUT_OF_DATE" });
    expect(run.try(look("first", 700))).toMatchObject({ ok: false, code: "LOOK_OUT_OF_DATE" });
  });

  it("asks for a person's decision when it starts to need one, not at every look", () => {
    const run = fullRegistryRun();
    const verdicts: Verdict[] = [
      "not-yet",
      "manual-review",
      "manual-review",
      "not-yet",
      "approve",
      "approve",
      "reject",
    ];
    const types = verdicts.map((verdict, i) => run.do(look("first", 500 + 100 * i, verdict)).events.map((e) => e.type));
    expect(types).toEqual([[], ["manual_review"], [], [], ["manual_review"], [], []]);
  });
});

describe("guard, monitor and pause", () => {
  it("record what the guard saw, and tell of it when there is something to tell", () => {
    const run = fullRegistryRun();
    const guard = (event: "degradation" | "guard_passed"): Command => ({
      kind: "guard",
      guard: { ...aGuard, alerted: event === "degradation" },
      event,
      details: aFinding,
    });
    expect(run.do(guard("degradation")).events).toMatchObject([{ type: "degradation", modelName: "chief" }]);
    expect(run.registry.champion?.guard?.alerted).toBe(true);
    expect(run.do(guard("guard_passed")).events).toMatchObject([{ type: "guard_passed" }]);
  });

  it("record where the degradation monitor stands; only an alarm is an event", () => {
    const run = fullRegistryRun();
    const monitor = { ...run.registry.champion!.monitor, upTo: NOON + 5 };
    expect(run.do({ kind: "monitor", monitor, alarm: null }).events).toEqual([]);
    expect(run.registry.champion?.monitor.upTo).toBe(NOON + 5);
    expect(run.do({ kind: "monitor", monitor, alarm: anAlarm }).events).toMatchObject([
      { type: "degradation", modelName: "chief" },
    ]);
  });

  it("pauses once and resumes once, with who and why", () => {
    const run = fullRegistryRun();
    run.do({ kind: "pause" }, { actor: "ann", reason: "exchange outage" });
    expect(run.registry.paused).toMatchObject({ actor: "ann", reason: "exchange outage" });
    expect(run.try({ kind: "pause" })).toMatchObject({ ok: false, code: "ALREADY_PAUSED" });
    expect(run.do({ kind: "resume" }).events).toMatchObject([{ type: "resumed", modelName: null }]);
    expect(run.registry.paused).toBeNull();
    expect(run.try({ kind: "resume" })).toMatchObject({ ok: false, code: "NOT_PAUSED" });
  });
});

describe("the time of changes", () => {
  it("never runs backwards, though clocks of machines differ", () => {
    const run = new RegistryRun();
    run.deploy("a");
    run.do(run.deployment("b"), { now: NOON - 60 * MINUTE });
    run.do(run.deployment("c"), { now: NOON + MINUTE });
    expect(run.events.map((e) => e.at)).toEqual([NOON, NOON + 1, NOON + MINUTE]);
  });
});

describe("fewer challengers allowed than are seated", () => {
  it("lets those seated finish and stops nothing: a rollback must always be possible", () => {
    const run = fullRegistryRun();
    run.context.maxChallengers = 1;
    run.do({ kind: "pause" });
    run.do(rollback());
    expect(run.names()).toMatchObject({ champion: "old", challengers: ["first", "second", "third"] });
    expect(run.deploy("another")).toMatchObject({ ok: true });
    expect(run.names()).toMatchObject({ challengers: ["first", "second", "third"], queue: ["waits", "another"] });
  });

  it("seats nobody from the queue before there is a place again", () => {
    const run = fullRegistryRun();
    run.context.maxChallengers = 2;
    run.do(retirement("first"));
    expect(run.names()).toMatchObject({ challengers: ["second", "third"], queue: ["waits"] });
    run.do(retirement("second"));
    expect(run.names()).toMatchObject({ challengers: ["third", "waits"], queue: [] });
  });
});

describe("faults of a registry", () => {
  const { registry } = fullRegistryRun();
  it.each([
    ["no champion", { ...registry, champion: null }],
    ["too many challengers", { ...registry, challengers: [...registry.challengers, ...registry.challengers] }],
    [
      "archive too long",
      { ...registry, archive: [1, 2, 3, 4].map((i) => ({ ...registry.archive[0]!, name: `x${i}` })) },
    ],
    ["a model holds two roles", { ...registry, queue: [{ ...registry.queue[0]!, name: "chief" }] }],
  ])("%s is one", (fault, broken) => {
    expect(registryFaults(registry, { maxChallengers: 3 })).toEqual([]);
    expect(registryFaults(broken, { maxChallengers: 3 })).toContain(fault);
  });

  it("the empty registry has none: there is no champion before the first deployment", () => {
    expect(registryFaults(emptyRegistry, { maxChallengers: 3 })).toEqual([]);
  });
});
