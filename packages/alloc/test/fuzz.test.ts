/**
 * Random programs on the allocator beside a model that is a map from pointer to bytes, with the checker after each step.
 * `GORT_FUZZ=n` sets the number of steps per program, `GORT_SEED=n` the seed; a failure prints both, and the shortest
 * program found that fails too.
 */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  type AllocStats,
  attachAllocator,
  checkAllocator,
  createAllocator,
  createMemory,
  isAllocError,
  memoryOver,
  NOSCAN,
  NOZERO,
  type TieredAllocator,
} from "@gort/alloc";

interface Live {
  size: number;
  usable: number;
  mark: number;
}

/** The program's world: two allocator objects over one memory, the model, and the phase of the collector. */
class World {
  readonly heaps: TieredAllocator[];
  readonly live = new Map<number, Live>();
  phase: "idle" | "marking" | "sweeping" = "idle";
  outOfMemory = 0;

  readonly shards: number;
  readonly collects: boolean;

  /** @param collects whether collections run; without one freed objects go to magazines */
  constructor(reserve: number, shards: number, collects: boolean) {
    this.shards = shards;
    this.collects = collects;
    const memory = createMemory({ reserve });
    const first = createAllocator(memory, { shards });
    this.heaps = [first, attachAllocator(memoryOver(memory.buffer))];
  }

  /** The bytes of `p` are still what the program wrote. */
  verify(p: number): void {
    const { size, mark } = this.live.get(p)!;
    const u8 = this.heaps[0]!.memory.u8;
    for (let i = 0; i < size; i++)
      if (u8[p + i] !== mark) throw new Error(`byte ${i} of ${p} was overwritten`);
  }

  adopt(p: number, size: number, mark: number, zeroed: boolean, from = 0): void {
    const u8 = this.heaps[0]!.memory.u8;
    if (size === 0) return;
    if (this.live.has(p)) throw new Error(`${p} was handed out twice`);
    if (zeroed)
      for (let i = from; i < size; i++)
        if (u8[p + i] !== 0) throw new Error(`byte ${i} of ${p} is dirty`);
    u8.fill(mark, p, p + size);
    this.live.set(p, { size, usable: this.heaps[0]!.usableSize(p), mark });
  }

  pick(n: number): number | undefined {
    const keys = [...this.live.keys()];
    return keys[n % Math.max(1, keys.length)];
  }

