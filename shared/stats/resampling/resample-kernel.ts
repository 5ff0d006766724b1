import {
  add,
  addPair,
  againIf,
  and,
  assemble,
  type Code,
  constant,
  get,
  i32,
  i64,
  lessUnsigned,
  loadInt,
  loadPair,
  multiply,
  multiplyWide,
  narrow,
  pmaxPair,
  repeatWhile,
  rotateLeft,
  set,
  shiftLeft,
  shiftRightWide,
  storeInt,
  storePair,
  subtract,
  subtractPair,
  tee,
  v128,
  when,
  widen,
  xor,
  zeroPair,
} from "./wasm-assembler.ts";

/**
 * The inner loop of the block bootstrap: draw a block start, compose the block onto the path, for two sides at once.
 * A stretch of rows, seen from its start (equity 0 there), is four numbers: `total` its sum; `worst` the deepest drop from a
 * peak inside, the start included; `low` and `high` the lowest and the highest equity, the start included. A path is its level, its
 * peak and its worst drop; a stretch put behind it makes worst = max(worst, its worst, peak - (level + low)),
 * peak = max(peak, level + high) and level = level + total. Level and peak each wait for one instruction of the step before.
 *
 * Written twice with the same numbers bit for bit: in WebAssembly (two doubles an instruction), and in TypeScript, which says
 * what is meant, serves where there is no WebAssembly SIMD, and is what the other is tested against.
 *
 * Memory of a kernel, in bytes: the generator's four words; then 64 a start for whole blocks: total, worst, low and high,
 * each for side 0 and side 1; the same again for the shorter last block; then 32 a path: sum and worst drawdown.
 */
export const STATE_BYTES = 64;
export const START_BYTES = 64;
export const PATH_BYTES = 32;

/** So that a table stays below what 32 bits can address, and a product with a 32-bit word exact in a double. */
export const LARGEST_STARTS = 2_097_152;

export type KernelPlan = {
  /** block starts; each is drawn with the same probability; 1 .. LARGEST_STARTS */
  starts: number;
  /** whole blocks a path, >= 0 */
  whole: number;
  /** whether a path ends with a shorter block */
  rest: boolean;
  paths: number;
};

export type Kernel = {
  /** at least that many bytes; a view taken earlier may be detached */
  memory(bytes: number): ArrayBuffer;
  /** composes `paths` paths, writes them and the generator's next state */
  run(plan: KernelPlan): void;
};

/** Smallest 32-bit product that keeps every start equally likely (Lemire 2019, see Prng.below). */
const rejectBelow = (starts: number): number => (4294967296 - starts) % starts;

export const restTableAt = (starts: number): number => STATE_BYTES + START_BYTES * starts;
export const pathsAt = (starts: number): number => STATE_BYTES + 2 * START_BYTES * starts;

/** The kernel in TypeScript. */
export function plainKernel(): Kernel {
  let buffer = new ArrayBuffer(0);
  return {
    memory(bytes) {
      if (buffer.byteLength < bytes) buffer = new ArrayBuffer(bytes);
      return buffer;
    },
    run: (plan) => runPlainly(buffer, plan),
  };
}

function runPlainly(buffer: ArrayBuffer, plan: KernelPlan): void {
  const { starts, whole, paths } = plan;
  const state = new Int32Array(buffer, 0, 4);
  const values = new Float64Array(buffer);
  const reject = rejectBelow(starts);
  const steps = whole + (plan.rest ? 1 : 0);
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let path = 0, out = pathsAt(starts) / 8; path < paths; path++, out += 4) {
    let level0 = 0;
    let level1 = 0;
    let peak0 = 0;
    let peak1 = 0;
    let worst0 = 0;
    let worst1 = 0;
    for (let i = 0; i < steps; ) {
      const b5 = Math.imul(b, 5);
      const word = Math.imul((b5 << 7) | (b5 >>> 25), 9);
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
      if (Math.imul(word, starts) >>> 0 < reject) continue;
      const start = ((word >>> 0) * starts * 2.3283064365386963e-10) | 0;
      const k = ((i < whole ? STATE_BYTES : restTableAt(starts)) + START_BYTES * start) / 8;
      i++;
      if (values[k + 2]! > worst0) worst0 = values[k + 2]!;
      if (values[k + 3]! > worst1) worst1 = values[k + 3]!;
      const across0 = peak0 - (level0 + values[k + 4]!);
      const across1 = peak1 - (level1 + values[k + 5]!);
      if (across0 > worst0) worst0 = across0;
      if (across1 > worst1) worst1 = across1;
      peak0 = Math.max(peak0, level0 + values[k + 6]!);
      peak1 = Math.max(peak1, level1 + values[k + 7]!);
      level0 += values[k]!;
      level1 += values[k + 1]!;
    }
    values[out] = level0;
    values[out + 1] = level1;
    values[out + 2] = worst0;
    values[out + 3] = worst1;
  }
  state.set([a, b, c, d]);
}

