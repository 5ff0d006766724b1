import type { StoredItem } from "./dynamodb/values.ts";

/**
 * The tiny model beside the product: what the ensemble really wrote, in the order in which the table took it, and what follows from it.
 * It knows nothing of streams, ledgers or watermarks.
 */

type Version = { image: StoredItem | null; good: boolean; deployed: boolean; stream: number };
type RawTrade = { id: string; versions: Version[] };

export type Expected = {
  /** it must count; false: it may, because it came before its model or was refused at first */
  must: boolean;
  /** PnL it may count with, the one that was written first before the others */
  pnls: number[];
  /** it is no longer in the table */
  deleted: boolean;
};

export class Truth {
  readonly #trades = new Map<string, Map<string, RawTrade>>();
  readonly #deployed = new Set<string>();
  #streams = 0;
  #anyOrder = false;

  /** The table's stream was renewed: what came before and after it may arrive in either order. */
  noteRenewed(): void {
    this.#streams += 1;
  }

  /** What is given up comes later than what was written after it. */
  noteAnyOrder(): void {
    this.#anyOrder = true;
  }

  noteDeployed(model: string): void {
    this.#deployed.add(model);
  }

  get deployed(): ReadonlySet<string> {
    return this.#deployed;
  }

  /** A change of the trades table. */
  noteChange(key: StoredItem, image: StoredItem | undefined): void {
    const model = key.model_name!.S!;
    const id = key.trade_id!.S!;
    const trades = this.#trades.get(model) ?? new Map<string, RawTrade>();
    this.#trades.set(model, trades);
    const trade = trades.get(id) ?? { id, versions: [] };
    trades.set(id, trade);
    const deployed = this.#deployed.has(model);
    trade.versions.push({
      image: image ?? null,
      good: image !== undefined && isGood(image),
      deployed,
      stream: this.#streams,
    });
  }

  models(): string[] {
    return [...this.#trades.keys()];
  }

  /** Trades that may count, by id, in the order in which their first good version was written. */
  expected(model: string): Map<string, Expected> {
    const found = new Map<string, Expected>();
    for (const { id, versions } of this.#trades.get(model)?.values() ?? []) {
      const good = versions.filter((v) => v.good);
      if (good.length === 0) continue;
      const first = good[0]!;
      const pnlOf = (v: Version) => Number(v.image!.pnl!.N);
      const across = versions.slice(versions.indexOf(first)).some((v) => v.stream !== first.stream);
      // Changed through another stream: whichever version arrives first counts, and none of a trade that is deleted has to.
      const deleted = versions.at(-1)!.image === null;
      if (first.deployed && across)
        found.set(id, { must: versions.every((v) => v.image), pnls: good.map(pnlOf), deleted });
      else if (first.deployed)
        found.set(id, { must: true, pnls: this.#anyOrder ? good.map(pnlOf) : [pnlOf(first)], deleted });
      else found.set(id, { must: false, pnls: good.map(pnlOf), deleted });
    }
    return found;
  }

  /** Ids of trades that never had a version that could count: they must be kept apart. */
  poison(model: string): string[] {
    const trades = [...(this.#trades.get(model)?.values() ?? [])];
    return trades
      .filter(({ versions }) => versions.every((v) => !v.good) && versions.some((v) => v.image))
      .map((t) => t.id);
  }

  clone(): Truth {
    const copy = new Truth();
    copy.#anyOrder = this.#anyOrder;
    for (const model of this.#deployed) copy.#deployed.add(model);
    for (const [model, trades] of this.#trades)
      copy.#trades.set(model, new Map([...trades].map(([id, t]) => [id, { id, versions: [...t.versions] }])));
    return copy;
  }
}

/** Whether a row can count: written again from DESIGN.md 3.2, not taken from the product. */
function isGood(image: StoredItem): boolean {
  const pnl = image.pnl?.N;
  const closed = image.closed_at?.S;
  if (pnl === undefined || Math.abs(Number(pnl)) > 1e12) return false;
  return closed !== undefined && /^20[12]\d-\d\d-\d\dT/.test(closed);
}
