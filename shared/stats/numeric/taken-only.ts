/** PnL of the trades taken, in order. */
export function takenOnly(options: { pnl: Float64Array; took: Uint8Array }): Float64Array {
  if (options.pnl.length !== options.took.length) throw new RangeError("pnl and took must have the same length");
  const taken = new Float64Array(options.pnl.length);
  let count = 0;
  for (let i = 0; i < options.pnl.length; i++) {
    if (options.took[i] === 1) taken[count++] = options.pnl[i]!;
  }
  return count === taken.length ? taken : taken.slice(0, count);
}
