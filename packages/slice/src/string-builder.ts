/**
 * Go's `strings.Builder` and string interning.
 *
 * Invariants
 *  1. `string()` copies nothing: bytes below the length it was taken at are never written again.
 *  2. The buffer grows by the rule of `append` on bytes.
 *  3. An interner returns one object for equal bytes, so `===` is Go's `==` on what it returned.
 */
import { roundupsize } from "@gort/alloc";
import { MisuseError, badNumber } from "@gort/types";
import { outOfMemory } from "./errors.ts";
import { growthGo118 } from "./growth.ts";
import { GoString, goString } from "./go-string.ts";
import { bytesOf, checkByte, type Bytes } from "./utf8.ts";
import { checkRune, encodeRuneAt, encodedLen } from "./utf8-encode.ts";

/**
 * Go's `strings.Builder`: builds a string piece by piece, amortised O(bytes written).
 *
 * @example
 * ```ts
 * import { StringBuilder } from "@gort/slice";
 *
 * const b = new StringBuilder();
 * b.writeString("né");
 * b.writeRune(0x1f600);
 * b.writeByte(33);
 * b.len; // => 8
 * String(b.string()); // => "né😀!"
 * ```
 */
export class StringBuilder {
  private buffer = new Uint8Array(0);
  private used = 0;

  /** Bytes written so far. */
  get len(): number {
    return this.used;
  }

  /** Bytes that fit before the next growth. */
  get cap(): number {
    return this.buffer.length;
  }

  /**
   * Go's `Grow`: room for `n` more bytes without another growth. O(bytes written + n).
   * @throws MisuseError `strings.Builder.Grow: negative count`; FatalError `out of memory`; RangeError or TypeError for what is no integer
   */
  grow(n: number): void {
    if (!Number.isInteger(n)) throw badNumber("grow", "n", n, "an integer from 0");
    if (n < 0) throw new MisuseError("strings.Builder.Grow: negative count");
    const { buffer, used } = this;
    if (buffer.length - used < n) this.enlarge(roundupsize(2 * buffer.length + n));
  }

  /**
   * Appends text or bytes; returns the number of bytes. Amortised O(that number).
   * @throws TypeError for what is neither text nor bytes; FatalError `out of memory`
   */
  writeString(s: string | Bytes | Uint8Array): number {
    const { array, off, len } = bytesOf(s, "writeString", "s");
    this.room(len);
    this.buffer.set(array.subarray(off, off + len), this.used);
    this.used += len;
    return len;
  }

  /**
   * Appends one byte, 0 to 255. Amortised O(1).
   * @throws RangeError or TypeError for what is none; FatalError `out of memory`
   */
  writeByte(b: number): void {
    checkByte("writeByte", b);
    this.room(1);
    this.buffer[this.used++] = b;
  }

  /**
   * Appends the UTF-8 form of a rune, U+FFFD for an invalid one; returns its width in bytes. Amortised O(1).
   * @throws RangeError or TypeError for what is no integer; FatalError `out of memory`
   */
  writeRune(r: number): number {
    checkRune("writeRune", r);
    this.room(encodedLen(r));
    const n = encodeRuneAt(this.buffer, this.used, r);
    this.used += n;
    return n;
  }

  /** What was written so far, without a copy. O(1). */
  string(): GoString {
    return new GoString(this.buffer, 0, this.used);
  }

  /** Starts anew; strings taken before keep their bytes. O(1). */
  reset(): void {
    this.buffer = new Uint8Array(0);
    this.used = 0;
  }

  /** The same as `string()`, as a JavaScript string. O(n). */
  toString(): string {
    return this.string().toString();
  }

  /** What `console.log` shows on Node: `StringBuilder(len 2, cap 8)`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `StringBuilder(len ${this.len}, cap ${this.cap})`;
  }

  private room(n: number): void {
    const need = this.used + n;
    if (need > this.buffer.length) this.enlarge(growthGo118(this.buffer.length, need, 1));
  }
  private enlarge(cap: number): void {
    let more: typeof this.buffer;
    try {
      more = new Uint8Array(cap);
    } catch {
      throw outOfMemory();
    }
    more.set(this.buffer.subarray(0, this.used));
    this.buffer = more;
  }
}

/** Finds the one string object for given bytes; see {@link createInterner}. */
export interface Interner {
  /** The interned string equal to `s`; the first one is kept. O(length). Throws a TypeError for what is neither text nor bytes. */
  intern(s: string | GoString | Uint8Array): GoString;
  /** Number of strings kept. */
  readonly size: number;
  /** Forgets all strings. O(their number). */
  clear(): void;
}

/**
 * A table of strings in which equal bytes give the same object, so that they compare by `===` and are kept once.
 * Strings stay until `clear()`. Making it takes O(1).
 *
 * @example
 * ```ts
 * import { createInterner, goString } from "@gort/slice";
 *
 * const names = createInterner();
 * names.intern("ada") === names.intern(goString("Ada ada").slice(4)); // => true
 * names.size; // => 1
 * ```
 */
export function createInterner(): Interner {
  const table = new Map<number, GoString[]>();
  let size = 0;
  return {
    intern(s) {
      const bytes = bytesOf(s, "intern", "s");
      const h = hash(bytes);
      const chain = table.get(h);
      const probe = new GoString(bytes.array, bytes.off, bytes.len);
      const found = chain?.find((t) => t.equals(probe));
      if (found !== undefined) return found;
      // A copy of its own: a short slice must not keep a long text alive.
      const own = goString(bytes.array.slice(bytes.off, bytes.off + bytes.len));
      if (chain === undefined) table.set(h, [own]);
      else chain.push(own);
      size++;
      return own;
    },
    get size() {
      return size;
    },
    clear() {
      table.clear();
      size = 0;
    },
  };
}

/** FNV-1a over the bytes, as a 32-bit integer. */
function hash({ array, off, len }: Bytes): number {
  let h = 0x811c9dc5;
  for (let i = off; i < off + len; i++) h = Math.imul(h ^ array[i]!, 0x01000193);
  return h;
}