  /** Runs `call`; out of memory is an outcome, everything else an error. */
  allowed<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (err) {
      if (!isAllocError(err) || err.code !== "OUT_OF_MEMORY") throw err;
      this.outOfMemory++;
      return undefined;
    }
  }

  step(op: Op): void {
    const heap = this.heaps[op.which]!;
    const { shards } = this;
    switch (op.kind) {
      case "alloc": {
        const p = this.allowed(() => heap.alloc(op.size, op.flags, op.n % shards));
        if (p !== undefined) this.adopt(p, op.size, 1 + (op.n % 255), (op.flags & NOZERO) === 0);
        return;
      }
      case "aligned": {
        const align = 2 ** (op.n % 16);
        const p = this.allowed(() =>
          heap.allocAligned(op.size, align, op.flags & NOSCAN, op.n % shards),
        );
        if (p === undefined) return;
        if (op.size > 0) expect(p % align).toBe(0);
        if (op.size > 0) this.adopt(p, op.size, 1 + (op.n % 255), true);
        else heap.free(p);
        return;
      }
      case "free": {
        const p = this.pick(op.n);
        if (p === undefined) return;
        this.verify(p);
        this.live.delete(p);
        heap.free(p, op.size % shards);
        return;
      }
      case "realloc": {
        const p = this.pick(op.n);
        if (p === undefined || op.size === 0) return;
        this.verify(p);
        const old = this.live.get(p)!;
        const q = this.allowed(() =>
          heap.realloc(p, op.size, NOZERO | (op.flags & NOSCAN), op.n % shards),
        );
        if (q === undefined) return;
        this.live.delete(p);
        const u8 = heap.memory.u8;
        for (let i = 0; i < Math.min(old.size, op.size); i++) {
          if (u8[q + i] !== old.mark) throw new Error(`realloc lost byte ${i} of ${p}`);
        }
        this.adopt(q, op.size, old.mark, false);
        return;
      }
      case "cycle":
        if (!this.collects) return;
        this.cycle(heap, op.n);
        return;
      case "tidy":
        if (op.n % 2 === 0) heap.scavenge(op.size);
        else heap.trim();
        return;
    }
  }

  /** The next step of a collection that keeps all the model holds. */
  private cycle(heap: TieredAllocator, n: number): void {
    if (this.phase === "idle") {
      heap.objects.cycle.startMark();
      this.phase = "marking";
    } else if (this.phase === "marking") {
      // An eighth of the objects becomes garbage here; those that were born black survive this cycle unknown to us.
      let i = n;
      for (const p of [...this.live.keys()]) {
        if (heap.objects.find(p) === 0) throw new Error(`find lost ${p}`);
        if (i++ % 8 === 0) this.live.delete(p);
        else heap.objects.findAndMark(p);
      }
      heap.objects.cycle.startSweep();
      this.phase = "sweeping";
    } else if (heap.objects.cycle.sweep(1 + (n % 8)) === 0) {
      this.phase = "idle";
    }
  }

  /** Everything at once: the model, the checker, the statistics. */
  check(deep: boolean): void {
    checkAllocator(this.heaps[0]!, { deep });
    const [a, b] = this.heaps.map((heap) => heap.stats()) as [AllocStats, AllocStats];
    // By hand: `toEqual` takes longer than the checker.
    const same =
      Object.entries(a).every(([k, v]) => k === "bySize" || v === b[k as keyof AllocStats]) &&
      a.bySize.every(
        (r, i) => r.mallocs === b.bySize[i]!.mallocs && r.frees === b.bySize[i]!.frees,
      );
    if (!same) expect(a).toEqual(b);
    for (const [p, { usable, size }] of this.live) {
      const now = this.heaps[0]!.usableSize(p);
      // A tiny object may gain what its neighbour gave up, and lose no byte it was asked for.
      if (size >= 16 ? now !== usable : now < size)
        throw new Error(`usableSize(${p}) went from ${usable} to ${now}`);
    }
  }

  end(): void {
    for (const p of [...this.live.keys()]) {
      this.verify(p);
      this.live.delete(p);
      this.heaps[0]!.free(p);
    }
    this.heaps[0]!.trim();
    this.check(true);
    if (!this.collects)
      expect(this.heaps[0]!.stats()).toMatchObject({ heapObjects: 0, heapAlloc: 0, heapInuse: 0 });
    this.collectAll();
    expect(this.heaps[0]!.stats()).toMatchObject({ heapObjects: 0, heapAlloc: 0, heapInuse: 0 });
  }

  /** Two full cycles without a root: the first may end one that is going on, the second frees what it left. */
  private collectAll(): void {
    const { cycle } = this.heaps[1]!.objects;
    for (let i = 0; i < 2; i++) {
      if (this.phase !== "marking") cycle.startMark();
      cycle.startSweep();
      cycle.sweep(Infinity);
      this.phase = "idle";
      this.check(true);
    }
    this.heaps[1]!.trim();
    this.check(true);
  }
}

type Kind = "alloc" | "aligned" | "free" | "realloc" | "cycle" | "tidy";
interface Op {
  kind: Kind;
  which: 0 | 1;
  size: number;
  flags: number;
  n: number;
}

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 3, arbitrary: fc.integer({ min: 300, max: 9000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 9000, max: 120_000 }) },
);
const kind = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Kind>("alloc") },
  { weight: 1, arbitrary: fc.constant<Kind>("aligned") },
  { weight: 6, arbitrary: fc.constant<Kind>("free") },
  { weight: 2, arbitrary: fc.constant<Kind>("realloc") },
  { weight: 2, arbitrary: fc.constant<Kind>("cycle") },
  { weight: 1, arbitrary: fc.constant<Kind>("tidy") },
);
const op: fc.Arbitrary<Op> = fc.record({
  kind,
  which: fc.constantFrom(0 as const, 1 as const),
  size,
  flags: fc.integer({ min: 0, max: 3 }),
  n: fc.nat(1000),
});

const seed = Number(process.env["GORT_SEED"] ?? 20_260_101);
const fuzz = Number(process.env["GORT_FUZZ"] ?? 0);
/** Steps of a long program. */
const stepsOr = (usual: number): number => (fuzz > 0 ? fuzz : usual);
/** Short programs: a hundred steps each. */
const runsOr = (usual: number): number => Math.max(usual, Math.min(Math.ceil(fuzz / 100), 2000));
vi.setConfig({ testTimeout: 60_000 + fuzz * 20 });

type Check = (world: World, i: number) => void;

/** A part of a program that still fails: pieces are left out, ever smaller ones, while that is so. */
function shortened<T>(program: readonly T[], fails: (some: readonly T[]) => boolean): readonly T[] {
  let tries = 300;
  for (let size = program.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < program.length;) {
      if (tries-- === 0) return program;
      const less = [...program.slice(0, at), ...program.slice(at + size)];
      if (fails(less)) program = less;
      else at += size;
    }
  }
  return program;
}

test("a program that fails is shortened to what it fails by", () => {
  const fails = (some: readonly number[]): boolean => some.includes(7) && some.includes(400);
  const all = Array.from({ length: 500 }, (_, i) => i);
  expect(shortened(all, fails)).toEqual([7, 400]);
});

