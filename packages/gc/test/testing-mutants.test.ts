/** The suite of heaps against heaps that are wrong in one way each: every one has to be noticed, by the case that is about it. */
import type { Ptr, ValueTable } from "@gort/types";
import { expect, test } from "vitest";
import type { GcHeap, Heap, MemStats, RootSource, Type } from "../src/index.ts";
import { createHeap, createStopTheWorldHeap } from "../src/index.ts";
import { heapCases, runHeapCases } from "../src/testing/index.ts";

/** A clock by which every look at it takes a hundredth of a millisecond, so that steps end at the same place in every run. */
const ticking = (): (() => number) => {
  let now = 0;
  return () => (now += 0.01);
};

/** A move of bytes alone; it clears from nil. */
const copyBytes = ({ memory }: Heap, dst: Ptr, src: Ptr, bytes: number): void => {
  if (src === 0) memory.u8.fill(0, dst, dst + bytes);
  else memory.u8.copyWithin(dst, src, src + bytes);
};

/** `typedMove`, but another one where `when` says so. */
function moves(
  heap: Heap,
  when: (type: Type, src: Ptr, bytes: number) => boolean,
  other: (dst: Ptr, src: Ptr, bytes: number) => void,
): void {
  const move = heap.typedMove.bind(heap);
  heap.typedMove = (type, dst, src, count) => {
    const bytes = type.size * count;
    if (when(type, src, bytes)) other(dst, src, bytes);
    else move(type, dst, src, count);
  };
}

/** Calls `then` with each address that `alloc` gives the second time. */
function onReuse(heap: Heap, then: (p: Ptr, type: Type, bytes: number) => void): void {
  const alloc = heap.alloc.bind(heap);
  const seen = new Set<Ptr>();
  heap.alloc = (type, count = 1) => {
    const p = alloc(type, count);
    if (seen.has(p)) then(p, type, type.size * count);
    seen.add(p);
    return p;
  };
}

/** Changes what the heap's sources of roots say. */
function sources(heap: Heap, change: (source: RootSource, n: number) => RootSource): void {
  const addRoots = heap.addRoots.bind(heap);
  let n = 0;
  heap.addRoots = (source) => addRoots(change(source, n++));
}

/** Statistics of which some say something else. */
const claims =
  (wrong: (stats: MemStats) => Partial<Record<keyof MemStats, unknown>>) =>
  (heap: GcHeap): void => {
    const stats = heap.stats.bind(heap);
    heap.stats = () => {
      const s = stats();
      return { ...s, ...wrong(s) } as MemStats;
    };
  };

const MOVES_WRITE = "a cycle loses nothing that writePtr moves from place to place meanwhile";
const MOVES_MOVE = "a cycle loses nothing that typedMove moves from place to place meanwhile";
const NEVER_FREE =
  "alloc and writePtr never free: what nobody holds is there until the next safepoint";
const ZERO = "memory that is used again is zero, whoever had it before";
const SOURCES = "every source is asked for all its roots, nil among them, until it is removed";
const STATISTICS = "statistics are consistent";
const MOVE = "typedMove copies as if through a temporary, both ways, and clears from nil";
const INTERIOR = "an interior pointer in an object keeps the whole object";
const ARRAY = "of an array all elements are followed";
const MANY = "objects that are reached all at once, or one through another, are all followed";
const ALIGNED = "alloc gives memory that is aligned as the type is";
const NOTHING = "a pointer to nothing may be held and stored as any other";
const MOVE_POINTERS =
  "typedMove of values with pointers copies as if through a temporary, both ways";
