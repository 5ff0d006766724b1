/**
 * Just enough of an assembler to write one WebAssembly function in TypeScript: no tool chain, no binary in the repository.
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format) and appendix "index of instructions".
 */

export type Code = readonly number[];

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit number. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low + 128);
  }
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const at = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

/** Value types of locals. */
export const i32 = 0x7f;
export const i64 = 0x7e;
export const v128 = 0x7b;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const loadInt = (offset: number): Code => [0x28, ...at(2, offset)];
export const storeInt = (offset: number): Code => [0x36, ...at(2, offset)];
export const lessUnsigned: Code = [0x49];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const multiply: Code = [0x6c];
export const and: Code = [0x71];
export const xor: Code = [0x73];
export const shiftLeft: Code = [0x74];
export const rotateLeft: Code = [0x77];
/** 64-bit steps of a widening product. */
export const widen: Code = [0xad];
export const narrow: Code = [0xa7];
export const multiplyWide: Code = [0x7e];
export const shiftRightWide = (bits: number): Code => [0x42, ...signed(bits), 0x88];
/** Two doubles at once. `pmax(a, b)` is a < b ? b : a. */
export const loadPair = (offset: number): Code => [...simd(0x00), ...at(3, offset)];
export const storePair = (offset: number): Code => [...simd(0x0b), ...at(3, offset)];
export const zeroPair: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];
export const addPair: Code = simd(0xf0);
export const subtractPair: Code = simd(0xf1);
export const pmaxPair: Code = simd(0xf7);

const NOTHING = 0x40;
const END = 0x0b;

/** Runs `body` again as long as it leaves a number other than 0 on the stack. */
export const repeatWhile = (body: readonly Code[]): Code => [0x03, NOTHING, ...body.flat(), ...againIf, END];
/** Back to the head of the loop it stands in when the number on the stack is not 0. */
export const againIf: Code = [0x0d, 0];
/** Runs `body` when the number on the stack is not 0. */
export const when = (body: readonly Code[]): Code => [0x04, NOTHING, ...body.flat(), END];

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];

/**
 * A module with one growable memory ("memory") and one function ("run") of 32-bit parameters without a result.
 * @param options.locals  value types of the locals, numbered after the parameters
 */
export function assemble(options: {
  parameters: number;
  locals: readonly number[];
  body: readonly Code[];
}): Uint8Array<ArrayBuffer> {
  const parameters = new Array<number>(options.parameters).fill(i32);
  const locals = options.locals.flatMap((type) => [1, type]);
  const code = [...unsigned(options.locals.length), ...locals, ...options.body.flat(), END];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(options.parameters), ...parameters, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...text("memory"), 2, 0, ...text("run"), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
