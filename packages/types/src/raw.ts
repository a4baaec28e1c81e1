/**
 * Raw loads and stores: one typed-array access each, nothing checked, integers wrapped as Go's conversions wrap them.
 *
 * Invariants
 *  1. `p` must be a multiple of the size and inside the memory: anything else reads or writes another word, or nothing.
 *  2. Pointers are not written here but by `Space.writePtr`, which the collector sees.
 */
import type { Memory, Ptr } from "./api.ts";

/** The `int8` at `p`. */
export function loadInt8(m: Memory, p: Ptr): number {
  return m.i8[p]!;
}
/** The `uint8` at `p`. */
export function loadUint8(m: Memory, p: Ptr): number {
  return m.u8[p]!;
}
/** The `int16` at `p`. */
export function loadInt16(m: Memory, p: Ptr): number {
  return m.i16[p >>> 1]!;
}
/** The `uint16` at `p`. */
export function loadUint16(m: Memory, p: Ptr): number {
  return m.u16[p >>> 1]!;
}
/** The `int32` at `p`. */
export function loadInt32(m: Memory, p: Ptr): number {
  return m.i32[p >>> 2]!;
}
/** The `uint32` at `p`. */
export function loadUint32(m: Memory, p: Ptr): number {
  return m.u32[p >>> 2]!;
}
/** The `int64` at `p`. */
export function loadInt64(m: Memory, p: Ptr): bigint {
  return m.i64[p >>> 3]!;
}
/** The `uint64` at `p`. */
export function loadUint64(m: Memory, p: Ptr): bigint {
  return m.u64[p >>> 3]!;
}
/** The `float32` at `p`. */
export function loadFloat32(m: Memory, p: Ptr): number {
  return m.f32[p >>> 2]!;
}
/** The `float64` at `p`. */
export function loadFloat64(m: Memory, p: Ptr): number {
  return m.f64[p >>> 3]!;
}
/** The pointer at `p`. */
export function loadPtr(m: Memory, p: Ptr): Ptr {
  return m.u32[p >>> 2]!;
}
/** Writes the low 8 bits of `v`; for `int8` and `uint8`. */
export function storeInt8(m: Memory, p: Ptr, v: number): void {
  m.i8[p] = v;
}
/** Writes the low 16 bits of `v`; for `int16` and `uint16`. */
export function storeInt16(m: Memory, p: Ptr, v: number): void {
  m.i16[p >>> 1] = v;
}
/** Writes the low 32 bits of `v`; for `int32`, `uint32`, `int`, `uint` and `uintptr`. */
export function storeInt32(m: Memory, p: Ptr, v: number): void {
  m.i32[p >>> 2] = v;
}
/** Writes the low 64 bits of `v`; for `int64` and `uint64`. */
export function storeInt64(m: Memory, p: Ptr, v: bigint): void {
  m.i64[p >>> 3] = v;
}
/** Writes a `float32`, rounded. */
export function storeFloat32(m: Memory, p: Ptr, v: number): void {
  m.f32[p >>> 2] = v;
}
/** Writes a `float64`. */
export function storeFloat64(m: Memory, p: Ptr, v: number): void {
  m.f64[p >>> 3] = v;
}
