import { mean, momentsOf, variance } from "../numeric/moments.ts";
import { clampWinRate, serialFactor } from "./guard.ts";

/**
 * Numbers of the paired guard: a new champion beside the former one, which goes on shadowing, on the same signals. What both lose is
 * the market's; only what the new champion loses against the former is its own.
 */

/** Boundaries of both paired charts, in standard deviations of the window's sum. */
export const PAIRED_ROLLBACK_SD = 3;
export const PAIRED_ALERT_SD = 2;
/** A chart above this at the end of the window prolongs the guard, once. */
export const PAIRED_OPEN_SD = 1.5;
/** Paired drawdown: this far behind the former champion since the best moment. */
export const BEHIND_SD = 3;
/** Net drops of the win rate that must also be reached. */
const NET_DROP_ROLLBACK = 0.05;
const NET_DROP_ALERT = 0.03;
/** The win chart never rolls back on fewer net wins than this. */
export const FEWEST_NET_WINS = 5;
/** Pairs before which nothing is said. */
export const PAIRS_FROM = 20;
/** A PnL difference is held within this many standard deviations of its promise. */
export const DIFFERENCE_CLIP_SD = 8;
/** Rows, and rows on which the two differ, below which a baseline cannot be compared with. */
export const FEWEST_PAIRS = 50;
/** The former fell at least this share of the champion's fall: it was the market. */
export const MARKET_SHARE = 0.5;

/** One side of one signal; an abstention (took 0) has PnL 0 and neither wins nor loses. */
export type Answered = { pnl: number; took: number };

/** What the shadow promised, frozen at the promotion. A plain object. */
export type PairedBaseline = {
  /** signals both answered */
  pairs: number;
  /** win rates over trades taken, kept off 0 and 1 */
  winRateNew: number;
  winRateFormer: number;
  /** mean difference new minus former, account currency a signal */
  promise: number;
  sdDifference: number;
  /** root mean square of the net wins short of the promise, per signal */
  sdWins: number;
  /** serial factors of the two series */
  serialDifference: number;
  serialWins: number;
  meanFormer: number;
  sdFormer: number;
  /** signals on which the two differ */
  differing: number;
  /** enough rows that vary and differ; else the guard is unpaired */
  usable: boolean;
};

/** Pairs as columns: new champion and former, order of opening. */
export type PairColumns = {
  pnlNew: Float64Array;
  pnlFormer: Float64Array;
  tookNew: Uint8Array;
  tookFormer: Uint8Array;
};

/**
 * Freezes what the challenger promised against the champion it replaces.
 * Definition: e = (p_N - w_N) - (p_F - w_F), s_u = sqrt(mean e^2); d = new - former, promise = mean d, s_d = sd d (ddof 0);
 *   serial factors of e and d.
 * @returns null with fewer than 2 pairs
 * Degenerate: fewer than 50 pairs or differing pairs, or no variance -> `usable` false
 */
export function freezePaired(options: PairColumns): PairedBaseline | null {
  const n = options.pnlNew.length;
  if (n < 2) return null;
  const winRateNew = clampedRate(options.pnlNew, options.tookNew);
  const winRateFormer = clampedRate(options.pnlFormer, options.tookFormer);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  let squares = 0;
  let differing = 0;
  for (let i = 0; i < n; i++) {
    d[i] = options.pnlNew[i]! - options.pnlFormer[i]!;
    const own = winsShort({ pnl: options.pnlNew[i]!, took: options.tookNew[i]! }, winRateNew);
    e[i] = own - winsShort({ pnl: options.pnlFormer[i]!, took: options.tookFormer[i]! }, winRateFormer);
    squares += e[i]! * e[i]!;
    if (d[i] !== 0) differing += 1;
  }
  const m = momentsOf(d);
  const flat = variance(m) <= 1e-12 * m.mean * m.mean;
  const former = momentsOf(options.pnlFormer.filter((_, i) => options.tookFormer[i] === 1));
  const sdDifference = flat ? 0 : Math.sqrt(variance(m));
  const sdWins = Math.sqrt(squares / n);
  return {
    pairs: n,
    winRateNew,
    winRateFormer,
    promise: mean(d),
    sdDifference,
    sdWins,
    serialDifference: serialFactor(d),
    serialWins: serialFactor(e),
    meanFormer: former.mean,
    sdFormer: former.n > 0 ? Math.sqrt(variance(former)) : 0,
    differing,
    usable: n >= FEWEST_PAIRS && differing >= FEWEST_PAIRS && sdDifference > 0 && sdWins > 0,
  };
}

