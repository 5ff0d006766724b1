/**
 * The project's one random generator: xoshiro128** 1.1, seeded from text by MurmurHash3_x86_128.
 * Same seed, same indices on every machine: only 32-bit integer arithmetic decides them.
 * Source: D. Blackman and S. Vigna (2021), Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 36,
 *   reference code xoshiro128starstar.c; A. Appleby (2011), MurmurHash3.cpp, smhasher.
 */

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

function finish(h: number): number {
  let x = h ^ (h >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const FACTORS = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
const AFTER = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;
const TURN_IN = [15, 16, 17, 18] as const;
const TURN_OUT = [19, 17, 15, 13] as const;

/**
 * MurmurHash3_x86_128 of the UTF-8 bytes of a text, seed 0.
 * @returns four unsigned 32-bit words
 * Source: A. Appleby (2011), smhasher, MurmurHash3_x86_128.
 */
export function hashText(text: string): Uint32Array {
  const bytes = new TextEncoder().encode(text);
  const h = new Int32Array(4);
  const mix = (word: number, lane: number) => {
    const k = rotate(Math.imul(word, FACTORS[lane]!), TURN_IN[lane]!);
    h[lane] = h[lane]! ^ Math.imul(k, FACTORS[(lane + 1) % 4]!);
  };
  const whole = bytes.length - (bytes.length % 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += 16) {
    for (let lane = 0; lane < 4; lane++) {
      mix(view.getInt32(at + 4 * lane, true), lane);
      const turned = (rotate(h[lane]!, TURN_OUT[lane]!) + h[(lane + 1) % 4]!) | 0;
      h[lane] = (Math.imul(turned, 5) + AFTER[lane]!) | 0;
    }
  }
  for (let lane = 3; lane >= 0; lane--) {
    let word = 0;
    for (let i = 3; i >= 0; i--) word = (word << 8) | (bytes[whole + 4 * lane + i] ?? 0);
    if (bytes.length - whole > 4 * lane) mix(word, lane);
  }
  const spread = () => {
    h[0] = h[0]! + h[1]! + h[2]! + h[3]!;
    for (let lane = 1; lane < 4; lane++) h[lane] = h[lane]! + h[0]!;
  };
  for (let lane = 0; lane < 4; lane++) h[lane] = h[lane]! ^ bytes.length;
  spread();
  for (let lane = 0; lane < 4; lane++) h[lane] = finish(h[lane]!);
  spread();
  return new Uint32Array(h.buffer);
}

/** A stream of random numbers. Create it with `createPrng`. */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  /** @param state  four 32-bit words, not all zero (all zero is replaced, the generator would stand still) */
  constructor(state: ArrayLike<number>) {
    this.#a = state[0]! | 0;
    this.#b = state[1]! | 0;
    this.#c = state[2]! | 0;
    this.#d = state[3]! | 0;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 0x9e3779b9 | 0;
  }

  /** Next unsigned 32-bit word. */
  uint32(): number {
    const result = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotate(this.#d, 11);
    return result;
  }

  /** Copies the four words of the state out, for a kernel that goes on drawing by itself. */
  copyState(into: Int32Array): void {
    into[0] = this.#a;
    into[1] = this.#b;
    into[2] = this.#c;
    into[3] = this.#d;
  }

  /** Takes the four words back from a kernel. */
  continueFrom(state: Int32Array): void {
    this.#a = state[0]!;
    this.#b = state[1]!;
    this.#c = state[2]!;
    this.#d = state[3]!;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /**
   * Uniform whole number in [0, bound), without modulo bias.
   * @param bound  1 .. 2^32
   * Source: D. Lemire (2019), Fast random integer generation in an interval, ACM TOMACS 29(1), 3, algorithm 5.
   */
  below(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 4294967296)) {
      throw new RangeError(`bound must be a whole number from 1 to 2^32, not ${bound}`);
    }
    const reject = bound === 4294967296 ? 0 : (4294967296 - bound) % bound;
    for (;;) {
      const word = this.uint32();
      if (Math.imul(word, bound | 0) >>> 0 < reject) continue;
      const low = (word & 0xffff) * bound;
      return Math.floor(((word >>> 16) * bound + Math.floor(low / 65536)) / 65536);
    }
  }

  /**
   * Standard normal number, polar method.
   * Source: G. Marsaglia and T. A. Bray (1964), A convenient method for generating normal variables, SIAM Review 6(3).
   */
  normal(): number {
    if (this.#spare !== null) {
      const kept = this.#spare;
      this.#spare = null;
      return kept;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const f = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * f;
      return u * f;
    }
  }
}

/**
 * A generator seeded by a text.
 * @param seed  for a look: champion, challenger and row count, so that anyone can replay it
 * @example createPrng("momentum|meanrev|500|bootstrap").below(6)
 */
export function createPrng(seed: string): Prng {
  return new Prng(hashText(seed));
}
