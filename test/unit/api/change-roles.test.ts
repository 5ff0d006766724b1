import { describe, expect, it } from "vitest";
import { Refused } from "../../../shared/api/answer.ts";
import { promoteRequest, rollbackRequest } from "../../../shared/api/contract/requests.ts";
import { deploy } from "../../../shared/api/deploy.ts";
import { pauseOrResume } from "../../../shared/api/pause.ts";
import { promote } from "../../../shared/api/promote.ts";
import { retire } from "../../../shared/api/retire.ts";
import { rollback } from "../../../shared/api/rollback.ts";
import type { StatePort } from "../../../shared/pipeline/ports.ts";
import { withMethod } from "../../support/faults.ts";
import { commonSignals, createSystem, type System } from "../../support/pipeline.ts";

const request = (model_name: string, version = "1") =>
  ({ model_name, model_type: "test", version, description: "", priority: 0, design: "auto" }) as const;
const keyed = (key: string, fingerprint = "body") => ({ actor: "ann", idempotency: { key, fingerprint } });
const plainly = { actor: "ann", idempotency: null };

async function refusalOf(promise: Promise<unknown>): Promise<Refused> {
  const error = await promise.then(
    () => expect.unreachable("it was not refused"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refused);
  return error as Refused;
}

async function systemWith(...names: string[]): Promise<System> {
  const system = createSystem();
  for (const name of names) await system.deploy(name);
  return system;
}

const eventsOf = async (system: System) =>
  (await system.memory.listHistory({ limit: 200, cursor: null, type: null, modelName: null })).events;

describe("an Idempotency-Key", () => {
  it("gets the same answer to the same request, which is carried out once", async () => {
    const system = createSystem();
    const first = await deploy(request("alpha"), system.ports, keyed("k1"));
    const second = await deploy(request("alpha"), system.ports, keyed("k1"));
    expect(second).toEqual(first);
    expect(first).toMatchObject({ status: 201, body: { data: { role: "champion" } } });
    expect(await eventsOf(system)).toHaveLength(1);
  });

  it("of another request is refused", async () => {
    const system = createSystem();
    await deploy(request("alpha"), system.ports, keyed("k1", "one"));
    const refused = await refusalOf(deploy(request("beta"), system.ports, keyed("k1", "two")));
    expect(refused).toMatchObject({ status: 409, code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await eventsOf(system)).toHaveLength(1);
  });

  it("gets the stored answer also when the first answer was lost on the way", async () => {
    const system = createSystem();
    const state = withMethod(system.memory, "commit", (commit) => async (change) => {
      await commit(change);
      throw new Error("connection reset");
    });
    await expect(deploy(request("alpha"), { ...system.ports, state }, keyed("k1"))).rejects.toThrow("connection reset");
    expect(await deploy(request("alpha"), system.ports, keyed("k1"))).toMatchObject({ status: 201 });
    expect(await eventsOf(system)).toHaveLength(1);
  });

  const moments: (keyof StatePort)[] = ["loadAnswer", "loadRegistry", "loadUsedVersions", "commit"];
  it.each(moments)("gets the same answer when its twin overtakes it at %s", async (moment) => {
    const system = await systemWith("alpha");
    let twin: unknown = null;
    const state = withMethod(
      system.memory,
      moment,
      (call) =>
        (async (...args: unknown[]) => {
          // The twin comes either just before or just after the call; both must do.
          const before = moment === "commit";
          const run = async () => {
            twin ??= await deploy(request("beta"), system.ports, keyed("k1"));
          };
          if (before) await run();
          const answer = await (call as (...args: unknown[]) => Promise<unknown>)(...args);
          await run();
          return answer;
        }) as never,
    );
    const answer = await deploy(request("beta"), { ...system.ports, state }, keyed("k1"));
    expect(answer).toEqual(twin);
    expect((await eventsOf(system)).filter((e) => e.modelName === "beta")).toHaveLength(1);
  });

  it("is not used up by a request that was refused", async () => {
    const system = await systemWith("alpha");
    await refusalOf(retire("beta", system.ports, { ...keyed("k1"), reason: undefined }));
    await system.deploy("beta");
    expect(await retire("beta", system.ports, { ...keyed("k1"), reason: undefined })).toMatchObject({ status: 200 });
  });
});

describe("a change that somebody else outruns", () => {
  it("is decided anew from what the other left", async () => {
    const system = await systemWith("alpha");
    let others = 0;
    const state = withMethod(system.memory, "commit", (commit) => async (change) => {
      if (others < 3) {
        others += 1;
        await system.deploy(`other${others}`);
      }
      return commit(change);
    });
    const answer = await deploy(request("late"), { ...system.ports, state }, plainly);
    expect(answer).toMatchObject({ body: { data: { role: "queued", queue_position: 1 } } });
  });

  it("is given up after a bounded number of attempts, and nothing was done", async () => {
    const system = await systemWith("alpha");
    let attempts = 0;
    const state = withMethod(system.memory, "commit", () => async () => {
      attempts += 1;
      return "conflict";
    });
    const refused = await refusalOf(deploy(request("beta"), { ...system.ports, state }, plainly));
    expect(refused).toMatchObject({ status: 503, code: "BUSY" });
    expect(attempts).toBe(8);
    expect((await system.memory.loadRegistry()).challengers).toEqual([]);
  });
});

describe("deploy", () => {
  it("begins the ledger and the evidence at the latest trade time anybody reported", async () => {
    const system = await systemWith("alpha");
    await system.write(commonSignals({ from: 0, to: 7, models: { alpha: { mean: 1 } }, seed: "d" }));
    const clock = (await system.memory.loadHeads(["alpha"])).get("alpha")!.clock;
    await system.deploy("beta");
    expect((await system.memory.loadRegistry()).challengers[0]).toMatchObject({ name: "beta", startAt: clock });
    expect((await system.memory.loadHeads(["beta"])).get("beta")).toMatchObject({ count: 0 });
  });

  it("keeps the ledger of a model that comes back as a new version", async () => {
    const system = await systemWith("alpha", "beta");
    await system.write(commonSignals({ from: 0, to: 7, models: { beta: { mean: 1 } }, seed: "d" }));
    await retire("beta", system.ports, { ...plainly, reason: "again later" });
    await system.deploy("beta", { version: "2" });
    expect((await system.memory.loadHeads(["beta"])).get("beta")).toMatchObject({ count: 7 });
    const refused = await refusalOf(system.deploy("beta", { version: "2" }));
    expect(refused).toMatchObject({ status: 409, code: "MODEL_EXISTS" });
  });
});

describe("promote", () => {
  it("is refused before the first look, and says when that comes", async () => {
    const system = await systemWith("alpha", "beta");
    const refused = await refusalOf(promote("beta", promoteRequest().parse({}), system.ports, plainly));
    expect(refused).toMatchObject({
      status: 409,
      code: "NOT_APPROVED",
      details: [{ verdict: "not-yet", next_look: 500 }],
    });
  });

  it("is refused for anybody who is no challenger", async () => {
    const system = await systemWith("alpha");
    for (const name of ["alpha", "nobody"]) {
      const refused = await refusalOf(promote(name, promoteRequest().parse({}), system.ports, plainly));
      expect(refused).toMatchObject({ status: 409, code: "NOT_A_CHALLENGER" });
    }
  });

  it("is refused with the decision when the latest look did not approve", async () => {
    const system = await systemWith("alpha", "beta");
    const models = { alpha: { mean: 50 }, beta: { mean: 50 } };
    await system.write(commonSignals({ from: 0, to: 503, models, seed: "a" }));
    await system.evaluate();
    const refused = await refusalOf(promote("beta", promoteRequest().parse({}), system.ports, plainly));
    expect(refused.message).toContain("The look at 500 common signals did not approve beta");
    expect(refused.details).toMatchObject([{ n: 500, verdict: "not-yet", gates: expect.any(Array) }]);
  });

  it("by force needs no proof, is marked as forced, and leaves the guard blind without evidence", async () => {
    const system = await systemWith("alpha", "beta");
    const answer = await promote(
      "beta",
      promoteRequest().parse({ force: true, reason: "trust me" }),
      system.ports,
      plainly,
    );
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { champion: "beta", former_champion: "alpha", forced: true } },
    });
    expect((await system.memory.loadRegistry()).champion?.guard?.status).toBe("blind");
    expect((await eventsOf(system))[0]).toMatchObject({ type: "promotion", actor: "ann", reason: "trust me" });
  });
});

