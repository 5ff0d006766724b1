import { flagColumn, floatColumn } from "../stats/numeric/columns.ts";
import { Fills } from "./fills.ts";
import type { LedgerRows } from "./ledger.ts";
import { OverlapMeter } from "./overlap.ts";
import type { UnpairedWindow } from "./rows.ts";

/** One model's answer to one signal. */
type Entry = { id: string; openedAt: number; champion: boolean; fills: Fills };
type TradeReport = { at: number; openedAt: number; champion: boolean; row: number; trade: string };

/**
 * Evidence without common signals: both models' trades on one time line, fills of one model on one signal summed. n counts the
 * side with fewer rows; the look of n rows is taken at the first moment of trade time at which both sides have n settled rows.
 */
export class TimeLine {
  readonly #champion: LedgerRows;
  readonly #challenger: LedgerRows;
  readonly #reports: TradeReport[] = [];
  readonly #entries = new Map<string, Entry>();
  #taken = 0;
  #counts = { champion: 0, challenger: 0 };

  /**
   * @param options.startAt  trades must have opened after this, epoch ms; null: all
   * @param options.before  trades closed at or after this are not looked at
   */
  constructor(champion: LedgerRows, challenger: LedgerRows, options: { startAt: number | null; before: number }) {
    this.#champion = champion;
    this.#challenger = challenger;
    for (const side of [champion, challenger]) {
      for (let row = 0; row < side.count; row++) {
        const openedAt = side.openedAt[row]!;
        const at = side.closedAt[row]!;
        if (at >= options.before || (options.startAt !== null && openedAt <= options.startAt)) continue;
        this.#reports.push({ at, openedAt, champion: side === champion, row, trade: side.tradeIds[row]! });
      }
    }
    this.#reports.sort(
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
      if (this.#taken >= this.#reports.length) return null;
      this.#advance();
    }
    return this.#window();
  }

  latest(): UnpairedWindow {
    while (this.#taken < this.#reports.length) this.#advance();
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
    const { at } = this.#reports[this.#taken]!;
    for (let next = this.#reports[this.#taken]; next?.at === at; next = this.#reports[this.#taken]) {
      this.#take(next);
      this.#taken += 1;
    }
  }

  #take({ champion, row, openedAt }: TradeReport): void {
    const ledger = champion ? this.#champion : this.#challenger;
    const id = ledger.signalIds[row]!;
    const key = `${champion ? "champion" : "challenger"} ${id}`;
    const entry = this.#entries.get(key) ?? { id, openedAt, champion, fills: new Fills() };
    this.#entries.set(key, entry);
    const before = entry.fills.settled;
    entry.fills.add(ledger, row);
    if (!before && entry.fills.settled) this.#counts[champion ? "champion" : "challenger"] += 1;
  }

  #window(): UnpairedWindow {
    // Map keeps the order of the first report; among signals opened at one moment that is the order of closing.
    const entries = [...this.#entries.values()]
      .filter((entry) => entry.fills.settled)
      .sort((a, b) => a.openedAt - b.openedAt);
    const pnlOf = (mine: boolean) =>
      floatColumn(entries.length, (i) => (entries[i]!.champion === mine ? entries[i]!.fills.pnl : 0));
    const flagOf = (mine: boolean, flag: (e: Entry) => boolean) =>
      flagColumn(entries.length, (i) => entries[i]!.champion === mine && flag(entries[i]!));
    const overlap = new OverlapMeter();
    for (const { champion, fills } of entries)
      overlap.add({ champion: champion ? fills.position : null, challenger: champion ? null : fills.position });
    return {
      kind: "unpaired",
      at: this.#taken > 0 ? this.#reports[this.#taken - 1]!.at : 0,
      n: this.#n(),
      champion: pnlOf(true),
      challenger: pnlOf(false),
      championTook: flagOf(true, (e) => e.fills.took),
      challengerTook: flagOf(false, (e) => e.fills.took),
      championReported: flagOf(true, () => true),
      challengerReported: flagOf(false, () => true),
      signalIds: entries.map((e) => e.id),
      overlap: overlap.read(),
    };
  }
}
