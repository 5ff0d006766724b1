import type { LedgerRows } from "./ledger.ts";
import type { UnpairedWindow } from "./rows.ts";

/**
 * Evidence without common signals: both models' trades on one time line. n counts the side with fewer trades; the look of n rows is
 * taken at the first moment of trade time at which both sides have closed n trades.
 */
export class TimeLine {
  readonly duplicates = 0;
  readonly #champion: LedgerRows;
  readonly #challenger: LedgerRows;
  readonly #entries: { at: number; openedAt: number; champion: boolean; row: number; trade: string }[] = [];
  #taken = 0;
  #counts = { champion: 0, challenger: 0 };

  /**
   * @param o.startAt  trades must have opened after this, epoch ms; null: all
   * @param o.before  trades closed at or after this are not looked at
   */
  constructor(champion: LedgerRows, challenger: LedgerRows, o: { startAt: number | null; before: number }) {
    this.#champion = champion;
    this.#challenger = challenger;
    for (const side of [champion, challenger]) {
      for (let row = 0; row < side.count; row++) {
        const openedAt = side.openedAt[row]!;
        const at = side.closedAt[row]!;
        if (at >= o.before || (o.startAt !== null && openedAt <= o.startAt)) continue;
        this.#entries.push({ at, openedAt, champion: side === champion, row, trade: side.tradeIds[row]! });
      }
    }
    this.#entries.sort(
      (a, b) =>
        a.at - b.at ||
        a.openedAt - b.openedAt ||
        Number(a.champion) - Number(b.champion) ||
        // Not the order of arrival: a replay may have another one.
        (a.trade < b.trade ? -1 : 1),
    );
  }

  windowOf(n: number): UnpairedWindow | null {
    while (this.#n() < n) {
      if (this.#taken >= this.#entries.length) return null;
      this.#advance();
    }
    return this.#window();
  }

  latest(): UnpairedWindow {
    while (this.#taken < this.#entries.length) this.#advance();
    return this.#window();
  }

  /** Trades each side needs at the least before there are n of both; negative: none. Call it after `windowOf` returned null. */
  shortOf(n: number): { champion: number; challenger: number } {
    return { champion: n - this.#counts.champion, challenger: n - this.#counts.challenger };
  }

  #n(): number {
    return Math.min(this.#counts.champion, this.#counts.challenger);
  }

  /** All trades that closed at the next moment. */
  #advance(): void {
    const { at } = this.#entries[this.#taken]!;
    for (let next = this.#entries[this.#taken]; next?.at === at; next = this.#entries[this.#taken]) {
      this.#counts[next.champion ? "champion" : "challenger"] += 1;
      this.#taken += 1;
    }
  }

  #window(): UnpairedWindow {
    const entries = this.#entries.slice(0, this.#taken).sort((a, b) => a.openedAt - b.openedAt || a.at - b.at);
    const rows = entries.length;
    const column = () => new Float64Array(rows);
    const flags = () => new Uint8Array(rows);
    const side = () => ({ pnl: column(), took: flags(), reported: flags() });
    const [champion, challenger] = [side(), side()];
    const signalIds: string[] = [];
    for (const [i, entry] of entries.entries()) {
      const ledger = entry.champion ? this.#champion : this.#challenger;
      const own = entry.champion ? champion : challenger;
      own.pnl[i] = ledger.pnl[entry.row]!;
      own.took[i] = ledger.took[entry.row]!;
      own.reported[i] = 1;
      signalIds.push(ledger.signalIds[entry.row]!);
    }
    return {
      kind: "unpaired",
      at: this.#taken > 0 ? this.#entries[this.#taken - 1]!.at : 0,
      n: this.#n(),
      champion: champion.pnl,
      challenger: challenger.pnl,
      championTook: champion.took,
      challengerTook: challenger.took,
      championReported: champion.reported,
      challengerReported: challenger.reported,
      signalIds,
    };
  }
}