const MOVE_KEEPS = "typedMove of values with pointers over each other keeps what they point to";
const FULL = "a full memory is an error that can be caught; what is held stays whole";
const ROOM = "when a full memory is let go, as much fits as before";
const BOX = "a value is held as long as an object leads to its box";
const LET_GO = "a value is let go when its box is";
const COME_BACK = "values come back from their boxes; undefined is nil; another pointer is refused";
const COME_AND_GO = "sources that come and go while they are asked take nothing from the others";
const TWICE = "a source that was added twice is asked until both additions are removed";
const PARTS = "a source that can be scanned in parts keeps all it holds and nothing else";
const MOVES_PARTS = "a cycle loses nothing that a source in parts moves and visits meanwhile";
const THROWS = "what a source throws, who asked for the cycle gets; no object is lost";

const SEVERAL = "a cycle loses nothing that typedMove moves in values of several pointers";
const NO_SOURCE = "what is no source is refused";
const INSIDE = "collect from inside a source is refused, and the cycle goes on";
const UNASKED =
  "what a source throws in a cycle that nobody asked for is thrown, too; no object is lost";
const ADDED = "a source that is added while a cycle runs is asked for all its roots";
const BAD_COUNT = "alloc with a bad count throws, names it, and changes nothing";
const PAUSES = "pauses are counted and summed up, the last 256 kept, oldest first";
const REUSED = "memory is reused: garbage of many times the memory fits";
const FOUND = "what the last cycle found is what is there";

/** The word at an address is no pointer any more. */
function clearBit({ memory, allocator }: GcHeap, at: Ptr): void {
  const w = (allocator.objects.pointerBits >>> 2) + (at >>> 7);
  memory.u32[w] = memory.u32[w]! & ~(1 << ((at >>> 2) & 31));
}

/** `typedMove` of values without pointers that takes `bytes(n)` for `n` bytes. */
const movesBytes =
  (when: (src: Ptr) => boolean, bytes: (n: number) => number) =>
  (h: Heap): void =>
    moves(
      h,
      (type, src) => type.ptrdata === 0 && when(src),
      (dst, src, n) => copyBytes(h, dst, src, bytes(n)),
    );

/** Another table of values. */
const values =
  (change: (table: ValueTable, heap: GcHeap) => Partial<ValueTable>) =>
  (h: GcHeap): void => {
    const table = h.values;
    const [box, unbox] = [table.box.bind(table), table.unbox.bind(table)];
    Object.defineProperty(h, "values", { value: { box, unbox, ...change(table, h) } });
  };

/** `typedMove` of values with pointers byte by byte, in one direction. */
const movesPointers =
  (backward: boolean) =>
  (h: Heap): void =>
    moves(
      h,
      (type, src) => type.ptrdata > 0 && src !== 0,
      (dst, src, n) => {
        const { u8 } = h.memory;
        for (let k = 0; k < n; k++) {
          const i = backward ? n - 1 - k : k;
          u8[dst + i] = u8[src + i]!;
        }
      },
    );

/** One source that asks the heap's sources, which are in a list of its own, as `scan` does. */
const listed =
  (scan: (list: { source: RootSource }[], visit: (p: Ptr) => void) => void) =>
  (h: Heap): void => {
    const list: { source: RootSource }[] = [];
    h.addRoots({ scan: (visit) => scan(list, visit) });
    h.addRoots = (source) => {
      const entry = { source };
      list.push(entry);
      return () => {
        const i = list.indexOf(entry);
        if (i >= 0) list.splice(i, 1);
      };
    };
  };

