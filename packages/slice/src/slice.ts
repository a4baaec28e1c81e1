/**
 * OVERVIEW. A slice is Go's header over a backing store: (array, offset, len, cap), and this file is what all
 * slices have in common. array-slice.ts and typed-slice.ts lie on JavaScript storage, heap-slice.ts in a heap.
 *
 * Invariants
 *  1. 0 <= len <= cap, and the store holds at least `off + cap` elements.
 *  2. A header never changes. Slicing and appending give new headers; only elements are ever written.
 *  3. `off` is -1 exactly for a nil slice, which has len and cap 0. Slicing keeps it: nil[0:0] is nil.
 *  4. Every slot up to the capacity holds a value of the element type: the zero value until it is written.
 *  5. A slice with capacity 0 does not point past its store.
 *  6. An operation that throws has changed nothing and keeps no store that it made; but what the caller's own code throws stops
 *     `deleteFunc`, `compactFunc` and `appendSeq` where they are, as in Go.
 *
 * Why one class per kind of store and not one class with a strategy: the index loop must compile to one bounds
 * check and one load. A `get` shared by eleven kinds of typed arrays sees eleven kinds of receivers, and V8 gives up
 * after four. So `get`, `set` and `appendOne` stand in each class and everything else stands here, once.
 * Why two classes per typed array: a `get` without offset is as fast as the array itself (typed-slice.ts).
 * Why immutable headers: `s = append(s, v)` is Go's own protocol, two headers over one store are two objects, and a
 * range loop that holds one sees the length it began with. A mutable list was rejected: it is what
 * `Array` is already, and aliasing could not be expressed.
 * Why each class has a static getter `name`: bundlers and loaders that keep names redefine `name` on every class that has none
 * of its own, and V8 (Node 20 to 24) then constructs a derived class about a hundred times slower.
 */
import { badArgument } from "@gort/types";
import type { Backing } from "./api.ts";
import { growError, indexError, sliceError } from "./errors.ts";
import { showElements, type Inspect } from "./inspect.ts";
import { SliceIterator } from "./iterate.ts";

const SLICE = Symbol.for("gort.Slice");

/**
 * A window on a store of elements: where it begins, a length, and a capacity up to which it may grow in place. Several slices may share
 * a store, and then see each other's writes. Go's `[]T`. Made by `makeSlice`, `sliceOf` or `sliceFrom`; grown by `append`.
 *
 * @example
 * ```ts
 * import { append, makeSlice } from "@gort/slice";
 * import { int32 } from "@gort/types";
 *
 * let s = makeSlice(int32, 3, 10);
 * s = append(s, 4, 5);
 * const t = s.slice(3, 5);
 * t.set(0, 40);
 * s.get(3); // => 40
 * t.cap; // => 7
 * ```
 */
export abstract class Slice<T> {
  /** The element type and its place. */
  abstract readonly backing: Backing<T>;
  /** The store itself; elements lie from `off` on. Of a heap slice, a view of the whole memory. */
  abstract readonly array: unknown;
  /** Where the first element lies in the store; -1 for a nil slice. */
  abstract readonly off: number;
  /** Number of elements. Go's `len(s)`. */
  abstract readonly len: number;
  /** How many elements the slice can have without a new store, `len` included. Go's `cap(s)`. */
  abstract readonly cap: number;

  /**
   * The element at index `i`, from 0 to `len - 1`. Go's `s[i]`. O(1).
   * @throws RuntimeError `index out of range [i] with length n`; RangeError or TypeError for what is no integer
   */
  abstract get(i: number): T;
  /**
   * Writes the element at index `i`, from 0 to `len - 1`; slices over the same store see it. Go's `s[i] = v`. O(1).
   * @throws RuntimeError `index out of range`; RangeError or TypeError for what is no integer, or if the element type cannot hold `v`
   */
  abstract set(i: number, v: T): void;
  /** {@link Slice.append} of one value, and the fastest form of it. Go's `append(s, v)`. Amortised O(1). Throws as that does. */
  abstract appendOne(v: T): this;

