import type { LedgerRows } from "./ledger.ts";
import type { Position } from "./overlap.ts";

/**
 * Fills: the trades one model reports on one signal. Exchanges fill an order in parts, so a model's answer to a signal is the
 * sum of its trades there. It is settled by its last fill: the first one that is not marked `final: false`. A fill that comes
 * after that still belongs to the sum, from the moment it closed on; until then nobody could know of it.
 */
export class Fills {
  /** account currency, the sum of what has closed so far */
  pnl = 0;
  count = 0;
  /** a final fill or an abstention has been reported */
  settled = false;
  took = false;
  abstained = false;
  /** close of the first trade taken, epoch ms; Infinity: none yet */
  firstClose = Number.POSITIVE_INFINITY;
  #position: Position | null = null;

  add(ledger: LedgerRows, row: number): void {
    const closedAt = ledger.closedAt[row]!;
    const openedAt = ledger.openedAt[row]!;
    const openedKnown = ledger.openedKnown[row] === 1;
    this.count += 1;
    this.settled ||= ledger.final[row] === 1;
    if (ledger.took[row] !== 1) {
      this.abstained = true;
      return;
    }
    this.took = true;
    this.pnl += ledger.pnl[row]!;
    this.firstClose = Math.min(this.firstClose, closedAt);
    const so = this.#position;
    this.#position = {
      openedAt: Math.min(so?.openedAt ?? openedAt, openedAt),
      closedAt: Math.max(so?.closedAt ?? closedAt, closedAt),
      openedKnown: openedKnown && so?.openedKnown !== false,
    };
  }

  /** The time the position was held; null without a trade. */
  get position(): Position | null {
    return this.#position;
  }

  /** Said "no trade" and traded: which of the two holds cannot be known, so the sum means nothing. */
  get contradicts(): boolean {
    return this.took && this.abstained;
  }
}
