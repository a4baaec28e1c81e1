/**
 * Random programs on a heap, interpreted against a model in plain JavaScript objects. A program is a list of
 * numbers, so that a failing one shrinks. The model is the truth: what it can reach must be there, unchanged.
 */
import type { Type } from "@gort/types";
import { array, int32, ptr, struct } from "@gort/types";
import type { Frame, GcHeap, Handle, Ptr, Weak } from "../src/index.ts";
import { checkHeap } from "../src/index.ts";

/** The kinds of objects: slots are pointers, and one int32 holds the id. */
interface Shape {
  readonly type: Type;
  readonly count: number;
  readonly slots: number;
  /** Offsets of the slots and of the id. */
  slot(i: number): number;
  readonly id: number;
}

const Pair = struct({ a: ptr(int32), id: int32, b: ptr(int32) });
const Wide = struct({ id: int32, p: array(ptr(int32), 40), tail: array(int32, 11), q: ptr(int32) });
const Mixed = struct({ p: ptr(int32), n: array(int32, 4) });
const SHAPES: readonly Shape[] = [
  { type: Pair, count: 1, slots: 2, slot: (i) => i * 8, id: 4 },
  { type: Wide, count: 1, slots: 41, slot: (i) => (i === 40 ? 208 : 4 + 4 * i), id: 0 },
  // Arrays of structs: element 0's first number is the id.
  { type: Mixed, count: 7, slots: 7, slot: (i) => i * 20, id: 4 },
  // Beyond an oblet: three of them.
  { type: Mixed, count: 1000, slots: 1000, slot: (i) => i * 20, id: 4 },
  { type: int32, count: 3, slots: 0, slot: () => 0, id: 0 },
  { type: int32, count: 20, slots: 0, slot: () => 0, id: 4 },
];

class Obj {
  readonly id: number;
  readonly shape: Shape;
  readonly ptr: Ptr;
  readonly slots: (Obj | null)[];
  constructor(id: number, shape: Shape, p: Ptr) {
    this.id = id;
    this.shape = shape;
    this.ptr = p;
    this.slots = new Array<Obj | null>(shape.slots).fill(null);
  }
}

export interface Options {
  /** Check all invariants after every operation, not only now and then. */
  readonly checkEach?: boolean;
  /** The allocator frees nothing: garbage may stay. */
  readonly keepsGarbage?: boolean;
  /** Adds root sources that throw, remove and add some while they are asked; when they do depends on the heap. */
  readonly wildSources?: boolean;
}

/** What a wild source throws. */
const BOOM = new Error("boom");

/** What wild sources do, once, the next time that they are asked. */
const DEEDS = ["throw", "remove itself", "remove another", "add one", "hand over"] as const;

interface WildSource {
  readonly held: readonly Obj[];
  remove: () => void;
  deed: (typeof DEEDS)[number] | null;
}

/** Root sources that meddle with each other while they are asked. Each holds the same objects as long as it is there. */
class WildSources {
  readonly #heap: GcHeap;
  readonly #rnd: (n: number) => number;
  readonly #list: WildSource[] = [];
  /** Deeds done so far. */
  done = 0;

