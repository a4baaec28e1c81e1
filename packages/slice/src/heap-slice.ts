/**
 * Slices in a heap whose elements are not plain numbers: strings, structs, pointers, booleans.
 *
 * Invariants
 *  1. `off` is the byte address of the first element (-1 for nil), so that a header is (off, len, cap) as it stands.
 *  2. Elements go through the descriptor's `load` and `store`, and move by `typedMove`: every pointer that is written
 *     passes the write barrier.
 *  3. A write that throws has changed nothing: memory may run out half way, and a descriptor that somebody else made refuses values
 *     only as it writes them. So what was there is kept meanwhile, or values are written elsewhere first.
 *  4. The store lives as long as the slice does if its backing is rooted, else until the next safepoint.
 *
 * Numbers have no class here: a heap slice of `int32` *is* an `Int32Part` whose array is the heap's own view, so its
 * index loop is the one of typed arrays.
 */
import type { Heap } from "@gort/gc";
import {
  isOpaque,
  isParted,
  restoreWords,
  savedWords,
  valueCopier,
  valueReader,
  visitSaved,
  type Fit,
  type Type,
  type TypeExtras,
} from "@gort/types";
import type { Backing } from "./api.ts";
import { Slice, abandoned, failIndex } from "./slice.ts";

/** How the values of a type get into a heap. */
export interface HeapRules<T> {
  /** For values of several parts: checks and reads them once; null for types whose `store` does. */
  readonly read: Fit<T> | null;
  /** Their `store` without a check. */
  readonly put: Type<T>["store"] | null;
  /** Whether writing a value can fail half way: see {@link isParted}. */
  readonly parted: boolean;
  /** Whether a descriptor of somebody else's writes values, or a part of them: it may do anything in between. */
  readonly opaque: boolean;
  /** Whether what was read is written without fail: memory is not needed, and no descriptor of somebody else's asked. */
  readonly sure: boolean;
}

/** What the descriptors of a package can do for slices in a heap. */
export function heapRules<T>(type: Type<T>): HeapRules<T> {
  const read = valueCopier(type) && valueReader(type, type.name);
  const opaque = isOpaque(type);
  return {
    read,
    put: (read && (type as Type<T> & TypeExtras<T>).put) ?? null,
    parted: isParted(type),
    opaque,
    sure: type.ptrdata === 0 && !opaque,
  };
}

/** What a heap slice needs of its backing. */
export interface HeapStore<T> extends Backing<T> {
  readonly heap: Heap;
  readonly type: Type<T>;
  readonly rules: HeapRules<T>;
  /** A store of `n` elements without a root. */
  scratch(n: number): Slice<T>;
}

/** A slice in a heap, for elements of any type. */
export class HeapSlice<T> extends Slice<T> {
  declare readonly backing: HeapStore<T>;
  /** The bytes of the whole heap. */
  declare readonly array: Uint8Array;
  declare readonly off: number;
  declare readonly len: number;
  declare readonly cap: number;

  constructor(backing: HeapStore<T>, array: Uint8Array, off: number, len: number, cap: number) {
    super();
    this.backing = backing;
    this.array = array;
    this.off = off;
    this.len = len;
    this.cap = cap;
  }

  /** See slice.ts on names. */
  static override get name(): string {
    return "HeapSlice";
  }

  get(i: number): T {
    if (!(typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i)) failIndex(this, i);
    const { heap, type } = this.backing;
    return type.load(heap, this.off + i * type.size);
  }

  set(i: number, v: T): void {
    if (!(typeof i === "number" && i >= 0 && i < this.len && (i | 0) === i)) failIndex(this, i);
    const { rules, heap, type } = this.backing;
    if (rules.read !== null) this.write(i, rules.read(v, heap));
    else if (rules.parted) this.place(i, [v]);
    else type.store(heap, this.off + i * type.size, v);
  }

  appendOne(v: T): this {
    const { rules, heap } = this.backing;
    if (rules.read !== null) v = rules.read(v, heap);
    const out = this.room(1);
    // Of one part, `store` checks before it writes.
    try {
      out.write(this.len, v);
    } catch (e) {
      throw abandoned(out, this.backing, e);
    }
    return out;
  }

  /** Writes a value that was read, all of it or nothing. */
  private write(i: number, v: T): void {
    if (this.backing.rules.parted) this.place(i, [v]);
    else this.put(i, v);
  }

  override place(i: number, from: T[] | Slice<T>): void {
    if (!Array.isArray(from) || this.backing.rules.sure) {
      super.place(i, from);
      return;
    }
    const { heap, type, rules } = this.backing;
    const begin = this.off + i * type.size;
    const old = savedWords(heap, type, begin, from.length);
    // Somebody else's descriptor may collect, and then throw.
    const release = rules.opaque
      ? heap.addRoots({ scan: (visit) => visitSaved(type, old, visit) })
      : null;
    try {
      super.place(i, from);
    } catch (e) {
      restoreWords(heap, type, begin, old);
      throw e;
    } finally {
      release?.();
    }
  }

  override part(lo: number, len: number, cap: number): this {
    const off = cap === 0 ? this.off : this.off + lo * this.backing.size;
    return new HeapSlice(this.backing, this.array, off, len, cap) as this;
  }

  override scratch(n: number): Slice<T> {
    return this.backing.scratch(n);
  }

  override check(v: T): void {
    const { heap, type } = this.backing as { heap: Heap; type: Type<T> & TypeExtras<T> };
    // Our own descriptors can check without writing; another's `store` does it as it writes.
    type.check?.(v, type.name, heap);
  }

  override taken(values: T[]): T[] {
    const { rules, heap } = this.backing;
    const { read } = rules;
    return read === null ? super.taken(values) : values.map((v) => read(v, heap));
  }

  override staged(values: T[]): T[] | Slice<T> {
    const { backing } = this;
    const n = values.length;
    if (n === 0 || backing.rules.sure) return values;
    // A scratch store has no root, and somebody else's descriptor may collect.
    const out = backing.rules.opaque ? backing.make(n, n) : this.scratch(n);
    try {
      for (let k = 0; k < n; k++) out.put(k, values[k]!);
    } catch (e) {
      throw backing.rules.opaque ? abandoned(out, backing, e) : e;
    }
    return out;
  }

  override fits(t: Slice<unknown>): boolean {
    const other = t.backing as Partial<HeapStore<unknown>>;
    return other.heap === this.backing.heap && other.type === (this.backing.type as unknown);
  }

  override put(i: number, v: T): void {
    const { heap, type, rules } = this.backing;
    const at = this.off + i * type.size;
    if (rules.put === null) type.store(heap, at, v);
    else rules.put.call(type, heap, at, v);
  }

  override move(i: number, src: Slice<T>, j: number, n: number): void {
    const { heap, type } = this.backing;
    if (n > 0 && type.size > 0)
      heap.typedMove(type, this.off + i * type.size, src.off + j * type.size, n);
  }

  override wipe(i: number, n: number): void {
    const { heap, type } = this.backing;
    if (n > 0 && type.size > 0) heap.typedMove(type, this.off + i * type.size, 0, n);
  }
}
