import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import { boundariesAt } from "../../../../shared/stats/rule/three-scales.ts";
import { bucketDifferences, bucketRoute } from "../../../../shared/stats/rule/time-buckets.ts";

/** A merged time line: both models meet the same market in turn. */
function timeLine(o: { signals: number; edge: number; seed: string }) {
  const prng = createPrng(o.seed);
  const rows = 2 * o.signals;
  const champion = new Float64Array(rows);
  const challenger = new Float64Array(rows);
  const championReported = new Uint8Array(rows);
  const challengerReported = new Uint8Array(rows);
  for (let s = 0; s < o.signals; s++) {
    const market = 100 * prng.normal();
    champion[2 * s] = 50 + market + 40 * prng.normal();
    challenger[2 * s + 1] = 50 + o.edge + market + 40 * prng.normal();
    championReported[2 * s] = 1;
    challengerReported[2 * s + 1] = 1;
  }
  return { champion, challenger, championReported, challengerReported };
}

describe("time buckets", () => {
  it("hold about fifty signals of each side and take out what both met", () => {
    const b = bucketDifferences(timeLine({ signals: 1000, edge: 20, seed: "b" }));
    expect(b).toMatchObject({ buckets: 20, common: 1, rowsPerBucket: 100 });
    const m = b.differences.reduce((a, x) => a + x, 0) / 20;
    expect(Math.abs(m - 20)).toBeLessThan(8);
  });

  it("tell the share that holds both sides", () => {
    const line = timeLine({ signals: 400, edge: 0, seed: "b" });
    line.challengerReported.fill(0, 0, 400);
    expect(bucketDifferences(line).common).toBeCloseTo(0.5, 1);
    const none = {
      champion: new Float64Array(0),
      challenger: new Float64Array(0),
      championReported: new Uint8Array(0),
      challengerReported: new Uint8Array(0),
    };
    expect(bucketDifferences(none)).toMatchObject({ buckets: 0, common: 0 });
  });

  const boundaries = boundariesAt({ n: 1000, slots: 3, variant: "standard", route: "mean" });
  const route = (edge: number, signals = 1000) =>
    bucketRoute({
      buckets: bucketDifferences(timeLine({ signals, edge, seed: "r" })),
      boundaries,
      mayClear: true,
      n: signals,
    });

  it("prove a clear edge and not an absent one", () => {
    expect(route(25).clears).toBe(true);
    expect(route(0).clears).toBe(false);
    expect(route(-25).worse).toBe(true);
  });

  it("say nothing with fewer than four buckets or without variance", () => {
    expect(route(25, 150).degenerate?.code).toBe("INSUFFICIENT_DATA");
    const line = timeLine({ signals: 400, edge: 0, seed: "r" });
    line.champion.fill(1);
    line.challenger.fill(2);
    const flat = bucketRoute({ buckets: bucketDifferences(line), boundaries, mayClear: true, n: 400 });
    expect(flat.degenerate?.code).toBe("DEGENERATE_VARIANCE");
    expect(flat.clears).toBe(false);
  });
});
