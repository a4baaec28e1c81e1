/**
 * Seeded 32-bit hashes of Go's basic values, the same from memory and from JavaScript.
 *
 * Invariants
 *  1. Equal values hash alike: +0 and -0, an int8 and the same int32, a string and its UTF-8 bytes.
 *  2. A NaN hashes differently every time, so that many NaN keys do not share one bucket (as in Go).
 *  3. A result is an int32 (`| 0`): a small integer in V8, which an unsigned 32-bit number is not.
 *  4. Composite values chain: the hash of one part is the seed of the next.
 *
 * The word mixer is a bijection of the 32 bits found by a search for low bias (two multiplications, three
 * xor-shifts), so single integers never collide. Strings take two multiplications per four bytes. Rejected:
 * hashing UTF-16 code units (a string in memory could not have the same hash), `TextEncoder` (allocates),
 * BigInt arithmetic (40 times slower), 64-bit wyhash by 16-bit limbs (three times slower, and
 * tables here have 32-bit indexes). The seed keeps bucket orders apart between maps; it is no
 * defence against an adversary who can measure collisions.
 */

const scratch = /* @__PURE__ */ new ArrayBuffer(8);
const scratchF64 = /* @__PURE__ */ new Float64Array(scratch);
const scratchI64 = /* @__PURE__ */ new BigInt64Array(scratch);
const scratchI32 = /* @__PURE__ */ new Int32Array(scratch);

function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0x735a2d97);
  return h ^ (h >>> 15);
}

/**
 * Hash of a 32-bit integer (or anything that `| 0` makes one). O(1).
 *
 * @example
 * ```ts
 * import { hashInt32 } from "@gort/types";
 *
 * hashInt32(7, 1) === hashInt32(7, 1); // => true
 * hashInt32(7, 1) === hashInt32(7, 2); // => false
 * ```
 */
export function hashInt32(v: number, seed: number): number {
  // The seed is stirred in twice: once only would make a change of seed an xor of the keys.
  return mix(mix(v ^ seed) + Math.imul(seed, 0x9e3779b1)) | 0;
}

/**
 * Hash of a 64-bit integer given as its two halves. O(1).
 *
 * @example
 * ```ts
 * import { hashInt64 } from "@gort/types";
 *
 * hashInt64(1, 0, 7) === hashInt64(1, 0, 7); // => true
 * hashInt64(1, 0, 7) === hashInt64(0, 1, 7); // => false
 * ```
 */
export function hashInt64(lo: number, hi: number, seed: number): number {
  return hashInt32(hi, hashInt32(lo, seed));
}

/**
 * Hash of a bigint, of its low 64 bits. O(1).
 * @throws TypeError or SyntaxError of the host for what cannot become a bigint
 *
 * @example
 * ```ts
 * import { hashBigInt64, hashInt64 } from "@gort/types";
 *
 * hashBigInt64(5n, 1) === hashInt64(5, 0, 1); // => true
 * ```
 */
export function hashBigInt64(v: bigint, seed: number): number {
  scratchI64[0] = v;
  return hashInt64(scratchI32[0]!, scratchI32[1]!, seed);
}

/**
 * Hash of a float64 (and of a float32, widened). Integers take the path of {@link hashInt32}. O(1).
 *
 * @example
 * ```ts
 * import { hashFloat64 } from "@gort/types";
 *
 * hashFloat64(0, 1) === hashFloat64(-0, 1); // => true
 * hashFloat64(1.5, 1) === hashFloat64(1.5, 1); // => true
 * ```
 */
export function hashFloat64(v: number, seed: number): number {
  const i = v | 0;
  if (i === v) return hashInt32(i, seed); // -0 too
  if (v !== v) return hashInt32((Math.random() * 0x1_0000_0000) | 0, seed);
  scratchF64[0] = v;
  return hashInt64(scratchI32[0]!, scratchI32[1]!, seed);
}

// One round of a byte hash: four bytes of input. They are mixed before they meet the state, beside the round before: a
// flipped top bit, which no odd factor moves, would otherwise be undone by the same bits of the next word under every seed.
function round(h: number, k: number): number {
  k = Math.imul(k ^ (k >>> 16), 0x735a2d97);
  h = Math.imul(h ^ k ^ (k >>> 15), 0x21f0aaad);
  return h ^ (h >>> 15);
}

function begin(seed: number): number {
  return mix(seed ^ 0x2c9277b5);
}

function finish(h: number, bytes: number): number {
  return mix(h ^ bytes) | 0;
}

