import { createAllocator, createMemory, NOSCAN, type Ptr, type TieredAllocator } from "@gort/alloc";
import fc from "fast-check";
import { expect, test } from "vitest";

const seed = Number(process.env["GORT_SEED"] ?? 31);
const make = (): TieredAllocator => createAllocator(createMemory({ reserve: 2 ** 23 }));

/** Says that a pointer lies at `slot`, and stores it. */
function point(a: TieredAllocator, slot: Ptr, to: Ptr): void {
  const w = (a.objects.pointerBits >>> 2) + (slot >>> 7);
  a.memory.i32[w]! |= 1 << ((slot >>> 2) & 31);
  a.memory.u32[slot >>> 2] = to;
}

/** Marks from `roots` with the tracer over a stack of `room` words; the bases marked. */
function trace(a: TieredAllocator, roots: readonly Ptr[], room: number, work: number): Set<Ptr> {
  const { objects, memory } = a;
  const tracer = objects.tracer!;
  const bottom = a.alloc(4 * room, NOSCAN) >>> 2;
  const end = bottom + room;
  const later: Ptr[] = [];
  let top = bottom;
  objects.cycle.startMark();
  for (const p of roots) {
    const base = objects.findAndMark(p);
    if (base === 0 || !objects.isScan(base)) continue;
    later.push(objects.sizeOf(base) > 4 * tracer.room ? base + 4 : base);
  }
  for (;;) {
    if (top === bottom) {
      const next = later.pop();
      if (next === undefined) break;
      memory.u32[top++] = next;
    }
    const before = tracer.scanned;
    top = tracer.trace(bottom, top, end, work);
    expect(top).toBeLessThanOrEqual(end);
    if (tracer.scanned !== before || top === bottom) continue;
    // A large object, or no room: the caller's part.
    const entry = memory.u32[--top]!;
    const base = entry - (entry & 7);
    const size = objects.sizeOf(base);
    while (top > bottom) later.push(memory.u32[--top]!);
    for (let at = base; at < base + size; at += 4 * tracer.room) {
      const bytes = Math.min(4 * tracer.room, base + size - at);
      top = tracer.traceRange(at, bytes, base, size, bottom);
      while (top > bottom) later.push(memory.u32[--top]!);
    }
  }
  const marked = new Set<Ptr>();
  objects.forEach((base) => {
    if (objects.isMarked(base) && base !== bottom * 4) marked.add(base);
  });
  return marked;
}

const node = fc.record({
  size: fc.constantFrom(8, 16, 24, 40, 64, 144, 500, 2048, 2304, 9000, 40_000),
  noscan: fc.boolean(),
  edges: fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)), { maxLength: 12 }),
});

test("marks what a walk of the graph reaches, for objects and arrays of any size", () => {
  fc.assert(
    fc.property(
      fc.array(node, { minLength: 1, maxLength: 150 }),
      fc.integer({ min: 600, max: 3000 }),
      fc.integer({ min: 1, max: 5000 }),
      (nodes, room, work) => {
        const a = make();
        const all = nodes.map((n) => a.alloc(n.size, n.noscan ? NOSCAN : 0));
        const edges = nodes.map(() => new Set<number>());
        nodes.forEach((n, i) => {
          for (const [slot, to, inside] of n.edges) {
            const at = (slot % (n.size >>> 2)) * 4;
            const j = to % all.length;
            const target = all[j]! + (inside % nodes[j]!.size);
            // The last pointer written to a slot counts.
            const old = a.objects.find(a.memory.u32[(all[i]! + at) >>> 2]!);
            if (old !== 0) continue;
            if (n.noscan) continue;
            point(a, all[i]! + at, target);
            edges[i]!.add(j);
          }
        });
        // A word that looks like a pointer but is none.
        a.memory.u32[all[0]! >>> 2] ||= all.at(-1)!;
        const reached = new Set<Ptr>();
        const todo = [0];
        for (let i = todo.pop(); i !== undefined; i = todo.pop()) {
          if (reached.has(all[i]!)) continue;
          reached.add(all[i]!);
          todo.push(...edges[i]!);
        }
        expect(trace(a, [all[0]!], room, work)).toEqual(reached);
        let bytes = 0;
        for (const p of reached) bytes += a.objects.sizeOf(p);
        expect(a.objects.tracer!.marked).toBe(bytes - a.objects.sizeOf(all[0]!));
      },
    ),
    { seed, numRuns: 60 },
  );
});

