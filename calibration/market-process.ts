import type { Prng } from "../shared/stats/numeric/prng.ts";
import { drawLatent, type Serial } from "./latent.ts";
import { bendOf, type Marginal, momentsOfMarginal } from "./marginal.ts";

/** A data-generating process: what champion and challengers earn on the same signals. A plain object, so that it can be written down. */
export type MarketProcess = {
  champion: Marginal;
  challenger: Marginal;
  /** of the latent numbers of champion and challenger on one signal, 0..1 */
  correlation: number;
  serial?: Serial;
  /** of the factor all models share; their own luck is then independent from row to row */
  commonSerial?: Serial;
  /** GARCH(1,1) with a unit mean; own: every model has its own, otherwise all follow the champion's */
  volatility?: { react: number; keep: number; own: boolean; meanFixed: boolean };
  /**
   * the challenger's edge is +edge or -edge: it turns with probability 1/length at every row, or (alternating) after every
   * `length` rows; own turns per challenger
   */
  regime?: { edge: number; length: number; alternating?: boolean };
  /** share of rows on which the challenger does exactly what the champion does */
  copies?: number;
  /** share of their own luck that the challengers have in common */
  alike?: number;
  /** so many of the champion's first `within` rows are wrong by a unit: they lose `sds` standard deviations */
  slips?: { rows: number; within: number; sds: number };
  /** share of the challengers' trades that earn `pnl` whatever the luck */
  disaster?: { share: number; pnl: number };
  /** share of signals on which every model, or the challengers alone, lose `loss` */
  crashes?: { share: number; loss: number; common: boolean };
};

/** Rows of champion and challengers, one per signal. */
export type Columns = { champion: Float64Array; challengers: Float64Array[] };

/** Rows that pass before the first one counts, so that a volatility has forgotten where it started. */
const BURN_IN = 500;

/** PnL out of latent numbers, with a volatility that reacts to the model's own (or the given) surprises. */
function earn(options: {
  latent: Float64Array;
  marginal: Marginal;
  volatility: MarketProcess["volatility"];
  scale: Float64Array | null;
}): { pnl: Float64Array; scale: Float64Array | null } {
  const bend = bendOf(options.marginal);
  const n = options.latent.length;
  const pnl = new Float64Array(n);
  if (options.volatility === undefined) {
    for (let i = 0; i < n; i++) pnl[i] = bend(options.latent[i]!);
    return { pnl, scale: null };
  }
  const { react, keep, meanFixed } = options.volatility;
  const { mean, sd } = momentsOfMarginal(options.marginal);
  const scale = options.scale ?? new Float64Array(n);
  let square = 1;
  for (let i = 0; i < n; i++) {
    const plain = bend(options.latent[i]!);
    const s = options.scale === null ? Math.sqrt(square) : scale[i]!;
    if (options.scale === null) scale[i] = s;
    pnl[i] = meanFixed ? mean + s * (plain - mean) : s * plain;
    const surprise = (plain - mean) / sd;
    square = 1 - react - keep + square * (react * surprise * surprise + keep);
  }
  return { pnl, scale };
}

function addRegime(options: { pnl: Float64Array; regime: NonNullable<MarketProcess["regime"]>; prng: Prng }): void {
  const { edge, length, alternating = false } = options.regime;
  let sign = options.prng.below(2) === 0 ? 1 : -1;
  for (let i = 0; i < options.pnl.length; i++) {
    options.pnl[i] = options.pnl[i]! + sign * edge;
    if (alternating ? (i + 1) % length === 0 : options.prng.uniform() < 1 / length) sign = -sign;
  }
}

function addSlips(options: {
  pnl: Float64Array;
  slips: NonNullable<MarketProcess["slips"]>;
  sd: number;
  prng: Prng;
}): void {
  const { rows, within, sds } = options.slips;
  const at = new Set<number>();
  while (at.size < rows) at.add(options.prng.below(within));
  for (const i of at) options.pnl[i] = -sds * options.sd;
}

/** What happens on single signals, whatever the models' luck. */
function addEvents(options: { columns: Columns; process: MarketProcess; prng: Prng }): void {
  const { columns, prng } = options;
  const { slips, disaster, crashes } = options.process;
  if (slips !== undefined)
    addSlips({ pnl: columns.champion, slips, sd: momentsOfMarginal(options.process.champion).sd, prng });
  for (const pnl of disaster === undefined ? [] : columns.challengers)
    for (let i = 0; i < pnl.length; i++) if (prng.uniform() < disaster!.share) pnl[i] = disaster!.pnl;
  if (crashes === undefined) return;
  const struck = crashes.common ? [columns.champion, ...columns.challengers] : columns.challengers;
  for (let i = 0; i < columns.champion.length; i++)
    if (prng.uniform() < crashes.share) for (const pnl of struck) pnl[i] = -crashes.loss;
}

/** One factor for all: sqrt(r) of it and the rest of the model's own luck. */
function mixIn(options: { own: Float64Array; shared: Float64Array; correlation: number }): void {
  const [a, b] = [Math.sqrt(options.correlation), Math.sqrt(1 - options.correlation)];
  for (let i = 0; i < options.own.length; i++) options.own[i] = a * options.shared[i]! + b * options.own[i]!;
}

/**
 * Draws one realisation of the process.
 * Definition: latent challenger h = r c + sqrt(1 - r^2) (sqrt(alike) m + sqrt(1 - alike) e), with c the champion's, m the
 *   challengers' common and e the challenger's own latent series; each is bent into its marginal.
 * @param options.rows  signals
 * @param options.challengers  models beside the champion
 */
export function drawMarket(options: {
  process: MarketProcess;
  rows: number;
  challengers: number;
  prng: Prng;
}): Columns {
  const { process, prng } = options;
  const serial: Serial = process.serial ?? { kind: "independent" };
  const burn = process.volatility === undefined ? 0 : BURN_IN;
  const rows = options.rows + burn;
  const shared = process.commonSerial === undefined ? null : drawLatent({ rows, serial: process.commonSerial, prng });
  const latent = drawLatent({ rows, serial, prng });
  if (shared !== null) mixIn({ own: latent, shared, correlation: process.correlation });
  const { volatility } = process;
  const first = earn({ latent, marginal: process.champion, volatility, scale: null });
  const common = process.alike === undefined ? null : drawLatent({ rows, serial, prng });
  const r = process.correlation;
  const rest = Math.sqrt(1 - r * r);
  const challengers: Float64Array[] = [];
  for (let k = 0; k < options.challengers; k++) {
    const own = drawLatent({ rows, serial, prng });
    const together = Math.sqrt(process.alike ?? 0);
    const lonely = Math.sqrt(1 - (process.alike ?? 0));
    for (let i = 0; i < rows; i++) {
      const luck = common === null ? own[i]! : together * common[i]! + lonely * own[i]!;
      own[i] = shared === null ? r * latent[i]! + rest * luck : luck;
    }
    if (shared !== null) mixIn({ own, shared, correlation: r });
    const scale = volatility === undefined || volatility.own ? null : first.scale;
    const { pnl } = earn({ latent: own, marginal: process.challenger, volatility, scale });
    if (process.regime !== undefined) addRegime({ pnl, regime: process.regime, prng });
    if (process.copies !== undefined) {
      for (let i = 0; i < rows; i++) if (prng.uniform() < process.copies) pnl[i] = first.pnl[i]!;
    }
    challengers.push(burn > 0 ? pnl.subarray(burn) : pnl);
  }
  const columns = { champion: burn > 0 ? first.pnl.subarray(burn) : first.pnl, challengers };
  addEvents({ columns, process, prng });
  return columns;
}
