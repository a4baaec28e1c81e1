/**
 * Raw loads and stores: one typed-array access each, nothing checked, integers wrapped as Go's conversions wrap them.
 *
 * Invariants
 *  1. `p` must be a multiple of the size and inside the memory: anything else reads or writes another word, or nothing.
 *  2. A symbol or a value of the wrong kind of number, which the host would refuse without a name, is refused by name: asked for where it fails.
 *  3. Pointers are not written here but by `Space.writePtr`, which the collector sees.
 */
import type { Memory, Ptr } from "./api.ts";
import { badArgument } from "./errors.ts";

/**
 * The `int8` at `p`. O(1); nothing is checked.
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int8, loadInt8, storeInt8 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int8);
 * storeInt8(heap.memory, p, -1);
 * loadInt8(heap.memory, p); // => -1
 * ```
 */
export function loadInt8(m: Memory, p: Ptr): number {
  return m.i8[p]!;
}
/**
 * The `uint8` at `p`. O(1); nothing is checked.
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { loadUint8, storeInt8, uint8 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(uint8);
 * storeInt8(heap.memory, p, 255);
 * loadUint8(heap.memory, p); // => 255
 * ```
 */
export function loadUint8(m: Memory, p: Ptr): number {
  return m.u8[p]!;
}
/**
 * The `int16` at `p`, a multiple of 2. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int16, loadInt16, storeInt16 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int16);
 * storeInt16(heap.memory, p, -2);
 * loadInt16(heap.memory, p); // => -2
 * ```
 */
export function loadInt16(m: Memory, p: Ptr): number {
  try {
    return m.i16[p >>> 1]!;
  } catch (e) {
    throw refused("loadInt16", p, 0, "number", e);
  }
}
/**
 * The `uint16` at `p`, a multiple of 2. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { loadUint16, storeInt16, uint16 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(uint16);
 * storeInt16(heap.memory, p, 65535);
 * loadUint16(heap.memory, p); // => 65535
 * ```
 */
export function loadUint16(m: Memory, p: Ptr): number {
  try {
    return m.u16[p >>> 1]!;
  } catch (e) {
    throw refused("loadUint16", p, 0, "number", e);
  }
}
/**
 * The `int32` at `p`, a multiple of 4. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int32, loadInt32, storeInt32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int32);
 * storeInt32(heap.memory, p, -3);
 * loadInt32(heap.memory, p); // => -3
 * ```
 */
export function loadInt32(m: Memory, p: Ptr): number {
  try {
    return m.i32[p >>> 2]!;
  } catch (e) {
    throw refused("loadInt32", p, 0, "number", e);
  }
}
/**
 * The `uint32` at `p`, a multiple of 4. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { loadUint32, storeInt32, uint32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(uint32);
 * storeInt32(heap.memory, p, 4294967295);
 * loadUint32(heap.memory, p); // => 4294967295
 * ```
 */
export function loadUint32(m: Memory, p: Ptr): number {
  try {
    return m.u32[p >>> 2]!;
  } catch (e) {
    throw refused("loadUint32", p, 0, "number", e);
  }
}
/**
 * The `int64` at `p`, a multiple of 8. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int64, loadInt64, storeInt64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int64);
 * storeInt64(heap.memory, p, -4n);
 * loadInt64(heap.memory, p); // => -4n
 * ```
 */
export function loadInt64(m: Memory, p: Ptr): bigint {
  try {
    return m.i64[p >>> 3]!;
  } catch (e) {
    throw refused("loadInt64", p, 0, "number", e);
  }
}
/**
 * The `uint64` at `p`, a multiple of 8. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { loadUint64, storeInt64, uint64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(uint64);
 * storeInt64(heap.memory, p, 4n);
 * loadUint64(heap.memory, p); // => 4n
 * ```
 */
export function loadUint64(m: Memory, p: Ptr): bigint {
  try {
    return m.u64[p >>> 3]!;
  } catch (e) {
    throw refused("loadUint64", p, 0, "number", e);
  }
}
/**
 * The `float32` at `p`, a multiple of 4. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { float32, loadFloat32, storeFloat32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(float32);
 * storeFloat32(heap.memory, p, 0.5);
 * loadFloat32(heap.memory, p); // => 0.5
 * ```
 */
export function loadFloat32(m: Memory, p: Ptr): number {
  try {
    return m.f32[p >>> 2]!;
  } catch (e) {
    throw refused("loadFloat32", p, 0, "number", e);
  }
}
/**
 * The `float64` at `p`, a multiple of 8. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { float64, loadFloat64, storeFloat64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(float64);
 * storeFloat64(heap.memory, p, 0.1);
 * loadFloat64(heap.memory, p); // => 0.1
 * ```
 */
