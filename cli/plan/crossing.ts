import { normalPdf } from "../../shared/stats/numeric/distributions.ts";

/** When a random walk watched at looks first stands above a boundary: planning and levels without simulation. */

/** Probability of having crossed by `n` rows. */
export type CrossedBy = { n: number; probability: number };

/** Grid points per standard deviation of the walk between two looks, and how far the grid reaches in standard deviations. */
const FINE = 4;
const REACH = 8;

/** Sub-density of the paths that have not crossed, on the midpoints below the boundary: value i lies at top - (i + 0.5) h. */
type Alive = { top: number; values: Float64Array };

function firstAlive(options: { n: number; drift: number; top: number; h: number }): Alive {
  const sd = Math.sqrt(options.n);
  const mean = options.drift * options.n;
  const lowest = mean - REACH * sd;
  const values = new Float64Array(Math.max(0, Math.ceil((options.top - lowest) / options.h)));
  for (let i = 0; i < values.length; i++) values[i] = normalPdf((options.top - (i + 0.5) * options.h - mean) / sd) / sd;
  return { top: options.top, values };
}

/** The same one look later. */
function nextAlive(options: { before: Alive; n: number; step: number; drift: number; top: number; h: number }): Alive {
  const { before, h } = options;
  const sd = Math.sqrt(options.step);
  const lowest = options.drift * options.n - REACH * Math.sqrt(options.n);
  const values = new Float64Array(Math.max(0, Math.ceil((options.top - lowest) / h)));
  // from midpoint j to midpoint i the walk moves by (top - before.top) + (j - i) h
  const shift = options.top - before.top - options.drift * options.step;
  const first = Math.ceil((-REACH * sd - shift) / h);
  const kernel = new Float64Array(Math.floor((REACH * sd - shift) / h) - first + 1);
  for (let k = 0; k < kernel.length; k++) kernel[k] = (normalPdf((shift + (first + k) * h) / sd) / sd) * h;
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    const from = Math.max(0, -(i + first));
    const to = Math.min(kernel.length, before.values.length - i - first);
    for (let k = from; k < to; k++) sum += kernel[k]! * before.values[i + first + k]!;
    values[i] = sum;
  }
  return { top: options.top, values };
}

/**
 * First crossing of a boundary by a sum of independent normal rows, look by look.
 * Definition: S_n sum of n rows of mean `drift` and sd 1; crossed by N = S_n >= boundary(n) at a look n <= N. The density of
 *   the paths below the boundary is carried from look to look by numerical integration (midpoint rule below the boundary).
 * @param options.drift  mean over sd of a row
 * @param options.boundary  what the sum must reach at n rows; may be infinite
 * @param options.firstLook,options.step  looks at firstLook, firstLook + step, ... up to `until`
 * @returns one entry a look, probabilities rising; it is a generator, so that the caller can stop
 * Assumes: independent rows, known variance.
 * Accuracy: about 1e-4 (tested against the project's exact table of levels). Cost O(sqrt(n)) a look.
 * Source: P. Armitage, C. McPherson and B. Rowe (1969), Repeated significance tests on accumulating data, JRSS A 132, 235-244.
 */
export function* crossings(options: {
  drift: number;
  boundary: (n: number) => number;
  firstLook: number;
  step: number;
  until: number;
}): Generator<CrossedBy> {
  const h = Math.sqrt(options.step) / FINE;
  let alive: Alive | null = null;
  for (let n = options.firstLook; n <= options.until; n += options.step) {
    // an infinite boundary stops nobody: the grid then ends where no path is
    const top = Math.min(options.boundary(n), options.drift * n + REACH * Math.sqrt(n));
    alive =
      alive === null
        ? firstAlive({ n, drift: options.drift, top, h })
        : nextAlive({ before: alive, n, step: options.step, drift: options.drift, top, h });
    let below = 0;
    for (let i = 0; i < alive.values.length; i++) below += alive.values[i]!;
    yield { n, probability: Math.min(1, Math.max(0, 1 - below * h)) };
  }
}
