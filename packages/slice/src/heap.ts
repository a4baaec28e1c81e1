/**
 * Slices whose elements lie in a `@gort/gc` heap.
 *
 * Invariants
 *  1. A slice made by `makeSlice(inHeap(…), …)`, and every slice derived from it, or from a nil slice, by slicing or
 *     `append`, keeps its store alive for as long as JavaScript holds it, or until it is released.
 *  2. A borrowed slice, and one that was released, is valid until the next safepoint of its heap, like a raw pointer.
 *  3. Nothing here allocates between two safepoints of the caller's choosing that could free anything: heap
 *     allocation never finishes a cycle.
 *  4. A header stored in the heap (`header`, `SliceVar`) keeps its store alive by itself, as any pointer does.
 *
 * Why roots are shared per store: see heap-roots.ts. Why a pure-JavaScript net (`FinalizationRegistry`) below an
 * explicit `release`: forgetting to release must never corrupt memory, only keep it longer.
 */
import type { Heap, Ptr } from "@gort/gc";
import {
  badArgument,
  checkFunction,
  slice as sliceType,
  type SliceHeader,
  type Type,
} from "@gort/types";
import type { Backing, GrowthRule, TypedArray } from "./api.ts";
import { MAX_INT } from "./errors.ts";
import { HeapRoots } from "./heap-roots.ts";
import { HeapSlice, heapRules, type HeapRules, type HeapStore } from "./heap-slice.ts";
import { growthGo118 } from "./growth.ts";
import { mustBeSlice, type Slice } from "./slice.ts";
import { typedBackingOf, type TypedBacking } from "./typed-backing.ts";
import type { ViewedStore } from "./typed-slice.ts";
import { isDescriptor, notElem } from "./values.ts";

const BACKING = Symbol.for("gort.slice.Backing");
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as never);

/** Elements of one type in one heap: what {@link inHeap} returns. */
export interface HeapElem<T> extends Backing<T> {
  /** Where the elements lie. */
  readonly heap: Heap;
  /** What they are. */
  readonly type: Type<T>;
  /** Number of stores and variables that this element type keeps alive from JavaScript. */
  readonly rooted: number;
  withGrowth(rule: GrowthRule): HeapElem<T>;
  /**
   * The slice that a header read from the heap stands for, with a root of its own. O(1).
   * @throws RangeError or TypeError for what is no header of elements in this memory
   */
  from(header: SliceHeader): Slice<T>;
  /**
   * The slice that a header read from the heap stands for, without a root: free of cost, valid until the next safepoint. O(1). Throws as
   * {@link HeapElem.from} does.
   */
  borrow(header: SliceHeader): Slice<T>;
  /** The header to be stored in a field of type `slice(type)`. Throws for a slice that lies elsewhere. O(1). */
  header(s: Slice<T>): SliceHeader;
  /**
   * Gives up the root of the store of `s`: it and all slices over it are valid until the next safepoint. O(1).
   * @throws TypeError for a slice of other elements, or in another place
   */
  release(s: Slice<T>): void;
  /** A slice variable that itself lies in the heap. O(1). Throws the heap's `out of memory`. */
  newVar(): SliceVar<T>;
}

/**
 * A Go variable of slice type, in the heap: rooted as long as JavaScript holds it and it is not released, whatever is assigned to it.
 */
export interface SliceVar<T> {
  /** Address of the 12-byte header; valid as long as the variable is rooted: the address alone keeps nothing. */
  readonly ptr: Ptr;
  /** The slice it holds, borrowed: valid until the next safepoint. Assigning stores the header. */
  value: Slice<T>;
  /** Stops keeping the variable, and through it its store, alive: later use is refused. O(1). */
  release(): void;
  /** The same as `release`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Elements of `type` in `heap`, to be given to `makeSlice` or `nilSlice`. O(1).
 * @throws TypeError for what is no heap or no type descriptor
 *
 * @example
 * ```ts
 * import { append, inHeap, makeSlice } from "@gort/slice";
 * import { createHeap } from "@gort/gc";
 * import { string } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * let names = makeSlice(inHeap(heap, string), ["Ada", "Grace"]);
 * names = append(names, "Barbara");
 * heap.collect();
 * [...names]; // => ["Ada", "Grace", "Barbara"]
 * ```
 */
export function inHeap<T>(heap: Heap, type: Type<T>): HeapElem<T> {
  if (typeof heap?.addRoots !== "function")
    throw badArgument("inHeap", "heap", heap, "a heap", "type");
  if (!isDescriptor(type)) throw notElem("inHeap", type);
  return new ElemInHeap(heap, type, growthGo118, new HeapRoots(heap));
}

class ElemInHeap<T> implements HeapElem<T> {
  readonly heap: Heap;
  readonly type: Type<T>;
  readonly growth: GrowthRule;
  readonly name: string;
  readonly size: number;
  readonly capMax: number;
  readonly roots: HeapRoots;
  readonly rules: HeapRules<T>;
  /** Numbers lie under a typed view of the memory. */
  private readonly typed: TypedBacking<any> | undefined;
  private readonly view: TypedArray;
  /** The stores of all slices without a root: those that stay so when they grow, and nil ones that get one. */
  private readonly borrowed: Store<T>;
  private readonly unheld: Store<T>;

