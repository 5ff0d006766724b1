import { describe, expect, it } from "vitest";
import type { Verdict } from "../../../shared/domain/decide.ts";
import { emptyRegistry, findModel, QUEUE_MAX, registryFaults } from "../../../shared/domain/registry.ts";
import { type Command, rollbackTarget } from "../../../shared/domain/transition.ts";
import { fullTeam, look, promotion, retirement, rollback, Team } from "../../support/registry-run.ts";
import { aFinding, aGuard, anAlarm, MINUTE, NOON } from "../../support/samples.ts";

const codeOf = (outcome: { ok: boolean; code?: string }) => (outcome.ok ? "done" : outcome.code);

describe("a team with a model in every role", () => {
  it("is what the other tests take it for", () => {
    expect(fullTeam().names()).toEqual({
      champion: "chief",
      challengers: ["first", "second", "third"],
      queue: ["waits"],
      archive: ["old"],
      departed: ["gone retired", "bad quarantined"],
    });
  });

  const everyone = ["chief", "first", "waits", "old", "bad", "gone", "nobody"] as const;
  const allowed: Record<string, readonly string[]> = {
    // what each command may be said of, and what it answers otherwise
    promote: ["first"],
    "rollback to": ["old"],
    retire: ["first", "waits"],
    look: ["first"],
    "deploy again": ["nobody"],
    "deploy a new version of": ["bad", "gone", "nobody"],
  };
  const refusals: Record<string, string> = {
    promote: "NOT_A_CHALLENGER",
    "rollback to": "NOTHING_TO_RESTORE",
    retire: "NOT_A_CHALLENGER",
    look: "LOOK_OUT_OF_DATE",
  };
  const commandOf = (team: Team, command: string, name: string): Command => {
    if (command === "promote") return promotion(name);
    if (command === "rollback to") return rollback(name);
    if (command === "retire") return retirement(name);
    if (command === "look") return look(name);
    return team.deployment(name, { version: command === "deploy again" ? "1" : "2" });
  };

  for (const [command, names] of Object.entries(allowed)) {
    it.each(everyone)(`${command} %s: ${names.join(" and ")} only`, (name) => {
      const team = fullTeam();
      const before = structuredClone(team.registry);

      const outcome = team.try(commandOf(team, command, name));

      if (names.includes(name)) expect(codeOf(outcome)).toBe("done");
      else {
        expect(["MODEL_EXISTS", "VERSION_USED", refusals[command]]).toContain(codeOf(outcome));
        expect(team.registry).toEqual(before);
      }
    });
  }

  it("says why a deployment is refused: the model is there, or its version has been", () => {
    const team = fullTeam();
    const refused = (name: string) => team.try(team.deployment(name));
    for (const name of ["chief", "first", "waits", "old"])
      expect(refused(name)).toMatchObject({ code: "MODEL_EXISTS" });
    for (const name of ["bad", "gone"]) expect(refused(name)).toMatchObject({ code: "VERSION_USED" });
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
      const team = new Team();
      expect(codeOf(team.try(command))).toBe(code);
      expect(team.registry).toEqual(emptyRegistry);
    }
  });
});

describe("deploy", () => {
  it("makes the first model champion", () => {
    const team = new Team({ tradeTime: null });
    team.deploy("a");
    expect(team.registry).toMatchObject({
      version: 1,
      reign: 1,
      trials: 0,
      champion: { name: "a", role: "champion", entry: 1, startAt: null, guard: null },
    });
    expect(team.events).toMatchObject([{ type: "deployed", modelName: "a", details: { role: "champion" } }]);
  });

  it("makes the next ones challengers, whose evidence begins at that moment of trade time", () => {
    const team = new Team();
    team.deploy("a");
    team.deploy("b");
    expect(team.registry.challengers).toMatchObject([
      { name: "b", role: "challenger", entry: 2, startAt: NOON, nextLook: 500, lastLook: null },
    ]);
    expect(team.registry.trials).toBe(1);
  });

  it("queues beyond the limit: higher priority first, then who came first", () => {
    const team = new Team({ maxChallengers: 1 });
    for (const name of ["a", "b", "low", "high", "low2"])
      team.deploy(name, { priority: name.startsWith("low") ? -1 : 5 });
    expect(team.names()).toMatchObject({ challengers: ["b"], queue: ["high", "low", "low2"] });
    expect(team.events.at(-2)).toMatchObject({ type: "queued", modelName: "high", details: { position: 1 } });
    expect(team.events.at(-1)).toMatchObject({ type: "queued", modelName: "low2", details: { position: 3 } });
    expect(team.registry.trials).toBe(1);
  });

  it(`lets ${QUEUE_MAX} wait and no more`, () => {
    const team = new Team({ maxChallengers: 1 });
    for (let i = 0; i < QUEUE_MAX + 2; i++) team.deploy(`m${i}`);
    expect(team.deploy("late")).toMatchObject({ ok: false, code: "QUEUE_FULL" });
    expect(team.registry.queue).toHaveLength(QUEUE_MAX);
  });

  it("lets a rolled-back model in as a new version only, from zero", () => {
    const team = fullTeam();
    team.do(team.deployment("bad", { version: "2" }), { tradeTime: NOON + MINUTE });
    expect(findModel(team.registry, "bad")).toMatchObject({ role: "queued", version: "2" });
    for (const name of ["first", "second"]) team.do(retirement(name), { tradeTime: NOON + 2 * MINUTE });
    expect(findModel(team.registry, "bad")).toMatchObject({
      role: "challenger",
      startAt: NOON + 2 * MINUTE,
      lastLook: null,
    });
  });
});

