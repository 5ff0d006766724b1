import { deflateSync, inflateSync } from "node:zlib";
import { floatColumn } from "../stats/numeric/columns.ts";
import type { LedgerRows } from "./ledger.ts";

/**
 * Ledger rows as few bytes: columns one after another, each in the shortest exact form, deflated. What comes out is bit for bit what
 * went in: PnL is kept as whole cents (or less) only where that gives the same float64, ids as 16 bytes only where all are UUIDs.
 * The checksum of zlib's format finds damage.
 */

/** A row of one flag byte. */
const TOOK = 1;
const EXECUTED = 2;
const OPENED_KNOWN = 4;
const FINAL = 8;

/** What the columns look like. */
const SAME_IDS = 1;
const SIGNAL_UUIDS = 2;
const TRADE_UUIDS = 4;

/** Decimal places of PnL tried, and what says that it is kept as float64. */
const PLACES_MAX = 8;
const AS_FLOATS = 255;

/** Far more than a block may hold. */
const UNPACKED_BYTES_MAX = 4 * 1024 * 1024;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws RangeError where a time is no whole millisecond */
export function packRows(rows: LedgerRows): Uint8Array {
  const sameIds = rows.tradeIds.every((id, i) => id === rows.signalIds[i]);
  const uuids = (ids: readonly string[]) => ids.every((id) => UUID.test(id));
  const signalUuids = uuids(rows.signalIds);
  const tradeUuids = !sameIds && uuids(rows.tradeIds);
  const places = placesOf(rows.pnl);
  const out = new Writer();
  out.number(rows.count);
  out.byte((sameIds ? SAME_IDS : 0) | (signalUuids ? SIGNAL_UUIDS : 0) | (tradeUuids ? TRADE_UUIDS : 0));
  out.byte(places ?? AS_FLOATS);
  out.ids(rows.signalIds, signalUuids);
  if (!sameIds) out.ids(rows.tradeIds, tradeUuids);
  let before = 0;
  for (const at of rows.closedAt) {
    out.signed(at - before);
    before = at;
  }
  for (let i = 0; i < rows.count; i++) out.signed(rows.closedAt[i]! - rows.openedAt[i]!);
  if (places === null) out.bytes(new Uint8Array(rows.pnl.buffer, rows.pnl.byteOffset, rows.pnl.byteLength));
  else for (const pnl of rows.pnl) out.signed(Math.round(pnl * 10 ** places));
  for (let i = 0; i < rows.count; i++) out.byte(flagsOf(rows, i));
  return new Uint8Array(deflateSync(out.done()));
}

/** @throws Error where the bytes are not what `packRows` made */
export function unpackRows(bytes: Uint8Array): LedgerRows {
  const from = new Reader(inflateSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }));
  const count = from.number();
  const form = from.byte();
  const places = from.byte();
  const signalIds = from.ids(count, (form & SIGNAL_UUIDS) !== 0);
  const tradeIds = form & SAME_IDS ? [...signalIds] : from.ids(count, (form & TRADE_UUIDS) !== 0);
  const closedAt = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) closedAt[i] = at += from.signed();
  const openedAt = new Float64Array(count);
  for (let i = 0; i < count; i++) openedAt[i] = closedAt[i]! - from.signed();
  const pnl = places === AS_FLOATS ? from.floats(count) : floatColumn(count, () => from.signed() / 10 ** places);
  const flags = Uint8Array.from({ length: count }, () => from.byte());
  const column = (flag: number) => flags.map((f) => (f & flag ? 1 : 0));
  from.end();
  return {
    count,
    tradeIds,
    signalIds,
    pnl,
    openedAt,
    closedAt,
    took: column(TOOK),
    executed: column(EXECUTED),
    openedKnown: column(OPENED_KNOWN),
    final: column(FINAL),
  };
}

function flagsOf(rows: LedgerRows, i: number): number {
  return (
    (rows.took[i] ? TOOK : 0) |
    (rows.executed[i] ? EXECUTED : 0) |
    (rows.openedKnown[i] ? OPENED_KNOWN : 0) |
    (rows.final[i] ? FINAL : 0)
  );
}

/** Fewest decimal places that give every value back exactly; null: none do. */
function placesOf(pnl: Float64Array): number | null {
  for (let places = 0; places <= PLACES_MAX; places++) {
    const scale = 10 ** places;
    const exact = (x: number) => {
      const whole = Math.round(x * scale);
      return Number.isSafeInteger(2 * whole) && Object.is(whole / scale, x) && !Object.is(x, -0);
    };
    if (pnl.every(exact)) return places;
  }
  return null;
}

class Writer {
  #bytes = new Uint8Array(1024);
  #length = 0;

  byte(value: number): void {
    this.#room(1)[this.#length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#room(values.length).set(values, this.#length);
    this.#length += values.length;
  }

  /** Seven bits a byte, lowest first. */
  number(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128);
    this.byte(rest);
  }

  /** Small values of either sign stay short. */
  signed(value: number): void {
    if (!Number.isInteger(value) || !Number.isSafeInteger(2 * value))
      throw new RangeError(`${value} is no whole number a ledger can hold`);
    this.number(value < 0 ? -2 * value - 1 : 2 * value);
  }

  ids(ids: readonly string[], uuids: boolean): void {
    const bytes = uuids ? Buffer.from(ids.join("").replaceAll("-", ""), "hex") : Buffer.from(ids.join("\n"));
    this.number(bytes.length);
    this.bytes(bytes);
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(more: number): Uint8Array {
    if (this.#length + more > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + more));
      larger.set(this.done());
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new Error("the rows end too early");
    return value;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  ids(count: number, uuids: boolean): string[] {
    const bytes = this.#take(this.number());
    const ids = uuids ? uuidsOf(bytes.toString("hex")) : bytes.toString().split("\n");
    if (count === 0) return [];
    if (ids.length !== count) throw new Error(`${ids.length} ids for ${count} rows`);
    return ids;
  }

  floats(count: number): Float64Array {
    // A view would need its bytes aligned.
    return new Float64Array(new Uint8Array(this.#take(8 * count)).buffer);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error("there are bytes after the rows");
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    if (taken.length !== length) throw new Error("the rows end too early");
    this.#at += length;
    return taken;
  }
}

function uuidsOf(hex: string): string[] {
  const ids: string[] = [];
  for (let i = 0; i < hex.length; i += 32) {
    const id = hex.slice(i, i + 32);
    ids.push(`${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`);
  }
  return ids;
}
