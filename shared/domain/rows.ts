/**
 * Rows: what a look compares, as columns and not as objects. Two kinds, distinguished by `kind`: with common signals a row is a
 * signal both models answered; without them it is one model's trade on the merged time line of both.
 */

type Columns = {
  /** account currency; 0 where the model abstained or the row is not its own */
  champion: Float64Array;
  challenger: Float64Array;
  /** 1 where that model took the trade (not abstained) */
  championTook: Uint8Array;
  challengerTook: Uint8Array;
  /** what a person looks a row up by */
  signalIds?: readonly string[];
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
  /** positions usually open together over these rows alone; null: too many trades do not say when they opened */
  overlap: number | null;
};

/** Trades on a signal that cannot be summed into its row. */
export type Unsummed = {
  signals: number;
  /** of the first few, with signal ids */
  reasons: string[];
};

/** Signals that are no rows, or not yet. */
export type Gaps = {
  /** signals before the last usable row that the champion reported and the challenger did not */
  missing: number;
  /** of these, signals that opened before the challenger's first report: it was seated before it traded */
  missingBeforeFirst: number;
  /** champion's PnL on the missing ones, and the challenger's on signals the champion did not report */
  championOnMissing: Float64Array;
  challengerOnMissing: Float64Array;
  /** signals one side has closed and the other not yet */
  open: number;
  /** rows of which a side consists of several fills, summed */
  summed: number;
  unsummed: Unsummed;
  /** rows in which silence was counted as an abstention */
  assumed: number;
};

const NOTHING = new Float64Array(0);
const NO_GAPS: Gaps = {
  missing: 0,
  missingBeforeFirst: 0,
  championOnMissing: NOTHING,
  challengerOnMissing: NOTHING,
  open: 0,
  summed: 0,
  unsummed: { signals: 0, reasons: [] },
  assumed: 0,
};

/** The signals usable at one moment of trade time. */
export type PairedWindow = PairedRows & Moment & Gaps;

/** The time line up to one moment of trade time. */
export type UnpairedWindow = UnpairedRows & Moment;

export type ComparedWindow = PairedWindow | UnpairedWindow;

/** Without common signals nobody can tell that one is missing. */
export function gapsOf(window: ComparedWindow): Gaps {
  return window.kind === "paired" ? window : NO_GAPS;
}
