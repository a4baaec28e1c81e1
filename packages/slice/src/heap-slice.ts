/**
 * Slices in a heap whose elements are not plain numbers: strings, structs, pointers, booleans.
 *
 * Invariants
 *  1. `off` is the byte address of the first element (-1 for nil), so that a header is (off, len, cap) as it stands.
 *  2. Elements go through the descriptor's `load` and `store`, and move by `typedMove`: every pointer that is written
 *     passes the write barrier.
 *  3. The store lives as long as the slice does if its backing is rooted, else until the next safepoint.
 *
 * Numbers have no class here: a heap slice of `int32` *is* an `Int32Part` whose array is the heap's own view, so its
 * index loop is the one of typed arrays.
 */
import type { Heap } from "@gort/gc";
import type { Type } from "@gort/types";
import type { Backing } from "./api.ts";
import { Slice, failIndex } from "./slice.ts";
import type { Extra } from "./values.ts";

/** What a heap slice needs of its backing. */
export interface HeapStore<T> extends Backing<T> {
  readonly heap: Heap;
  readonly type: Type<T>;
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
    const { heap, type } = this.backing;
    type.store(heap, this.off + i * type.size, v);
  }

  appendOne(v: T): this {
    // `store` checks the whole value before it writes; a refused one has at most grown a copy.
    const out = this.room(1);
    out.put(this.len, v);
    return out;
  }

  override part(lo: number, len: number, cap: number): this {
    const off = cap === 0 ? this.off : this.off + lo * this.backing.size;
    return new HeapSlice(this.backing, this.array, off, len, cap) as this;
  }

  override check(v: T): void {
    const { heap, type } = this.backing as { heap: Heap; type: Type<T> & Extra<T> };
    // Our own descriptors can check without writing; another's `store` has to do it slot by slot.
    type.check?.(v, type.name, heap);
  }

  override fits(t: Slice<unknown>): boolean {
    const other = t.backing as Partial<HeapStore<unknown>>;
    return other.heap === this.backing.heap && other.type === (this.backing.type as unknown);
  }

  override put(i: number, v: T): void {
    const { heap, type } = this.backing;
    type.store(heap, this.off + i * type.size, v);
  }

  override move(i: number, src: Slice<T>, j: number, n: number): void {
    const { heap, type } = this.backing;
    if (n === 0) return;
    if (!this.fits(src)) {
      const values = src.part(j, n, n).toArray();
      for (let k = 0; k < n; k++) this.put(i + k, values[k]!);
    } else if (type.size > 0) {
      heap.typedMove(type, this.off + i * type.size, src.off + j * type.size, n);
    }
  }

  override wipe(i: number, n: number): void {
    const { heap, type } = this.backing;
    if (n > 0 && type.size > 0) heap.typedMove(type, this.off + i * type.size, 0, n);
  }
}
