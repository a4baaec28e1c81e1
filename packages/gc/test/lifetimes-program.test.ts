/**
 * Random programs of finalizers, cleanups, weak pointers, strings and JavaScript values, against a model that says exactly
 * what each collection leaves, queues and clears.
 *
 * The rules, as Go's runtime has them: an object with a finalizer keeps alive what its fields lead to (but not itself by a
 * pointer to itself), it is queued when nothing else leads to it, and its weak pointers are cleared then; what is queued is a
 * root; a cleanup is queued when its object is gone.
 */
import { any, complex128, int32, ptr, struct, toInterface } from "@gort/types";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Cleanup, GcHeap, Handle, HeapOptions, Ptr, Weak } from "../src/index.ts";
import { checkHeap, createHeap, createStopTheWorldHeap, createStressHeap } from "../src/index.ts";

const programs = Number(process.env["GORT_FUZZ"] ?? 12);
const firstSeed = Number(process.env["GORT_SEED"] ?? 1);
vi.setConfig({ testTimeout: 60_000 + programs * 200 });

const Inner = struct({ to: ptr(int32), n: int32 });
const Rec = struct({ a: ptr(int32), id: int32, b: ptr(int32), v: any });
const ID = 4;
const SLOTS = [0, 8];

class Obj {
  readonly id: number;
  readonly ptr: Ptr;
  readonly to: (Obj | null)[] = [null, null];
  /** What the field of type any holds, how many objects it takes, and the object it leads to. */
  value: unknown = null;
  extra = 0;
  via: Obj | null = null;
  finalizer = false;
  queued = false;
  finalized = 0;
  cleanups = 0;
  cleaned = 0;
  gone = false;
  readonly weaks: { weak: Weak; offset: number }[] = [];
  constructor(id: number, p: Ptr) {
    this.id = id;
    this.ptr = p;
  }
  /** The objects its own bytes point to, and those behind the value that lies apart. */
  links(itself: boolean): Obj[] {
    const direct = [...this.to, this.extra === 0 ? this.via : null];
    const out = direct.filter((o): o is Obj => o !== null && (itself || o !== this));
    return this.extra > 0 && this.via !== null ? [...out, this.via] : out;
  }
}

/** Rejects what awaits it. */
const BAD = new Error("bad");

/** What a finalizer may return: it is waited for as `await` would, whatever it does. */
function odd(n: number): unknown {
  type Callback = (x?: unknown) => void;
  switch (n) {
    case 0:
      return Promise.resolve(1);
    case 1:
      return { then: (ok: Callback): void => (ok(), ok()) };
    case 2:
      return { then: (ok: Callback, no: Callback): void => (ok(), no(BAD)) };
    case 3:
      return { then: (_: Callback, no: Callback): void => (no(BAD), no(BAD)) };
    case 4:
      return {
        then() {
          throw BAD;
        },
      };
    case 5:
      return { then: (ok: Callback): unknown => Promise.resolve().then(ok) };
    case 6:
      return { then: 1 };
    default:
      return undefined;
  }
}