describe("promote", () => {
  it("changes places: the challenger is champion under guard, the champion goes on shadowing", () => {
    const team = new Team();
    for (const name of ["a", "b", "c"]) team.deploy(name);
    team.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(team.names()).toMatchObject({ champion: "b", challengers: ["c"], archive: ["a"] });
    expect(team.registry.champion).toMatchObject({ startAt: NOON + MINUTE, guard: aGuard, entry: 2 });
    expect(team.events.at(-1)).toMatchObject({
      type: "promotion",
      modelName: "b",
      details: { former: "a", n: 500, forced: false, winRateChange: 0.01, meanPnlChange: 3 },
    });
  });

  it("starts every other challenger's evidence anew: what it showed was against somebody else", () => {
    const team = new Team();
    for (const name of ["a", "b", "c"]) team.deploy(name);
    team.do(look("c"));
    expect(team.registry.challengers[1]).toMatchObject({ nextLook: 600, lastLook: { n: 500 } });
    team.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(team.registry).toMatchObject({
      reign: 2,
      challengers: [{ name: "c", nextLook: 500, lastLook: null, startAt: NOON + MINUTE }],
    });
  });

  it("fills the free place from the queue in the same step", () => {
    const team = new Team({ maxChallengers: 1 });
    for (const name of ["a", "b", "c"]) team.deploy(name);
    team.do(promotion("b"), { tradeTime: NOON + MINUTE });
    expect(team.names()).toMatchObject({ champion: "b", challengers: ["c"], queue: [] });
    expect(team.registry.challengers[0]).toMatchObject({ startAt: NOON + MINUTE });
    expect(team.events.slice(-2).map((e) => e.type)).toEqual(["promotion", "deployed"]);
  });

  it("keeps the last three champions; the oldest leaves, and people are told", () => {
    const team = new Team();
    for (const name of ["a", "b", "c", "d", "e"]) {
      team.deploy(name);
      if (name !== "a") team.do(promotion(name));
    }
    expect(team.names()).toMatchObject({ champion: "e", archive: ["d", "c", "b"], departed: ["a retired"] });
    expect(team.events.at(-1)).toMatchObject({
      type: "retired",
      modelName: "a",
      details: { version: "1", why: "archive-full" },
    });
  });
});

describe("rollback", () => {
  it("restores the newest former champion, quarantines the failed one and counts a new reign", () => {
    const team = new Team();
    for (const name of ["a", "b", "c"]) team.deploy(name);
    team.do(promotion("b"));
    team.do(promotion("c"));
    team.do(rollback(), { reason: "it lost", tradeTime: NOON + MINUTE });
    expect(team.names()).toMatchObject({ champion: "b", archive: ["a"], departed: ["c quarantined"] });
    expect(team.registry).toMatchObject({ reign: 4, rolledBackAt: NOON + MINUTE, champion: { guard: null } });
    expect(team.events.at(-1)).toMatchObject({
      type: "rollback",
      modelName: "c",
      reason: "it lost",
      details: { restored: "b", demoted: "c", demotedVersion: "1", automatic: true },
    });
  });

  it("restores the one that was named", () => {
    const team = new Team();
    for (const name of ["a", "b", "c"]) team.deploy(name);
    team.do(promotion("b"));
    team.do(promotion("c"));
    expect(rollbackTarget(team.registry, "a")?.name).toBe("a");
    team.do(rollback("a"));
    expect(team.names()).toMatchObject({ champion: "a", archive: ["b"], departed: ["c quarantined"] });
  });

  it("always finds a target after a promotion, however many there were before", () => {
    const team = new Team();
    team.deploy("m0");
    for (let i = 1; i < 12; i++) {
      team.deploy(`m${i}`);
      team.do(promotion(`m${i}`));
      expect(rollbackTarget(team.registry, null)?.name).toBe(`m${i - 1}`);
    }
  });

  it("lists whom it could restore when the named one is not there", () => {
    expect(fullTeam().try(rollback("bad"))).toMatchObject({
      ok: false,
      message: "bad is not among the archived champions (old).",
    });
  });
});

