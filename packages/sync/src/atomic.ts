/**
 * Atomic integers, booleans and pointers: Go's `sync/atomic` types.
 *
 * Invariants
 *  1. A value is always in the range of its type; arithmetic wraps around as in Go.
 *  2. What is no integer of the kind is refused by name and changes nothing; one out of range wraps.
 *  3. `add`, `and`, `or` return as Go's methods do: `add` the new value, `and` and `or` the old one.
 *
 * On one thread every JavaScript statement is atomic, so these hold a plain field: what they give is Go's wrap-around
 * arithmetic and a shape that code ported from Go expects. They are not shared between threads.
 *
 * Why each method spells out the test for an int32: as a part of `check` it made an inlined loop half as slow again and more.
 */
import { badArgument } from "@gort/types";
import { jsonOf } from "./json.ts";

abstract class AtomicNumber {
  private v: number;

  /**
   * @param value first value, wrapped into the range of the type; default 0
   * @throws TypeError for what is not an integer, as every method does
   */
  constructor(value = 0) {
    if (typeof value !== "number" || (value | 0) !== value) this.check(value, "value", "");
    this.v = this.wrap(value);
  }

  /** Wraps a number into the range of the type. */
  protected abstract wrap(n: number): number;

  /** The class, for errors. */
  protected abstract kind(): string;

  /** Refuses what is no integer; for what is no int32. */
  private check(n: number, argument: string, method: string): void {
    if (!Number.isInteger(n))
      throw badArgument(this.kind() + method, argument, n, "an integer", "type");
  }

  /** The value (Go: `Load`). O(1). */
  load(): number {
    return this.v;
  }

  /** What `JSON.stringify` shows: the value. */
  toJSON(): number {
    return this.v;
  }

  /** Sets the value (Go: `Store`). O(1). */
  store(value: number): void {
    if (typeof value !== "number" || (value | 0) !== value) this.check(value, "value", ".store");
    this.v = this.wrap(value);
  }

  /** Sets the value and returns the old one (Go: `Swap`). O(1). */
  swap(value: number): number {
    const old = this.v;
    if (typeof value !== "number" || (value | 0) !== value) this.check(value, "value", ".swap");
    this.v = this.wrap(value);
    return old;
  }

  /** Adds `delta`, wrapping around, and returns the new value (Go: `Add`). O(1). */
  add(delta: number): number {
    if (typeof delta !== "number" || (delta | 0) !== delta) this.check(delta, "delta", ".add");
    // Wrapped first: the sum of a big one would be rounded.
    return (this.v = this.wrap(this.v + (delta | 0)));
  }

  /** Sets the value if it is `old` (Go: `CompareAndSwap`). O(1). */
  compareAndSwap(old: number, value: number): boolean {
    if (typeof old !== "number" || (old | 0) !== old) this.check(old, "old", ".compareAndSwap");
    if (typeof value !== "number" || (value | 0) !== value)
      this.check(value, "value", ".compareAndSwap");
    if (this.v !== this.wrap(old)) return false;
    this.v = this.wrap(value);
    return true;
  }

  /** Bitwise and; returns the old value (Go 1.23: `And`). O(1). */
  and(mask: number): number {
    if (typeof mask !== "number" || (mask | 0) !== mask) this.check(mask, "mask", ".and");
    return this.swap(this.v & mask);
  }

  /** Bitwise or; returns the old value (Go 1.23: `Or`). O(1). */
  or(mask: number): number {
    if (typeof mask !== "number" || (mask | 0) !== mask) this.check(mask, "mask", ".or");
    return this.swap(this.v | mask);
  }
}

/**
 * Go's `atomic.Int32`.
 *
 * @example
 * ```ts
 * import { AtomicInt32 } from "@gort/sync";
 *
 * const n = new AtomicInt32(2147483647);
 * n.add(1); // => -2147483648
 * n.compareAndSwap(-2147483648, 5); // => true
 * n.load(); // => 5
 * ```
 */