/**
 * Hash of the `n` bytes at `p`. O(n).
 *
 * @example
 * ```ts
 * import { hashBytes } from "@gort/types";
 *
 * const bytes = Uint8Array.of(1, 2, 3, 1, 2, 3);
 * hashBytes(bytes, 0, 3, 7) === hashBytes(bytes, 3, 3, 7); // => true
 * hashBytes(bytes, 0, 2, 7) === hashBytes(bytes, 0, 3, 7); // => false
 * ```
 */
export function hashBytes(u8: Uint8Array, p: number, n: number, seed: number): number {
  let h = begin(seed);
  let i = p;
  const end4 = p + n - 3;
  for (; i < end4; i += 4) {
    h = round(h, u8[i]! | (u8[i + 1]! << 8) | (u8[i + 2]! << 16) | (u8[i + 3]! << 24));
  }
  const rest = p + n - i;
  if (rest > 0) {
    let k = u8[i]!;
    if (rest > 1) k |= u8[i + 1]! << 8;
    if (rest > 2) k |= u8[i + 2]! << 16;
    h = round(h, k);
  }
  return finish(h, n);
}

/**
 * Hash of a string: of its UTF-8 bytes, computed on the way. O(length), allocates nothing. A lone surrogate counts
 * as U+FFFD, which is what it becomes in memory.
 *
 * @example
 * ```ts
 * import { hashBytes, hashString } from "@gort/types";
 *
 * const bytes = new TextEncoder().encode("héllo");
 * hashString("héllo", 7) === hashBytes(bytes, 0, bytes.length, 7); // => true
 * ```
 */
export function hashString(s: string, seed: number): number {
  const n = s.length;
  let h = begin(seed);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const a = s.charCodeAt(i);
    const b = s.charCodeAt(i + 1);
    const c = s.charCodeAt(i + 2);
    const d = s.charCodeAt(i + 3);
    if ((a | b | c | d) > 0x7f) return hashTail(s, i, h);
    h = round(h, a | (b << 8) | (c << 16) | (d << 24));
  }
  return i === n ? finish(h, n) : hashTail(s, i, h);
}

// The rest of a string from index `i` on, any code units; `i` bytes have gone into `h` so far.
function hashTail(s: string, i: number, h: number): number {
  const n = s.length;
  let bytes = i;
  let word = 0;
  let shift = 0;
  while (i < n) {
    let c = s.charCodeAt(i++);
    // Up to four UTF-8 bytes, least significant first, as one integer with its length.
    let utf8: number;
    let len: number;
    if (c < 0x80) {
      utf8 = c;
      len = 1;
    } else if (c < 0x800) {
      utf8 = 0xc0 | (c >> 6) | ((0x80 | (c & 63)) << 8);
      len = 2;
    } else {
      if ((c & 0xf800) === 0xd800) {
        const d = c < 0xdc00 && i < n ? s.charCodeAt(i) : 0;
        if ((d & 0xfc00) === 0xdc00) {
          c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
          i++;
        } else c = 0xfffd;
      }
      if (c < 0x10000) {
        utf8 = 0xe0 | (c >> 12) | ((0x80 | ((c >> 6) & 63)) << 8) | ((0x80 | (c & 63)) << 16);
        len = 3;
      } else {
        utf8 =
          0xf0 |
          (c >> 18) |
          ((0x80 | ((c >> 12) & 63)) << 8) |
          ((0x80 | ((c >> 6) & 63)) << 16) |
          ((0x80 | (c & 63)) << 24);
        len = 4;
      }
    }
    bytes += len;
    word |= utf8 << shift;
    shift += 8 * len;
    if (shift >= 32) {
      h = round(h, word);
      shift -= 32;
      // What did not fit: the last shift/8 bytes of this character.
      word = shift === 0 ? 0 : utf8 >>> (8 * len - shift);
    }
  }
  if (shift > 0) h = round(h, word);
  return finish(h, bytes);
}

const identities = new WeakMap<WeakKey, number>();
let nextIdentity = 0;

/**
 * Hash of an object, function or symbol by identity: the same one hashes alike for its whole life. O(1).
 * @throws TypeError of the host for what is none of these
 *
 * @example
 * ```ts
 * import { hashIdentity } from "@gort/types";
 *
 * const o = {};
 * hashIdentity(o, 1) === hashIdentity(o, 1); // => true
 * ```
 *
 * A weak side table holds one number per object; it is a memo that no program can observe but by speed.
 */
export function hashIdentity(v: object | symbol, seed: number): number {
  if (typeof v === "symbol" && Symbol.keyFor(v) !== undefined)
    return hashString(Symbol.keyFor(v)!, seed);
  let id = identities.get(v);
  if (id === undefined) {
    id = nextIdentity = (nextIdentity + 1) | 0;
    identities.set(v, id);
  }
  return hashInt32(id, seed);
}
