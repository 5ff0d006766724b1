import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/**
 * Capacity units as AWS bills them, computed from item sizes: DynamoDB Local reports transactions wrongly, and a mock reports nothing.
 *
 * A write costs a unit for each begun KB of the larger of what was there and what comes, in a transaction two; one that fails its
 * condition costs as much. A consistent read costs a unit for each begun 4 KB, one that may be stale half; a query adds up what it read.
 * (Amazon DynamoDB Developer Guide, "DynamoDB read and write operations" and "DynamoDB item sizes and formats".)
 */
export type Units = { reads: number; writes: number };

type Item = Record<string, unknown>;

const WRITE_BYTES = 1024;
const READ_BYTES = 4096;

/** Bytes of an item: names and values. */
export function itemBytes(item: Item | undefined): number {
  return Object.entries(item ?? {}).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value), 0);
}

function bytesOf(value: unknown): number {
  if (value === undefined) return 0;
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "string") return Buffer.byteLength(value);
  // Two digits a byte, and one more.
  if (typeof value === "number") return Math.ceil(String(value).replace(/\D/g, "").length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  const inner = value instanceof Set ? [...value] : Array.isArray(value) ? value : null;
  if (inner) return inner.reduce<number>((sum, one) => sum + bytesOf(one) + 1, 3);
  return 3 + Object.values(value as Item).length + itemBytes(value as Item);
}

export class CapacityMeter {
  units: Units = { reads: 0, writes: 0 };
  readonly #sizes = new Map<string, number>();

  /** The same client, with every call counted. */
  wrap(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
    const send = async (command: { constructor: { name: string }; input: Item }) => {
      let output: Item = {};
      try {
        output = (await client.send(command as never)) as Item;
        return output;
      } finally {
        this.#count(command.constructor.name, command.input, output);
      }
    };
    return new Proxy(client, { get: (target, name) => (name === "send" ? send : Reflect.get(target, name)) });
  }

  /** What a piece of work costs. */
  async of(work: () => Promise<unknown>): Promise<Units> {
    const { reads, writes } = this.units;
    await work();
    return { reads: this.units.reads - reads, writes: this.units.writes - writes };
  }

  #count(command: string, input: Item, output: Item): void {
    const consistent = input.ConsistentRead === true;
    if (command === "GetCommand") this.#read([itemBytes(output.Item as Item)], consistent);
    else if (command === "QueryCommand") {
      const items = (output.Items as Item[] | undefined) ?? [];
      this.#read([items.reduce((sum, item) => sum + itemBytes(item), 0)], consistent);
    } else if (command === "BatchGetCommand") this.#batch(input, output);
    else if (command === "PutCommand") this.#write(input.Item as Item, 1);
    else if (command === "UpdateCommand") this.#write(input.Key as Item, 1);
    else if (command === "TransactWriteCommand") {
      for (const write of input.TransactItems as Record<string, Item>[]) {
        const { Item: whole, Key: key } = (write.Put ?? write.Update ?? write.ConditionCheck)!;
        this.#write((whole ?? key) as Item, 2);
      }
    } else throw new Error(`the capacity meter does not know ${command}`);
  }

  #batch(input: Item, output: Item): void {
    const [[table, { Keys: keys }]] = Object.entries(input.RequestItems as Record<string, { Keys: Item[] }>) as [
      [string, { Keys: Item[] }],
    ];
    const found = (output.Responses as Record<string, Item[]> | undefined)?.[table] ?? [];
    this.#read([...found.map(itemBytes), ...Array<number>(keys.length - found.length).fill(0)], true);
  }

  #read(sizes: readonly number[], consistent: boolean): void {
    for (const bytes of sizes) this.units.reads += Math.max(1, Math.ceil(bytes / READ_BYTES)) * (consistent ? 1 : 0.5);
  }

  #write(item: Item, times: number): void {
    const key = `${item.pk}\n${item.sk}`;
    const size = itemBytes(item);
    const larger = Math.max(size, this.#sizes.get(key) ?? 0);
    this.units.writes += times * Math.max(1, Math.ceil(larger / WRITE_BYTES));
    this.#sizes.set(key, size);
  }
}