  /** @internal A header over the same store that begins `lo` elements later. Unchecked. */
  abstract part(lo: number, len: number, cap: number): this;
  /** @internal Throws unless the element type can hold `v`. */
  abstract check(v: T): void;
  /** @internal Whether all elements of `t` can be moved here without a check. */
  fits(t: Slice<unknown>): boolean {
    return t.backing === (this.backing as unknown);
  }
  /**
   * @internal Values from outside become elements in two steps, so that what throws has written nothing. The first: checked, read
   * once and copied, as slots hold them. No code of the caller's runs after it.
   */
  taken(values: T[]): T[] {
    for (let k = 0; k < values.length; k++) this.check(values[k]!);
    return values;
  }
  /** @internal Between them, where more is to be done before the second: what they need of memory is theirs, up to a safepoint. */
  staged(values: T[]): T[] | Slice<T> {
    return values;
  }
  /** @internal The second: all of them are written, from slot `i` on, or none; what was staged without fail. */
  place(i: number, from: T[] | Slice<T>): void {
    if (!Array.isArray(from)) this.move(i, from, 0, from.len);
    else for (let k = 0; k < from.length; k++) this.put(i + k, from[k]!);
  }
  /** @internal Writes slot `i` below the capacity; `v` has been taken. */
  abstract put(i: number, v: T): void;
  /** @internal Copies `n` elements of `src`, which fits, from its slot `j` on to slot `i` on, as if through a temporary. */
  abstract move(i: number, src: Slice<T>, j: number, n: number): void;
  /** @internal Zeroes `n` slots from slot `i` on. */
  abstract wipe(i: number, n: number): void;

  /** Whether the slice has no store at all: Go's nil slice. An empty slice need not be one. */
  get isNil(): boolean {
    return this.off < 0;
  }

  /** The brand, `Symbol.for("gort.Slice")`. */
  get [SLICE](): true {
    return true;
  }

  /**
   * A slice of the elements from `lo` to `hi - 1`, over the same store: nothing is copied. Go's `s[lo:hi]`, or `s[lo:hi:max]` with a third
   * argument. O(1).
   * @param lo default 0
   * @param hi default `len`; may exceed it up to `cap`, and what lies between reappears
   * @param max limits the new capacity to `max - lo`; default `cap`
   * @throws RuntimeError `slice bounds out of range [lo:hi]` in all of Go's forms; RangeError or TypeError for what is no integer
   *
   * @example
   * ```ts
   * import { sliceOf } from "@gort/slice";
   *
   * const s = sliceOf(10, 20, 30, 40);
   * [...s.slice(1, 3)]; // => [20, 30]
   * s.slice(1, 3).cap; // => 3
   * s.slice(1, 3, 3).cap; // => 2
   * ```
   */
  slice(lo = 0, hi: number = this.len, max?: number): this {
    const cap = this.cap;
    if (max === undefined) {
      if (
        !(typeof lo === "number" && typeof hi === "number" && lo >= 0 && lo <= hi && hi <= cap) ||
        (lo | 0) !== lo ||
        (hi | 0) !== hi
      ) {
        throw sliceError(lo, hi, max, cap)!;
      }
      return this.part(lo, hi - lo, cap - lo);
    }
    if (
      !(typeof lo === "number" && typeof hi === "number" && typeof max === "number") ||
      !(lo >= 0 && lo <= hi && hi <= max && max <= cap) ||
      (lo | 0) !== lo ||
      (hi | 0) !== hi ||
      (max | 0) !== max
    ) {
      throw sliceError(lo, hi, max, cap)!;
    }
    return this.part(lo, hi - lo, max - lo);
  }

  /**
   * The element at `i`, counted from the end if negative: `s.at(-1)` is the last. O(1).
   * @throws RuntimeError as `get` does; there is no `undefined` for what is not there
   */
  at(i: number): T {
    return this.get(typeof i === "number" && i < 0 && i >= -this.len ? i + this.len : i);
  }