  constructor(heap: GcHeap, rnd: (n: number) => number) {
    this.#heap = heap;
    this.#rnd = rnd;
  }
  get held(): Obj[] {
    return this.#list.flatMap((s) => s.held);
  }
  add(held: readonly Obj[]): void {
    const own: WildSource = { held, remove: () => {}, deed: null };
    const inParts = this.#rnd(2) === 0;
    const visitTo = (from: number, to: number, visit: (p: Ptr) => void): void =>
      held.slice(from, to).forEach((o) => visit(o.ptr));
    const act = (): void => this.#act(own);
    own.remove = this.#heap.addRoots({
      scan(visit) {
        visitTo(0, 1, visit);
        act();
        visitTo(1, held.length, visit);
      },
      ...(inParts && {
        scanPart(from: number, visit: (p: Ptr) => void): number {
          if (from > 0) act();
          visitTo(from, from + 1, visit);
          return from + 1 < held.length ? from + 1 : 0;
        },
      }),
    });
    this.#list.push(own);
  }
  drop(i = this.#rnd(this.#list.length || 1)): void {
    this.#list.splice(i, 1)[0]?.remove();
  }
  clear(): void {
    while (this.#list.length > 0) this.drop();
  }
  /** Some source will do something. */
  arm(): void {
    const one = this.#list[this.#rnd(this.#list.length || 1)];
    if (one !== undefined) one.deed = DEEDS[this.#rnd(DEEDS.length)]!;
  }
  #act(own: WildSource): void {
    const { deed } = own;
    if (deed === null) return;
    own.deed = null;
    this.done++;
    const other = this.#rnd(this.#list.length);
    switch (deed) {
      case "throw":
        throw BOOM;
      case "remove itself":
        return this.drop(this.#list.indexOf(own));
      case "remove another":
        return this.drop(other);
      case "add one":
        return this.add(own.held.slice(this.#rnd(2)));
      case "hand over":
        this.add(this.#list[other]!.held);
        return this.drop(other);
    }
  }
  /** Calls until none of the sources throws. */
  calmly<T>(call: () => T): T {
    for (;;) {
      try {
        return call();
      } catch (error) {
        if (error !== BOOM) throw error;
      }
    }
  }
}

/** Runs a program; returns a digest of what was reachable, equal on all heaps. */
export function runProgram(
  heap: GcHeap,
  program: readonly number[],
  options: Options = {},
): string {
  /** Whether a collection leaves exactly what is reachable. */
  const exact = heap.kind !== "no-collect" && options.keepsGarbage !== true;
  const handles: { handle: Handle; obj: Obj }[] = [];
  const frames: { frame: Frame; objs: (Obj | null)[] }[] = [];
  const external: Obj[] = [];
  const weaks: { weak: Weak; obj: Obj }[] = [];
  const digest: string[] = [];
  heap.addRoots({
    scan(visit) {
      for (const o of external) visit(o.ptr);
    },
  });
  // A source in parts: two objects at a time, and what comes later is told of.
  const told: Obj[] = [];
  let tell: (p: Ptr) => void = () => {};
  heap.addRoots({
    scan(visit) {
      for (const o of told) visit(o.ptr);
    },
    scanPart(from, visit) {
      tell = visit;
      for (const o of told.slice(from, from + 2)) visit(o.ptr);
      return from + 2 < told.length ? from + 2 : 0;
    },
  });
  let next = 1;
  let state = 1;
  const rnd = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
  const { i32 } = heap.memory;
  const wild = new WildSources(heap, rnd);
  /** Collects, the last time without anybody meddling. */
  const collect = (): void => {
    for (let before = -1; before !== wild.done;) {
      before = wild.done;
      wild.calmly(() => heap.collect());
    }
  };

  const alloc = (): Obj => {
    const r = rnd(100);
    const shape = SHAPES[r < 50 ? 0 : r < 60 ? 1 : r < 75 ? 2 : r < 77 ? 3 : r < 90 ? 4 : 5]!;
    const p = wild.calmly(() => heap.alloc(shape.type, shape.count));
    const o = new Obj(next++, shape, p);
    i32[(p + shape.id) >>> 2] = o.id;
    return o;
  };
  /** Some object that can be reached now, found by going down from a root. */
  const some = (): Obj | null => {
    const roots = [
      ...handles.map((h) => h.obj),
      ...external,
      ...told,
      ...wild.held,
      ...frames.flatMap((f) => f.objs.filter((o) => o !== null)),
    ];
    if (roots.length === 0) return null;
    let o = roots[rnd(roots.length)]!;
    for (let depth = rnd(6); depth > 0 && o.slots.length > 0; depth--) {
      const down = o.slots[rnd(o.slots.length)];
      if (down) o = down;
    }
    return o;
  };
  /** A pointer to the object: mostly its base, now and then into its middle. */
  const pointer = (o: Obj): Ptr => (rnd(8) === 0 ? o.ptr + 4 : o.ptr);
  const write = (o: Obj, slot: number, to: Obj | null): void => {
    heap.writePtr(o.ptr + o.shape.slot(slot), to === null ? 0 : pointer(to));
    o.slots[slot] = to;
  };

  for (const word of program) {
    state = (word ^ 0x5bd1e995) >>> 0;
    const op = word % 32;
    if (op < 10) {
      // A new object, linked from an old one (or held by a handle), or dropped.
      const holder = some();
      const o = alloc();
      if (holder === null || holder.slots.length === 0) {
        if (handles.length < 20) handles.push({ handle: heap.root(pointer(o)), obj: o });
      } else if (rnd(5) > 0) write(holder, rnd(holder.slots.length), o);
    } else if (op < 15) {
      const from = some();
      const to = rnd(4) === 0 ? null : some();
      if (from !== null && from.slots.length > 0) write(from, rnd(from.slots.length), to);
    } else if (op < 17) {
      const o = some();
      if (o !== null && handles.length < 20)
        handles.push({ handle: heap.root(pointer(o)), obj: o });
    } else if (op < 19) {
      if (handles.length > 0) handles.splice(rnd(handles.length), 1)[0]!.handle.release();
    } else if (op === 19) {
      const o = some();
      if (frames.length < 30) {
        const frame = heap.frame(3);
        frame.set(1, o === null ? 0 : pointer(o));
        frames.push({ frame, objs: [null, o, null] });
      }
    } else if (op === 20) {
      frames.pop()?.frame.release();
    } else if (op === 21) {
      const top = frames.at(-1);
      const o = rnd(3) === 0 ? null : some();
      if (top !== undefined) {
        const i = rnd(3);
        top.frame.set(i, o === null ? 0 : o.ptr);
        top.objs[i] = o;
      }
    } else if (op === 22) {
      const o = some();
      const list = rnd(2) === 0 ? external : told;
      if (o !== null && list.length < 10) list.push(o);
      else list.pop();
      if (o !== null && list === told && told.at(-1) === o) tell(o.ptr);
    } else if (op === 23) {
      // A typed move between two objects of one shape, or of an object's elements onto each other.
      const from = some();
      const to = some();
      if (from !== null && to !== null && from.shape === to.shape && from.slots.length > 0) {
        heap.typedMove(from.shape.type, to.ptr, from.ptr, from.shape.count);
        i32[(to.ptr + to.shape.id) >>> 2] = to.id;
        for (let i = 0; i < to.slots.length; i++) to.slots[i] = from.slots[i]!;
      }
    } else if (op === 24) {
      const o = some();
      if (o !== null && rnd(4) === 0) {
        heap.typedMove(o.shape.type, o.ptr, 0, o.shape.count);
        i32[(o.ptr + o.shape.id) >>> 2] = o.id;
        o.slots.fill(null);
      }
    } else if (op === 25) {
      const o = some();
      if (o !== null) weaks.push({ weak: heap.weak(o.ptr), obj: o });
    } else if (op < 28) wild.calmly(() => heap.safepoint());
    else if (op < 30) {
      const bytes = rnd(3000);
      wild.calmly(() => heap.stepWork(bytes));
    } else if (op === 30) {
      if (rnd(4) === 0) wild.calmly(() => heap.step(0));
    } else if (rnd(4) === 0) {
      collect();
      digest.push(verify(true));
    }
    if (options.wildSources === true) {
      if (rnd(4) === 0 && wild.held.length < 30) {
        // Most of them are held by nobody else.
        const held = [alloc(), rnd(2) === 0 ? alloc() : some(), alloc()].filter((o) => o !== null);
        wild.calmly(() => wild.add(held));
      }
      if (rnd(9) === 0) wild.drop();
      if (rnd(3) === 0) wild.arm();
    }
    if (options.checkEach === true || rnd(64) === 0) {
      wild.calmly(() => checkHeap(heap));
      verify(false);
    }
  }
  collect();
  digest.push(verify(true));
  wild.calmly(() => checkHeap(heap));
  wild.clear();
  for (const h of handles) h.handle.release();
  for (const f of frames.reverse()) f.frame.release();
  external.length = told.length = 0;
  heap.collect();
  if (exact) {
    let left = 0;
    heap.allocator.objects.forEach(() => left++);
    if (left !== 0) throw new Error(`${left} objects left when nothing is reachable`);
  }
  checkHeap(heap);
  return digest.join("\n");

  /** Compares what the model reaches with the heap; after a collection also that nothing else is there. */
  function verify(collected: boolean): string {
    const seen = new Set<Obj>();
    const todo: Obj[] = [];
    const add = (o: Obj | null): void => {
      if (o !== null && !seen.has(o)) {
        seen.add(o);
        todo.push(o);
      }
    };
    for (const h of handles) add(h.obj);
    for (const o of external) add(o);
    for (const o of told) add(o);
    for (const o of wild.held) add(o);
    for (const f of frames) f.objs.forEach(add);
    for (let o = todo.pop(); o !== undefined; o = todo.pop()) {
      const id = i32[(o.ptr + o.shape.id) >>> 2];
      if (id !== o.id) throw new Error(`object ${o.id} at ${o.ptr} reads ${id}`);
      for (let i = 0; i < o.slots.length; i++) {
        const want = o.slots[i]!;
        const got = heap.memory.u32[(o.ptr + o.shape.slot(i)) >>> 2]!;
        const right = want === null ? got === 0 : got === want.ptr || got === want.ptr + 4;
        if (!right) throw new Error(`slot ${i} of object ${o.id} is ${got}, want ${want?.ptr}`);
        add(want);
      }
    }
    if (collected && exact) {
      let bytes = 0;
      let count = 0;
      heap.allocator.objects.forEach((_, size) => {
        count++;
        bytes += size;
      });
      if (count !== seen.size) throw new Error(`${count} objects, ${seen.size} are reachable`);
      const marked = heap.stats().heapMarked;
      if (marked !== bytes) throw new Error(`heapMarked ${marked}, reachable ${bytes} bytes`);
      for (const w of weaks) {
        const alive = w.weak.value() !== 0;
        if (alive !== seen.has(w.obj)) throw new Error(`weak pointer to ${w.obj.id}: ${alive}`);
      }
    }
    const ids = [...seen].map((o) => o.id).sort((a, b) => a - b);
    return `${ids.length}:${ids.reduce((h, id) => (Math.imul(h, 31) + id) | 0, 7)}`;
  }
}