async function run(heap: GcHeap, seed: number, steps: number): Promise<void> {
  let state = seed;
  const rnd = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
  const all: Obj[] = [];
  const handles: { handle: Handle; obj: Obj }[] = [];
  const cleanups: { cleanup: Cleanup; obj: Obj; live: boolean }[] = [];
  const reach = (from: Iterable<Obj>, seen: Set<Obj>): Set<Obj> => {
    const todo = [...from];
    for (let o = todo.pop(); o !== undefined; o = todo.pop()) {
      if (seen.has(o)) continue;
      seen.add(o);
      todo.push(...o.links(true));
    }
    return seen;
  };
  const rooted = (): Obj[] => handles.map((h) => h.obj);
  const some = (): Obj | undefined => {
    const list = [...reach(rooted(), new Set())];
    return list[rnd(list.length || 1)];
  };
  const hold = (obj: Obj): void => {
    handles.push({ handle: heap.root(obj.ptr + 4 * rnd(4)), obj });
  };
  const setValue = (o: Obj): void => {
    const target = some() ?? null;
    const set = (value: unknown, extra: number, via: Obj | null = null): void => {
      any.store(heap, o.ptr + 12, value);
      Object.assign(o, { value, extra, via });
    };
    switch (rnd(7)) {
      case 0:
        return set(null, 0);
      case 1:
        // Smaller numbers would share blocks.
        return set(toInterface(complex128, { re: rnd(1000), im: 0 }), 1);
      case 2:
        return set("", 1);
      case 3:
        return set(`a text that has a block to itself ${rnd(1000)}`, 2);
      case 4:
        return set({ of: o.id }, 1);
      case 5:
        return set(toInterface(ptr(int32), target?.ptr ?? 0, heap), 0, target);
      default:
        return set(toInterface(Inner, { to: target?.ptr ?? 0, n: 7 }, heap), 1, target);
    }
  };

  /** What a collection has to leave: the model's own. */
  const collect = (): void => {
    heap.collect();
    const pending = all.filter((o) => o.queued);
    const live = reach([...rooted(), ...pending], new Set());
    const held = all.filter((o) => o.finalizer);
    for (const o of held) reach(o.links(false), live);
    const dying = held.filter((o) => !live.has(o));
    for (const o of dying) {
      o.finalizer = false;
      o.queued = true;
      mustBeCleared(o);
      o.weaks.length = 0;
      live.add(o);
    }
    let count = 0;
    for (const o of all) {
      if (o.gone) continue;
      if (!live.has(o)) {
        o.gone = true;
        mustBeCleared(o);
        continue;
      }
      count += 1 + o.extra;
      verify(o);
    }
    let found = 0;
    heap.allocator.objects.forEach(() => found++);
    expect(found, "objects").toBe(count);
    checkHeap(heap);
  };
  const fail = (text: string): never => {
    throw new Error(`seed ${seed}: ${text}`);
  };
  const mustBeCleared = (o: Obj): void => {
    if (o.weaks.some(({ weak }) => weak.value() !== 0)) fail(`a weak pointer to ${o.id} is left`);
  };
  const verify = (o: Obj): void => {
    const { u32, i32 } = heap.memory;
    if (i32[(o.ptr + ID) >>> 2] !== o.id) fail(`object ${o.id} is overwritten`);
    SLOTS.forEach((at, i) => {
      if (u32[(o.ptr + at) >>> 2] !== (o.to[i]?.ptr ?? 0)) fail(`slot ${i} of ${o.id}`);
    });
    expect(any.equalValues(any.load(heap, o.ptr + 12), o.value), `value of ${o.id}`).toBe(true);
    for (const { weak, offset } of o.weaks)
      if (weak.value() !== o.ptr + offset) fail(`weak pointer to live ${o.id}`);
    if (o.cleaned > 0) fail(`cleanup of live ${o.id} ran`);
  };
  /** Runs what is queued; right after a collection, when the model knows what that is. */
  const finish = async (): Promise<void> => {
    collect();
    const queued = all.filter((o) => o.queued);
    const gone = all.filter((o) => o.gone && o.cleanups > 0);
    const expected = queued.length + gone.reduce((n, o) => n + o.cleanups, 0);
    let count = heap.runFinalizers();
    for (let before = -1; count !== before && count < expected;) {
      before = count;
      // Behind one that is waited for nothing runs by itself, and with it all goes on.
      const left = heap.runFinalizers();
      expect(left, `seed ${seed}: functions run out of turn`).toBe(0);
      const cleaned = gone.reduce((n, o) => n + o.cleaned, 0);
      const finalized = queued.filter((o) => o.queued).length;
      for (let i = 0; i < 8; i++) await Promise.resolve();
      checkHeap(heap);
      expect(gone.reduce((n, o) => n + o.cleaned, 0)).toBe(cleaned);
      expect(queued.filter((o) => o.queued).length).toBe(finalized);
      count += heap.runFinalizers();
    }
    for (let i = 0; i < 8; i++) await Promise.resolve();
    expect(count, `seed ${seed}: functions run`).toBe(expected);
    for (const o of queued) if (o.queued || o.finalized === 0) fail(`${o.id} was not finalized`);
    for (const o of gone) {
      expect(o.cleaned, `seed ${seed}: cleanups of ${o.id}`).toBe(o.cleanups);
      o.cleaned = o.cleanups = 0;
    }
  };

  for (let step = 0; step < steps; step++) {
    const op = rnd(32);
    const o = some();
    if (op < 9 || o === undefined) {
      const p = heap.alloc(Rec);
      const fresh = new Obj(all.length + 1, p);
      heap.memory.i32[(p + ID) >>> 2] = fresh.id;
      all.push(fresh);
      if (o !== undefined && handles.length > 3) {
        const i = rnd(2);
        heap.writePtr(o.ptr + SLOTS[i]!, p);
        o.to[i] = fresh;
      } else hold(fresh);
    } else if (op < 13) {
      const to = rnd(4) === 0 ? null : some()!;
      const i = rnd(2);
      heap.writePtr(o.ptr + SLOTS[i]!, to?.ptr ?? 0);
      o.to[i] = to;
    } else if (op < 16) setValue(o);
    else if (op < 18) {
      if (handles.length < 8) hold(o);
    } else if (op < 21) handles.splice(rnd(handles.length), 1)[0]!.handle.release();
    else if (op < 24) {
      if (o.finalizer) {
        if (rnd(3) === 0) {
          heap.setFinalizer(o.ptr, null);
          o.finalizer = false;
        } else expect(() => heap.setFinalizer(o.ptr, () => undefined)).toThrow("already set");
      } else if (!o.queued) {
        o.finalizer = true;
        heap.setFinalizer(o.ptr, (p) => {
          if (p !== o.ptr || !o.queued) fail(`finalizer of ${o.id} out of turn`);
          verify(o);
          o.queued = false;
          o.finalized++;
          // Now and then it comes back to life, and may get another finalizer later.
          if (rnd(4) === 0) hold(o);
          return odd(rnd(16));
        });
      }
    } else if (op === 24) {
      const cleanup = heap.addCleanup(o.ptr + 4 * rnd(3), (x: Obj) => x.cleaned++, o);
      o.cleanups++;
      cleanups.push({ cleanup, obj: o, live: true });
    } else if (op === 25) {
      const c = cleanups[rnd(cleanups.length || 1)];
      if (c !== undefined && c.live && !c.obj.gone && reach(rooted(), new Set()).has(c.obj)) {
        c.cleanup.stop();
        c.live = false;
        c.obj.cleanups--;
      }
    } else if (op === 26) {
      const offset = 4 * rnd(3);
      o.weaks.push({ weak: heap.weak(o.ptr + offset), offset });
    } else if (op < 29) heap.stepWork(rnd(4000));
    else if (op === 29) heap.safepoint();
    else if (op === 30) collect();
    else await finish();
  }
  const letGo = (): void => {
    for (const h of handles.splice(0)) h.handle.release();
  };
  letGo();
  for (let i = 0; i < all.length && all.some((x) => x.finalizer || x.queued); i++) {
    await finish();
    letGo(); // what finalizers brought back
  }
  // What is left hangs from cycles that finalizers keep; without those everything goes.
  const kept = all.filter((x) => x.finalizer);
  for (const x of kept) {
    heap.setFinalizer(x.ptr, null);
    x.finalizer = false;
  }
  await finish();
  await finish();
  expect(heap.stats().heapObjects).toBe(0);
}

const heaps: Record<string, (o: HeapOptions) => GcHeap> = {
  "mark-sweep": createHeap,
  "insertion barrier": (o) => createHeap({ ...o, barrier: "insertion" }),
  "deletion barrier": (o) => createHeap({ ...o, barrier: "deletion" }),
  stress: createStressHeap,
  "stop-the-world": createStopTheWorldHeap,
};

describe("exact lifetimes in random programs", () => {
  // What finalizers reject with is nobody's, as it should be.
  let listeners = process.listeners("unhandledRejection");
  const strange: unknown[] = [];
  beforeAll(() => {
    listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => reason === BAD || strange.push(reason));
  });
  afterAll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.removeAllListeners("unhandledRejection");
    for (const l of listeners) process.on("unhandledRejection", l);
    expect(strange).toEqual([]);
  });

  for (const [name, create] of Object.entries(heaps)) {
    it(`each collection leaves, queues and clears what the model says: ${name}`, async () => {
      for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
        try {
          await run(create({ reserve: 2 ** 22, finalizers: "manual" }), seed, 150);
        } catch (e) {
          throw new Error(`GORT_SEED=${seed}: ${(e as Error).message}`, { cause: e });
        }
      }
    });
  }
});
