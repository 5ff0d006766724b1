import { normalCdf, normalPpf, normalSf, studentIsf } from "../shared/stats/numeric/distributions.ts";
import { gammaIsf } from "./gamma-quantile.ts";

/**
 * What one trade earns: a distribution of PnL, drawn by bending a standard normal number ("latent") through its quantile
 * function. Two models on one signal are correlated through their latent numbers, so any two distributions can be paired.
 */
export type Marginal =
  | { kind: "normal"; mean: number; sd: number }
  /** Student t with 3 degrees of freedom, scaled */
  | { kind: "t3"; mean: number; sd: number }
  /** shifted lognormal with that skewness (2.3 or -2.3 in the tables) */
  | { kind: "lognormal"; mean: number; sd: number; skew: number }
  /** wins and losses gamma-distributed, given by their means; one shape for both unless the wins have their own */
  | { kind: "mix"; winRate: number; win: number; loss: number; winShape?: number }
  /** one trade in a hundred loses 8.7 standard deviations, the others are normal */
  | { kind: "crash"; mean: number; sd: number }
  /** another marginal after something has happened to it */
  | { kind: "changed"; of: Marginal; change: Change };

/** What happens to a model, in the order in which it is applied; left out: nothing. */
export type Change = {
  /** points of win rate: every trade turns out a little worse, by one step of the latent number */
  worse?: number;
  /** points of win rate: so many wins become losses, both keep their usual sizes */
  fewerWins?: number;
  /** factor on every win, on every loss */
  wins?: number;
  losses?: number;
  /** added to every trade */
  shift?: number;
};

/** Shape that gives win rate .56, mean wins 130, mean losses 52 a standard deviation of 120 and a skewness of 1. */
export const MIX_SHAPE = 1.7057;
const CRASH_SHARE = 0.01;
const CRASH_SD = 8.7;

export type Mix = Extract<Marginal, { kind: "mix" }>;

/**
 * Wins and losses of the mix with a wanted mean and standard deviation.
 * Definition: p w - q l = mean; (1 + 1/k)(p w^2 + q l^2) = sd^2 + mean^2, k the gamma shape.
 * @throws RangeError when there is no positive solution
 * @example mixOf({ winRate: 0.56, mean: 50, sd: 120 }) // win 130.0, loss 51.9
 */
export function mixOf(options: { winRate: number; mean: number; sd: number }): Mix {
  const { winRate: p, mean } = options;
  const q = 1 - p;
  const square = (options.sd * options.sd + mean * mean) / (1 + 1 / MIX_SHAPE);
  const a = (q * q) / p + q;
  const b = (2 * mean * q) / p;
  const c = (mean * mean) / p - square;
  const loss = (-b + Math.sqrt(b * b - 4 * a * c)) / (2 * a);
  const win = (mean + q * loss) / p;
  if (!(loss > 0 && win > 0)) throw new RangeError(`no mix has win rate ${p}, mean ${mean} and sd ${options.sd}`);
  return { kind: "mix", winRate: p, win, loss };
}

/**
 * A mix that is better by more and larger wins, its losses as they were: the wins get a shape of their own, so that the
 * standard deviation is the one asked for.
 * Definition: w = (mean + q l)/p; p w^2 (1 + 1/k) = sd^2 + mean^2 - q l^2 (1 + 1/MIX_SHAPE).
 * @throws RangeError when no shape gives that standard deviation
 */
export function largerWins(options: { winRate: number; mean: number; sd: number; loss: number }): Mix {
  const { winRate: p, loss } = options;
  const win = (options.mean + (1 - p) * loss) / p;
  const square = options.sd ** 2 + options.mean ** 2 - (1 - p) * loss ** 2 * (1 + 1 / MIX_SHAPE);
  const winShape = 1 / (square / (p * win * win) - 1);
  if (!(winShape > 0)) throw new RangeError(`no shape of the wins gives a standard deviation of ${options.sd}`);
  return { kind: "mix", winRate: p, win, loss, winShape };
}

/** sigma of the lognormal with that skewness: (w + 2) sqrt(w - 1) = |skew|, w = exp(sigma^2). */
function lognormalSigma(skew: number): number {
  let low = 1;
  let high = 50;
  for (let i = 0; i < 100; i++) {
    const w = (low + high) / 2;
    if ((w + 2) * Math.sqrt(w - 1) < Math.abs(skew)) low = w;
    else high = w;
  }
  return Math.sqrt(Math.log((low + high) / 2));
}

export type Bend = (latent: number) => number;

/** Table of a quantile function over the latent number; between nodes it is linear. */
const REACH = 7;
const STEPS = 200;

function tabulated(exact: Bend): Bend {
  const nodes = 2 * REACH * STEPS;
  const table = new Float64Array(nodes + 2);
  for (let i = 0; i <= nodes; i++) table[i] = exact(i / STEPS - REACH);
  table[nodes + 1] = table[nodes]!;
  return (latent) => {
    const at = Math.min(nodes, Math.max(0, (latent + REACH) * STEPS));
    const i = at | 0;
    return table[i]! + (at - i) * (table[i + 1]! - table[i]!);
  };
}

/** A win or a loss as small as this is still one: a table may not blur the sign of a trade. */
const SMALLEST_PNL = 1e-9;

