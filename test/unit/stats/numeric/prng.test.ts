import { describe, expect, it } from "vitest";
import { createPrng, hashText, Prng } from "../../../../shared/stats/numeric/prng.ts";

const take = (n: number, f: () => number) => Array.from({ length: n }, f);

describe("hashText", () => {
  it("gives MurmurHash3_x86_128 of the text's UTF-8 bytes", () => {
    // values of the Python package mmh3: struct.unpack("<4I", mmh3.hash_bytes(text, 0, False))
    const known: [string, number[]][] = [
      ["", [0, 0, 0, 0]],
      ["a", [2811532092, 1431744539, 1431744539, 1431744539]],
      ["hello world", [3232897672, 351519201, 470619418, 2601295404]],
      ["The quick brown fox jumps over the lazy dog", [789939139, 3975031911, 1568405100, 3857259820]],
      ["é→x", [3673626984, 529101595, 505589596, 505589596]],
    ];
    for (const [text, words] of known) expect([...hashText(text)], text).toEqual(words);
  });
});

describe("Prng", () => {
  it("gives the published outputs of xoshiro128** 1.1", () => {
    // Blackman and Vigna's xoshiro128starstar.c, state {1, 2, 3, 4}
    const prng = new Prng([1, 2, 3, 4]);
    expect(take(10, () => prng.uint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("does not stand still when seeded with zeros, as the empty text does", () => {
    const prng = createPrng("");
    expect(new Set(take(20, () => prng.uint32())).size).toBeGreaterThan(15);
  });

  it("gives the same numbers for the same text and others for another", () => {
    const a = createPrng("momentum|meanrev|500");
    const b = createPrng("momentum|meanrev|500");
    const c = createPrng("momentum|meanrev|600");
    const numbers = take(5, () => a.uint32());
    expect(take(5, () => b.uint32())).toEqual(numbers);
    expect(take(5, () => c.uint32())).not.toEqual(numbers);
  });

  it("goes on where a kernel that borrowed its state left off", () => {
    const prng = createPrng("lent");
    const same = createPrng("lent");
    const words = new Int32Array(4);
    prng.copyState(words);
    const kernel = new Prng(words);
    expect(take(5, () => kernel.uint32())).toEqual(take(5, () => same.uint32()));
    kernel.copyState(words);
    prng.continueFrom(words);
    expect(prng.uint32()).toBe(same.uint32());
  });

  it("draws whole numbers below any bound up to 2^32 evenly", () => {
    const prng = createPrng("even");
    for (const bound of [3, 10, 3_000_000_000]) {
      const cells = new Array<number>(3).fill(0);
      for (let i = 0; i < 30_000; i++) {
        const k = prng.below(bound);
        expect(k >= 0 && k < bound && Number.isInteger(k)).toBe(true);
        cells[Math.floor((3 * k) / bound)]! += 1;
      }
      const share = bound === 10 ? [0.4, 0.3, 0.3] : [1 / 3, 1 / 3, 1 / 3];
      cells.forEach((n, i) => {
        expect(Math.abs(n / 30_000 - share[i]!), `bound ${bound} cell ${i}`).toBeLessThan(0.015);
      });
    }
  });

  it("draws uniform and normal numbers of the right moments", () => {
    const prng = createPrng("moments");
    const n = 50_000;
    const u = take(n, () => prng.uniform());
    const z = take(n, () => prng.normal());
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / n;
    expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u)).toBeLessThan(1);
    expect(Math.abs(mean(u) - 0.5)).toBeLessThan(0.006);
    expect(Math.abs(mean(z))).toBeLessThan(0.02);
    expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan(0.25);
  });

  it("refuses a bound that is not a whole number in range", () => {
    const prng = createPrng("x");
    for (const bound of [0, -1, 1.5, 2 ** 33, Number.NaN]) expect(() => prng.below(bound)).toThrow(RangeError);
  });
});
