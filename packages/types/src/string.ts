/**
 * The descriptor of Go's `string`: in memory a header (data pointer, length in bytes) over UTF-8 bytes that are
 * never written again.
 *
 * Invariants
 *  1. The empty string is two zero words and allocates nothing.
 *  2. Storing encodes as Go does (lone surrogates become U+FFFD); loading shows each invalid byte as U+FFFD.
 *  3. `hash` of the bytes equals `hashValue` of the JavaScript string for all valid UTF-8, and `equal` agrees with
 *     `equalValues`. Bytes that are not valid UTF-8 compare and hash as bytes.
 *  4. Bytes beyond the memory are not read: the header of a string that was freed may have any length, up to 4 GiB.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { BaseType, ONE_POINTER, badValue } from "./base.ts";
import { badArgument } from "./errors.ts";
import { hashBytes, hashString } from "./hash.ts";
import { uint8 } from "./scalar.ts";
import { lengthOf, sameUtf8, utf8Read, utf8Write } from "./utf8.ts";

/** Throws for a header at `p` that no string has. */
function checkBytes(u8: Uint8Array, p: Ptr, data: Ptr, n: number): void {
  if (data + n <= u8.length) return;
  const want = "an address and a length within the memory: the object may have been freed";
  throw badArgument("string", `header at ${p}`, `${data}, ${n}`, want);
}

class StringType extends BaseType<string> {
  readonly kind = "string";

  constructor() {
    super(8, 4, 4, true);
    this.predeclared = true;
  }
  override clone(): BaseType<string> {
    return new (this.constructor as typeof StringType)();
  }
  override get ptrMask(): Uint32Array {
    return ONE_POINTER;
  }
  override typeString(): string {
    return "string";
  }
  override zero(): string {
    return "";
  }
  override get(space: Space, p: Ptr): string {
    const { u8, u32 } = space.memory;
    const data = u32[p >>> 2]!;
    const n = u32[(p >>> 2) + 1]!;
    checkBytes(u8, p, data, n);
    return utf8Read(u8, data, n);
  }
  override check(value: unknown, what: string): void {
    if (typeof value !== "string") throw badValue(what, value, "a string");
  }
  override put(space: Space, p: Ptr, value: string): void {
    const n = lengthOf(value);
    let data = 0;
    if (n > 0) {
      data = space.alloc(uint8, n);
      utf8Write(space.memory.u8, data, value);
    }
    space.writePtr(p, data);
    space.memory.u32[(p >>> 2) + 1] = n;
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    const { u8, u32 } = space.memory;
    const n = u32[(p >>> 2) + 1]!;
    if (n !== u32[(q >>> 2) + 1]!) return false;
    const a = u32[p >>> 2]!;
    const b = u32[q >>> 2]!;
    if (a === b) return true;
    checkBytes(u8, p, a, n);
    checkBytes(u8, q, b, n);
    for (let i = 0; i < n; i++) if (u8[a + i] !== u8[b + i]) return false;
    return true;
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    const { u8, u32 } = space.memory;
    const data = u32[p >>> 2]!;
    const n = u32[(p >>> 2) + 1]!;
    checkBytes(u8, p, data, n);
    return hashBytes(u8, data, n, seed);
  }
  override equalValues(a: string, b: string): boolean {
    return sameUtf8(a, b);
  }
  override hashValue(value: string, seed: number): number {
    return hashString(value, seed);
  }
}

/**
 * Go's `string`: a JavaScript string here, UTF-8 bytes in memory. 8 bytes for the header.
 *
 * @example
 * ```ts
 * import { string } from "@gort/types";
 *
 * string.size; // => 8
 * string.hashValue("a", 1) === string.hashValue("a", 1); // => true
 * ```
 */
export const string: Type<string> = /* @__PURE__ */ new StringType();