function clampedRate(pnl: Float64Array, took: Uint8Array): number {
  let n = 0;
  let wins = 0;
  for (let i = 0; i < pnl.length; i++) {
    if (took[i] !== 1) continue;
    n += 1;
    if (pnl[i]! > 0) wins += 1;
  }
  return n > 0 ? clampWinRate({ winRate: wins / n, n }) : 0.5;
}

/** Wins one answer falls short of its promise: p - win, or 0 for an abstention. */
export function winsShort(side: Answered, winRate: number): number {
  return side.took === 1 ? winRate - (side.pnl > 0 ? 1 : 0) : 0;
}

export type PairedFigures = {
  pairs: number;
  /** wins short of the promise: the champion's, the former's, and the difference */
  championShort: number;
  formerShort: number;
  netShort: number;
  /** net wins short per pair */
  netDrop: number;
  /** both charts, in standard deviations of the window's sum; positive: worse than promised */
  zWins: number;
  zPnl: number;
  /** champion minus former, account currency; negative: restoring the former would have been better */
  gain: number;
  /** how much wilder the former's PnL is than in its baseline, at least 1 */
  volatility: number;
  /** how far behind the former since the best moment, in standard deviations of the window's sum */
  behind: number;
  championPnl: number;
  formerPnl: number;
};

/**
 * The paired charts as pairs come in, in order of completion.
 * Definition: r = max(1, RMS of the former's PnL about its baseline mean / baseline sd), 1 below 20 trades; M = max(N, m);
 *   z_wins = sum e / (s_u f_u sqrt(M (1 + M/n_b))); z_pnl = sum -clip(d - D0, +-8 s_d r) / (s_d r f_d sqrt(M (1 + M/n_b)));
 *   behind = (max_j S_j - S_m)/(s_d r f_d sqrt(N)), S the running sum of d.
 * Cost: a pair O(1); figures O(1) but for differences beyond 8 s_d, which are kept because r moves the clip.
 * Accuracy: agrees with a batch computation to rounding.
 */
export class PairedTally {
  readonly #b: PairedBaseline;
  readonly #window: number;
  #pairs = 0;
  #championShort = 0;
  #formerShort = 0;
  #championPnl = 0;
  #formerPnl = 0;
  #sum = 0;
  #peak = 0;
  /** differences about the promise: those no clip touches as a sum, the others one by one */
  #inner = 0;
  readonly #outer: number[] = [];
  #formerTrades = 0;
  #formerSquares = 0;

  /** @param options.window  N, trades the guard lasts */
  constructor(baseline: PairedBaseline, options: { window: number }) {
    this.#b = baseline;
    this.#window = options.window;
  }

  get pairs(): number {
    return this.#pairs;
  }

  add(champion: Answered, former: Answered): void {
    const b = this.#b;
    const d = champion.pnl - former.pnl;
    this.#pairs += 1;
    this.#championShort += winsShort(champion, b.winRateNew);
    this.#formerShort += winsShort(former, b.winRateFormer);
    this.#championPnl += champion.pnl;
    this.#formerPnl += former.pnl;
    this.#sum += d;
    this.#peak = Math.max(this.#peak, this.#sum);
    const x = d - b.promise;
    if (Math.abs(x) <= DIFFERENCE_CLIP_SD * b.sdDifference) this.#inner += x;
    else this.#outer.push(x);
    if (former.took !== 1) return;
    this.#formerTrades += 1;
    this.#formerSquares += (former.pnl - b.meanFormer) ** 2;
  }