export function loadFloat64(m: Memory, p: Ptr): number {
  try {
    return m.f64[p >>> 3]!;
  } catch (e) {
    throw refused("loadFloat64", p, 0, "number", e);
  }
}
/**
 * The pointer at `p`, a multiple of 4. O(1).
 * @throws TypeError for a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int, loadPtr, ptr } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const slot = heap.alloc(ptr(int));
 * const p = heap.alloc(int);
 * heap.writePtr(slot, p);
 * loadPtr(heap.memory, slot) === p; // => true
 * ```
 */
export function loadPtr(m: Memory, p: Ptr): Ptr {
  try {
    return m.u32[p >>> 2]!;
  } catch (e) {
    throw refused("loadPtr", p, 0, "number", e);
  }
}
/**
 * Writes the low 8 bits of `v` at `p`; for `int8` and `uint8`. O(1).
 * @throws TypeError for a `v` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int8, loadInt8, storeInt8 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int8);
 * storeInt8(heap.memory, p, 0x1ff);
 * loadInt8(heap.memory, p); // => -1
 * ```
 */
export function storeInt8(m: Memory, p: Ptr, v: number): void {
  try {
    m.i8[p] = v;
  } catch (e) {
    throw refused("storeInt8", p, v, "number", e);
  }
}
/**
 * Writes the low 16 bits of `v` at `p`, a multiple of 2; for `int16` and `uint16`. O(1).
 * @throws TypeError for a `p` or a `v` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int16, loadInt16, storeInt16 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int16);
 * storeInt16(heap.memory, p, 0x1_ffff);
 * loadInt16(heap.memory, p); // => -1
 * ```
 */
export function storeInt16(m: Memory, p: Ptr, v: number): void {
  try {
    m.i16[p >>> 1] = v;
  } catch (e) {
    throw refused("storeInt16", p, v, "number", e);
  }
}
/**
 * Writes the low 32 bits of `v` at `p`, a multiple of 4; for `int32`, `uint32`, `int`, `uint` and `uintptr`. O(1).
 * @throws TypeError for a `p` or a `v` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { loadUint32, storeInt32, uint32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(uint32);
 * storeInt32(heap.memory, p, -1);
 * loadUint32(heap.memory, p); // => 4294967295
 * ```
 */
export function storeInt32(m: Memory, p: Ptr, v: number): void {
  try {
    m.i32[p >>> 2] = v;
  } catch (e) {
    throw refused("storeInt32", p, v, "number", e);
  }
}
/**
 * Writes the low 64 bits of `v` at `p`, a multiple of 8; for `int64` and `uint64`. O(1).
 * @throws TypeError for a `v` that cannot become a bigint, as a number cannot, and a `p` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int64, loadInt64, storeInt64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int64);
 * storeInt64(heap.memory, p, 2n ** 63n);
 * loadInt64(heap.memory, p); // => -(2n ** 63n)
 * ```
 */
export function storeInt64(m: Memory, p: Ptr, v: bigint): void {
  try {
    m.i64[p >>> 3] = v;
  } catch (e) {
    throw refused("storeInt64", p, v, "bigint", e);
  }
}
/**
 * Writes a `float32`, rounded, at `p`, a multiple of 4. O(1).
 * @throws TypeError for a `p` or a `v` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { float32, loadFloat32, storeFloat32 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(float32);
 * storeFloat32(heap.memory, p, 0.1);
 * loadFloat32(heap.memory, p); // => Math.fround(0.1)
 * ```
 */
export function storeFloat32(m: Memory, p: Ptr, v: number): void {
  try {
    m.f32[p >>> 2] = v;
  } catch (e) {
    throw refused("storeFloat32", p, v, "number", e);
  }
}
/**
 * Writes a `float64` at `p`, a multiple of 8. O(1).
 * @throws TypeError for a `p` or a `v` that is a bigint or a symbol; nothing else is checked
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { float64, loadFloat64, storeFloat64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(float64);
 * storeFloat64(heap.memory, p, 0.1);
 * loadFloat64(heap.memory, p); // => 0.1
 * ```
 */
export function storeFloat64(m: Memory, p: Ptr, v: number): void {
  try {
    m.f64[p >>> 3] = v;
  } catch (e) {
    throw refused("storeFloat64", p, v, "number", e);
  }
}

// What a host's own error was about: the place, the value, or something else that it says best itself.
function refused(
  where: string,
  p: unknown,
  v: unknown,
  want: "number" | "bigint",
  e: unknown,
): unknown {
  if (typeof p !== "number") return badArgument(where, "p", p, "a pointer", "type");
  return typeof v === want ? e : badArgument(where, "v", v, `a ${want}`, "type");
}