// parameters and locals of the WebAssembly function
const [STARTS, REJECT, WHOLE, REST, PATHS, REST_TABLE, OUT] = [0, 1, 2, 3, 4, 5, 6] as const;
const [A, B, C, D, WORD, SHIFTED, LEFT, AT] = [7, 8, 9, 10, 11, 12, 13, 14] as const;
const [LEVEL, PEAK, WORST, PRODUCT] = [15, 16, 17, 18] as const;

const xorInto = (target: number, source: number): Code => [...get(target), ...get(source), ...xor, ...set(target)];

/**
 * AT = 64 times a start drawn with xoshiro128** and Lemire's multiplication. Stands at the head of a loop: a word that
 * must be rejected goes back there.
 */
const draw: Code = [
  ...[...get(B), ...constant(5), ...multiply, ...constant(7), ...rotateLeft, ...constant(9), ...multiply, ...set(WORD)],
  ...[...get(B), ...constant(9), ...shiftLeft, ...set(SHIFTED)],
  ...xorInto(C, A),
  ...xorInto(D, B),
  ...xorInto(B, C),
  ...xorInto(A, D),
  ...xorInto(C, SHIFTED),
  ...[...get(D), ...constant(11), ...rotateLeft, ...set(D)],
  ...[...get(WORD), ...widen, ...get(STARTS), ...widen, ...multiplyWide, ...tee(PRODUCT), ...narrow],
  ...[...get(REJECT), ...lessUnsigned, ...againIf],
  // the product's upper word times 64: 26 bits to the right, then the lowest six cleared
  ...[...get(PRODUCT), ...shiftRightWide(26), ...narrow, ...constant(-64), ...and, ...set(AT)],
];

/** Composes the block that lies AT bytes into the table at `table` onto the path. */
const join = (table: number): Code => [
  // the larger of the two new candidates first: WORST then waits for one instruction of the step before, not for two
  ...[...get(WORST), ...get(AT), ...loadPair(table + 16)],
  ...[...get(PEAK), ...get(LEVEL), ...get(AT), ...loadPair(table + 32), ...addPair, ...subtractPair],
  ...[...pmaxPair, ...pmaxPair, ...set(WORST)],
  ...[...get(PEAK), ...get(LEVEL), ...get(AT), ...loadPair(table + 48), ...addPair, ...pmaxPair, ...set(PEAK)],
  ...[...get(LEVEL), ...get(AT), ...loadPair(table), ...addPair, ...set(LEVEL)],
];

const toRestTable: Code = [...get(AT), ...get(REST_TABLE), ...add, ...set(AT)];
const countDown = (local: number): Code => [...get(local), ...constant(1), ...subtract, ...tee(local)];

const onePath: readonly Code[] = [
  ...[LEVEL, PEAK, WORST].map((local) => [...zeroPair, ...set(local)]),
  [...get(WHOLE), ...set(LEFT)],
  [...get(WHOLE), ...when([repeatWhile([draw, join(STATE_BYTES), countDown(LEFT)])])],
  [...get(REST), ...when([repeatWhile([draw, toRestTable, join(0), constant(0)])])],
  [...get(OUT), ...get(LEVEL), ...storePair(0), ...get(OUT), ...get(WORST), ...storePair(16)],
  [...get(OUT), ...constant(PATH_BYTES), ...add, ...set(OUT)],
];

const state = [A, B, C, D] as const;

function compile(): WebAssembly.Module {
  return new WebAssembly.Module(
    assemble({
      parameters: 7,
      locals: [i32, i32, i32, i32, i32, i32, i32, i32, v128, v128, v128, i64],
      body: [
        ...state.map((local, i) => [...constant(0), ...loadInt(4 * i), ...set(local)]),
        repeatWhile([...onePath, countDown(PATHS)]),
        ...state.map((local, i) => [...constant(0), ...get(local), ...storeInt(4 * i)]),
      ],
    }),
  );
}

const PAGE_BYTES = 65_536;

/** The kernel in WebAssembly; null where the machine has no WebAssembly SIMD. */
export function simdKernel(): Kernel | null {
  if (typeof WebAssembly === "undefined") return null;
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(compile());
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
  const memory = instance.exports.memory as WebAssembly.Memory;
  const run = instance.exports.run as (...numbers: number[]) => void;
  return {
    memory(bytes) {
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
      return memory.buffer;
    },
    run(plan) {
      const { starts, whole, rest, paths } = plan;
      run(starts, rejectBelow(starts), whole, rest ? 1 : 0, paths, restTableAt(starts), pathsAt(starts));
    },
  };
}
