import type { StreamRecord } from "../../../local/streams/stream-record.ts";
import { hashText } from "../../../shared/stats/numeric/prng.ts";
import { itemBytes, type StoredItem } from "./values.ts";

/** A table's stream: shards that split and end, records that are kept for a day. */

export const KEPT_MS = 24 * 3_600_000;

export type Shard = {
  id: string;
  parent: string | null;
  /** hashes of keys it takes: from (inclusive) to (exclusive) */
  from: number;
  to: number;
  closed: boolean;
  records: StreamRecord[];
};

export type Change = {
  keys: StoredItem;
  oldImage: StoredItem | undefined;
  newImage: StoredItem | undefined;
  /** deleted by its time-to-live */
  expired: boolean;
};

const HASHES = 2 ** 32;

export class TableStream {
  readonly arn: string;
  readonly shards: Shard[] = [];
  #sequence: number;
  #made = 0;

  /** @param options.shards  how many it begins with */
  constructor(options: { table: string; label: string; shards: number; firstSequence: number }) {
    this.arn = `arn:aws:dynamodb:eu-west-1:000000000000:table/${options.table}/stream/${options.label}`;
    this.#sequence = options.firstSequence;
    for (let i = 0; i < options.shards; i++) {
      const bound = (j: number) => Math.floor((HASHES * j) / options.shards);
      this.#addShard(null, bound(i), bound(i + 1));
    }
  }

  /** of the newest record */
  get sequence(): number {
    return this.#sequence;
  }

  /** @param key  what decides the shard: partition key and sort key */
  append(change: Change, options: { key: string; now: number }): void {
    const hash = hashText(options.key)[0]! >>> 0;
    const shard = this.shards.find((s) => !s.closed && hash >= s.from && hash < s.to);
    // A stream that was switched off takes nothing any more.
    if (!shard) return;
    this.#sequence += 1 + (hash % 3);
    const { keys, oldImage, newImage, expired } = change;
    shard.records.push({
      eventID: `${this.arn.slice(-6)}-${this.#sequence}`,
      eventName: oldImage === undefined ? "INSERT" : newImage === undefined ? "REMOVE" : "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "eu-west-1",
      eventSourceARN: this.arn,
      ...(expired && { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }),
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(options.now / 1000),
        Keys: keys,
        ...(newImage && { NewImage: newImage }),
        ...(oldImage && { OldImage: oldImage }),
        SequenceNumber: String(this.#sequence),
        SizeBytes: itemBytes({ ...oldImage, ...newImage }),
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
    });
  }

  /** An open shard ends and two children go on; their parent has to be read first. */
  split(shard: Shard): void {
    if (shard.closed || shard.to - shard.from < 2) return;
    shard.closed = true;
    const middle = Math.floor((shard.from + shard.to) / 2);
    this.#addShard(shard.id, shard.from, middle);
    this.#addShard(shard.id, middle, shard.to);
  }

  /** Switched off: what is in it can still be read for a day. */
  close(): void {
    for (const shard of this.shards) shard.closed = true;
  }

  /** Records older than a day are lost, read or not. */
  trim(now: number): number {
    let lost = 0;
    for (const shard of this.shards) {
      const kept = shard.records.findIndex((r) => now - r.dynamodb.ApproximateCreationDateTime * 1000 < KEPT_MS);
      lost += shard.records.splice(0, kept < 0 ? shard.records.length : kept).length;
    }
    return lost;
  }

  #addShard(parent: string | null, from: number, to: number): void {
    this.#made += 1;
    const id = `shardId-${String(this.#made).padStart(20, "0")}`;
    this.shards.push({ id, parent, from, to, closed: false, records: [] });
  }
}
