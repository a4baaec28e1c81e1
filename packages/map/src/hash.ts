/**
 * Seeded 32-bit hashes of JavaScript primitives: integers, numbers, strings, bigints.
 *
 * Invariants
 *  1. Values that are `===` hash alike under one seed: `1` and `1.0`, `0` and `-0`, equal strings and bigints.
 *  2. Every input bit reaches every output bit: the low bits choose a bucket, the top byte is the tophash.
 *  3. NaN has no hash here: whoever hashes a key draws a new random number for it each time, so that many NaN entries spread.
 *
 * Why not the string hash of V8: a program cannot read it. Strings are hashed by their UTF-16 units, two per
 * step; encoding to UTF-8 first takes three to five times as long. For keys that are objects see `any-hash.ts`.
 */

/** MurmurHash3's finalizer: a bijection with full avalanche. */
export function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Hash of a 32-bit integer. */
export function hashInt(x: number, seed: number): number {
  return mix(x ^ seed);
}

/** Hash of two 32-bit words. */
function hashWords(lo: number, hi: number, seed: number): number {
  let h = Math.imul(lo ^ seed, 0xcc9e2d51);
  h = (h << 15) | (h >>> 17);
  return mix((Math.imul(h, 0x1b873593) ^ hi) + 0x3c6ef372);
}

const f64 = /* @__PURE__ */ new Float64Array(1);
const bits = /* @__PURE__ */ new Int32Array(f64.buffer);

/** Hash of a number that is not NaN: integers of 32 bits as such, others by their bits. */
export function hashNumber(x: number, seed: number): number {
  if ((x | 0) === x) return mix(x ^ seed);
  f64[0] = x;
  return hashWords(bits[0]!, bits[1]!, seed);
}

/**
 * Hash of a string by its UTF-16 units. O(length).
 * Two lanes read each pair of units in two orders: a difference that cancels in one lane whatever the seed
 * (a flipped top bit, which no odd factor moves) meets the other lane in its middle.
 */
export function hashString(s: string, seed: number): number {
  const n = s.length;
  let a = seed ^ n;
  let b = Math.imul(seed, 0x9e3779b1) + n;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    const k = s.charCodeAt(i) | (s.charCodeAt(i + 1) << 16);
    a = Math.imul(a ^ k, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ ((k << 16) | (k >>> 16)), 0x1b873593);
    b = (b << 19) | (b >>> 13);
  }
  if (i < n) {
    const k = s.charCodeAt(i);
    a = Math.imul(a ^ k, 0xcc9e2d51);
    b = Math.imul(b ^ (k << 16), 0x1b873593);
  }
  return mix(a + ((b << 7) | (b >>> 25)));
}

/** Hash of a bigint of any size. */
export function hashBigint(x: bigint, seed: number): number {
  let h = x < 0n ? ~seed : seed;
  let rest = x < 0n ? -x : x;
  do {
    h = hashWords(Number(BigInt.asIntN(32, rest)), Number(BigInt.asIntN(32, rest >> 32n)), h);
    rest >>= 64n;
  } while (rest !== 0n);
  return h;
}
