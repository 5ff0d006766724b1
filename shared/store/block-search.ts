/**
 * The first of a ledger's blocks whose clock lies after a moment. Clocks never decrease with the index, and what is looked for
 * mostly lies near the end: the search goes back from there in doubling steps and then halves the last one, so it reads
 * O(log d) blocks for one d blocks before the end.
 * @param options.blocks  blocks there are
 * @param options.clockOf  clock of the block with an index, epoch ms
 * @returns `blocks` when no clock lies after it
 */
export async function firstBlockAfter(options: {
  closedAfter: number;
  blocks: number;
  clockOf: (index: number) => Promise<number>;
}): Promise<number> {
  const isAfter = async (index: number) => (await options.clockOf(index)) > options.closedAfter;
  let known = options.blocks;
  let before = -1;
  for (let step = 1; known > 0; step *= 2) {
    const index = Math.max(0, options.blocks - step);
    if (!(await isAfter(index))) {
      before = index;
      break;
    }
    known = index;
  }
  while (known - before > 1) {
    const middle = Math.floor((known + before) / 2);
    if (await isAfter(middle)) known = middle;
    else before = middle;
  }
  return known;
}
