/** The suites of allocators against ones that are wrong in one way each: every one has to be noticed. */
import { expect, test } from "vitest";
import {
  createAllocator,
  createMemory,
  isAllocError,
  NOSCAN,
  NOZERO,
  type Allocator,
  type AllocStats,
  type Memory,
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

/** Pointers that lie `by` bytes off, where `when` says so. */
const shifted =
  (by: number, when: (size: number, flags: number) => boolean) =>
  (a: Allocator): Partial<Allocator> => ({
    alloc: (size, flags = 0, shard = 0) =>
      when(size, flags) ? a.alloc(size + 16, flags, shard) + by : a.alloc(size, flags, shard),
  });

/** One view of the memory is another one. */
const sees =
  (name: keyof Memory, other: (memory: Memory) => unknown) =>
  (a: Allocator): Partial<Allocator> => ({
    memory: new Proxy(a.memory, {
      get: (memory, key) => (key === name ? other(memory) : Reflect.get(memory, key)),
    }),
  });

const ALIGNED = "pointers are non-zero, distinct and aligned to 8, to 16 for multiples of 16";
const VIEWS = "the views of the memory lie over all of one buffer, and show the same bytes";
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
const IDLE = "pages of a large object that was freed are idle, where the next one gets them";
const FULL = "out of memory is an error that can be caught; what was allocated stays valid";
const NOTHING =
  "objects of size 0 have a valid pointer that may be shared, and freeing it does nothing";
const COUNTS = "mallocs and frees are counted one by one and by size class";

test.each<Mutant>([
  ["multiples of 16 that are aligned to 8", ALIGNED, inARow(8)],
  ["multiples of 16 from 608 on that are aligned to 8", ALIGNED, shifted(8, (n) => n > 600)],
  [
    "numbers of 8 bytes that are aligned to 4",
    ALIGNED,
    shifted(4, (n, f) => n === 8 && f === NOSCAN),
  ],
  [
    "objects without pointers that are aligned to 1",
    ALIGNED,
    shifted(1, (n, f) => n === 12 && f === NOSCAN),
  ],
  ["a view that begins elsewhere", VIEWS, sees("u32", (m) => m.u32.subarray(1))],
  ["a view of another buffer", VIEWS, sees("f64", (m) => new Float64Array(m.f64.length))],
  ["no view of 64-bit integers", VIEWS, sees("i64", () => undefined)],
  ["a view of half of the memory", VIEWS, sees("u8", (m) => m.u8.subarray(0, m.u8.length / 2))],
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
  [
    "no zeroes in very large objects",
    ZERO,
    (a) => onReuse(a, (p, size) => size > 200_000 && a.memory.u8.fill(1, p, p + size)),
  ],
  ["nothing allocated at any time", COUNTS, claims(() => ({ heapAlloc: 0 }))],
  ["nothing in use at any time", COUNTS, claims((s) => ({ heapInuse: 0, heapIdle: s.heapSys }))],
  ["all allocated for ever", COUNTS, claims((s) => ({ heapAlloc: s.totalAlloc }))],
  ["more released than idle", SUMS, claims(() => ({ heapReleased: 1e12 }))],
  ["fewer than no caches", SUMS, claims(() => ({ mcacheInuse: -8 }))],
  [
    "twice as many mallocs by size class",
    COUNTS,
    claims((s) => ({ bySize: s.bySize.map((row) => ({ ...row, mallocs: 2 * row.mallocs })) })),
  ],
  ["size classes out of order", COUNTS, claims((s) => ({ bySize: [...s.bySize].reverse() }))],
  [
    "mallocs counted one size class below",
    COUNTS,
    claims(({ bySize }) => ({
      bySize: bySize.map(({ size }, i) => ({ ...(bySize[i + 1] ?? bySize[0]!), size })),
    })),
  ],
  [
    "mallocs counted in one size class only",
    COUNTS,
    claims(({ bySize }) => ({
      bySize: bySize.map((row) => (row.size === 48 ? row : { ...row, mallocs: 0, frees: 0 })),
    })),
  ],
  ["nothing idle at any time", IDLE, claims((s) => ({ heapIdle: 0, heapInuse: s.heapSys }))],
  [
    "memory that goes away instead of idle",
    IDLE,
    claims((s) => ({ heapIdle: 0, heapSys: s.heapInuse, sys: s.sys - s.heapIdle })),
  ],
  [
    "no allocation after a small one that failed",
    FULL,
    (a) => {
      let failed: unknown = null;
      return {
        alloc: (size, flags, shard) => {
          if (failed !== null) throw failed;
          try {
            return a.alloc(size, flags, shard);
          } catch (error) {
            if (size < MIB) failed = error;
            throw error;
          }
        },
      };
    },
  ],
  [
    "nil for nothing without pointers",
    NOTHING,
    (a) => ({
      alloc: (n, flags, shard) => (n === 0 && flags === 1 ? 0 : a.alloc(n, flags, shard)),
    }),
  ],
  [
    "a double free from another shard swallowed",
    TWICE,
    (a) => ({
      free: (p, shard = 0) => {
        try {
          a.free(p, shard);
        } catch (err) {
          if (shard === 0) throw err;
        }
      },
    }),
  ],
  [
    "a double free of objects without pointers swallowed",
    TWICE,
    (a) => {
      const noscan = new Set<Ptr>();
      return {
        alloc: (n, flags = 0, shard = 0) => {
          const p = a.alloc(n, flags, shard);
          if (flags & NOSCAN) noscan.add(p);
          else noscan.delete(p);
          return p;
        },
        ...swallow("DOUBLE_FREE", (p) => noscan.has(p))(a),
      };
    },
  ],
  [
    "no zeroes where another shard was",
    SHARDS,
    (a) => {
      const owner = new Map<Ptr, number>();
      return {
        alloc: (n, flags, shard = 0) => {
          const p = a.alloc(n, flags, shard);
          if ((owner.get(p) ?? shard) !== shard) a.memory.u8[p + n - 1] = 1;
          owner.set(p, shard);
          return p;
        },
      };
    },
  ],
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
const LIKE_NEW =
  "memory that a sweep has freed is like new: zeroed, without pointer bits, scanned or not as is asked for now";
const TOLD =
  "onSweep is called for a special object before its memory is handed out again, and what it marks is not";
const SURVIVES =
  "what is allocated while a sweep runs survives it, of every size, kind and shard, wherever it lies";
const WHEREVER =
  "objects are found, marked and kept wherever in the memory they lie, up to its end";
const PHASES = "mark blackens once; isMarked tells; findAndMark does both from any address";
const WHOLE =
  "system memory is zero, outside of every object, and holds what is written over allocations and cycles";
const FITS =
  "system.fits, where there is one, says whether manual memory of so many bytes can be had";
const MANUAL = "manual memory that is given back is used again, where memory of objects is";

const SCAN = "isScan tells objects with pointers from those without";
const BITS =
  "pointer bits of a scan object are clear when it is handed out, whatever was there before";
const EXACT = "the statistics stay exact over cycles: objects, bytes and forEach agree";
const GONE =
  "what a sweep has freed is no object any more: not found, not visited, of no size, not to be freed";
const REFUSED =
  "system memory of a bad size or alignment, or more than there is, is an error that can be caught";

/** All that `alloc` gave, by what it was asked for; less what `free` got. */
function handedOut(a: TieredAllocator): Map<Ptr, { size: number; flags: number }> {
  const all = new Map<Ptr, { size: number; flags: number }>();
  const [alloc, free] = [a.alloc.bind(a), a.free.bind(a)];
  a.alloc = (size, flags = 0, shard = 0) => {
    const p = alloc(size, flags, shard);
    all.set(p, { size, flags });
    return p;
  };
  a.free = (p, shard) => {
    free(p, shard);
    all.delete(p);
  };
  return all;
}

/** Calls `then` with what the sweep has freed and `alloc` hands out again. */
const onSwept =
  (then: (a: TieredAllocator, p: Ptr, size: number, flags: number) => void) =>
  (a: TieredAllocator): void => {
    const alloc = a.alloc.bind(a);
    const seen = new Set<Ptr>();
    a.alloc = (size, flags = 0, shard = 0) => {
      const p = alloc(size, flags, shard);
      if (seen.has(p)) then(a, p, size, flags);
      seen.add(p);
      return p;
    };
  };

/** Objects that are white while marking, or gone after the sweep, where `when` says so of what is allocated in `phase`. */
const lost =
  (phase: "mark" | "sweep", when: (size: number, flags: number, shard: number) => boolean) =>
  (a: TieredAllocator): void => {
    const { objects } = a;
    const { cycle } = objects;
    const alloc = a.alloc.bind(a);
    const [startMark, startSweep] = [cycle.startMark.bind(cycle), cycle.startSweep.bind(cycle)];
    const [isMarked, find] = [objects.isMarked.bind(objects), objects.find.bind(objects)];
    const none = new Set<Ptr>();
    let now = "";
    cycle.startMark = () => {
      startMark();
      now = "mark";
    };
    cycle.startSweep = () => {
      startSweep();
      now = "sweep";
    };
    a.alloc = (size, flags = 0, shard = 0) => {
      const p = alloc(size, flags, shard);
      none.delete(p);
      if (now === phase && when(size, flags, shard)) none.add(p);
      return p;
    };
    objects.isMarked = (p) => !none.has(p) && isMarked(p);
    objects.find = (p) => (none.has(p) ? 0 : find(p));
  };

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
    "memory that is not zeroed after a sweep",
    LIKE_NEW,
    onSwept((a, p, size) => a.memory.u8.fill(1, p, p + size)),
  ],
  [
    "pointer bits that a sweep leaves",
    LIKE_NEW,
    onSwept((a, p, _, flags) => {
      const w = (a.objects.pointerBits >>> 2) + (p >>> 7);
      if (flags === 0) a.memory.u32[w] = a.memory.u32[w]! | (1 << ((p >>> 2) & 31));
    }),
  ],
  [
    "objects that are scanned as those before them",
    LIKE_NEW,
    (a) => {
      const isScan = a.objects.isScan.bind(a.objects);
      const first = new Map<Ptr, boolean>();
      a.objects.isScan = (p) => {
        if (!first.has(p)) first.set(p, isScan(p));
        return first.get(p)!;
      };
    },
  ],
  [
    "sweeps of allocations that tell nobody",
    TOLD,
    (a) => {
      const { cycle } = a.objects;
      const alloc = a.alloc.bind(a);
      let [told, quiet]: [typeof cycle.onSweep, boolean] = [null, false];
      cycle.onSweep = (start, end) => void (quiet || told?.(start, end));
      Object.defineProperty(cycle, "onSweep", { set: (f: typeof told) => (told = f) });
      a.alloc = (size, flags, shard) => {
        quiet = true;
        const p = alloc(size, flags, shard);
        quiet = false;
        return p;
      };
    },
  ],
  [
    "objects without pointers that are born white",
    BLACK,
    lost("mark", (size, flags) => flags === NOSCAN && size >= 16),
  ],
  [
    "objects without pointers that the sweep they are born in frees",
    SURVIVES,
    lost("sweep", (_, flags) => flags === NOSCAN),
  ],
  [
    "objects of other shards that the sweep they are born in frees",
    SURVIVES,
    lost("sweep", (_size, _flags, shard) => shard > 0),
  ],
  [
    "tiny objects that the sweep they are born in frees",
    SURVIVES,
    lost("sweep", (size) => size < 8),
  ],
  [
    "objects that are not found above 4 MiB",
    WHEREVER,
    ({ objects }) => {
      const find = objects.find.bind(objects);
      objects.find = (p) => (p < 4 * MIB ? find(p) : 0);
    },
  ],
  [
    "no marks from far into a large object",
    WHEREVER,
    ({ objects }) => {
      const findAndMark = objects.findAndMark.bind(objects);
      objects.findAndMark = (p) => (p - objects.find(p) < 65_536 ? findAndMark(p) : 0);
    },
  ],
  [
    "only white objects are visited",
    PHASES,
    ({ objects }) => {
      const forEach = objects.forEach.bind(objects);
      objects.forEach = (visit) =>
        forEach((p, size) => void (objects.isMarked(p) || visit(p, size)));
    },
  ],
  [
    "persistent memory of a page at most",
    WHOLE,
    ({ system }) => {
      const persistentAlloc = system.persistentAlloc.bind(system);
      system.persistentAlloc = (bytes, align) => persistentAlloc(Math.min(bytes, 8192), align);
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
  [
    "objects that nobody asked to zero and that are scanned whatever they are",
    SCAN,
    (a) => {
      const alloc = a.alloc.bind(a);
      a.alloc = (n, flags, shard) => alloc(n, flags === NOSCAN + NOZERO ? NOZERO : flags, shard);
    },
  ],
  [
    "objects that nobody asked to zero and that are never scanned",
    SCAN,
    (a) => {
      const alloc = a.alloc.bind(a);
      a.alloc = (n, flags = 0, shard = 0) =>
        alloc(n, flags & NOZERO ? flags | NOSCAN : flags, shard);
    },
  ],
  [
    "pointer bits that stay where nobody asked for zeroes",
    BITS,
    onSwept((a, p, _size, flags) => {
      const w = (a.objects.pointerBits >>> 2) + (p >>> 7);
      if (flags === NOZERO) a.memory.u32[w] = a.memory.u32[w]! | (1 << ((p >>> 2) & 31));
    }),
  ],
  [
    "objects without pointers that findAndMark passes over",
    PHASES,
    ({ objects }) => {
      const findAndMark = objects.findAndMark.bind(objects);
      objects.findAndMark = (p) => (objects.isScan(objects.find(p)) ? findAndMark(p) : 0);
    },
  ],
  [
    "objects without pointers that are white whenever they are marked",
    PHASES,
    ({ objects }) => {
      const mark = objects.mark.bind(objects);
      objects.mark = (p) => mark(p) || !objects.isScan(p);
    },
  ],
  [
    "tiny memory that is not zeroed after a sweep",
    LIKE_NEW,
    onSwept((a, p, size) => void (size < 16 && (a.memory.u8[p] = 1))),
  ],
  [
    "cumulative bytes that are those asked for",
    EXACT,
    (a) => {
      const [alloc, stats] = [a.alloc.bind(a), a.stats.bind(a)];
      let totalAlloc = 0;
      a.alloc = (size, flags, shard) => {
        totalAlloc += size;
        return alloc(size, flags, shard);
      };
      a.stats = () => ({ ...stats(), totalAlloc });
    },
  ],
  [
    "mallocs without those that sweeps freed",
    EXACT,
    (a) => {
      const stats = a.stats.bind(a);
      a.stats = () => {
        const s = stats();
        return { ...s, mallocs: s.heapObjects, frees: 0 };
      };
    },
  ],
  [
    "objects that are found after a sweep freed them",
    GONE,
    (a) => {
      const all = handedOut(a);
      const find = a.objects.find.bind(a.objects);
      a.objects.find = (p) => find(p) || (all.has(p) ? p : 0);
    },
  ],
  [
    "objects that have a size after a sweep freed them",
    GONE,
    (a) => {
      const all = handedOut(a);
      const usableSize = a.usableSize.bind(a);
      a.usableSize = (p) => (a.objects.find(p) === 0 && all.get(p)?.size) || usableSize(p);
    },
  ],
  [
    "objects that may be freed after a sweep freed them",
    GONE,
    (a) => {
      const all = handedOut(a);
      const free = a.free.bind(a);
      a.free = (p, shard) => {
        if (!all.has(p) || a.objects.find(p) !== 0) free(p, shard);
      };
    },
  ],
  [
    "nil for manual memory that there is not",
    REFUSED,
    ({ system }) => {
      const allocManual = system.allocManual.bind(system);
      system.allocManual = (bytes) => (system.fits!(bytes) ? allocManual(bytes) : 0);
    },
  ],
  [
    "nil for persistent memory that there is not",
    REFUSED,
    ({ system }) => {
      const persistentAlloc = system.persistentAlloc.bind(system);
      system.persistentAlloc = (bytes, align) =>
        bytes > 32 * MIB && bytes < Infinity ? 0 : persistentAlloc(bytes, align);
    },
  ],
  [
    "manual memory of whatever size",
    REFUSED,
    ({ system }) => {
      const allocManual = system.allocManual.bind(system);
      system.allocManual = (bytes) => allocManual(bytes < Infinity ? Math.ceil(bytes) : bytes);
    },
  ],
  [
    "alignments that are no powers of two",
    REFUSED,
    ({ system }) => {
      const persistentAlloc = system.persistentAlloc.bind(system);
      system.persistentAlloc = (bytes, align) => persistentAlloc(bytes, align === 3 ? 8 : align);
    },
  ],
  [
    "persistent memory that is aligned to 4096 at most",
    SYSTEM,
    ({ system }) => {
      const persistentAlloc = system.persistentAlloc.bind(system);
      system.persistentAlloc = (bytes, align = 8) => persistentAlloc(bytes, Math.min(align, 4096));
    },
  ],
  [
    "a part of the overhead that is touched and made up",
    SYSTEM,
    ({ system }) => Object.defineProperty(system, "touched", { value: 8 }),
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