  /**
   * A slice with the values behind the elements: in place if the capacity allows, otherwise in a new, larger store. The receiver keeps
   * its length, so use what is returned. Go's `append(s, values...)`. Amortised O(number of values).
   * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for a value that does not fit the type
   */
  append(...values: T[]): this {
    const n = values.length;
    if (n === 1) return this.appendOne(values[0]!);
    if (n === 0) return this;
    return this.appended(values);
  }

  /** @internal {@link Slice.append} of values in an array: as arguments once more, half as many would be too many. */
  appended(values: T[]): this {
    const list = this.taken(values);
    const out = this.room(list.length);
    try {
      out.place(this.len, list);
    } catch (e) {
      throw abandoned(out, this.backing, e);
    }
    return out;
  }

  /**
   * A slice with the elements of `t` behind the elements. The two may overlap. Go's `append(s, t...)`. Amortised O(length of `t`).
   * @throws RuntimeError `growslice: len out of range`; RangeError or TypeError for an element that does not fit the type; TypeError for
   * what is no slice
   */
  appendSlice(t: Slice<T>): this {
    mustBeSlice("appendSlice", t, "t");
    const n = t.len;
    if (n === 0) return this;
    if (!this.fits(t)) return this.appended(t.toArray());
    const out = this.room(n);
    out.move(this.len, t, 0, n);
    return out;
  }

  /** @internal Writes the first `n` elements of `t` over those here. */
  load(t: Slice<T>, n: number): void {
    if (this.fits(t)) this.move(0, t, 0, n);
    else this.place(0, this.taken(t.slice(0, n).toArray()));
  }

  /** @internal A header with `n` more elements, grown if the capacity does not hold them. */
  room(n: number): this {
    const need = this.len + n;
    return need <= this.cap ? this.part(0, need, this.cap) : this.grown(need, need);
  }

  /** @internal The same elements in new storage that holds at least `need`; its length is `len`. */
  grown(need: number, len: number): this {
    const { backing } = this;
    const cap = growCap(backing, this.cap, need);
    const out = backing.make(len, cap) as this;
    out.move(0, this, 0, this.len);
    return out;
  }

  /** @internal Room for `n` elements on the way from one place to another. In a heap it has no root: safepoints end it. */
  scratch(n: number): Slice<T> {
    return this.backing.make(n, n);
  }

  /** The values in order; the length is the one at the start, writes to elements are seen. As Go's `for _, v := range s`. O(n) to the end. */
  [Symbol.iterator](): IterableIterator<T> {
    return new SliceIterator(this);
  }

  /** Indexes and values in order, as Go's `for i, v := range s`; the same as `range(s)`. O(1), and O(n) to the end. */
  entries(): IterableIterator<[number, T]> {
    return new SliceIterator<[number, T]>(this, true);
  }

  /** A plain array of the elements. O(n). */
  toArray(): T[] {
    const n = this.len;
    const out = new Array<T>(n);
    for (let i = 0; i < n; i++) out[i] = this.get(i);
    return out;
  }

  /**
   * What `JSON.stringify` shows: an array, or null for a nil slice, as in Go; but bytes are an array of numbers, where Go writes them
   * as base64, and of bigints (`int64`, `uint64`) `JSON.stringify` throws its TypeError unless a replacer makes them something else. O(n).
   */
  toJSON(): T[] | null {
    return this.isNil ? null : this.toArray();
  }

  /**
   * The elements between brackets, each by `String`: `[1 2 3]`. Of integers, booleans and strings it is what `fmt.Print` shows;
   * large and small floats, structs and nil look as in JavaScript. O(n). A slice that holds itself has no such text and overflows the stack,
   * as in Go.
   */
  toString(): string {
    return `[${this.toArray().map(String).join(" ")}]`;
  }

  /** What `console.log` shows on Node: `[]int32(len 2, cap 4) [ 1, 2 ]`. */
  [Symbol.for("nodejs.util.inspect.custom")](
    depth: number | null,
    options: object,
    inspect: Inspect,
  ): string {
    const type = `[]${this.backing.name}`;
    if (this.isNil) return `${type}(nil)`;
    const size = `(len ${this.len}, cap ${this.cap})`;
    return showElements(this, type, size, this, depth, options, inspect);
  }
}