describe("rollback", () => {
  const because = (more: object = {}) => rollbackRequest().parse({ reason: "losses", ...more });

  it("without anybody to restore is refused, and reported as an emergency", async () => {
    const system = await systemWith("alpha", "beta");
    const refused = await rollback(because(), system.ports, plainly);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        status: "error",
        code: "NOTHING_TO_RESTORE",
        message: "There is no archived champion to restore.",
      },
    });
    expect((await eventsOf(system))[0]).toMatchObject({
      type: "rollback_failed",
      modelName: "alpha",
      reason: "losses",
    });
    expect((await system.memory.loadRegistry()).champion?.name).toBe("alpha");
    expect(await system.memory.listUnpublished({ limit: 9 })).toHaveLength(3);
  });

  it("that cannot be done is reported once under one key, however often it is asked for", async () => {
    const system = await systemWith("alpha");
    const key = { actor: "ann", idempotency: { key: "k-12345678", fingerprint: "f" } };
    const first = await rollback(because(), system.ports, key);
    expect(await rollback(because(), system.ports, key)).toEqual(first);
    expect(first.status).toBe(409);
    expect((await eventsOf(system)).filter((e) => e.type === "rollback_failed")).toHaveLength(1);
  });

  it("before the first deployment is refused and leaves nothing behind", async () => {
    const system = await systemWith();
    const refused = await refusalOf(rollback(because(), system.ports, plainly));
    expect(refused).toMatchObject({ status: 409, code: "NOTHING_TO_RESTORE" });
    expect(await eventsOf(system)).toEqual([]);
  });

  it("restores the former champion and says how long it took", async () => {
    const system = await systemWith("alpha", "beta");
    await promote("beta", promoteRequest().parse({ force: true, reason: "x" }), system.ports, plainly);
    const answer = await rollback(because(), system.ports, plainly);
    expect(answer.body).toMatchObject({
      data: { restored: "alpha", demoted: "beta", duration_ms: expect.any(Number) },
    });
  });

  it("as a rehearsal changes nothing and tells what would happen", async () => {
    const system = await systemWith("alpha", "beta", "gamma");
    await promote("beta", promoteRequest().parse({ force: true, reason: "x" }), system.ports, plainly);
    const before = [await system.memory.loadRegistry(), await eventsOf(system)];
    const answer = await rollback(because({ dry_run: true }), system.ports, plainly);
    expect(answer.body).toMatchObject({
      data: { dry_run: true, restored: "alpha", demoted: "beta", challengers_restarted: ["gamma"], archive_after: [] },
    });
    expect([await system.memory.loadRegistry(), await eventsOf(system)]).toEqual(before);
    const refused = await refusalOf(rollback(because({ dry_run: true, to: "gamma" }), system.ports, plainly));
    expect(refused).toMatchObject({ status: 409, code: "NOTHING_TO_RESTORE" });
  });
});