describe("random programs", () => {
  test.each([
    ["with collections", 2 ** 19, true],
    ["without", 2 ** 19, false],
    ["without, large magazines", 2 ** 25, false],
  ])(
    "two allocator objects over one memory, checked after every step, shrink to a short failure: %s",
    (_, reserve, collects) => {
      fc.assert(
        fc.property(fc.array(op, { minLength: 20, maxLength: 120 }), fc.nat(1000), (ops, more) => {
          // Of any size: the tables of a memory are rounded up in several ways.
          const world = new World(reserve + more * (reserve >>> 10), 3, collects);
          for (const o of ops) {
            world.step(o);
            world.check(false);
          }
          world.end();
        }),
        { numRuns: runsOr(reserve > 2 ** 20 ? 15 : 60), seed },
      );
    },
  );

  /** `steps` operations, in long phases of growth and of shrinking, so that the heap fills up, fragments and empties. */
  function program(offset: number, steps: number): Op[] {
    let state = (seed + offset) >>> 0;
    const next = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const kinds: Kind[] = ["alloc", "alloc", "alloc", "free", "free", "realloc", "aligned"];
    return Array.from({ length: steps }, (_, i) => {
      const r = next(200);
      const shrinking = Math.floor(i / 1500) % 3 === 2;
      const k: Kind =
        r < 3
          ? "cycle"
          : r === 3
            ? "tidy"
            : shrinking && next(3) > 0
              ? "free"
              : kinds[next(kinds.length)]!;
      const bytes = Math.floor(2 ** ((next(1000) / 1000) * (next(20) === 0 ? 17 : 11)));
      return { kind: k, which: next(2) as 0 | 1, size: bytes, flags: next(4), n: next(100_000) };
    });
  }

  /** Runs a long program in a world. If it fails the error has a shorter one that fails as well, each step checked. */
  function long(make: () => World, offset: number, steps: number, check: Check): World {
    const ops = program(offset, steps);
    const fails = (ops: readonly Op[], check: Check): Error | null => {
      const world = make();
      try {
        ops.forEach((op, i) => {
          world.step(op);
          check(world, i);
        });
        world.end();
        if (ops.length === steps) last = world;
        return null;
      } catch (error) {
        return error as Error;
      }
    };
    let last: World | null = null;
    const error = fails(ops, check);
    if (error === null) return last!;
    const each: Check = (world) => world.check(false);
    const short = shortened(ops, (some) => fails(some, each) !== null);
    throw new Error(
      `GORT_SEED=${seed} GORT_FUZZ=${steps} (program ${offset}): ${String(error)}\nand so do ${short.length} steps of it: ${JSON.stringify(short.slice(0, 100))}`,
      { cause: error },
    );
  }

  test.each([
    [1, 2 ** 20, true],
    [2, 2 ** 20, true],
    [3, 2 ** 20, false],
    [4, 2 ** 20, false],
    [5, 2 ** 22, false],
  ])(
    "a long program in a heap that runs full, seed + %i, %i bytes, collections: %s",
    (offset, reserve, collects) => {
      const make = (): World => new World(reserve, 3, collects);
      const world = long(make, offset, stepsOr(12_000), (world, i) => {
        if (i % 150 === 0) world.check(i % 1500 === 0);
      });
      if (reserve === 2 ** 20) expect(world.outOfMemory).toBeGreaterThan(0);
    },
  );

  // In a heap of a few spans a check is cheap: a million operations, each checked, take minutes.
  test.each([
    [6, true],
    [7, false],
  ])(
    "a long program in a small heap, every invariant after each operation, seed + %i, collections: %s",
    (offset, collects) => {
      const make = (): World => new World(3 * 2 ** 16, 2, collects);
      const world = long(make, offset, stepsOr(3000), (world, i) => world.check(i % 64 === 0));
      expect(world.outOfMemory).toBeGreaterThan(0);
    },
  );
});

test("the sweep does not pass a span that follows one made of swept and free pages", () => {
  const heap = createAllocator(createMemory({ reserve: 2 ** 20 }), { shards: 1 });
  const [dead1, x, dead2, gap, y, z] = [5, 1, 5, 5, 5, 5].map((n) =>
    heap.alloc(n * 8192 + (n === 1 ? 32768 : 0)),
  );
  heap.free(gap!);
  heap.objects.cycle.startMark();
  for (const p of [x!, y!, z!]) heap.objects.mark(p);
  heap.objects.cycle.startSweep();
  // Sweeping for ten pages frees both dead objects and stops behind the second; the new one reaches over that point.
  expect(heap.alloc(10 * 8192)).toBe(dead2);
  checkAllocator(heap);
  while (heap.objects.cycle.sweep(1) > 0) checkAllocator(heap);
  checkAllocator(heap);
  expect(heap.alloc(5 * 8192)).toBe(dead1);
});