test("stops when the work is done, at a tag, and where there may be no room", () => {
  const a = make();
  const tracer = a.objects.tracer!;
  const stack = a.alloc(4096, NOSCAN) >>> 2;
  const { u32 } = a.memory;
  a.objects.cycle.startMark();
  for (let i = 0; i < 500; i++) u32[stack + i] = a.alloc(16);
  const top = tracer.trace(stack, stack + 500, stack + 1024, 1);
  expect(top).toBeLessThan(stack + 500);
  expect(top).toBeGreaterThanOrEqual(stack + 500 - 32);
  expect(tracer.scanned).toBe((stack + 500 - top) * 16);
  u32[stack + 100] = u32[stack + 100]! | 1;
  expect(tracer.trace(stack, stack + 200, stack + 1024, 1e9)).toBe(stack + 101);
  expect(tracer.trace(stack, stack + 101, stack + 1024, 1e9)).toBe(stack + 101);
  // Objects of 16 bytes may push four words.
  expect(tracer.trace(stack, stack + 50, stack + 53, 1e9)).toBe(stack + 50);
  expect(tracer.trace(stack, stack + 50, stack + 54, 1e9)).toBe(stack);
});

test("free objects, metadata, nil and numbers beyond the memory mark nothing", () => {
  const a = make();
  const holder = a.alloc(64);
  const dead = a.alloc(64);
  const live = a.alloc(64);
  a.free(dead);
  const strays = [
    0,
    1,
    8,
    4096,
    dead,
    2 ** 23 - 4,
    2 ** 23,
    2 ** 31,
    2 ** 32 - 1,
    holder + 8,
    live,
  ];
  strays.forEach((p, i) => point(a, holder + 4 * i, p));
  expect(trace(a, [holder], 1000, 1e6)).toEqual(new Set([holder, live]));
});

test("a batch writes no word at or above the end it was given, however many pointers there are", () => {
  const a = make();
  const tracer = a.objects.tracer!;
  const { u32 } = a.memory;
  const stack = a.alloc(4096, NOSCAN) >>> 2;
  // Full of pointers, and full of nils but for one.
  const full = Array.from({ length: 40 }, () => a.alloc(16));
  const sparse = Array.from({ length: 40 }, () => a.alloc(24));
  for (const p of full) for (let i = 0; i < 4; i++) point(a, p + 4 * i, a.alloc(8, NOSCAN));
  for (const p of sparse) for (let i = 0; i < 6; i++) point(a, p + 4 * i, i === 5 ? full[0]! : 0);
  a.objects.cycle.startMark();
  for (let room = 0; room < 80; room++) {
    const objects = room % 2 === 0 ? full : sparse;
    const top = stack + objects.length;
    const end = top + room;
    objects.forEach((p, i) => (u32[stack + i] = p));
    u32.fill(0xabcdef, end, end + 100);
    expect(tracer.trace(stack, top, end, 1e9)).toBeLessThanOrEqual(top);
    expect(u32.slice(end, end + 100).every((word) => word === 0xabcdef)).toBe(true);
  }
});

test("an object of 8 bytes that holds only nil is black at once and counts as traced; one that holds anything is pushed", () => {
  const a = make();
  const tracer = a.objects.tracer!;
  const { u32 } = a.memory;
  const stack = a.alloc(4096, NOSCAN) >>> 2;
  const parent = a.alloc(32);
  const leaf = a.alloc(8);
  const number = a.alloc(8);
  const link = a.alloc(8);
  [leaf, number, link].forEach((p, i) => point(a, parent + 4 * i, p));
  point(a, leaf, 0);
  u32[(number >>> 2) + 1] = 7;
  point(a, link + 4, parent);
  a.objects.cycle.startMark();
  a.objects.mark(parent);
  u32[stack] = parent;
  const before = tracer.scanned;
  expect(tracer.trace(stack, stack + 1, stack + 1024, 1)).toBe(stack + 2);
  expect([u32[stack], u32[stack + 1]].sort()).toEqual([number, link].sort());
  expect([leaf, number, link].map((p) => a.objects.isMarked(p))).toEqual([true, true, true]);
  expect(tracer.scanned - before).toBe(32 + 8);
  expect(tracer.trace(stack, stack + 2, stack + 1024, 1e6)).toBe(stack);
  expect(tracer.scanned - before).toBe(32 + 3 * 8);
});

test("words are pointers: what they point to is marked once, scan objects are pushed, nil and strays are passed over", () => {
  const a = make();
  const tracer = a.objects.tracer!;
  const { u32 } = a.memory;
  const words = a.alloc(4096, NOSCAN) >>> 2;
  const stack = a.alloc(4096, NOSCAN) >>> 2;
  const [one, two, leaf, large] = [a.alloc(16), a.alloc(64), a.alloc(16, NOSCAN), a.alloc(40_000)];
  for (const p of [one, two, large]) point(a, p, one);
  a.objects.cycle.startMark();
  const list = [0, one, one + 4, leaf, 8, two, large + 9000, a.memory.byteLength - 8, two];
  list.forEach((p, i) => (u32[words + i] = p));
  const marked = tracer.marked;
  expect(tracer.traceWords(words, words + list.length, stack)).toBe(stack + 3);
  expect([...u32.slice(stack, stack + 3)]).toEqual([one, two, large + 4]);
  expect(tracer.marked - marked).toBe(16 + 64 + 16 + a.objects.sizeOf(large));
  expect(tracer.traceWords(words, words + list.length, stack)).toBe(stack);
});