  figures(): PairedFigures {
    const b = this.#b;
    const m = this.#pairs;
    const volatility = volatilityRatio({ trades: this.#formerTrades, squares: this.#formerSquares, sd: b.sdFormer });
    const rows = Math.max(this.#window, m);
    const wide = Math.sqrt(rows * (1 + rows / b.pairs));
    const unitWins = b.sdWins * b.serialWins;
    const unitPnl = b.sdDifference * volatility * b.serialDifference;
    const reach = DIFFERENCE_CLIP_SD * b.sdDifference * volatility;
    const deficit = -this.#outer.reduce((sum, x) => sum + Math.min(reach, Math.max(-reach, x)), this.#inner);
    const netShort = this.#championShort - this.#formerShort;
    return {
      pairs: m,
      championShort: this.#championShort,
      formerShort: this.#formerShort,
      netShort,
      netDrop: m > 0 ? netShort / m : 0,
      zWins: unitWins > 0 ? netShort / (unitWins * wide) : 0,
      zPnl: unitPnl > 0 ? deficit / (unitPnl * wide) : 0,
      gain: this.#sum,
      volatility,
      behind: unitPnl > 0 ? (this.#peak - this.#sum) / (unitPnl * Math.sqrt(this.#window)) : 0,
      championPnl: this.#championPnl,
      formerPnl: this.#formerPnl,
    };
  }
}

/**
 * How much wilder the market is than in the baseline, seen on the former champion, which goes on shadowing.
 * Definition: r = max(1, sqrt(squares / trades) / sd), squares about the baseline mean.
 * @returns 1 with fewer than 20 trades or a constant baseline
 */
export function volatilityRatio(options: { trades: number; squares: number; sd: number }): number {
  if (options.trades < PAIRS_FROM || !(options.sd > 0)) return 1;
  return Math.max(1, Math.sqrt(options.squares / options.trades) / options.sd);
}

export type PairedRule = "paired-win" | "paired-pnl" | "paired-drawdown";

/**
 * What the paired charts say at one moment.
 * @param options.fell  the champion's own drawdown is beyond its limit; it counts while the window is open and not prolonged
 * @returns rollback only when restoring the former would have been better on the same signals (gain < 0)
 */
export function pairedVerdict(
  figures: PairedFigures,
  options: { fell: boolean },
): { verdict: "rollback" | "alert" | "quiet"; rule: PairedRule | null } {
  const f = figures;
  if (f.pairs < PAIRS_FROM) return { verdict: "quiet", rule: null };
  if (f.gain < 0) {
    if (f.zWins >= PAIRED_ROLLBACK_SD && f.netDrop > NET_DROP_ROLLBACK && f.netShort >= FEWEST_NET_WINS)
      return { verdict: "rollback", rule: "paired-win" };
    if (f.zPnl >= PAIRED_ROLLBACK_SD) return { verdict: "rollback", rule: "paired-pnl" };
    if (options.fell && f.behind >= BEHIND_SD) return { verdict: "rollback", rule: "paired-drawdown" };
  }
  if (f.zWins >= PAIRED_ALERT_SD && f.netDrop > NET_DROP_ALERT) return { verdict: "alert", rule: "paired-win" };
  if (f.zPnl >= PAIRED_ALERT_SD) return { verdict: "alert", rule: "paired-pnl" };
  return { verdict: "quiet", rule: null };
}

/**
 * The champion's own rule is broken and the paired one is not: the market, or unclear.
 * @param figures  null: no pairs yet
 * @param options.winRule  the win rule is broken; else it is the drawdown
 * @param options.drawdown  the champion's drawdown, account currency
 * @param options.formerOnStretch  the former's PnL on the signals of that drawdown, from its peak to its trough
 */
export function marketOrUnclear(
  figures: PairedFigures | null,
  options: { winRule: boolean; drawdown: number; formerOnStretch: number },
): "market" | "unclear" {
  if (figures === null || figures.pairs < PAIRS_FROM) return "unclear";
  if (figures.gain >= 0) return "market";
  const { championShort, formerShort } = figures;
  const shared = options.winRule
    ? championShort > 0 && formerShort >= MARKET_SHARE * championShort
    : -options.formerOnStretch >= MARKET_SHARE * options.drawdown;
  return shared ? "market" : "unclear";
}
