/**
 * Overlap: how many positions are usually open together. It decides how long the blocks of the statistics are, so it is
 * measured on the rows of a look and on nothing later.
 */

/** Positions of one model. */
export type Positions = { openedAt: Float64Array; closedAt: Float64Array; count: number };

/** Share of rows that may leave out when they opened before nothing can be said about overlap. */
const UNKNOWN_SHARE_MAX = 0.01;

/**
 * Positions usually open together: the median, over one model's trades, of how many of its trades were open when it opened.
 * @param rows  trades in any order; trades that opened and closed at one moment count as themselves only
 * @returns at least 1; 1 for no trades
 */
export function typicalOverlap(rows: Positions): number {
  if (rows.count === 0) return 1;
  const opened = Float64Array.from(rows.openedAt).sort();
  const closed = Float64Array.from(rows.closedAt).sort();
  const open = new Int32Array(opened.length);
  let begun = 0;
  let ended = 0;
  for (const [i, at] of opened.entries()) {
    while (begun < opened.length && opened[begun]! <= at) begun += 1;
    while (ended < closed.length && closed[ended]! <= at) ended += 1;
    open[i] = Math.max(1, begun - ended);
  }
  open.sort();
  return open[Math.floor(open.length / 2)]!;
}

/** Collects the positions of a look's rows, side by side. */
export class OverlapMeter {
  readonly #sides = {
    champion: { opened: [] as number[], closed: [] as number[] },
    challenger: { opened: [] as number[], closed: [] as number[] },
  };
  #rows = 0;
  #unknown = 0;

  /** One row; a side that took no trade is null. */
  add(row: { champion: Position | null; challenger: Position | null }): void {
    this.#rows += 1;
    if (row.champion?.openedKnown === false || row.challenger?.openedKnown === false) this.#unknown += 1;
    for (const side of ["champion", "challenger"] as const) {
      const position = row[side];
      if (position === null) continue;
      this.#sides[side].opened.push(position.openedAt);
      this.#sides[side].closed.push(position.closedAt);
    }
  }

  /** The side with more of it; null when too many rows do not say when they opened. */
  read(): number | null {
    if (this.#unknown > UNKNOWN_SHARE_MAX * this.#rows) return null;
    const of = ({ opened, closed }: { opened: number[]; closed: number[] }) =>
      typicalOverlap({
        openedAt: Float64Array.from(opened),
        closedAt: Float64Array.from(closed),
        count: opened.length,
      });
    return Math.max(of(this.#sides.champion), of(this.#sides.challenger));
  }
}

/** From the first fill's opening to the last fill's close. */
export type Position = { openedAt: number; closedAt: number; openedKnown: boolean };
