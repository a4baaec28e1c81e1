/** The suites of allocators against ones that are wrong in one way each: every one has to be noticed. */
import { expect, test } from "vitest";
import {
  createAllocator,
  createMemory,
  isAllocError,
  NOZERO,
  type Allocator,
  type AllocStats,
  type Ptr,
  type TieredAllocator,
} from "@gort/alloc";
import { allocatorCases, runCases, tracedCases } from "@gort/alloc/testing";

const MIB = 2 ** 20;
const make = (reserve: number): TieredAllocator => createAllocator(createMemory({ reserve }));

type Mutant = [mutant: string, by: string, wrong: (a: TieredAllocator) => Partial<Allocator>];

/** Calls `then` with each address that comes the second time, unless zeroes were not asked for. */
function onReuse(
  a: Allocator,
  then: (p: Ptr, size: number, old: number) => void,
): Partial<Allocator> {
  const seen = new Map<Ptr, number>();
  return {
    alloc: (size, flags = 0, shard = 0) => {
      const p = a.alloc(size, flags, shard);
      const old = seen.get(p);
      if (old !== undefined && (flags & NOZERO) === 0) then(p, size, old);
      seen.set(p, size);
      return p;
    },
  };
}

/** `free`, but what throws with the code goes unnoticed where `where` says so. */
const swallow =
  (code: string, where: (p: Ptr) => boolean) =>
  (a: Allocator): Partial<Allocator> => ({
    free: (p, shard) => {
      try {
        a.free(p, shard);
      } catch (err) {
        if (!(isAllocError(err) && err.code === code && where(p))) throw err;
      }
    },
  });

const claims =
  (wrong: (stats: AllocStats) => Partial<AllocStats>) =>
  (a: Allocator): Partial<Allocator> => ({ stats: () => ({ ...a.stats(), ...wrong(a.stats()) }) });

/** Hands out memory from front to back, at multiples of `align`; one that is `thin` bytes long overlaps with the next one. */
const inARow =
  (align: number, thin = 0) =>
  (a: Allocator): Partial<Allocator> => {
    let next = a.alloc(a.memory.byteLength / 2);
    const sizes = new Map<Ptr, number>();
    return {
      alloc: (size) => {
        const p = next;
        const bytes = Math.ceil(size / align) * align;
        sizes.set(p, bytes);
        next += bytes === thin ? bytes - 16 : bytes;
        return p;
      },
      usableSize: (p) => sizes.get(p)!,
    };
  };

const ALIGNED = "pointers are non-zero, distinct and aligned to 8, to 16 for multiples of 16";
const NEIGHBOURS =
  "objects of whatever size overlap none of their neighbours, and end inside the memory";
const ZERO = "memory is zero again when objects of another size get it";
const SHARDS = "every shard hands out objects of its own, which any shard takes back";
const SHARD =
  "a shard that is no integer from 0 is an error that names it, and nothing is allocated or freed";
const SUMS =
  "statistics keep Go's sums: heapSys = heapIdle + heapInuse, sys = the sum of all, objects = mallocs - frees";
const TWICE = "a double free is an error, and harmless";
const INTERIOR =
  "freeing an interior, a foreign or an impossible pointer is an error of its own, and harmless";
const USABLE =
  "usableSize of what is no live object is an error: freed, interior, foreign, impossible";
const COUNTS = "mallocs and frees are counted one by one and by size class";

