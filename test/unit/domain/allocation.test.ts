import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocationOf, pickModel, rampShare } from "../../../shared/domain/allocation.ts";
import { parseSettings } from "../../../shared/domain/settings.ts";
import { createPrng } from "../../../shared/stats/numeric/prng.ts";

function pnl(n: number, mean: number, seed: string): Float64Array {
  const prng = createPrng(seed);
  return Float64Array.from({ length: n }, () => mean + 100 * prng.normal());
}

const models = [
  { name: "chief", pnl: pnl(500, 10, "chief") },
  { name: "good", pnl: pnl(500, 20, "good") },
  { name: "poor", pnl: pnl(500, -20, "poor") },
];
const thompson = parseSettings({ SHADOW_ALLOCATION: "thompson" });
const settled = { championTrades: 500, former: "old", breaker: null };
const weightsOf = (allocation: ReturnType<typeof allocationOf>) =>
  Object.fromEntries(allocation.weights.map((w) => [w.name, w.weight]));

describe("the allocation", () => {
  it("gives all money to the champion unless set otherwise", () => {
    const allocation = allocationOf({ models, ...settled, settings: parseSettings({}) });
    expect(weightsOf(allocation)).toEqual({ chief: 1, good: 0, poor: 0 });
    expect(allocation.reason).toBe("all money with the champion");
  });

  it("gives challengers a small share by their chance of being best, when set so", () => {
    const { chief, good, poor } = weightsOf(allocationOf({ models, ...settled, settings: thompson }));
    expect(good).toBeGreaterThan(poor!);
    expect(good! + poor!).toBeLessThanOrEqual(0.05);
    expect(chief! + good! + poor!).toBeCloseTo(1, 12);
  });

  it.each([
    ["hardly traded", pnl(19, 10, "few")],
    ["never varied", new Float64Array(100).fill(1)],
    ["not traded", new Float64Array(0)],
  ])("stays with a champion that has %s: nothing is known", (_case, own) => {
    const allocation = allocationOf({
      models: [{ name: "chief", pnl: own }, ...models.slice(1)],
      ...settled,
      settings: thompson,
    });
    expect(weightsOf(allocation)).toEqual({ chief: 1, good: 0, poor: 0 });
    expect(allocation.reason).toContain("fewer than 20 trades that differ");
  });

  it("always sums to 1, no share below 0, challengers within epsilon", () => {
    const sample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 4 }), fc.nat(300), (pnls, championTrades) => {
        const allocation = allocationOf({
          models: pnls.map((own, i) => ({ name: `m${i}`, pnl: Float64Array.from(own) })),
          championTrades,
          former: "old",
          breaker: null,
          settings: parseSettings({ SHADOW_ALLOCATION: "thompson", SHADOW_RAMP: "20,60,100" }),
        });
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
  const ramp = { ramp: [10, 50, 100], rampTrades: 50, former: "old" };
  it.each([
    [0, 0.1],
    [49, 0.1],
    [50, 0.5],
    [99, 0.5],
    [100, 1],
    [10_000, 1],
  ])("gives after %i trades %d of the money", (trades, share) => {
    expect(rampShare({ trades, ...ramp })).toBe(share);
  });

  it("is none when there is nobody to share with", () => {
    expect(rampShare({ trades: 0, ...ramp, former: null })).toBe(1);
  });

  it("leaves the rest with the former champion", () => {
    const settings = parseSettings({ SHADOW_RAMP: "10,100" });
    const allocation = allocationOf({ models, championTrades: 3, former: "old", breaker: null, settings });
    expect(weightsOf(allocation)).toEqual({ chief: 0.1, old: 0.9 });
    expect(allocation.reason).toBe("ramp: 10 % for the new champion after 3 trades");
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
  const breaker = { share: 0.5, why: "market", at: 0, reason: "the market changed" } as const;
  const halved = allocationOf({ models, ...settled, settings: thompson, breaker });

  it("holds back the same part of everybody's money, and says why", () => {
    const whole = weightsOf(allocationOf({ models, ...settled, settings: thompson }));
    for (const [name, weight] of Object.entries(weightsOf(halved))) expect(weight).toBeCloseTo(whole[name]! / 2, 12);
    expect(halved.reason).toMatch(/^50 % of the money until somebody resumes \(the market changed\); Thompson/);
  });

  it("lets nobody trade the signals whose share is held back", () => {
    const picks = Array.from({ length: 400 }, (_, i) => pickModel(halved, `s${i}`));
    const idle = picks.filter((name) => name === null).length / picks.length;
    expect(idle).toBeGreaterThan(0.4);
    expect(idle).toBeLessThan(0.6);
    const none = allocationOf({ models, ...settled, settings: thompson, breaker: { ...breaker, share: 0 } });
    expect(pickModel(none, "s1")).toBeNull();
  });
});
