import { TableStream } from "./stream.ts";
import { canonical, compareValues, itemBytes, refuse, type StoredItem, storedItem, type Value } from "./values.ts";

/** One table: items in collections that are ordered by their sort key, what they were a moment ago, and a stream. */

export type TableShape = {
  name: string;
  partitionKey: string;
  sortKey: string;
  shards: number;
};

/** What a read that is not strongly consistent may still see, ms. */
const STALE_MS = 1500;
const ITEM_BYTES_MAX = 400 * 1024;

type Slot = { key: Value; item: StoredItem | undefined; before: StoredItem | undefined; changedAt: number };
type Collection = { slots: Map<string, Slot>; ordered: Slot[] | null };

export class EmulatedTable {
  readonly shape: TableShape;
  stream: TableStream;
  /** committed writes, ever */
  writes = 0;
  #streams = 1;
  readonly #collections = new Map<string, Collection>();

  /** @param firstSequence  the stream goes on behind it */
  constructor(shape: TableShape, firstSequence = 5000) {
    this.shape = shape;
    this.stream = this.#makeStream(firstSequence);
  }

  /** The stream is switched off and on: a new one, whose sequence numbers begin lower than the old one's. */
  renewStream(): TableStream {
    const old = this.stream;
    old.close();
    this.#streams += 1;
    this.stream = this.#makeStream(100 * this.#streams);
    return old;
  }

  #makeStream(firstSequence: number): TableStream {
    const { name, shards } = this.shape;
    const label = `2026-01-01T00:00:0${this.#streams}.000`;
    return new TableStream({ table: name, label, shards, firstSequence });
  }

  /** Key of an item or of a request; refuses what is no key of this table. */
  keyOf(item: StoredItem, options: { exact: boolean }): { partition: string; sort: string; key: StoredItem } {
    const { partitionKey, sortKey } = this.shape;
    if (options.exact && Object.keys(item).length !== 2) refuse("The provided key element does not match the schema");
    const [pk, sk] = [item[partitionKey]?.S, item[sortKey]?.S];
    if (pk === undefined || sk === undefined) {
      refuse(
        options.exact
          ? "The provided key element does not match the schema"
          : "One or more parameter values were invalid: Missing the key or type mismatch in the item",
      );
    }
    if (pk === "" || sk === "")
      refuse("One or more parameter values are not valid. A key attribute is an empty string value.");
    if (Buffer.byteLength(pk!) > 2048)
      refuse(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
      );
    if (Buffer.byteLength(sk!) > 1024)
      refuse(
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
      );
    return { partition: pk!, sort: sk!, key: { [partitionKey]: { S: pk! }, [sortKey]: { S: sk! } } };
  }

  get(partition: string, sort: string, options: { staleAt?: number } = {}): StoredItem | undefined {
    const slot = this.#collections.get(partition)?.slots.get(sort);
    return slot && seen(slot, options.staleAt);
  }

  /** Items of one collection in the order of their sort keys. */
  collection(partition: string, options: { staleAt?: number } = {}): StoredItem[] {
    const found = this.#collections.get(partition);
    if (!found) return [];
    found.ordered ??= [...found.slots.values()].sort((a, b) => compareValues(a.key, b.key)!);
    return found.ordered.map((slot) => seen(slot, options.staleAt)).filter((item) => item !== undefined);
  }

  partitions(): string[] {
    return [...this.#collections.keys()].sort();
  }

  /** @param item  undefined: it is deleted */
  write(key: StoredItem, item: StoredItem | undefined, options: { now: number; expired?: boolean }): void {
    const { partitionKey, sortKey } = this.shape;
    const [partition, sort] = [key[partitionKey]!.S!, key[sortKey]!.S!];
    const collection = this.#collections.get(partition) ?? { slots: new Map<string, Slot>(), ordered: null };
    this.#collections.set(partition, collection);
    const slot = collection.slots.get(sort);
    const before = slot?.item;
    const after = item && storedItem(item);
    if (after) checkSize(after);
    this.writes += 1;
    // Nothing changed: nothing in the stream either.
    if (before === undefined && after === undefined) return;
    if (
      before &&
      after &&
      itemBytes(before) === itemBytes(after) &&
      canonical({ M: before }) === canonical({ M: after })
    )
      return;
    if (slot) Object.assign(slot, { before, item: after, changedAt: options.now });
    else {
      collection.slots.set(sort, { key: { S: sort }, item: after, before: undefined, changedAt: options.now });
      collection.ordered = null;
    }
    const change = { keys: key, oldImage: before, newImage: after, expired: options.expired === true };
    // Without a local secondary index nothing keeps a collection on one shard.
    this.stream.append(change, { key: `${partition}\n${sort}`, now: options.now });
  }

  /** The same table again, sharing nothing that changes; of its stream, what comes from now on. */
  clone(): EmulatedTable {
    const copy = new EmulatedTable(this.shape, this.stream.sequence);
    for (const [partition, { slots }] of this.#collections)
      copy.#collections.set(partition, {
        slots: new Map([...slots].map(([sort, slot]) => [sort, { ...slot }])),
        ordered: null,
      });
    return copy;
  }
}

function seen(slot: Slot, staleAt: number | undefined): StoredItem | undefined {
  return staleAt !== undefined && staleAt - slot.changedAt < STALE_MS ? slot.before : slot.item;
}

export function checkSize(item: StoredItem): void {
  if (itemBytes(item) > ITEM_BYTES_MAX) refuse("Item size has exceeded the maximum allowed size");
}
