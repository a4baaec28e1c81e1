/** What every `Allocator` does: sizes, alignment, zeroing, shards, accounting, a random program against a model. */
import { NOSCAN, NOZERO, type Allocator, type Ptr } from "../api.ts";
import {
  assert,
  isFilled,
  isZero,
  random,
  same,
  shardsOf,
  throws,
  type ConformanceCase,
} from "./case.ts";
import { misuseCases } from "./misuse-cases.ts";

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

/** Each size from 1 to 1,100 bytes, then those about powers of two, up to 64 KiB. */
function everySize(): number[] {
  const sizes = Array.from({ length: 1100 }, (_, i) => i + 1);
  for (let n = 2048; n <= 65_536; n *= 2) sizes.push(n - 1, n, n + 1);
  return sizes;
}

/** What a pointer to so many bytes is a multiple of. */
function alignOf(size: number, flags: number): number {
  if ((flags & NOSCAN) !== 0 && size < 16) return size & -size;
  return size % 16 === 0 ? 16 : 8;
}

type View = new (buffer: ArrayBufferLike, at: number, n: number) => ArrayLike<number | bigint>;
const VIEWS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
};

const useCases: readonly ConformanceCase[] = [
  {
    name: "pointers are non-zero, distinct and aligned to 8, to 16 for multiples of 16",
    run(make) {
      const a = make(16 * MIB);
      const seen = new Set<Ptr>();
      const check = (size: number, flags: number): void => {
        const p = a.alloc(size, flags);
        assert(p > 0 && Number.isInteger(p), `alloc(${size}) gave ${p}`);
        same(p % alignOf(size, flags), 0, `alignment of ${size} bytes with flags ${flags} at ${p}`);
        assert(!seen.has(p), `${p} was handed out twice`);
        seen.add(p);
      };
      for (const flags of [0, NOSCAN]) {
        // The 8 bytes in between, or else all may fall on multiples of 16 by the sizes before them.
        for (const size of everySize()) [size, 8, size].forEach((n) => check(n, flags));
        for (let i = 0; i < 100; i++) for (const size of [1, 12, 2, 8, 4, 16]) check(size, flags);
      }
    },
  },
  {
    name: "the views of the memory lie over all of one buffer, and show the same bytes",
    run(make) {
      const a = make(MIB);
      const { memory } = a;
      const p = a.alloc(64, NOZERO);
      for (let i = 0; i < 8; i++) memory.u8[p + i] = 0x81 + 9 * i;
      for (const [name, View] of Object.entries(VIEWS)) {
        const view = memory[name as keyof typeof VIEWS];
        assert(view?.buffer === memory.buffer, `${name} does not lie over the buffer`);
        const bytes = View.BYTES_PER_ELEMENT;
        same(view[p / bytes], new (View as View)(memory.buffer, p, 1)[0], `${name} at ${p}`);
        same(view.byteLength, memory.buffer.byteLength, `bytes of ${name}`);
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
      for (const [p, , mark] of live) isFilled(a, p, a.usableSize(p), mark, `object ${mark}`);
    },
  },
  {
    name: "objects of size 0 have a valid pointer that may be shared, and freeing it does nothing",
    run(make) {
      const a = make(MIB);
      for (const flags of [0, NOSCAN, NOZERO, NOSCAN + NOZERO]) {
        const p = a.alloc(0, flags);
        assert(p > 0, `alloc(0, ${flags}) gave nil`);
        a.free(p);
        a.free(a.alloc(0, flags));
      }
      same(a.stats().heapObjects, 0, "heapObjects after freeing objects of size 0");
    },
  },
  {
    name: "freed memory is zeroed before it is handed out again, unless NOZERO",
    run(make) {
      const a = make(4 * MIB);
      for (const size of [4, 8, 24, 100, 513, 700, 1500, 3000, 40_000]) {
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
    name: "memory is zero again when objects of another size get it",
    run(make) {
      const a = make(8 * MIB);
      const sizes = [48, 5000, 16, 640, 24, 9000, 112, 33_000, 8, 2048, 100_000, 32, 300_000, 1500];
      for (let round = 0; round < 2 * sizes.length; round++) {
        const size = sizes[round % sizes.length]!;
        const got: Ptr[] = [];
        for (let bytes = 0; bytes < 60_000; bytes += size) {
          const p = a.alloc(size, got.length & NOSCAN);
          isZero(a, p, size, `an object in round ${round}`);
          a.memory.u8.fill(0xff, p, p + size);
          got.push(p);
        }
        for (const p of got) a.free(p);
      }
    },
  },
  {
    name: "every shard hands out objects of its own, which any shard takes back",
    run(make) {
      const a = make(4 * MIB);
      const shards = shardsOf(a);
      const live: [Ptr, number, number][] = [];
      for (let i = 0; i < 600; i++) {
        const size = [8, 64, 64, 700, 5000][i % 5]!;
        const p = a.alloc(size, i & NOSCAN, i % shards);
        a.memory.u8.fill(1 + (i % 255), p, p + size);
        live.push([p, size, i]);
      }
      same(new Set(live.map(([p]) => p)).size, live.length, "objects");
      for (const [p, size, i] of live) {
        for (const at of [p, p + size - 1])
          same(
            a.memory.u8[at],
            1 + (i % 255),
            `byte at ${at} of the object of shard ${i % shards}`,
          );
        a.free(p, (i + 1 + (i >> 4)) % shards);
      }
      same(a.stats().heapObjects, 0, "heapObjects after freeing all");
      const again = live.map(([, size, i]) => {
        const p = a.alloc(size, i & NOSCAN, (i + 1) % shards);
        isZero(a, p, size, `an object of shard ${(i + 1) % shards}`);
        a.memory.u8.fill(0xff, p, p + size);
        return p;
      });
      same(new Set(again).size, live.length, "objects of the second round");
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
    name: "out of memory is an error that can be caught; what was allocated stays valid",
    run(make) {
      const a = make(MIB);
      const first = a.alloc(1000);
      a.memory.u8.fill(7, first, first + 1000);
      throws(() => a.alloc(64 * MIB), /out of memory/);
      const got = exhaust(a, 5000);
      assert(got.length > 10, `only ${got.length} objects of 5000 bytes fit into 1 MiB`);
      isFilled(a, first, 1000, 7, "the first object");
      const stats = a.stats();
      same(stats.heapObjects, got.length + 1, "heapObjects");
      for (const p of got) a.free(p);
      a.free(first);
      same(a.stats().heapObjects, 0, "heapObjects after freeing all");
      if (a.stats().heapIdle < 64 * 1024) return; // an allocator that uses nothing again
      for (let n = 0; n < 4; n++) a.alloc(5000);
      same(a.stats().heapObjects, 4, "heapObjects after allocating again");
    },
  },
  {
    name: "pages of a large object that was freed are idle, where the next one gets them",
    run(make) {
      const a = make(4 * MIB);
      const size = 300_000;
      const p = a.alloc(size);
      a.free(p);
      if (a.alloc(size) !== p) return; // an allocator that uses it later or never
      const before = a.stats();
      assert(before.heapInuse >= size, `heapInuse is ${before.heapInuse} with ${size} bytes live`);
      a.free(p);
      const after = a.stats();
      assert(after.heapIdle >= size, `heapIdle is ${after.heapIdle}, and ${size} bytes are free`);
      const fell = before.heapInuse - after.heapInuse;
      assert(fell >= size, `heapInuse fell by ${fell} when ${size} bytes were freed`);
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
        assert(s.heapReleased <= s.heapIdle, "more pages are released than idle");
        assert(s.mspanInuse <= s.mspanSys, "more span records are in use than there are");
        assert(s.mcacheInuse <= s.mcacheSys, "more caches are in use than there are");
        for (const [name, n] of Object.entries(s))
          assert(name === "bySize" || (Number.isSafeInteger(n) && n >= 0), `${name} is ${n}`);
        assert(s.sys <= a.memory.byteLength, "sys exceeds the memory");
      }
    },
  },
  {
    name: "mallocs and frees are counted one by one and by size class",
    run(make) {
      const a = make(MIB);
      const before = a.stats();
      const sizes = [8, 48, 100, 3000];
      const got = Array.from({ length: 100 }, (_, i) => a.alloc(sizes[i % 4]!));
      for (const p of got.slice(0, 40)) a.free(p);
      const after = a.stats();
      same(after.mallocs - before.mallocs, 100, "mallocs");
      same(after.frees - before.frees, 40, "frees");
      assert(after.totalAlloc - before.totalAlloc >= 78_900, "totalAlloc");
      assert(after.heapAlloc - before.heapAlloc >= 47_340, "heapAlloc leaves out what is live");
      assert(after.heapInuse >= after.heapAlloc, "heapInuse is below heapAlloc");
      for (const p of got.slice(40)) a.free(p);
      same(a.stats().heapAlloc, before.heapAlloc, "heapAlloc after freeing all");
      const sums = [before, after].map(({ bySize }) => {
        let [mallocs, frees, size] = [0, 0, -1];
        for (const row of bySize) {
          assert(row.size > size, `bySize has ${row.size} bytes after ${size}`);
          assert(row.frees <= row.mallocs, `more frees than mallocs of ${row.size} bytes`);
          size = row.size;
          mallocs += row.mallocs;
          frees += row.frees;
        }
        return { mallocs, frees };
      });
      same(before.bySize.length, after.bySize.length, "rows of bySize");
      if (after.bySize.length === 0) return; // an allocator without size classes
      same(sums[1]!.mallocs - sums[0]!.mallocs, 100, "mallocs in bySize");
      for (const size of sizes) {
        let small = 0;
        for (const [k, row] of after.bySize.entries())
          if (row.size < size) small += row.mallocs - before.bySize[k]!.mallocs;
        const want = 100 - 25 * sizes.filter((n) => n >= size).length;
        assert(small <= want, `${small} mallocs of less than ${size} bytes, want up to ${want}`);
      }
      assert(sums[1]!.frees - sums[0]!.frees <= 40, "frees in bySize");
    },
  },
  {
    name: "objects of whatever size overlap none of their neighbours, and end inside the memory",
    run(make) {
      const a = make(16 * MIB);
      const live: [Ptr, number, number][] = [];
      for (const size of everySize())
        for (const flags of [0, 0, NOSCAN, NOSCAN]) {
          const p = a.alloc(size, flags);
          live.push([p, a.usableSize(p), size]);
        }
      live.sort(([p], [q]) => p - q);
      for (const [i, [p, bytes, size]] of live.entries()) {
        const [next] = live[i + 1] ?? [a.memory.byteLength];
        if (bytes < size || p + bytes > next)
          throw new Error(
            `alloc(${size}) gave ${bytes} bytes at ${p}, where ${next - p} are nobody else's`,
          );
      }
    },
  },
  {
    name: "a random program agrees with a model: no overlap, no lost byte, exact counts",
    run(make) {
      for (const seed of [1, 2, 3]) randomProgram(make(4 * MIB), seed, 3000);
    },
  },
];

/** The suite for any {@link Allocator}; see {@link ConformanceCase} for how to run it. */
export const allocatorCases: readonly ConformanceCase[] = [...useCases, ...misuseCases];

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