export class AtomicInt32 extends AtomicNumber {
  /** Wraps a number into the range of the type. */
  protected override wrap(n: number): number {
    return n | 0;
  }

  /** The class, for errors. */
  protected override kind(): string {
    return "AtomicInt32";
  }
}

/**
 * Go's `atomic.Uint32`.
 *
 * @example
 * ```ts
 * import { AtomicUint32 } from "@gort/sync";
 *
 * const n = new AtomicUint32();
 * n.add(-1); // => 4294967295
 * ```
 */
export class AtomicUint32 extends AtomicNumber {
  /** Wraps a number into the range of the type. */
  protected override wrap(n: number): number {
    return n >>> 0;
  }

  /** The class, for errors. */
  protected override kind(): string {
    return "AtomicUint32";
  }
}

abstract class AtomicBigInt {
  private v: bigint;

  /**
   * @param value first value, wrapped into the range of the type; default 0n
   * @throws TypeError for what is not a bigint, as every method does
   */
  constructor(value = 0n) {
    this.check(value, "value", "");
    this.v = this.wrap(value);
  }

  /** Wraps a number into the range of the type. */
  protected abstract wrap(n: bigint): bigint;

  /** The class, for errors. */
  protected abstract kind(): string;

  private check(n: bigint, argument: string, method: string): void {
    if (typeof n !== "bigint")
      throw badArgument(this.kind() + method, argument, n, "a bigint", "type");
  }

  /** The value (Go: `Load`). O(1). */
  load(): bigint {
    return this.v;
  }

  /** What `JSON.stringify` shows: the value in decimal digits, as a text, since JSON has no bigints. */
  toJSON(): string {
    return String(this.v);
  }

  /** Sets the value (Go: `Store`). O(1). */
  store(value: bigint): void {
    this.check(value, "value", ".store");
    this.v = this.wrap(value);
  }

  /** Sets the value and returns the old one (Go: `Swap`). O(1). */
  swap(value: bigint): bigint {
    const old = this.v;
    this.check(value, "value", ".swap");
    this.v = this.wrap(value);
    return old;
  }

  /** Adds `delta`, wrapping around, and returns the new value (Go: `Add`). O(1). */
  add(delta: bigint): bigint {
    this.check(delta, "delta", ".add");
    return (this.v = this.wrap(this.v + delta));
  }

  /** Sets the value if it is `old` (Go: `CompareAndSwap`). O(1). */
  compareAndSwap(old: bigint, value: bigint): boolean {
    this.check(old, "old", ".compareAndSwap");
    this.check(value, "value", ".compareAndSwap");
    if (this.v !== this.wrap(old)) return false;
    this.v = this.wrap(value);
    return true;
  }

  /** Bitwise and; returns the old value (Go 1.23: `And`). O(1). */
  and(mask: bigint): bigint {
    this.check(mask, "mask", ".and");
    return this.swap(this.v & mask);
  }

  /** Bitwise or; returns the old value (Go 1.23: `Or`). O(1). */
  or(mask: bigint): bigint {
    this.check(mask, "mask", ".or");
    return this.swap(this.v | mask);
  }
}

/**
 * Go's `atomic.Int64`, on bigints.
 *
 * @example
 * ```ts
 * import { AtomicInt64 } from "@gort/sync";
 *
 * const n = new AtomicInt64(9223372036854775807n);
 * n.add(1n); // => -9223372036854775808n
 * ```
 */
export class AtomicInt64 extends AtomicBigInt {
  /** Wraps a number into the range of the type. */
  protected override wrap(n: bigint): bigint {
    return BigInt.asIntN(64, n);
  }

  /** The class, for errors. */
  protected override kind(): string {
    return "AtomicInt64";
  }
}

/**
 * Go's `atomic.Uint64`, on bigints.
 *
 * @example
 * ```ts
 * import { AtomicUint64 } from "@gort/sync";
 *
 * const n = new AtomicUint64();
 * n.add(-1n); // => 18446744073709551615n
 * ```
 */