describe("expected_champion", () => {
  const byForce = (more: object) => promoteRequest().parse({ force: true, reason: "x", ...more });
  const because = (more: object) => rollbackRequest().parse({ reason: "losses", ...more });

  /** beta reigns, alpha can be restored, gamma is a challenger. */
  async function reignOfBeta(): Promise<System> {
    const system = await systemWith("alpha", "beta", "gamma");
    await promote("beta", byForce({}), system.ports, plainly);
    return system;
  }
  const stateOf = async (system: System) => [await system.memory.loadRegistry(), await eventsOf(system)];

  it("that is another stops a promotion, a rollback and its rehearsal, and says who is champion", async () => {
    const system = await reignOfBeta();
    const before = await stateOf(system);
    const expected_champion = "alpha";
    for (const attempt of [
      promote("gamma", byForce({ expected_champion }), system.ports, plainly),
      rollback(because({ expected_champion }), system.ports, plainly),
      rollback(because({ expected_champion, dry_run: true }), system.ports, plainly),
      // Nor is the emergency of having nothing to restore reported to somebody who means another champion.
      rollback(because({ expected_champion, to: "nobody" }), system.ports, plainly),
    ])
      expect(await refusalOf(attempt)).toMatchObject({
        status: 409,
        code: "EXPECTED_CHAMPION",
        message: "alpha was expected to be champion, but the champion is beta.",
        details: [{ champion: "beta", registry_version: 4 }],
      });
    expect(await stateOf(system)).toEqual(before);
  });

  it("that is the present one lets all three pass", async () => {
    const system = await reignOfBeta();
    const expected_champion = "beta";
    const rehearsal = await rollback(because({ expected_champion, dry_run: true }), system.ports, plainly);
    expect(rehearsal.body).toMatchObject({ data: { dry_run: true, restored: "alpha" } });
    const promotion = await promote("gamma", byForce({ expected_champion }), system.ports, plainly);
    expect(promotion.body).toMatchObject({ data: { champion: "gamma", former_champion: "beta" } });
    const back = await rollback(because({ expected_champion: "gamma" }), system.ports, plainly);
    expect(back.body).toMatchObject({ data: { restored: "beta", demoted: "gamma" } });
  });

  it("is held against the champion of the moment of the change, not of the request", async () => {
    const system = await systemWith("alpha", "beta", "gamma");
    let overtaken = false;
    const state = withMethod(system.memory, "commit", (commit) => async (change) => {
      if (!overtaken) {
        overtaken = true;
        await promote("beta", byForce({}), system.ports, plainly);
      }
      return commit(change);
    });
    const late = promote("gamma", byForce({ expected_champion: "alpha" }), { ...system.ports, state }, plainly);
    expect(await refusalOf(late)).toMatchObject({ code: "EXPECTED_CHAMPION" });
    expect((await system.memory.loadRegistry()).champion?.name).toBe("beta");
  });

  it("before the first deployment is nobody", async () => {
    const system = createSystem();
    const refused = await refusalOf(rollback(because({ expected_champion: "alpha" }), system.ports, plainly));
    expect(refused).toMatchObject({ code: "EXPECTED_CHAMPION", details: [{ champion: null, registry_version: 0 }] });
    expect(refused.message).toContain("there is no champion yet");
  });
});

