import { describe, expect, it } from "vitest";
import { createPrng } from "../../../../shared/stats/numeric/prng.ts";
import {
  type Kernel,
  type KernelPlan,
  pathsAt,
  plainKernel,
  restTableAt,
  STATE_BYTES,
  simdKernel,
} from "../../../../shared/stats/resampling/resample-kernel.ts";

/** Spreads whole numbers over -100 .. 100; a generator would take half a minute for the largest table. */
const spread = (i: number) => (Math.imul(i, 0x9e3779b1) >>> 0) / 21_474_836.48 - 100;

/** Tables of arbitrary numbers: whatever they mean, both kernels must do the same with them. */
function fill(kernel: Kernel, o: { plan: KernelPlan; seed: string }): Float64Array {
  const { starts, paths } = o.plan;
  const buffer = kernel.memory(pathsAt(starts) + 32 * paths);
  createPrng(o.seed).copyState(new Int32Array(buffer, 0, 4));
  const tables = new Float64Array(buffer, STATE_BYTES, 16 * starts);
  for (let i = 0; i < tables.length; i++) tables[i] = spread(i);
  return new Float64Array(buffer, pathsAt(starts), 4 * paths);
}

function outcome(kernel: Kernel, plan: KernelPlan): { paths: number[]; state: number[] } {
  const out = fill(kernel, { plan, seed: "kernel" });
  kernel.run(plan);
  return { paths: [...out], state: [...new Int32Array(kernel.memory(0), 0, 4)] };
}

const plans: KernelPlan[] = [
  { starts: 500, whole: 62, rest: true, paths: 64 },
  { starts: 500, whole: 100, rest: false, paths: 64 },
  { starts: 1, whole: 1, rest: false, paths: 1 },
  { starts: 7, whole: 0, rest: true, paths: 3 },
  // not a divisor of 2^32 and large, so that Lemire's rejection really happens
  { starts: 1_500_001, whole: 200, rest: true, paths: 50 },
];

describe("the resampling kernels", () => {
  it.each(plans)("give the same numbers bit for bit in WebAssembly and in TypeScript: %o", (plan) => {
    const simd = simdKernel();
    expect(simd).not.toBeNull();
    expect(outcome(simd!, plan)).toEqual(outcome(plainKernel(), plan));
  });

  it("draw exactly the starts single calls of the generator would give", () => {
    const plan = { starts: 1_500_001, whole: 1, rest: false, paths: 4000 };
    for (const kernel of [simdKernel()!, plainKernel()]) {
      const out = fill(kernel, { plan, seed: "starts" });
      const table = new Float64Array(kernel.memory(0), STATE_BYTES, 8 * plan.starts);
      for (let i = 0; i < plan.starts; i++) table[8 * i] = i;
      kernel.run(plan);
      const prng = createPrng("starts");
      const expected = Array.from({ length: plan.paths }, () => prng.below(plan.starts));
      expect(expected.map((_, path) => out[4 * path])).toEqual(expected);
    }
  });

  it("take the shorter last block from its own table", () => {
    const plan = { starts: 3, whole: 1, rest: true, paths: 10 };
    for (const kernel of [simdKernel()!, plainKernel()]) {
      const out = fill(kernel, { plan, seed: "rest" });
      const all = new Float64Array(kernel.memory(0));
      for (let i = 0; i < 3; i++) {
        all[STATE_BYTES / 8 + 8 * i] = 1;
        all[restTableAt(3) / 8 + 8 * i] = 100;
      }
      kernel.run(plan);
      for (let path = 0; path < plan.paths; path++) expect(out[4 * path]).toBe(101);
    }
  });

  it("keep their memory when asked for less, and grow when asked for more", () => {
    for (const kernel of [simdKernel()!, plainKernel()]) {
      expect(kernel.memory(100_000).byteLength).toBeGreaterThanOrEqual(100_000);
      expect(kernel.memory(10).byteLength).toBeGreaterThanOrEqual(100_000);
    }
  });
});
