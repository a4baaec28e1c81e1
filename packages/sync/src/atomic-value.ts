/**
 * AtomicValue: Go's `atomic.Value`, a place for values of one type.
 *
 * Invariants
 *  1. Once a value is stored, every later one has its type, and none is null or undefined (Go's nil).
 *  2. A call that throws changes nothing.
 *
 * The type of a primitive is what `typeof` says; of an object its prototype; all functions are one type.
 */
import { MisuseError, texts } from "./errors.ts";
import { jsonOf } from "./json.ts";

function typeOf(v: unknown): unknown {
  return typeof v === "object" ? Object.getPrototypeOf(v) : typeof v;
}

/**
 * Go's `atomic.Value`.
 *
 * @example
 * ```ts
 * import { AtomicValue } from "@gort/sync";
 *
 * const v = new AtomicValue<unknown>();
 * v.load(); // => undefined
 * v.store("config");
 * let text = "";
 * try {
 *   v.store(42);
 * } catch (e) {
 *   text = (e as Error).message;
 * }
 * text; // => "sync/atomic: store of inconsistently typed value into Value"
 * v.load(); // => "config"
 * ```
 */
export class AtomicValue<T = unknown> {
  private v: T | undefined = undefined;

  /** The value; undefined before the first store (Go: `Load`). O(1). */
  load(): T | undefined {
    return this.v;
  }

  /** What `JSON.stringify` shows: the value, as that alone would be shown. */
  toJSON(key?: string): unknown {
    return jsonOf(this, this.v, key);
  }

  /**
   * Sets the value (Go: `Store`). O(1).
   * @throws MisuseError `sync/atomic: store of nil value into Value`
   * @throws MisuseError `sync/atomic: store of inconsistently typed value into Value`
   */
  store(value: T): void {
    if (value === null || value === undefined) throw new MisuseError(texts.storeNil);
    this.check(value, texts.storeOtherType);
    this.v = value;
  }

  /**
   * Sets the value and returns the old one, undefined the first time (Go: `Swap`). O(1).
   * @throws MisuseError `sync/atomic: swap of nil value into Value`
   * @throws MisuseError `sync/atomic: swap of inconsistently typed value into Value`
   */
  swap(value: T): T | undefined {
    if (value === null || value === undefined) throw new MisuseError(texts.swapNil);
    this.check(value, texts.swapOtherType);
    const old = this.v;
    this.v = value;
    return old;
  }

  /**
   * Sets the value if it is `old` (Go: `CompareAndSwap`); compares by `===`. An `old` of undefined or null means: not
   * set yet. O(1).
   * @throws MisuseError `sync/atomic: compare and swap of nil value into Value`
   * @throws MisuseError `sync/atomic: compare and swap of inconsistently typed values`
   * @throws MisuseError `sync/atomic: compare and swap of inconsistently typed value into Value`
   */
  compareAndSwap(old: T | null | undefined, value: T): boolean {
    if (value === null || value === undefined) throw new MisuseError(texts.casNil);
    const unset = old === null || old === undefined;
    if (!unset && typeOf(old) !== typeOf(value)) throw new MisuseError(texts.casTypesDiffer);
    this.check(value, texts.casOtherType);
    if (unset ? this.v !== undefined : this.v !== old) return false;
    this.v = value;
    return true;
  }

  private check(value: T, text: string): void {
    if (this.v !== undefined && typeOf(this.v) !== typeOf(value)) throw new MisuseError(text);
  }
}
