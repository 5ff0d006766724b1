import type { Prng } from "../shared/stats/numeric/prng.ts";

/** How neighbouring trades of one model hang together. */
export type Serial =
  | { kind: "independent" }
  /** first-order autoregression of the latent numbers */
  | { kind: "ar"; coefficient: number }
  /**
   * `rows` positions open together: each row is the sum of the last `rows` steps; `share` of the variance comes from them,
   * the rest is the row's own
   */
  | { kind: "overlap"; rows: number; share: number };

/**
 * A latent series: standard normal at every row, dependent as asked.
 * Definition: ar x_i = f x_{i-1} + sqrt(1 - f^2) e_i, started in its stationary distribution; overlap
 *   x_i = sqrt(share/k) (e_i + ... + e_{i-k+1}) + sqrt(1 - share) v_i.
 */
export function drawLatent(options: { rows: number; serial: Serial; prng: Prng }): Float64Array {
  const { rows, serial, prng } = options;
  const out = new Float64Array(rows);
  if (serial.kind === "independent") {
    for (let i = 0; i < rows; i++) out[i] = prng.normal();
    return out;
  }
  if (serial.kind === "ar") {
    const f = serial.coefficient;
    const rest = Math.sqrt(1 - f * f);
    let x = prng.normal();
    for (let i = 0; i < rows; i++) {
      out[i] = x;
      x = f * x + rest * prng.normal();
    }
    return out;
  }
  const k = serial.rows;
  const steps = new Float64Array(rows + k);
  for (let i = 0; i < steps.length; i++) steps[i] = prng.normal();
  const common = Math.sqrt(serial.share / k);
  const own = Math.sqrt(1 - serial.share);
  let sum = 0;
  for (let i = 0; i < k - 1; i++) sum += steps[i]!;
  for (let i = 0; i < rows; i++) {
    sum += steps[i + k - 1]!;
    out[i] = common * sum + (own > 0 ? own * prng.normal() : 0);
    sum -= steps[i]!;
  }
  return out;
}
