import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AllocationBasis,
  allocationOf,
  chancesAreOld,
  chancesOf,
  followsTrades,
  pickModel,
} from "../../../shared/domain/allocation.ts";
import { isReigning, type ReigningRegistry } from "../../../shared/domain/registry.ts";
import { parseSettings, type Settings } from "../../../shared/domain/settings.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";
import { promotion, RegistryRun, rollback } from "../../support/registry-run.ts";

function pnl(n: number, mean: number, seed: string): Float64Array {
  const prng = createPrng(seed);
  return Float64Array.from({ length: n }, () => mean + 100 * prng.normal());
}

const models = [
  { name: "chief", pnl: pnl(500, 10, "chief") },
  { name: "good", pnl: pnl(500, 20, "good") },
  { name: "poor", pnl: pnl(500, -20, "poor") },
];

/** chief took over from old; good and poor are being tested. */
function seats(after: (run: RegistryRun) => void = () => {}): ReigningRegistry {
  const run = new RegistryRun();
  for (const name of ["old", "chief", "good", "poor"]) run.deploy(name);
  run.do(promotion("chief"));
  after(run);
  if (!isReigning(run.registry)) throw new Error("nobody reigns");
  return run.registry;
}

const registry = seats();
const thompson = parseSettings({ SHADOW_ALLOCATION: "thompson" });
const basisOf = (changes: Partial<AllocationBasis> = {}): AllocationBasis => ({
  reign: registry.reign,
  championTrades: 500,
  best: chancesOf(models),
  counts: { chief: 500, good: 500, poor: 500 },
  ...changes,
});
const weightsOf = (allocation: ReturnType<typeof allocationOf>) =>
  Object.fromEntries(allocation.weights.map((w) => [w.name, w.weight]));