describe("a rollback that cannot be", () => {
  const failed = (automatic: boolean): Command => ({ kind: "rollback-failed", to: null, automatic });

  it("is an event of its own version, and changes no role", () => {
    const team = fullTeam();
    const names = team.names();
    const { events, registry } = team.do(
      { kind: "rollback-failed", to: "bad", automatic: false },
      { reason: "losses" },
    );
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
    expect(team.names()).toEqual(names);
    expect(registry.champion?.guard?.status).toBe("watching");
  });

  it("leaves the guard blind when the guard asked for it, so that it asks once", () => {
    const team = fullTeam();
    expect(team.do(failed(true)).events.map((e) => e.type)).toEqual(["rollback_failed"]);
    expect(team.registry.champion?.guard?.status).toBe("blind");
  });
});

describe("a look", () => {
  it("is recorded once: the same number of rows again is out of date", () => {
    const team = fullTeam();
    team.do(look("first"));
    expect(team.registry.challengers[0]).toMatchObject({ nextLook: 600, lastLook: { n: 500, verdict: "not-yet" } });
    expect(team.try(look("first"))).toMatchObject({ ok: false, code: "LOOK_OUT_OF_DATE" });
    expect(team.try(look("first", 700))).toMatchObject({ ok: false, code: "LOOK_OUT_OF_DATE" });
  });

  it("asks for a person's decision when it starts to need one, not at every look", () => {
    const team = fullTeam();
    const verdicts: Verdict[] = [
      "not-yet",
      "manual-review",
      "manual-review",
      "not-yet",
      "approve",
      "approve",
      "reject",
    ];
    const told = verdicts.map((verdict, i) => team.do(look("first", 500 + 100 * i, verdict)).events.map((e) => e.type));
    expect(told).toEqual([[], ["manual_review"], [], [], ["manual_review"], [], []]);
  });
});

describe("guard, monitor and pause", () => {
  it("record what the guard saw, and tell of it when there is something to tell", () => {
    const team = fullTeam();
    const guard = (event: "degradation" | "guard_passed"): Command => ({
      kind: "guard",
      guard: { ...aGuard, alerted: event === "degradation" },
      event,
      details: aFinding,
    });
    expect(team.do(guard("degradation")).events).toMatchObject([{ type: "degradation", modelName: "chief" }]);
    expect(team.registry.champion?.guard?.alerted).toBe(true);
    expect(team.do(guard("guard_passed")).events).toMatchObject([{ type: "guard_passed" }]);
  });

  it("record where the degradation monitor stands; only an alarm is told", () => {
    const team = fullTeam();
    const monitor = { ...team.registry.champion!.monitor, upTo: NOON + 5 };
    expect(team.do({ kind: "monitor", monitor, alarm: null }).events).toEqual([]);
    expect(team.registry.champion?.monitor.upTo).toBe(NOON + 5);
    expect(team.do({ kind: "monitor", monitor, alarm: anAlarm }).events).toMatchObject([
      { type: "degradation", modelName: "chief" },
    ]);
  });

  it("pauses once and resumes once, with who and why", () => {
    const team = fullTeam();
    team.do({ kind: "pause" }, { actor: "ann", reason: "exchange outage" });
    expect(team.registry.paused).toMatchObject({ actor: "ann", reason: "exchange outage" });
    expect(team.try({ kind: "pause" })).toMatchObject({ ok: false, code: "ALREADY_PAUSED" });
    expect(team.do({ kind: "resume" }).events).toMatchObject([{ type: "resumed", modelName: null }]);
    expect(team.registry.paused).toBeNull();
    expect(team.try({ kind: "resume" })).toMatchObject({ ok: false, code: "NOT_PAUSED" });
  });
});

describe("the time of changes", () => {
  it("never runs backwards, though clocks of machines differ", () => {
    const team = new Team();
    team.deploy("a");
    team.do(team.deployment("b"), { now: NOON - 60 * MINUTE });
    team.do(team.deployment("c"), { now: NOON + MINUTE });
    expect(team.events.map((e) => e.at)).toEqual([NOON, NOON + 1, NOON + MINUTE]);
  });
});

describe("fewer challengers allowed than are seated", () => {
  it("lets those seated finish and stops nothing: a rollback must always be possible", () => {
    const team = fullTeam();
    team.context.maxChallengers = 1;
    team.do({ kind: "pause" });
    team.do(rollback());
    expect(team.names()).toMatchObject({ champion: "old", challengers: ["first", "second", "third"] });
    expect(team.deploy("another")).toMatchObject({ ok: true });
    expect(team.names()).toMatchObject({ challengers: ["first", "second", "third"], queue: ["waits", "another"] });
  });

  it("seats nobody from the queue before there is a place again", () => {
    const team = fullTeam();
    team.context.maxChallengers = 2;
    team.do(retirement("first"));
    expect(team.names()).toMatchObject({ challengers: ["second", "third"], queue: ["waits"] });
    team.do(retirement("second"));
    expect(team.names()).toMatchObject({ challengers: ["third", "waits"], queue: [] });
  });
});

describe("faults of a registry", () => {
  const { registry } = fullTeam();
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
