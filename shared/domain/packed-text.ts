import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Text of several KB that is written often, packed: a write is paid by the KB. JSON with many names shrinks to a third. */
export function packText(text: string): Uint8Array {
  return new Uint8Array(deflateRawSync(text));
}

/** @throws Error when the bytes are damaged */
export function unpackText(bytes: Uint8Array): string {
  return inflateRawSync(bytes).toString();
}
