/** What every `Allocator` does: sizes, alignment, zeroing, errors, accounting, a random program against a model. */
import { NOSCAN, NOZERO, type Allocator, type Ptr } from "../api.ts";
import { assert, random, same, throws, type ConformanceCase } from "./case.ts";

const MIB = 2 ** 20;

/** Fills memory until the allocator says there is no more; returns what it handed out. */
function exhaust(a: Allocator, size: number): Ptr[] {
  const got: Ptr[] = [];
  for (;;) {
    try {
      got.push(a.alloc(size, NOZERO));
    } catch (err) {
      assert(
        err instanceof Error && /out of memory/.test(err.message),
        `threw ${String(err)}, want out of memory`,
      );
      return got;
    }
  }
}

/** The suite for any {@link Allocator}; see {@link ConformanceCase} for how to run it. */
export const allocatorCases: readonly ConformanceCase[] = [
  {
    name: "pointers are non-zero, distinct and aligned to 8, to 16 for multiples of 16",
    run(make) {
      const a = make(4 * MIB);
      const seen = new Set<Ptr>();
      for (let size = 1; size <= 600; size++) {
        const p = a.alloc(size);
        assert(p > 0 && Number.isInteger(p), `alloc(${size}) gave ${p}`);
        same(p % (size % 16 === 0 ? 16 : 8), 0, `alignment of ${size} bytes at ${p}`);
        assert(!seen.has(p), `${p} was handed out twice`);
        seen.add(p);
      }
    },
  },
  {
    name: "usableSize is at least what was asked for, and all of it may be written",
    run(make) {
      const a = make(8 * MIB);
      const live: [Ptr, number, number][] = [];
      for (const size of [1, 7, 8, 9, 15, 16, 33, 100, 1024, 1025, 4097, 32768, 32769, 100_000]) {
        for (const flags of [0, NOSCAN]) {
          const p = a.alloc(size, flags);
          assert(a.usableSize(p) >= size, `usableSize(${p}) is ${a.usableSize(p)} for ${size}`);
          live.push([p, a.usableSize(p), live.length + 1]);
        }
      }
      for (const [p, , mark] of live) a.memory.u8.fill(mark, p, p + a.usableSize(p));
      for (const [p, , mark] of live) {
        const bytes = a.memory.u8.subarray(p, p + a.usableSize(p));
        assert(
          bytes.every((b) => b === mark),
          `object ${mark} at ${p} was overwritten by a neighbour`,
        );
      }
    },
  },
  {
    name: "objects of size 0 have a valid pointer that may be shared, and freeing it does nothing",
    run(make) {
      const a = make(MIB);
      const p = a.alloc(0);
      assert(p > 0, "alloc(0) gave nil");
      a.free(p);
      a.free(a.alloc(0));
      same(a.stats().heapObjects, 0, "heapObjects after freeing objects of size 0");
    },
  },
  {
    name: "freed memory is zeroed before it is handed out again, unless NOZERO",
    run(make) {
      const a = make(4 * MIB);
      for (const size of [4, 8, 24, 100, 513, 3000, 40_000]) {
        for (let round = 0; round < 20; round++) {
          const p = a.alloc(size, round & NOSCAN);
          for (let i = 0; i < size; i++)
            same(a.memory.u8[p + i], 0, `byte ${i} of ${size} in round ${round}`);
          a.memory.u8.fill(0xff, p, p + a.usableSize(p));
          a.free(p);
        }
      }
    },
  },
  {
    name: "freeing nil does nothing",
    run(make) {
      const a = make(MIB);
      a.free(0);
      same(a.stats().frees, 0, "frees");
    },
  },
  {
    name: "a bad size is an error that names it: negative, fractional, NaN, infinite, too large",
    run(make) {
      const a = make(MIB);
      for (const size of [-1, 1.5, NaN, Infinity, 1e12]) {
        const err = throws(() => a.alloc(size), /size|out of memory/);
        assert(err.message.includes(String(size)), `"${err.message}" does not name ${size}`);
      }
      same(a.stats().mallocs, 0, "mallocs after failed calls");
    },
  },
  {
    name: "a double free is an error, and harmless",
    run(make) {
      const a = make(MIB);
      const keep = a.alloc(64);
      const p = a.alloc(64);
      a.free(p);
      throws(() => a.free(p), /double free/);
      same(a.stats().heapObjects, 1, "heapObjects");
      a.free(keep);
    },
  },
  {
    name: "freeing an interior, a foreign or an impossible pointer is an error of its own, and harmless",
    run(make) {
      const a = make(MIB);
      const p = a.alloc(64);
      throws(() => a.free(p + 8), /interior pointer/);
      throws(() => a.free(p + 1), /interior pointer/);
      throws(() => a.free(16), /foreign pointer/);
      throws(() => a.free(-8), /pointer -8 is not an address/);
      throws(() => a.free(NaN), /pointer NaN is not an address/);
      throws(() => a.free(2 ** 40), /is not an address/);
      same(a.stats().heapObjects, 1, "heapObjects");
      assert(a.usableSize(p) >= 64, "the object is gone");
    },
  },
  {
    name: "out of memory is an error that can be caught; what was allocated stays valid",
    run(make) {
      const a = make(MIB);
      const first = a.alloc(1000);
      a.memory.u8.fill(7, first, first + 1000);
      throws(() => a.alloc(64 * MIB), /out of memory/);
      const got = exhaust(a, 5000);
      assert(got.length > 10, `only ${got.length} objects of 5000 bytes fit into 1 MiB`);
      assert(
        a.memory.u8.subarray(first, first + 1000).every((b) => b === 7),
        "the first object was overwritten",
      );
      const stats = a.stats();
      same(stats.heapObjects, got.length + 1, "heapObjects");
      for (const p of got) a.free(p);
      a.free(first);
      same(a.stats().heapObjects, 0, "heapObjects after freeing all");
    },
  },
  {
    name: "statistics keep Go's sums: heapSys = heapIdle + heapInuse, sys = the sum of all, objects = mallocs - frees",
    run(make) {
      const a = make(8 * MIB);
      const next = random(1);
      const live: Ptr[] = [];
      for (let i = 0; i < 500; i++) {
        if (live.length > 0 && next(3) === 0) a.free(live.splice(next(live.length), 1)[0]!);
        else live.push(a.alloc(1 + next(i % 50 === 0 ? 60_000 : 3000), next(2)));
        if (i % 25 !== 0) continue;
        const s = a.stats();
        same(s.heapSys, s.heapIdle + s.heapInuse, "heapSys");
        same(s.sys, s.heapSys + s.mspanSys + s.mcacheSys + s.gcSys + s.otherSys, "sys");
        same(s.heapObjects, s.mallocs - s.frees, "heapObjects");
        same(s.alloc, s.heapAlloc, "alloc");
        same(s.lookups, 0, "lookups");
        assert(s.totalAlloc >= s.heapAlloc, "totalAlloc is below heapAlloc");
        assert(s.sys <= a.memory.byteLength, "sys exceeds the memory");
      }
    },
  },
  {
    name: "mallocs and frees are counted one by one and by size class",
    run(make) {
      const a = make(MIB);
      const before = a.stats();
      const got = Array.from({ length: 100 }, () => a.alloc(48));
      for (const p of got.slice(0, 40)) a.free(p);
      const after = a.stats();
      same(after.mallocs - before.mallocs, 100, "mallocs");
      same(after.frees - before.frees, 40, "frees");
      assert(after.totalAlloc - before.totalAlloc >= 4800, "totalAlloc");
    },
  },
  {
    name: "a random program agrees with a model: no overlap, no lost byte, exact counts",
    run(make) {
      for (const seed of [1, 2, 3]) randomProgram(make(4 * MIB), seed, 3000);
    },
  },
];

/** Allocates and frees at random, holding every object's bytes against what was written. */
function randomProgram(a: Allocator, seed: number, steps: number): void {
  const next = random(seed);
  const live: { p: Ptr; size: number; mark: number }[] = [];
  let budget = 0;
  for (let i = 0; i < steps; i++) {
    if (live.length > 0 && (next(100) < 45 || live.length > 300)) {
      const k = next(live.length);
      const { p, size, mark } = live[k]!;
      for (let b = 0; b < size; b++)
        same(a.memory.u8[p + b], mark, `seed ${seed}, step ${i}, byte ${b} of ${p}`);
      a.free(p);
      live[k] = live.at(-1)!;
      live.pop();
    } else if (budget < 2 * MIB) {
      const size = 1 + next(next(20) === 0 ? 9000 : 200);
      budget += size + 16;
      const p = a.alloc(size, next(4));
      const mark = 1 + next(255);
      a.memory.u8.fill(mark, p, p + size);
      live.push({ p, size, mark });
    }
  }
  same(a.stats().heapObjects <= live.length, true, "heapObjects (tiny objects may share a block)");
  for (const { p } of live) a.free(p);
  same(a.stats().heapObjects, 0, "heapObjects at the end");
}
