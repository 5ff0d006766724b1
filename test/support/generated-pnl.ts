/**
 * PnL any language can rebuild: a linear congruential generator, sums of twelve uniforms, and IEEE arithmetic (+ - * / sqrt floor).
 * Described in test/reference/vectors-2c.json; the same steps as `generate` of rule2c.py.
 */

export type Generator = {
  seed: number;
  n: number;
  /** correlation of the two sides; left out: 0.7 */
  rho?: number;
  champion: [mean: number, sd: number];
  challenger: [mean: number, sd: number];
  shape?: "normal" | "heavy" | "negative" | "positive";
  /** lag-1 autocorrelation */
  ar?: number;
  /** positions open together */
  overlap?: number;
  /** values put in afterwards */
  set?: [side: "champion" | "challenger", row: number, value: number][];
  /** challenger = champion on the first `same` of every hundred rows */
  same?: number;
};

function congruential(seed: number): { uniform: () => number; normal: () => number } {
  let x = seed % 2 ** 32;
  const uniform = () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    return (x + 0.5) / 2 ** 32;
  };
  const normal = () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum - 6;
  };
  return { uniform, normal };
}

function autoregressive(x: number[], ar: number): number[] {
  if (ar === 0) return x;
  const rest = Math.sqrt(1 - ar * ar);
  const y = [x[0]!];
  for (let i = 1; i < x.length; i++) y.push(ar * y[i - 1]! + rest * x[i]!);
  return y;
}

function overlapping(x: number[], positions: number): number[] {
  if (positions <= 1) return x;
  return x.map((_, i) => {
    let sum = 0;
    for (let j = Math.max(0, i - positions + 1); j <= i; j++) sum += x[j]!;
    return sum / Math.sqrt(Math.min(i + 1, positions));
  });
}

function shaped(x: number, v: number, shape: Generator["shape"]): number {
  if (shape === "heavy") return (x * (v < 0.03 ? 4 : 1)) / Math.sqrt(1.45);
  if (shape === "negative") return (x - 0.35 * (x * x - 1)) / Math.sqrt(1.245);
  if (shape === "positive") return (x + 0.35 * (x * x - 1)) / Math.sqrt(1.245);
  return x;
}

const cents = (x: number): number => Math.floor(x * 100 + 0.5) / 100;

export function generatePnl(g: Generator): { champion: Float64Array; challenger: Float64Array } {
  const { uniform, normal } = congruential(g.seed);
  const rho = g.rho ?? 0.7;
  const rest = Math.sqrt(1 - rho * rho);
  const [a, w, v]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < g.n; i++) {
    const x = normal();
    const y = normal();
    v.push(uniform());
    a.push(x);
    w.push(rho * x + rest * y);
  }
  const dependent = (x: number[]) => overlapping(autoregressive(x, g.ar ?? 0), g.overlap ?? 1);
  const pnl = (x: number[], [mean, sd]: [number, number]) =>
    Float64Array.from(dependent(x), (z, i) => cents(mean + sd * shaped(z, v[i]!, g.shape)));
  const champion = pnl(a, g.champion);
  const challenger = pnl(w, g.challenger);
  for (let i = 0; i < g.n; i++) if (i % 100 < (g.same ?? 0)) challenger[i] = champion[i]!;
  for (const [side, row, value] of g.set ?? []) ({ champion, challenger })[side][row] = value;
  return { champion, challenger };
}