test.each<Mutant>([
  ["multiples of 16 that are aligned to 8", ALIGNED, inARow(8)],
  ["objects of one odd size that overlap with the next one", NEIGHBOURS, inARow(16, 1008)],
  ["objects of a page that overlap with the next one", NEIGHBOURS, inARow(16, 4096)],
  [
    "the same object for every shard but the first",
    SHARDS,
    (a) => {
      let p = 0;
      return {
        alloc: (n, flags, shard = 0) => (shard > 0 ? (p ||= a.alloc(n)) : a.alloc(n, flags)),
      };
    },
  ],
  [
    "no free from another shard",
    SHARDS,
    (a) => ({ free: (p, shard = 0) => void (shard === 0 && a.free(p)) }),
  ],
  ["any shard in alloc", SHARD, (a) => ({ alloc: (size, flags) => a.alloc(size, flags) })],
  ["any shard in free", SHARD, (a) => ({ free: (p) => a.free(p) })],
  [
    "a double free found only for what was freed last",
    TWICE,
    (a) => {
      let last = 0;
      return {
        free: (p, shard) => {
          if (p === last) return a.free(p, shard);
          try {
            a.free(p, shard);
          } catch (err) {
            if (!(isAllocError(err) && err.code === "DOUBLE_FREE")) throw err;
          }
          last = p;
        },
      };
    },
  ],
  ["a double free of pages swallowed", TWICE, swallow("DOUBLE_FREE", (p) => p % 8192 === 0)],
  [
    "an interior pointer of pages swallowed",
    INTERIOR,
    swallow("INTERIOR_POINTER", (p) => p % 8192 === 0),
  ],
  [
    "an interior pointer that frees a large object",
    INTERIOR,
    (a) => ({
      free: (p, shard) => {
        const base = a.objects.find(p);
        a.free(base !== 0 && a.objects.sizeOf(base) > 32_768 ? base : p, shard);
      },
    }),
  ],
  [
    "a size for whatever is asked about",
    USABLE,
    (a) => ({
      usableSize: (p) => {
        try {
          return a.usableSize(p);
        } catch {
          return 8;
        }
      },
    }),
  ],
  [
    "zeroes up to the 520th byte",
    ZERO,
    (a) =>
      onReuse(a, (p, size) => size > 600 && size < 2900 && a.memory.u8.fill(1, p + 520, p + size)),
  ],
  [
    "no zeroes where another size was",
    ZERO,
    (a) =>
      onReuse(
        a,
        (p, size, old) => size !== old && size < 40_000 && a.memory.u8.fill(1, p, p + size),
      ),
  ],
  ["more released than idle", SUMS, claims(() => ({ heapReleased: 1e12 }))],
  ["fewer than no caches", SUMS, claims(() => ({ mcacheInuse: -8 }))],
  [
    "twice as many mallocs by size class",
    COUNTS,
    claims((s) => ({ bySize: s.bySize.map((row) => ({ ...row, mallocs: 2 * row.mallocs })) })),
  ],
  ["size classes out of order", COUNTS, claims((s) => ({ bySize: [...s.bySize].reverse() }))],
  [
    "more frees than mallocs in a class",
    COUNTS,
    claims((s) => ({ bySize: s.bySize.map((row) => ({ ...row, frees: row.mallocs + 1 })) })),
  ],
])("the suite of allocators notices %s", (_, by, wrong) => {
  const failed = runCases(
    allocatorCases.filter((c) => c.name === by),
    (reserve) => {
      const a = make(reserve);
      return {
        memory: a.memory,
        alloc: (size, flags, shard) => a.alloc(size, flags, shard),
        free: (p, shard) => a.free(p, shard),
        usableSize: (p) => a.usableSize(p),
        stats: () => a.stats(),
        ...wrong(a),
      } satisfies Allocator;
    },
  );
  expect(failed.map((f) => f.name)).toEqual([by]);
});

const TRACER =
  "the tracer, where there is one, marks what the roots reach and nothing else, and counts it";
const RUNS =
  "runs, where there are any, are objects like others: distinct, zeroed, without pointer bits, born black";
const LEFT =
  "what is left of a run and given back was never allocated, and is asked for before anyone counts";
const PAGES = "cycle.pages, where there is one, is what a sweep goes through";
const SYSTEM =
  "system memory is aligned as asked for, zero again when it is used again, and counted as overhead";

const BLACK = "objects allocated while marking are black, and survive the sweep";
const SPECIAL =
  "onSweep is called for special objects of every size and kind, wherever in their spans they lie";
const FITS =
  "system.fits, where there is one, says whether manual memory of so many bytes can be had";
const MANUAL = "manual memory that is given back is used again, where memory of objects is";

/** `setSpecial`, but not where `not` says so. */
const specialUnless =
  (not: (a: TieredAllocator, p: Ptr) => boolean) =>
  (a: TieredAllocator): void => {
    const setSpecial = a.objects.cycle.setSpecial.bind(a.objects.cycle);
    a.objects.cycle.setSpecial = (p) => void (not(a, p) || setSpecial(p));
  };