  constructor(heap: Heap, type: Type<T>, growth: GrowthRule, roots: HeapRoots) {
    this.heap = heap;
    this.type = type;
    this.growth = growth;
    this.name = type.name;
    this.size = type.size;
    // Elements without size need nothing of the memory: the quotient is infinite.
    this.capMax = Math.min(MAX_INT, Math.floor(heap.memory.byteLength / type.size));
    this.roots = roots;
    this.rules = heapRules(type);
    this.typed = typedBackingOf(type);
    this.view = this.typed === undefined ? heap.memory.u8 : memoryView(heap, this.typed.ctor.name);
    this.borrowed = new Store(this, false);
    this.unheld = new Store(this, true);
  }

  get [BACKING](): true {
    return true;
  }
  get rooted(): number {
    return this.roots.used;
  }
  zero(): T {
    return this.type.zero();
  }
  equal(a: T, b: T): boolean {
    return this.type.equalValues(a, b);
  }
  withGrowth(rule: GrowthRule): HeapElem<T> {
    checkFunction("withGrowth", "rule", rule);
    return new ElemInHeap(this.heap, this.type, rule, this.roots);
  }
  make(len: number, cap: number): Slice<T> {
    return this.fresh(len, cap, true);
  }
  fresh(len: number, cap: number, rooted: boolean): Slice<T> {
    // Even an empty slice needs an address, or its header would be that of nil.
    return this.at({ ptr: this.heap.alloc(this.type, Math.max(1, cap)), len, cap }, rooted);
  }
  nil(rooted = true): Slice<T> {
    return this.over(rooted ? this.unheld : this.borrowed, -1, 0, 0);
  }
  from(header: SliceHeader): Slice<T> {
    return this.at(checkHeader("from", header), true);
  }
  borrow(header: SliceHeader): Slice<T> {
    return this.at(checkHeader("borrow", header), false);
  }
  header(s: Slice<T>): SliceHeader {
    this.own("header", s);
    const ptr = s.off < 0 ? 0 : this.typed === undefined ? s.off : s.off * this.size;
    return { ptr, len: s.len, cap: s.cap };
  }
  release(s: Slice<T>): void {
    this.own("release", s).release();
  }
  newVar(): SliceVar<T> {
    return new VarInHeap(this);
  }

  /** The store of a slice of these elements, made by whichever `inHeap`. */
  private own(where: string, s: Slice<T>): Store<T> {
    mustBeSlice(where, s);
    const store = s.backing as Store<T>;
    if (store.heap !== this.heap || store.type !== this.type) {
      throw badArgument(where, "s", s, `a slice of ${this.name} in this heap`, "type");
    }
    return store;
  }

  /** The slice of a header, rooted or not. */
  private at({ ptr, len, cap }: SliceHeader, rooted: boolean): Slice<T> {
    const end = ptr + cap * this.size;
    const whole = ptr >>> 0 === ptr && len >>> 0 === len && cap >>> 0 === cap;
    if (!whole || len > cap || end > this.heap.memory.byteLength) {
      throw badArgument(
        "slice header",
        "(ptr, len, cap)",
        `${ptr}, ${len}, ${cap}`,
        "0 <= len <= cap in memory",
      );
    }
    if (ptr === 0) {
      if (cap > 0) throw badArgument("slice header", "ptr", ptr, `an address, as cap is ${cap}`);
      return this.nil(rooted);
    }
    if (ptr % this.type.align !== 0) {
      throw badArgument("slice header", "ptr", ptr, `a multiple of ${this.type.align}`);
    }
    let store = this.borrowed;
    if (rooted) {
      store = new Store(this, true);
      this.roots.hold(store, ptr);
    }
    return this.over(store, this.typed === undefined ? ptr : ptr / this.size, len, cap);
  }