export class AtomicUint64 extends AtomicBigInt {
  /** Wraps a number into the range of the type. */
  protected override wrap(n: bigint): bigint {
    return BigInt.asUintN(64, n);
  }

  /** The class, for errors. */
  protected override kind(): string {
    return "AtomicUint64";
  }
}

/**
 * Go's `atomic.Bool`.
 *
 * @example
 * ```ts
 * import { AtomicBool } from "@gort/sync";
 *
 * const closed = new AtomicBool();
 * closed.swap(true); // => false
 * closed.load(); // => true
 * ```
 */
export class AtomicBool {
  private v: boolean;

  /**
   * @param value first value, default false
   * @throws TypeError for what is no boolean, as every method does
   */
  constructor(value = false) {
    this.v = bool("AtomicBool", "value", value);
  }

  /** The value (Go: `Load`). O(1). */
  load(): boolean {
    return this.v;
  }

  /** What `JSON.stringify` shows: the value. */
  toJSON(): boolean {
    return this.v;
  }

  /** Sets the value (Go: `Store`). O(1). */
  store(value: boolean): void {
    this.v = bool("AtomicBool.store", "value", value);
  }

  /** Sets the value and returns the old one (Go: `Swap`). O(1). */
  swap(value: boolean): boolean {
    const old = this.v;
    this.v = bool("AtomicBool.swap", "value", value);
    return old;
  }

  /** Sets the value if it is `old` (Go: `CompareAndSwap`). O(1). */
  compareAndSwap(old: boolean, value: boolean): boolean {
    bool("AtomicBool.compareAndSwap", "value", value);
    if (this.v !== bool("AtomicBool.compareAndSwap", "old", old)) return false;
    this.v = value;
    return true;
  }
}

function bool(where: string, argument: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw badArgument(where, argument, value, "a boolean", "type");
  return value;
}

/**
 * Go's `atomic.Pointer[T]`: a reference, null at first. Compared by identity.
 *
 * @example
 * ```ts
 * import { AtomicPointer } from "@gort/sync";
 *
 * const p = new AtomicPointer<{ n: number }>();
 * p.load(); // => null
 * const next = { n: 1 };
 * p.compareAndSwap(null, next); // => true
 * p.load() === next; // => true
 * ```
 */
export class AtomicPointer<T extends object> {
  private v: T | null;

  /**
   * @param value first value, default null
   * @throws TypeError for a value that is neither an object, a function nor null
   */
  constructor(value: T | null = null) {
    this.v = pointer("AtomicPointer", "value", value);
  }

  /** The reference (Go: `Load`). O(1). */
  load(): T | null {
    return this.v;
  }

  /** What `JSON.stringify` shows: what it refers to, as that alone would be shown. */
  toJSON(key?: string): unknown {
    return jsonOf(this, this.v, key);
  }

  /** Sets the reference (Go: `Store`). O(1). Throws as the constructor. */
  store(value: T | null): void {
    this.v = pointer("AtomicPointer.store", "value", value);
  }

  /** Sets the reference and returns the old one (Go: `Swap`). O(1). Throws as the constructor. */
  swap(value: T | null): T | null {
    const old = this.v;
    this.v = pointer("AtomicPointer.swap", "value", value);
    return old;
  }

  /** Sets the reference if it is `old` (Go: `CompareAndSwap`). O(1). Throws as the constructor. */
  compareAndSwap(old: T | null, value: T | null): boolean {
    pointer("AtomicPointer.compareAndSwap", "value", value);
    if (this.v !== pointer("AtomicPointer.compareAndSwap", "old", old)) return false;
    this.v = value;
    return true;
  }
}

function pointer<T>(where: string, argument: string, value: T): T {
  if (typeof value !== "object" && typeof value !== "function")
    throw badArgument(where, argument, value, "an object, a function or null", "type");
  return value;
}