describe("calls at the same moment", () => {
  const because = rollbackRequest().parse({ reason: "losses" });
  const force = promoteRequest().parse({ force: true, reason: "x" });

  /** Reigns of a, b, c and d, each of which could be restored after the next; one more is a challenger. */
  async function longArchive(): Promise<System> {
    const system = await systemWith("a", "b", "c", "d");
    for (const name of ["b", "c", "d"]) await promote(name, force, system.ports, plainly);
    await system.deploy("e");
    await system.deploy("f");
    return system;
  }

  /** Twenty calls that have all read the registry before the first of them commits. */
  async function together(
    system: System,
    call: (ports: System["ports"]) => Promise<{ status: number; body: unknown }>,
  ) {
    let waiting = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const state = withMethod(system.memory, "loadRegistry", (load) => async () => {
      const registry = await load();
      waiting += 1;
      if (waiting === 20) open();
      await gate;
      return registry;
    });
    return Promise.allSettled(Array.from({ length: 20 }, () => call({ ...system.ports, state })));
  }

  it("roll back once, and the others hear who is champion now", async () => {
    const system = await longArchive();
    const outcomes = await together(system, (ports) => rollback(because, ports, plainly));
    expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(1);
    for (const o of outcomes) {
      if (o.status === "rejected")
        expect(o.reason).toMatchObject({ status: 409, code: "EXPECTED_CHAMPION", details: [{ champion: "c" }] });
    }
    expect((await system.memory.loadRegistry()).champion?.name).toBe("c");
  });

  it("promote one, whoever is asked for", async () => {
    const system = await longArchive();
    let turn = 0;
    const outcomes = await together(system, (ports) => promote(turn++ % 2 === 0 ? "e" : "f", force, ports, plainly));
    expect(outcomes.filter((o) => o.status === "fulfilled")).toHaveLength(1);
    expect((await eventsOf(system)).filter((e) => e.type === "promotion")).toHaveLength(4);
  });

  it("with one If-Match do one thing, whatever each of them is, and the next needs the new version", async () => {
    const system = await longArchive();
    const { version } = await system.memory.loadRegistry();
    const seen = { ...plainly, expectedVersion: version };
    await retire("f", system.ports, { ...seen, reason: undefined });
    for (const late of [
      rollback(because, system.ports, seen),
      rollback({ ...because, dry_run: true }, system.ports, seen),
      promote("e", force, system.ports, seen),
      retire("e", system.ports, { ...seen, reason: undefined }),
      pauseOrResume("pause", system.ports, { ...seen, reason: undefined }),
      deploy(request("g"), system.ports, seen),
    ])
      expect(await refusalOf(late)).toMatchObject({
        status: 409,
        code: "REGISTRY_CHANGED",
        details: [{ champion: "d", registry_version: version + 1 }],
      });
    const now = { ...plainly, expectedVersion: version + 1 };
    expect(await rollback(because, system.ports, now)).toMatchObject({ status: 200 });
  });
});

describe("pause, resume and retire", () => {
  it("are refused when there is nothing to do", async () => {
    const system = await systemWith("alpha");
    const by = { ...plainly, reason: "x" };
    expect(await refusalOf(pauseOrResume("resume", system.ports, by))).toMatchObject({ code: "NOT_PAUSED" });
    await pauseOrResume("pause", system.ports, by);
    expect(await refusalOf(pauseOrResume("pause", system.ports, by))).toMatchObject({ code: "ALREADY_PAUSED" });
    expect(await refusalOf(retire("alpha", system.ports, by))).toMatchObject({ code: "NOT_A_CHALLENGER" });
  });

  it("before the first deployment are refused, not broken", async () => {
    const system = createSystem();
    const refused = await refusalOf(pauseOrResume("pause", system.ports, { ...plainly, reason: "x" }));
    expect(refused).toMatchObject({ status: 409, code: "NO_CHAMPION" });
  });

  it("a retired challenger makes place for the next in the queue", async () => {
    const system = await systemWith("alpha", "a", "b", "c", "d");
    const answer = await retire("b", system.ports, { ...plainly, reason: "no use" });
    expect(answer.body).toMatchObject({ data: { retired: "b", started: ["d"] } });
  });
});