  private over(store: Store<T>, off: number, len: number, cap: number): Slice<T> {
    return this.typed === undefined
      ? new HeapSlice(store, this.view as Uint8Array, off, len, cap)
      : (new this.typed.partCls(store as never, this.view, off, len, cap) as unknown as Slice<T>);
  }
}

/** The backing of heap slices over one store: the element type, and the store's root. */
class Store<T> implements HeapStore<T>, ViewedStore {
  readonly elem: ElemInHeap<T>;
  readonly heap: Heap;
  readonly type: Type<T>;
  readonly name: string;
  readonly size: number;
  readonly capMax: number;
  readonly growth: GrowthRule;
  readonly rules: HeapRules<T>;
  private readonly owned: boolean;
  slot = -1;
  viewed: TypedArray | null = null;

  constructor(elem: ElemInHeap<T>, owned: boolean) {
    this.elem = elem;
    this.heap = elem.heap;
    this.type = elem.type;
    this.name = elem.name;
    this.size = elem.size;
    this.capMax = elem.capMax;
    this.growth = elem.growth;
    this.rules = elem.rules;
    this.owned = owned;
  }
  get [BACKING](): true {
    return true;
  }
  zero(): T {
    return this.type.zero();
  }
  equal(a: T, b: T): boolean {
    return this.type.equalValues(a, b);
  }
  /** Growth: what was rooted stays rooted, what was borrowed borrowed. */
  make(len: number, cap: number): Slice<T> {
    return this.elem.fresh(len, cap, this.owned);
  }
  scratch(n: number): Slice<T> {
    return this.elem.fresh(n, n, false);
  }
  nil(): Slice<T> {
    return this.elem.nil(this.owned);
  }
  /** Gives up the root, where it is registered: another `inHeap` may have made the slice. */
  release(): void {
    this.elem.roots.release(this);
  }
  withGrowth(rule: GrowthRule): Backing<T> {
    return this.elem.withGrowth(rule);
  }
}

class VarInHeap<T> implements SliceVar<T> {
  slot = -1;
  private at: Ptr;
  private readonly elem: ElemInHeap<T>;
  private readonly header: Type<SliceHeader>;

  constructor(elem: ElemInHeap<T>) {
    this.elem = elem;
    this.header = sliceType(elem.type);
    this.at = elem.heap.alloc(this.header);
    elem.roots.hold(this, this.at);
  }
  get ptr(): Ptr {
    if (this.at === 0) throw badArgument("SliceVar", "variable", "released", "one that is not");
    return this.at;
  }
  get value(): Slice<T> {
    return this.elem.borrow(this.header.load(this.elem.heap, this.ptr));
  }
  set value(s: Slice<T>) {
    this.header.store(this.elem.heap, this.ptr, this.elem.header(s));
  }
  release(): void {
    this.elem.roots.release(this);
    this.at = 0;
  }
  [DISPOSE](): void {
    this.release();
  }
}

/** Refuses what is no header before its parts are looked at. */
function checkHeader(where: string, header: SliceHeader): SliceHeader {
  const { ptr, len, cap } = header ?? {};
  if (typeof ptr !== "number" || typeof len !== "number" || typeof cap !== "number")
    throw badArgument(where, "header", header, "a slice header { ptr, len, cap }", "type");
  return header;
}

/** The view of the heap's memory with elements of a typed array. */
function memoryView({ memory }: Heap, array: string): TypedArray {
  switch (array) {
    case "Int8Array":
      return memory.i8;
    case "Uint8Array":
      return memory.u8;
    case "Int16Array":
      return memory.i16;
    case "Uint16Array":
      return memory.u16;
    case "Int32Array":
      return memory.i32;
    case "Uint32Array":
      return memory.u32;
    case "Float32Array":
      return memory.f32;
    case "Float64Array":
      return memory.f64;
    case "BigInt64Array":
      return memory.i64;
    default:
      return memory.u64;
  }
}
