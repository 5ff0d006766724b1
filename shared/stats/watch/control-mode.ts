/**
 * Whether the former champion can serve as the control: it reports, or it has fallen silent. A function of the champion's trades so
 * far, in closing order, and of whether the former's side of each is known.
 */

/** The former counts as silent when that many of the champion's newest trades are without its answer. */
export const ANSWER_GRACE = 10;
/** Older trades it may leave unanswered: this many, and this share of them. */
const MISSING_FLAT = 5;
const MISSING_SHARE = 0.15;

export type ControlMode = "paired" | "unpaired";

/** Follows the answers. Cost: O(1) a trade and an answer. */
export class ControlFollower {
  readonly #answered: boolean[] = [];
  #newestAnswered = 0;
  #olderMissing = 0;

  /** One more trade of the champion has closed; its answer is not known yet. */
  addTrade(): void {
    this.#answered.push(false);
    const older = this.#answered.length - 1 - ANSWER_GRACE;
    if (older < 0) return;
    if (this.#answered[older]) this.#newestAnswered -= 1;
    else this.#olderMissing += 1;
  }

  /** @param position  of the trade among the champion's, from 0 */
  addAnswer(position: number): void {
    if (position >= this.#answered.length) throw new RangeError(`trade ${position} has not closed yet`);
    if (this.#answered[position]) return;
    this.#answered[position] = true;
    if (position >= this.#answered.length - ANSWER_GRACE) this.#newestAnswered += 1;
    else this.#olderMissing -= 1;
  }

  isAnswered(position: number): boolean {
    return this.#answered[position] ?? false;
  }

  /** Unpaired when the newest ten trades are all unanswered or, among the older ones, more than 5 + 15 % are. */
  mode(): ControlMode {
    const trades = this.#answered.length;
    if (trades >= ANSWER_GRACE && this.#newestAnswered === 0) return "unpaired";
    const older = Math.max(0, trades - ANSWER_GRACE);
    return this.#olderMissing <= MISSING_FLAT + MISSING_SHARE * older ? "paired" : "unpaired";
  }
}