const mutants: [mutant: string, by: string, break_: (heap: GcHeap) => void][] = [
  [
    "writePtr without a barrier",
    MOVES_WRITE,
    (h) => (h.writePtr = (slot, value) => void (h.memory.u32[slot >>> 2] = value)),
  ],
  [
    "typedMove without a barrier",
    MOVES_MOVE,
    (h) =>
      moves(
        h,
        () => true,
        (dst, src, n) => copyBytes(h, dst, src, n),
      ),
  ],
  [
    "alloc that finishes a cycle that runs",
    NEVER_FREE,
    (h) => {
      const alloc = h.alloc.bind(h);
      h.alloc = (type, count) => {
        if (h.phase === "mark") h.collect();
        return alloc(type, count);
      };
    },
  ],
  [
    "writePtr that collects now and then",
    NEVER_FREE,
    (h) => {
      const writePtr = h.writePtr.bind(h);
      let n = 0;
      h.writePtr = (slot, value) => {
        if (++n % 1000 === 0) h.collect();
        writePtr(slot, value);
      };
    },
  ],
  [
    "pointer-free memory that is not zeroed when it is used again",
    ZERO,
    (h) => onReuse(h, (p, t, n) => t.ptrdata === 0 && h.memory.u8.fill(0xaa, p, p + n)),
  ],
  [
    "numbers that are not zeroed in memory with pointers",
    ZERO,
    (h) => onReuse(h, (p, t) => t.ptrdata > 0 && (h.memory.u32[(p + 4) >>> 2] = 7)),
  ],
  [
    "memory that is zeroed up to its 520th byte",
    ZERO,
    (h) => onReuse(h, (p, _, n) => n > 520 && h.memory.u8.fill(1, p + 520, p + n)),
  ],
  [
    "only the first source is scanned",
    SOURCES,
    (h) => sources(h, (source, n) => (n === 0 ? source : { scan: () => {} })),
  ],
  [
    "a scan ends at nil",
    SOURCES,
    (h) =>
      sources(h, (source) => ({
        scan: (visit) => {
          let over = false;
          source.scan((p) => {
            over ||= p === 0;
            if (!over) visit(p);
          });
        },
      })),
  ],
  [
    "sources are asked once",
    SOURCES,
    (h) =>
      sources(h, (source) => {
        const first: Ptr[] = [];
        return {
          scan: (visit) => {
            if (first.length === 0) source.scan((p) => first.push(p));
            first.forEach(visit);
          },
        };
      }),
  ],
  [
    "no source is removed",
    SOURCES,
    (h) => {
      const addRoots = h.addRoots.bind(h);
      h.addRoots = ({ scan }) => {
        const held = new Set<Ptr>();
        addRoots({
          scan: (visit) => {
            scan((p) => held.add(p));
            held.forEach(visit);
          },
        });
        return () => {};
      };
    },
  ],
  [
    "a source that is removed twice throws",
    SOURCES,
    (h) => {
      const addRoots = h.addRoots.bind(h);
      h.addRoots = (source) => {
        const remove = addRoots(source);
        let gone = false;
        return () => {
          if (gone) throw new Error("removed already");
          gone = true;
          remove();
        };
      };
    },
  ],
  [
    "moves of whole words only",
    MOVE,
    movesBytes(
      (src) => src !== 0,
      (n) => n & ~3,
    ),
  ],
  [
    "clearing of whole words only",
    MOVE,
    movesBytes(
      (src) => src === 0,
      (n) => n & ~3,
    ),
  ],
  [
    "a move of no values that moves a byte",
    MOVE,
    movesBytes(
      () => true,
      (n) => n || 1,
    ),
  ],
  [
    "interior pointers that are followed in roots only",
    INTERIOR,
    (h) => {
      const writePtr = h.writePtr.bind(h);
      const { objects } = h.allocator;
      h.writePtr = (slot, value) => {
        writePtr(slot, value);
        if (value !== 0 && objects.find(value) !== value) clearBit(h, slot);
      };
    },
  ],
  [
    "arrays whose elements from the thousandth on are not followed",
    ARRAY,
    (h) => {
      const alloc = h.alloc.bind(h);
      h.alloc = (type, n = 1) => {
        const p = alloc(type, n);
        for (let a = p + 1000 * type.size; a < p + n * type.size; a += 4) clearBit(h, a);
        return p;
      };
    },
  ],
  [
    "a mark stack that takes no more than so many objects at a time",
    MANY,
    ({ allocator }) => {
      const tracer = allocator.objects.tracer!;
      const traceRange = tracer.traceRange.bind(tracer);
      tracer.traceRange = (from, bytes, base, size, out) =>
        Math.min(traceRange(from, bytes, base, size, out), out + 500);
    },
  ],
  [
    "sources in a set, where a second addition is none of its own",
    TWICE,
    (h) => {
      const addRoots = h.addRoots.bind(h);
      const removals = new Map<RootSource, () => void>();
      h.addRoots = (source) => {
        if (!removals.has(source)) removals.set(source, addRoots(source));
        return () => removals.get(source)!();
      };
    },
  ],
  [
    "of a source in parts only the first is scanned",
    PARTS,
    (h) => sources(h, (source) => ({ scan: (visit) => void source.scanPart!(0, visit) })),
  ],
  [
    "what a source in parts comes to hold is not marked",
    MOVES_PARTS,
    (h) =>
      sources(h, (source) => ({
        scan: (visit) => source.scan(visit),
        scanPart: (from, visit) => {
          let asked = true;
          const next = source.scanPart!(from, (p) => void (asked && visit(p)));
          asked = false;
          return next;
        },
      })),
  ],
  [
    "errors of sources are swallowed",
    THROWS,
    (h) =>
      sources(h, (source) => ({
        scan: (visit) => {
          try {
            source.scan(visit);
          } catch {
            // Lost.
          }
        },
      })),
  ],
  [
    "a source that threw is not asked again",
    THROWS,
    (h) =>
      sources(h, (source) => {
        let bad = false;
        return {
          scan: (visit) => {
            if (bad) return;
            bad = true;
            source.scan(visit);
            bad = false;
          },
        };
      }),
  ],
  [
    "a word before each number of 8 bytes",
    ALIGNED,
    (h) => {
      const alloc = h.alloc.bind(h);
      h.alloc = (type, n = 1) =>
        type.size === 24 ? alloc({ ...type, size: n * 24 + 8 }) + 4 : alloc(type, n);
    },
  ],
  [
    "roots that have to lie in an object",
    NOTHING,
    (h) => {
      const { objects } = h.allocator;
      sources(h, (source) => ({
        scan: (visit) =>
          source.scan((p) => {
            if (p !== 0 && objects.find(p) === 0) throw new Error(`no object at ${p}`);
            visit(p);
          }),
      }));
    },
  ],
  ["moves of pointers upwards only", MOVE_POINTERS, movesPointers(false)],
  ["moves of pointers downwards only", MOVE_POINTERS, movesPointers(true)],
  [
    "moves of pointers that first drop what is written over",
    MOVE_KEEPS,
    (h) => {
      const move = h.typedMove.bind(h);
      h.typedMove = (type, dst, src, n) => {
        const from = h.memory.u8.slice(src, src + type.size * n);
        move(type, dst, src, n);
        if (type.ptrdata === 0 || src === 0) return;
        h.memory.u8.set(from, dst);
        // As if a count had fallen to 0 on the way: the last pointer that was moved is nobody's.
        clearBit(h, dst + type.size * (n - 1) + type.ptrdata - 4);
      };
    },
  ],
  [
    "a failed allocation that leaves garbage at the last object",
    FULL,
    (h) => {
      const alloc = h.alloc.bind(h);
      let last = 0;
      h.alloc = (type, n) => {
        try {
          return (last = alloc(type, n));
        } catch (error) {
          h.memory.u32[last >>> 2] = 0;
          throw error;
        }
      };
    },
  ],
  [
    "no allocation after one that failed",
    ROOM,
    (h) => {
      const alloc = h.alloc.bind(h);
      let failed: unknown = null;
      h.alloc = (type, n) => {
        if (failed !== null) throw failed;
        try {
          return alloc(type, n);
        } catch (error) {
          throw (failed = error);
        }
      };
    },
  ],
  [
    "values that are held by roots only",
    BOX,
    (h) => {
      const table = h.values;
      const rooted = new Set<Ptr>();
      const collect = h.collect.bind(h);
      sources(h, (source) => ({ scan: (visit) => source.scan((p) => (rooted.add(p), visit(p))) }));
      h.collect = () => {
        rooted.clear();
        collect();
      };
      const unbox = (p: Ptr): unknown => {
        if (p !== 0 && h.stats().numGC > 0 && !rooted.has(p)) throw new Error(`${p} is no box`);
        return table.unbox(p);
      };
      values(() => ({ unbox }))(h);
    },
  ],
  [
    "one box for each value, at any time",
    LET_GO,
    values((table) => {
      const boxes = new Map<unknown, Ptr>();
      return {
        box: (value) => {
          if (!boxes.has(value)) boxes.set(value, table.box(value));
          return boxes.get(value)!;
        },
      };
    }),
  ],
  [
    "the value of a box for every address in it",
    COME_BACK,
    values((table, { allocator }) => ({
      unbox: (p) => table.unbox(allocator.objects.find(p) || p),
    })),
  ],
  [
    "moves of more than one word without a barrier",
    SEVERAL,
    (h) =>
      moves(
        h,
        (_type, _src, n) => n > 4,
        (dst, src, n) => copyBytes(h, dst, src, n),
      ),
  ],
  [
    "moves with a barrier for the first pointer only",
    SEVERAL,
    (h) =>
      moves(
        h,
        (_type, _src, n) => n > 4,
        (dst, src, n) => {
          const first = h.memory.u32[src >>> 2]!;
          copyBytes(h, dst, src, n);
          if (src !== 0) h.writePtr(dst, first);
        },
      ),
  ],
  [
    "anything taken for a source",
    NO_SOURCE,
    (h) => {
      const addRoots = h.addRoots.bind(h);
      h.addRoots = (source) =>
        addRoots(typeof source?.scan === "function" ? source : { scan: () => {} });
    },
  ],
  [
    "collect that does nothing inside a source",
    INSIDE,
    (h) => {
      const collect = h.collect.bind(h);
      let inside = false;
      h.collect = () => {
        if (!inside) collect();
      };
      sources(h, (source) => ({
        scan: (visit) => {
          inside = true;
          source.scan(visit);
          inside = false;
        },
      }));
    },
  ],
  [
    "errors of sources are swallowed where nobody asked for a cycle",
    UNASKED,
    (h) => {
      const collect = h.collect.bind(h);
      let asked = false;
      h.collect = () => {
        asked = true;
        collect();
      };
      sources(h, (source) => ({
        scan: (visit) => {
          try {
            source.scan(visit);
          } catch (error) {
            if (asked) throw error;
          }
        },
      }));
    },
  ],
  [
    "a source in parts that is added while a cycle marks is not asked in it",
    ADDED,
    (h) => {
      const addRoots = h.addRoots.bind(h);
      h.addRoots = (source) =>
        addRoots(
          h.phase === "mark" ? { scan: source.scan.bind(source), scanPart: () => 0 } : source,
        );
    },
  ],
  [
    "parts of as many roots each",
    PARTS,
    (h) =>
      sources(h, (source) => ({
        scan: (visit) => source.scan(visit),
        scanPart: (from, visit) => (source.scanPart!(from, visit) === 0 ? 0 : from + 64),
      })),
  ],
  [
    "another visit for each part",
    PARTS,
    (h) =>
      sources(h, (source) => ({
        scan: (visit) => source.scan(visit),
        scanPart: (from, visit) => source.scanPart!(from, (p) => visit(p)),
      })),
  ],
  [
    "a count that wraps",
    BAD_COUNT,
    (h) => {
      const alloc = h.alloc.bind(h);
      h.alloc = (type, n = 1) => alloc(type, n > 1e12 || n % 2 ** 32 > 100 ? n : n % 2 ** 32);
    },
  ],
  [
    "a count of nothing that is not looked at",
    BAD_COUNT,
    (h) => {
      const alloc = h.alloc.bind(h);
      h.alloc = (type, n) => alloc(type, type.size === 0 ? 1 : n);
    },
  ],
  [
    "a zero that loses its sign",
    COME_BACK,
    values((table) => ({ box: (value) => table.box(value === 0 ? 0 : value) })),
  ],
  [
    "pauses that are the newest first",
    PAUSES,
    claims((s) => ({ pauseMs: s.pauseMs.map((_, i, { length }) => s.pauseMs[length - 1 - i]!) })),
  ],
  [
    "pauses that are not those of a snapshot",
    PAUSES,
    (h) => {
      const pauseMs: number[] = [];
      claims((s) => {
        pauseMs.splice(0, Infinity, ...s.pauseMs);
        return { pauseMs };
      })(h);
    },
  ],
  [
    "a sum of pauses that is the last one",
    PAUSES,
    claims((s) => ({ pauseTotalMs: s.pauseMs.at(-1) ?? 0 })),
  ],
  [
    "every cycle counted as one that was asked for",
    REUSED,
    claims((s) => ({ numForcedGC: s.numGC })),
  ],
  ["nothing allocated at any time", FOUND, claims(() => ({ heapAlloc: 0, heapMarked: 0 }))],
  [
    "all allocated for ever",
    FOUND,
    claims((s) => ({ heapAlloc: s.totalAlloc, heapMarked: s.totalAlloc })),
  ],
  ["a goal below what is live", STATISTICS, claims(() => ({ nextGC: 0, heapMarked: 16 }))],
  ["a mark that goes on when all is collected", STATISTICS, claims(() => ({ gcPhase: "mark" }))],
  ["less than its heap from the system", STATISTICS, claims(() => ({ sys: 1 }))],
  ["a goal that is NaN", STATISTICS, claims(() => ({ nextGC: NaN }))],
  ["an end of the last cycle that is NaN", STATISTICS, claims(() => ({ lastGCMs: NaN }))],
  ["a sum of pauses below 0", STATISTICS, claims(() => ({ pauseTotalMs: -1 }))],
  ["a sum of pauses that is not theirs", STATISTICS, claims(() => ({ pauseTotalMs: 1e9 }))],
  ["a phase that there is not", STATISTICS, claims(() => ({ gcPhase: "x" }))],
  ["more marked than there ever was", STATISTICS, claims(() => ({ heapMarked: 1e9 }))],
];