describe("the allocation", () => {
  it("gives all money to the champion unless set otherwise", () => {
    const allocation = allocationOf(registry, { basis: null, settings: parseSettings({}) });
    expect(weightsOf(allocation)).toEqual({ chief: 1, good: 0, poor: 0 });
    expect(allocation.reason).toBe("all money with the champion");
  });

  it("gives challengers a small share by their chance of being best, when set so", () => {
    const { chief, good, poor } = weightsOf(allocationOf(registry, { basis: basisOf(), settings: thompson }));
    expect(good).toBeGreaterThan(poor!);
    expect(good! + poor!).toBeLessThanOrEqual(0.05);
    expect(chief! + good! + poor!).toBeCloseTo(1, 12);
  });

  it.each([
    ["hardly traded", pnl(19, 10, "few")],
    ["never varied", new Float64Array(100).fill(1)],
    ["not traded", new Float64Array(0)],
  ])("stays with a champion that has %s: nothing is known", (_case, own) => {
    const best = chancesOf([{ name: "chief", pnl: own }, ...models.slice(1)]);
    const allocation = allocationOf(registry, { basis: basisOf({ best }), settings: thompson });
    expect(weightsOf(allocation)).toEqual({ chief: 1, good: 0, poor: 0 });
    expect(allocation.reason).toContain("fewer than 20 trades that differ");
  });

  it("gives a challenger that was seated after the chances were computed nothing yet, and one that left nothing more", () => {
    const best = { chief: 0.5, left: 0.3, good: 0.2 };
    const weights = weightsOf(allocationOf(registry, { basis: basisOf({ best }), settings: thompson }));
    expect(weights.good).toBeCloseTo((0.05 * 2) / 7, 12);
    expect(weights).toEqual({ chief: 1 - weights.good!, good: weights.good, poor: 0 });
  });

  it("forgets the chances of another reign", () => {
    const stale = basisOf({ reign: registry.reign - 1 });
    expect(weightsOf(allocationOf(registry, { basis: stale, settings: thompson }))).toEqual({
      chief: 1,
      good: 0,
      poor: 0,
    });
  });

  it("always sums to 1, no share below 0, challengers within epsilon", () => {
    const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 });
    const settings = parseSettings({ SHADOW_ALLOCATION: "thompson", SHADOW_RAMP: "20,60,100" });
    const three = fc.tuple(sample, sample, sample);
    fc.assert(
      fc.property(three, fc.nat(300), (pnls, championTrades) => {
        const best = chancesOf(pnls.map((own, i) => ({ name: models[i]!.name, pnl: Float64Array.from(own) })));
        const allocation = allocationOf(registry, { basis: basisOf({ best, championTrades }), settings });
        const weights = allocation.weights.map((w) => w.weight);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        if (championTrades >= 100) expect(1 - weights[0]!).toBeLessThanOrEqual(0.05 + 1e-12);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the ramp of a new champion", () => {
  const settings = parseSettings({ SHADOW_RAMP: "10,50,100", SHADOW_RAMP_TRADES: "50" });
  const shareOf = (who: ReigningRegistry, championTrades: number) =>
    weightsOf(allocationOf(who, { basis: basisOf({ championTrades, reign: who.reign }), settings }))[who.champion.name];
  it.each([
    [0, 0.1],
    [49, 0.1],
    [50, 0.5],
    [99, 0.5],
    [100, 1],
    [10_000, 1],
  ])("gives after %i trades %d of the money", (trades, share) => {
    expect(shareOf(registry, trades)).toBe(share);
  });

  it("is none when there is nobody to share with: not for the first champion, not for one that was restored", () => {
    const first = new RegistryRun();
    first.deploy("first");
    if (!isReigning(first.registry)) throw new Error("nobody reigns");
    expect(shareOf(first.registry, 0)).toBe(1);
    expect(
      shareOf(
        seats((run) => run.do(rollback())),
        0,
      ),
    ).toBe(1);
  });

  it("leaves the rest with the former champion", () => {
    const allocation = allocationOf(registry, { basis: basisOf({ championTrades: 3 }), settings });
    expect(weightsOf(allocation)).toEqual({ chief: 0.1, old: 0.9, good: 0, poor: 0 });
    expect(allocation.reason).toBe("ramp: 10 % for the new champion, step 1 of 3");
  });
});

describe("the basis of the weights", () => {
  it("is needed only where weights follow trades", () => {
    const follows = (environment: Record<string, string>) => followsTrades(parseSettings(environment));
    expect(follows({})).toBe(false);
    expect(follows({ SHADOW_ALLOCATION: "thompson" })).toBe(true);
    expect(follows({ SHADOW_RAMP: "50,100" })).toBe(true);
  });

  it("is old once a model has 2 %, and at least ten, more trades, or is new", () => {
    const known = basisOf({ counts: { chief: 100, good: 2000 } });
    expect(chancesAreOld(known, { chief: 109, good: 2039 })).toBe(false);
    expect(chancesAreOld(known, { chief: 110, good: 2000 })).toBe(true);
    expect(chancesAreOld(known, { chief: 100, good: 2040 })).toBe(true);
    expect(chancesAreOld(known, { chief: 100, good: 2000, fresh: 0 })).toBe(true);
  });
});

describe("the model for a signal", () => {
  const allocation = {
    weights: [
      { name: "chief", weight: 0.9, probabilityBest: null },
      { name: "old", weight: 0.1, probabilityBest: null },
    ],
    reason: "",
  };

  it("is the same for everybody who asks", () => {
    expect(pickModel(allocation, "signal-1")).toBe(pickModel(structuredClone(allocation), "signal-1"));
  });

  it("follows the weights over many signals", () => {
    const old = Array.from({ length: 4000 }, (_, i) => pickModel(allocation, `s${i}`)).filter((m) => m === "old");
    // 400 expected; five standard deviations are 95.
    expect(Math.abs(old.length - 400)).toBeLessThan(95);
  });

  it("is the champion for whatever rounding leaves over, and nobody without models", () => {
    const short = { weights: [{ name: "chief", weight: 1 - 1e-12, probabilityBest: null }], reason: "" };
    expect(pickModel(short, "any")).toBe("chief");
    expect(pickModel({ weights: [], reason: "" }, "any")).toBeNull();
  });
});

describe("a breaker", () => {
  const held = (share: number) =>
    seats((run) => {
      run.registry.champion!.breaker = { share, why: "market", at: 0, reason: "the market changed" };
    });
  const given = (who: ReigningRegistry, settings: Settings = thompson) =>
    allocationOf(who, { basis: basisOf(), settings });
  const halved = given(held(0.5));

  it("holds back the same part of everybody's money, and says why", () => {
    const whole = weightsOf(given(registry));
    for (const [name, weight] of Object.entries(weightsOf(halved))) expect(weight).toBeCloseTo(whole[name]! / 2, 12);
    expect(halved.reason).toMatch(/^50 % of the money until somebody resumes \(the market changed\); Thompson/);
  });

  it("lets nobody trade the signals whose share is held back", () => {
    const picks = Array.from({ length: 400 }, (_, i) => pickModel(halved, `s${i}`));
    const idle = picks.filter((name) => name === null).length / picks.length;
    expect(idle).toBeGreaterThan(0.4);
    expect(idle).toBeLessThan(0.6);
    expect(pickModel(given(held(0)), "s1")).toBeNull();
  });
});
