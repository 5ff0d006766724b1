/**
 * Rows: what a look compares, as columns and not as objects. Two kinds, told apart by `kind`: with common signals a row is a
 * signal both models answered; without them it is one model's trade on the merged time line of both.
 */

type Columns = {
  /** account currency; 0 where the model abstained or the row is not its own */
  champion: Float64Array;
  challenger: Float64Array;
  /** 1 where that model took the trade (not abstained) */
  championTook: Uint8Array;
  challengerTook: Uint8Array;
};

/** Index = one settled signal, in the order in which the signals opened. */
export type PairedRows = Columns & { kind: "paired" };

/** Index = one report of one model, in the order in which the trades opened. */
export type UnpairedRows = Columns & {
  kind: "unpaired";
  /** 1 where the row is that model's own; an abstention is one too */
  championReported: Uint8Array;
  challengerReported: Uint8Array;
};

export type ComparedRows = PairedRows | UnpairedRows;

type Moment = {
  /** epoch ms of trade time */
  at: number;
  /** rows a look counts: paired signals, or trades of the side with fewer */
  n: number;
  signalIds: string[];
};

/** Signals that are no rows, or not yet. */
export type Gaps = {
  /** signals before the last usable row that only one side reported in time */
  missing: number;
  /** champion's PnL on those the challenger did not report */
  championOnMissing: Float64Array;
  /** signals one side has closed and the other not yet */
  open: number;
};

/** The signals usable at one moment of trade time. */
export type PairedWindow = PairedRows & Moment & Gaps;

/** The time line up to one moment of trade time. */
export type UnpairedWindow = UnpairedRows & Moment;

export type ComparedWindow = PairedWindow | UnpairedWindow;

/** Without common signals nobody can tell that one is missing. */
export function gapsOf(window: ComparedWindow): Gaps {
  return window.kind === "paired" ? window : { missing: 0, championOnMissing: new Float64Array(0), open: 0 };
}