/**
 * The error to be thrown in place of `out`, which nobody has seen: if its store is not `from`, what it was made by, and is in a heap,
 * its root is given up, for memory may be what is wanting.
 */
export function abandoned(out: Slice<any>, from: Backing<any>, error: unknown): unknown {
  if (out.backing !== from) (out.backing as { release?(): void }).release?.();
  return error;
}

/** The capacity that `backing` grows to. Throws what Go throws when it is too much. */
export function growCap(backing: Backing<any>, oldCap: number, need: number): number {
  if (need > backing.capMax) throw growError();
  const cap = backing.growth(oldCap, need, backing.size);
  // Anything: the rule may be somebody else's.
  if (!Number.isInteger(cap) || cap < need) {
    throw badArgument("growth rule", "capacity", cap, `an integer from ${need}`);
  }
  return Math.min(cap, backing.capMax);
}

/**
 * Whether `v` is a slice, from whichever copy of this package. Throws nothing of its own. O(1).
 *
 * @example
 * ```ts
 * import { isSlice, sliceOf } from "@gort/slice";
 *
 * isSlice(sliceOf(1)); // => true
 * isSlice([1]); // => false
 * ```
 */
export function isSlice(v: unknown): v is Slice<unknown> {
  return typeof v === "object" && v !== null && (v as Record<symbol, unknown>)[SLICE] === true;
}

/** Throws unless `v` is a slice; `where` and `argument` say whose. */
export function mustBeSlice(where: string, v: unknown, argument = "s"): void {
  if (!isSlice(v)) throw badArgument(where, argument, v, "a slice", "type");
}

/** Whether two slices of one length have equal elements. */
export function sameElements<T>(a: Slice<T>, b: Slice<T>): boolean {
  const { backing, len } = a;
  // What comes out of typed arrays has been rounded already, and on numbers `===` is Go's `==`.
  if (storeTag(a) !== undefined) {
    for (let i = 0; i < len; i++) if (a.get(i) !== b.get(i)) return false;
  } else {
    try {
      for (let i = 0; i < len; i++) if (!backing.equal(a.get(i), b.get(i))) return false;
    } catch (e) {
      // A type's `==` is of its own values, and says nothing sensible of others.
      for (let i = 0; i < len; i++) a.check(b.get(i));
      throw e;
    }
  }
  return true;
}

/** Name of a typed array, such as `Uint8Array`, whichever realm it is from; undefined for anything else. */
export function arrayTag(a: unknown): string | undefined {
  return ArrayBuffer.isView(a) ? (a as Partial<Uint8Array>)[Symbol.toStringTag] : undefined;
}

/**
 * Name of the typed array whose elements are those of a slice; undefined if there is none. Of most slices in a heap the array
 * is the bytes of the whole memory.
 */
export function storeTag(s: Slice<any>): string | undefined {
  return "view" in s ? arrayTag(s.array) : undefined;
}

/** Throws what is wrong with `s[i]`; apart, so that the fast paths stay small. */
export function failIndex(s: Slice<any>, i: unknown): never {
  if (!isIndex(s, i)) throw indexError(i, s.len);
  // Nothing: so the owner of the store has detached or shortened it.
  throw storeError(s);
}

/** The error for a store that no longer has all elements of `s`. */
export function storeError(s: Slice<any>): Error {
  const want = "storage that still holds all elements: transfer a copy, s.view().slice()";
  return badArgument("slice", "store", s.array, want, "type");
}

/** Throws what is wrong with `s[i] = v`: the index first, as Go does. */
export function failSet<T>(s: Slice<T>, i: unknown, v: T): never {
  if (isIndex(s, i)) s.check(v);
  failIndex(s, i);
}

const isIndex = (s: Slice<any>, i: unknown): boolean =>
  Number.isInteger(i) && (i as number) >= 0 && (i as number) < s.len;