test.each<[mutant: string, by: string, break_: (a: TieredAllocator) => void]>([
  [
    "a tracer that marks nothing",
    TRACER,
    ({ objects }) => {
      objects.tracer!.trace = (bottom) => bottom;
      objects.tracer!.traceRange = (_from, _bytes, _base, _size, out) => out;
      objects.tracer!.traceWords = (_first, _end, out) => out;
    },
  ],
  [
    "a tracer that does not push what words point to",
    TRACER,
    ({ objects: { tracer } }) => {
      const traceWords = tracer!.traceWords.bind(tracer);
      tracer!.traceWords = (first, end, out) => (traceWords(first, end, out), out);
    },
  ],
  [
    "a tracer that takes one part of a large object for all of it",
    TRACER,
    ({ objects: { tracer } }) => {
      const traceRange = tracer!.traceRange.bind(tracer);
      tracer!.traceRange = (from, bytes, base, size, out) =>
        from > base ? out : traceRange(from, bytes, base, size, out);
    },
  ],
  [
    "a tracer that counts what it marks twice",
    TRACER,
    ({ objects: { tracer } }) => {
      let marked = 0;
      Object.defineProperty(tracer, "marked", {
        get: () => 2 * marked,
        set: (n: number) => (marked = n),
      });
    },
  ],
  [
    "runs that are the same one",
    RUNS,
    ({ runs }) => {
      const claim = runs!.claim.bind(runs);
      let p = 0;
      runs!.claim = (size, flags) => (p ||= claim(size, flags));
    },
  ],
  [
    "runs that are not zeroed",
    RUNS,
    ({ runs, memory }) => {
      const claim = runs!.claim.bind(runs);
      runs!.claim = (size, flags) => {
        const p = claim(size, flags);
        memory.u8.fill(7, p, runs!.end);
        return p;
      };
    },
  ],
  [
    "runs with the pointer bits of those before",
    RUNS,
    ({ runs, memory, objects }) => {
      const claim = runs!.claim.bind(runs);
      let n = 0;
      runs!.claim = (size, flags) => {
        const p = claim(size, flags);
        const w = (objects.pointerBits >>> 2) + (p >>> 7);
        if (++n > 60) memory.u32[w] = memory.u32[w]! | (1 << ((p >>> 2) & 31));
        return p;
      };
    },
  ],
  [
    "objects of other shards that are born white",
    BLACK,
    (a) => {
      const alloc = a.alloc.bind(a);
      const isMarked = a.objects.isMarked.bind(a.objects);
      const white = new Set<Ptr>();
      a.alloc = (size, flags, shard = 0) => {
        const p = alloc(size, flags, shard);
        if (shard > 0) white.add(p);
        return p;
      };
      a.objects.isMarked = (p) => !white.has(p) && isMarked(p);
    },
  ],
  [
    "large objects that cannot be special",
    SPECIAL,
    specialUnless(({ objects }, p) => objects.sizeOf(p) > 32_768),
  ],
  [
    "objects without pointers that cannot be special",
    SPECIAL,
    specialUnless(({ objects }, p) => !objects.isScan(p)),
  ],
  [
    "sweeps that are told of a span's first page",
    SPECIAL,
    ({ objects: { cycle } }) => {
      let told: typeof cycle.onSweep = null;
      cycle.onSweep = (start, end) => told?.(start, Math.min(end, start + 8192));
      Object.defineProperty(cycle, "onSweep", { set: (f: typeof told) => (told = f) });
    },
  ],
  [
    "manual memory that is never free again",
    MANUAL,
    ({ system }) => (system.freeManual = () => {}),
  ],
  ["room for everything", FITS, ({ system }) => (system.fits = () => true)],
  [
    "room that is in pieces",
    FITS,
    (a) => (a.system.fits = (n) => n < a.memory.byteLength - a.stats().heapInuse - MIB / 2),
  ],
  ["runs that are not given back", LEFT, ({ runs }) => (runs!.unclaim = () => {})],
  [
    "runs that nobody asks for",
    LEFT,
    ({ runs }) => Object.defineProperty(runs, "onCount", { value: null, writable: true }),
  ],
  [
    "a number of pages that is made up",
    PAGES,
    ({ objects }) => Object.defineProperty(objects.cycle, "pages", { value: -5 }),
  ],
  [
    "an overhead that is made up",
    SYSTEM,
    ({ system }) => Object.defineProperty(system, "overhead", { value: -5 }),
  ],
  [
    "manual memory that is not zero when it is used again",
    SYSTEM,
    ({ system, memory }) => {
      const allocManual = system.allocManual.bind(system);
      const seen = new Set<Ptr>();
      system.allocManual = (bytes) => {
        const p = allocManual(bytes);
        if (seen.has(p)) memory.u8.fill(9, p, p + bytes);
        seen.add(p);
        return p;
      };
    },
  ],
  [
    "persistent memory that is aligned to 8 whatever is asked for",
    SYSTEM,
    ({ system }) => {
      const persistentAlloc = system.persistentAlloc.bind(system);
      system.persistentAlloc = (bytes) => persistentAlloc(bytes, 8);
    },
  ],
])("the suite of traced allocators notices %s", (_, by, break_) => {
  const failed = runCases(
    tracedCases.filter((c) => c.name === by),
    (reserve) => {
      const a = make(reserve);
      break_(a);
      return a;
    },
  );
  expect(failed.map((f) => f.name)).toEqual([by]);
});
