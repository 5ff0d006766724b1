import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { estimateNeeded, FARTHEST, tradesLeft } from "../../../../shared/stats/report/trades-left.ts";
import { threeScales } from "../../../../shared/stats/rule/three-scales.ts";

const rule = { slots: 3, variant: "standard", blockLength: 50, firstLook: 500, step: 100 } as const;
const sd = (x: number) => ({ hac: x, blocks: x, tenths: x });

describe("trades left", () => {
  it("asks for more rows the smaller the effect", () => {
    const left = (estimate: number) => tradesLeft({ ...rule, estimate, sd: sd(120), n: 500 }).n50!;
    expect(left(10)).toBeGreaterThan(left(20));
    expect(left(5)).toBeGreaterThan(left(10));
  });

  it("asks for more rows to be surer, and the half-way look has the estimate every scale needs", () => {
    const t = tradesLeft({ ...rule, estimate: 12, sd: sd(120), n: 500 });
    expect(t.n80!).toBeGreaterThan(t.n50!);
    expect(Math.max(...Object.values(t.passesAt).map((x) => x!))).toBe(500 + t.n50!);
  });

  it("ends at a look, even when asked between two", () => {
    const t = tradesLeft({ ...rule, estimate: 12, sd: sd(120), n: 523 });
    expect((523 + t.n50!) % 100).toBe(0);
    expect(tradesLeft({ ...rule, estimate: 100, sd: sd(120), n: 523 }).n50).toBe(77);
    expect(tradesLeft({ ...rule, estimate: 100, sd: sd(120), n: 500 }).n50).toBe(100);
    expect(tradesLeft({ ...rule, estimate: 100, sd: sd(120), n: 40 }).n50).toBe(460);
  });

  it("has no answer for no effect, no variance or a hopeless effect", () => {
    const none = {
      n50: null,
      n80: null,
      passesAt: { hac: null, blocks: null, tenths: null },
      searchedTo: FARTHEST,
    };
    expect(tradesLeft({ ...rule, estimate: 0, sd: sd(120), n: 500 })).toEqual(none);
    expect(tradesLeft({ ...rule, estimate: -3, sd: sd(120), n: 500 })).toEqual(none);
    expect(tradesLeft({ ...rule, estimate: 5, sd: { hac: null, blocks: null, tenths: null }, n: 500 })).toEqual(none);
    expect(tradesLeft({ ...rule, estimate: 0.1, sd: sd(120), n: 500 })).toEqual(none);
  });

  it("needs a finite estimate only where there are four blocks", () => {
    expect(estimateNeeded({ n: 150, sd: 1, boundary: 2, blockLength: 50 })).toBe(Number.POSITIVE_INFINITY);
    expect(estimateNeeded({ n: 200, sd: 1, boundary: 2, blockLength: 50 })).toBeGreaterThan(2 / Math.sqrt(199));
    expect(estimateNeeded({ n: 101, sd: 1, boundary: 2, blockLength: null })).toBeCloseTo(0.2, 12);
  });

  it("tells about half of the challengers too little and half too much", () => {
    // planned from the truth (n = 0): the share that has crossed by the 50 % number of rows
    const edge = 18;
    const spread = 90;
    const plan = tradesLeft({ ...rule, estimate: edge, sd: sd(spread), n: 0 }).n50!;
    let crossed = 0;
    const lives = 200;
    for (let life = 0; life < lives; life++) {
      const prng = createPrng(`life ${life}`);
      const champion = Float64Array.from({ length: plan }, () => 120 * prng.normal());
      const challenger = champion.map((x) => x + edge + spread * prng.normal());
      for (let n = 500; n <= plan; n += 100) {
        const r = threeScales({
          champion: champion.subarray(0, n),
          challenger: challenger.subarray(0, n),
          paired: true,
          ...rule,
        });
        if (r.mean.clears) {
          crossed += 1;
          break;
        }
      }
    }
    expect(crossed / lives).toBeGreaterThan(0.42);
    expect(crossed / lives).toBeLessThan(0.85);
  });
});