/** Of heaps that ask each source once in a cycle: where they are asked again, the second time finds what the first one missed. */
const askingOnce: typeof mutants = [
  [
    "a list of sources that moves up under the scan",
    COME_AND_GO,
    listed((list, visit) => {
      for (let i = 0; i < list.length; i++) list[i]!.source.scan(visit);
    }),
  ],
  [
    "a scan of the sources that were there when it began",
    COME_AND_GO,
    listed((list, visit) => {
      for (const entry of list.slice()) if (list.includes(entry)) entry.source.scan(visit);
    }),
  ],
];

test.each(askingOnce)("the suite notices %s", (_, by, break_) => {
  const failed = runHeapCases(
    heapCases.filter((c) => c.name === by),
    (reserve) => {
      const heap = createStopTheWorldHeap({ reserve });
      break_(heap);
      return heap;
    },
  );
  expect(failed.map((f) => f.name)).toEqual([by]);
});

test.each(mutants)("the suite notices %s", (_, by, break_) => {
  const failed = runHeapCases(
    heapCases.filter((c) => c.name === by),
    (reserve) => {
      const heap = createHeap({ reserve, now: ticking() });
      break_(heap);
      return heap;
    },
  );
  expect(failed.map((f) => f.name)).toEqual([by]);
});

test("the clock of these tests alone makes no heap wrong", () => {
  const make = (reserve: number): Heap => createHeap({ reserve, now: ticking() });
  expect(runHeapCases(heapCases, make)).toEqual([]);
});