function bendMix(m: Mix): Bend {
  const lossShare = 1 - m.winRate;
  const edge = normalPpf(lossShare);
  const size = (q: number, shape: number) => gammaIsf({ q: Math.min(1, q), shape }) / shape;
  const losses = tabulated((z) => -m.loss * size(normalCdf(z) / lossShare, MIX_SHAPE));
  const wins = tabulated((z) => m.win * size(normalSf(z) / m.winRate, m.winShape ?? MIX_SHAPE));
  return (z) => (z < edge ? Math.min(-SMALLEST_PNL, losses(z)) : Math.max(SMALLEST_PNL, wins(z)));
}

function bendCrash(m: { mean: number; sd: number }): Bend {
  // The ordinary trades make up for the crashes: mean 0 and variance 1 together.
  const centre = (CRASH_SHARE * CRASH_SD) / (1 - CRASH_SHARE);
  const spread = Math.sqrt((1 - CRASH_SHARE * CRASH_SD ** 2) / (1 - CRASH_SHARE) - centre * centre);
  const ordinary = tabulated((z) => {
    const share = (normalCdf(z) - CRASH_SHARE) / (1 - CRASH_SHARE);
    return share <= 1e-9 ? -6 : z > 6 ? 6 : normalPpf(share);
  });
  const threshold = normalPpf(CRASH_SHARE);
  return (z) => m.mean + m.sd * (z < threshold ? -CRASH_SD : centre + spread * ordinary(z));
}

function makeBend(m: Marginal): Bend {
  switch (m.kind) {
    case "normal":
      return (z) => m.mean + m.sd * z;
    case "t3": {
      const unit = m.sd / Math.sqrt(3);
      return tabulated(
        (z) => m.mean + Math.sign(z) * unit * (z === 0 ? 0 : studentIsf({ q: normalSf(Math.abs(z)), df: 3 })),
      );
    }
    case "lognormal": {
      const sigma = lognormalSigma(m.skew);
      const w = Math.exp(sigma * sigma);
      const unit = m.sd / Math.sqrt(w * (w - 1));
      const sign = Math.sign(m.skew);
      return tabulated((z) => m.mean + sign * unit * (Math.exp(sigma * sign * z) - Math.sqrt(w)));
    }
    case "mix":
      return bendMix(m);
    case "crash":
      return bendCrash(m);
    case "changed":
      return bendChanged(m);
  }
}

/** The latent number below which a trade is a loss. */
function lossEdge(bend: Bend): number {
  let low = -REACH;
  let high = REACH;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (bend(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** A probability off 0 and 1; beyond its own half a table is never asked. */
const inside = (p: number): number => Math.min(1 - 1e-12, Math.max(1e-12, p));

function bendChanged(m: Extract<Marginal, { kind: "changed" }>): Bend {
  const { worse = 0, fewerWins = 0, wins = 1, losses = 1, shift = 0 } = m.change;
  const usual = bendOf(m.of);
  const winShare = 1 - normalCdf(lossEdge(usual));
  const step = normalPpf(winShare) - normalPpf(winShare - worse / 100);
  const base: Bend = worse === 0 ? usual : (z) => usual(z - step);
  const lossShare = 1 - winShare + worse / 100;
  const fallen = lossShare + fewerWins / 100;
  const edge = normalPpf(fallen);
  // Wins and losses keep their own distributions: only how often each comes changes.
  const lossOf = tabulated((z) => base(normalPpf(inside((normalCdf(z) * lossShare) / fallen))));
  const winOf = tabulated((z) => base(-normalPpf(inside((normalSf(z) * (1 - lossShare)) / (1 - fallen)))));
  return (z) => {
    const plain =
      fewerWins === 0 ? base(z) : z < edge ? Math.min(-SMALLEST_PNL, lossOf(z)) : Math.max(SMALLEST_PNL, winOf(z));
    return plain * (plain > 0 ? wins : losses) + shift;
  };
}

const bends = new Map<string, Bend>();

/** The function that turns a standard normal number into a PnL. Cached: its table takes some milliseconds to make. */
export function bendOf(m: Marginal): Bend {
  const key = JSON.stringify(m);
  const known = bends.get(key);
  if (known) return known;
  if (bends.size > 200) bends.clear();
  const made = makeBend(m);
  bends.set(key, made);
  return made;
}

/** Mean and standard deviation of a marginal, by its parameters. */
export function momentsOfMarginal(m: Marginal): { mean: number; sd: number } {
  if (m.kind === "changed") return momentsByQuadrature(m);
  if (m.kind !== "mix") return { mean: m.mean, sd: m.sd };
  const mean = m.winRate * m.win - (1 - m.winRate) * m.loss;
  const square =
    (1 + 1 / (m.winShape ?? MIX_SHAPE)) * m.winRate * m.win ** 2 + (1 + 1 / MIX_SHAPE) * (1 - m.winRate) * m.loss ** 2;
  return { mean, sd: Math.sqrt(square - mean * mean) };
}

const measured = new Map<string, { mean: number; sd: number }>();

function momentsByQuadrature(m: Marginal): { mean: number; sd: number } {
  const key = JSON.stringify(m);
  const known = measured.get(key);
  if (known) return known;
  const bend = bendOf(m);
  let [weights, first, second] = [0, 0, 0];
  for (let z = -REACH; z <= REACH; z += 1 / STEPS) {
    const weight = Math.exp((-z * z) / 2);
    const x = bend(z);
    weights += weight;
    first += weight * x;
    second += weight * x * x;
  }
  const mean = first / weights;
  const found = { mean, sd: Math.sqrt(second / weights - mean * mean) };
  measured.set(key, found);
  return found;
}
