/** What a collector may rely on: finding objects, colours, the cycle, specials, pointer bits, system memory. */
import { NOSCAN, NOZERO, type Ptr, type TracedAllocator } from "../api.ts";
import {
  anyPointerBit,
  assert,
  objectsOf,
  random,
  same,
  setPointerBits,
  shardsOf,
  sweepAll,
  throws,
  type ConformanceCase,
} from "./case.ts";
import { extrasCases } from "./extras-cases.ts";
import { sweptCases } from "./swept-cases.ts";
import { systemCases } from "./system-cases.ts";

const MIB = 2 ** 20;
const sizes = [8, 16, 24, 48, 100, 512, 1000, 1025, 5000, 32768, 40_000, 200_000];

const required: readonly ConformanceCase<TracedAllocator>[] = [
  {
    name: "find gives the base of an object for every address in it, and 0 outside of objects",
    run(make) {
      const a = make(8 * MIB);
      for (const size of sizes) {
        const p = a.alloc(size);
        const usable = a.usableSize(p);
        for (const at of [p, p + 1, p + (size >> 1), p + size - 1, p + usable - 1]) {
          same(a.objects.find(at), p, `find(${at}) in ${size} bytes at ${p}`);
        }
        same(a.objects.sizeOf(p), usable, `sizeOf(${p})`);
      }
      for (const at of [
        0,
        4,
        8,
        100,
        a.memory.byteLength - 1,
        a.memory.byteLength,
        2 ** 32 - 1,
        a.objects.pointerBits,
      ]) {
        same(a.objects.find(at), 0, `find(${at})`);
      }
    },
  },
  {
    name: "find rejects freed objects",
    run(make) {
      const a = make(4 * MIB);
      for (const size of sizes) {
        const keep = a.alloc(size);
        const p = a.alloc(size);
        a.free(p);
        same(a.objects.find(p), 0, `find of a freed object of ${size} bytes`);
        same(a.objects.find(p + size - 1), 0, `find of its last byte`);
        same(a.objects.find(keep), keep, `find of its neighbour`);
      }
    },
  },
  {
    name: "forEach visits every allocated object once, with its size",
    run(make) {
      const a = make(8 * MIB);
      const want = new Map<Ptr, number>();
      for (const size of sizes) {
        const dead = a.alloc(size);
        const p = a.alloc(size);
        want.set(p, a.usableSize(p));
        a.free(dead);
      }
      const got = objectsOf(a);
      same(got.size, want.size, "objects visited");
      for (const [p, size] of want) same(got.get(p), size, `size of ${p}`);
    },
  },
  {
    name: "mark blackens once; isMarked tells; findAndMark does both from any address",
    run(make) {
      const a = make(4 * MIB);
      const all = [0, NOSCAN].flatMap((flags) => sizes.map((size) => a.alloc(size, flags)));
      const visited = (phase: string): void => same(objectsOf(a).size, all.length, phase);
      a.objects.cycle.startMark();
      visited("objects visited before they are marked");
      for (const [i, p] of all.entries()) {
        same(a.objects.isMarked(p), false, "marked before");
        if (i % 2 === 0) same(a.objects.mark(p), true, "first mark");
        else same(a.objects.findAndMark(p + 5), p, "first findAndMark");
        same(a.objects.isMarked(p), true, "marked after");
        same(a.objects.mark(p), false, "second mark");
        same(a.objects.findAndMark(p), 0, "second findAndMark");
      }
      same(a.objects.findAndMark(4), 0, "findAndMark outside of the heap");
      visited("objects visited when they are marked");
      a.objects.cycle.startSweep();
      visited("objects visited before the sweep");
      sweepAll(a);
      visited("objects visited after the sweep");
      for (const p of all) same(a.objects.find(p), p, "a marked object after the sweep");
    },
  },
  {
    name: "isScan tells objects with pointers from those without",
    run(make) {
      const a = make(4 * MIB);
      for (const size of sizes) {
        for (const flags of [0, NOSCAN, NOZERO, NOSCAN + NOZERO]) {
          const p = a.alloc(size, flags);
          same(a.objects.isScan(p), (flags & NOSCAN) === 0, `isScan of ${size} bytes, ${flags}`);
        }
      }
    },
  },
  {
    name: "objects allocated while marking are black, and survive the sweep",
    run(make) {
      const a = make(8 * MIB);
      for (const size of sizes) a.alloc(size);
      a.alloc(4, NOSCAN);
      const shards = shardsOf(a);
      a.objects.cycle.startMark();
      const born: Ptr[] = [];
      for (let shard = 0; shard < shards; shard++) {
        for (const size of [4, 4, 12, ...sizes]) born.push(a.alloc(size, NOSCAN, shard));
        for (const size of sizes) born.push(a.alloc(size, 0, shard));
      }
      for (const p of born) assert(a.objects.isMarked(a.objects.find(p)), `${p} was born white`);
      a.objects.cycle.startSweep();
      sweepAll(a);
      for (const p of born) assert(a.objects.find(p) !== 0, `${p} was swept`);
    },
  },
  {
    name: "all objects are white again at the start of the next mark",
    run(make) {
      const a = make(8 * MIB);
      const all = sizes.map((size) => a.alloc(size));
      for (let cycle = 0; cycle < 3; cycle++) {
        a.objects.cycle.startMark();
        for (const p of all) same(a.objects.mark(p), true, `mark of ${p} in cycle ${cycle}`);
        a.objects.cycle.startSweep();
        if (cycle > 0) sweepAll(a);
      }
    },
  },
  {
    name: "sweep does at least the pages asked for, returns 0 when done, and leaves objects allocated meanwhile alone",
    run(make) {
      const a = make(8 * MIB);
      for (let i = 0; i < 3000; i++) a.alloc(64);
      a.objects.cycle.startMark();
      a.objects.cycle.startSweep();
      assert(a.objects.cycle.sweep(2) >= 2, "swept too little");
      const born = Array.from({ length: 500 }, () => a.alloc(64));
      sweepAll(a);
      same(a.objects.cycle.sweep(100), 0, "pages swept when all is done");
      for (const p of born) same(a.objects.find(p), p, "an object born while sweeping");
    },
  },
  {
    name: "garbage that has yet to be swept is used before the heap grows",
    run(make) {
      const a = make(8 * MIB);
      if (!("trim" in a)) return; // An allocator that frees nothing when it sweeps has nothing to use.
      for (let i = 0; i < 2000; i++) a.alloc(1000);
      for (let round = 0; round < 4; round++) {
        a.objects.cycle.startMark();
        a.objects.cycle.startSweep();
        const before = a.stats().heapSys;
        for (let i = 0; i < 900; i++) a.alloc(i % 2 === 0 ? 1000 : 700);
        same(a.stats().heapSys, before, `heapSys in round ${round}`);
      }
    },
  },
  {
    name: "the statistics stay exact over cycles: objects, bytes and forEach agree",
    run(make) {
      const a = make(8 * MIB);
      const next = random(7);
      let live: Ptr[] = [];
      const before = a.stats();
      let [made, bytesMade] = [0, 0];
      for (let cycle = 0; cycle < 4; cycle++) {
        for (let i = 0; i < 400; i++, made++) {
          const p = a.alloc(16 + next(2000), next(2));
          bytesMade += a.objects.sizeOf(p);
          live.push(p);
        }
        live = live.filter(() => next(2) === 0);
        a.objects.cycle.startMark();
        for (const p of live) a.objects.mark(p);
        a.objects.cycle.startSweep();
        sweepAll(a);
        const all = objectsOf(a);
        for (const p of live) assert(all.has(p), `${p} is lost`);
        const stats = a.stats();
        same(stats.heapObjects, all.size, "heapObjects");
        same(stats.heapObjects, stats.mallocs - stats.frees, "mallocs - frees");
        same(stats.mallocs - before.mallocs, made, "mallocs");
        same(stats.totalAlloc - before.totalAlloc, bytesMade, "totalAlloc");
        let bytes = 0;
        for (const size of all.values()) bytes += size;
        same(stats.heapAlloc, bytes, "heapAlloc");
      }
    },
  },
  {
    name: "free works in every phase: a black object, a white one, one in an unswept span",
    run(make) {
      const a = make(8 * MIB);
      const group = (): Ptr[] => sizes.map((size) => a.alloc(size));
      const [marked, unmarked, late] = [group(), group(), group()];
      a.objects.cycle.startMark();
      for (const p of [...marked, ...late]) a.objects.mark(p);
      for (const p of marked) a.free(p);
      for (const p of unmarked) a.free(p);
      a.objects.cycle.startSweep();
      for (const p of late) a.free(p);
      sweepAll(a);
      same(objectsOf(a).size, 0, "objects left");
      throws(() => a.free(late[0]!), /double free|foreign pointer/);
      same(a.stats().heapObjects, 0, "heapObjects");
    },
  },
  {
    name: "onSweep is called before a span with a special object is swept, in this and later cycles, and may mark",
    run(make) {
      const a = make(4 * MIB);
      const p = a.alloc(64);
      a.objects.cycle.setSpecial(p);
      let calls = 0;
      a.objects.cycle.onSweep = (start, end) => {
        assert(start <= p && p < end, `${p} is not in [${start}, ${end})`);
        calls++;
        if (!a.objects.isMarked(p)) a.objects.mark(p);
      };
      for (let cycle = 1; cycle <= 3; cycle++) {
        a.objects.cycle.startMark();
        a.objects.cycle.startSweep();
        sweepAll(a);
        same(calls, cycle, "calls of onSweep");
        same(a.objects.find(p), p, "the object that onSweep marked");
      }
      a.objects.cycle.onSweep = null;
    },
  },
  {
    name: "what is allocated while a sweep runs is marked if onSweep comes to it",
    run(make) {
      const a = make(4 * MIB);
      const { cycle } = a.objects;
      for (let i = 0; i < 500; i++) cycle.setSpecial(a.alloc(64));
      cycle.startMark();
      cycle.startSweep();
      const young = sizes.map((size) => a.alloc(size));
      cycle.onSweep = (start, end) => {
        const told = young.filter((p) => start <= p && p < end);
        for (const p of told) assert(a.objects.isMarked(p), `${p} is new, and not marked`);
      };
      sweepAll(a);
      for (const p of young) same(a.objects.find(p), p, "a new object");
    },
  },
  {
    name: "onSweep is called for special objects of every size and kind, wherever in their spans they lie",
    run(make) {
      const a = make(16 * MIB);
      const special: Ptr[] = [];
      for (const size of sizes) {
        for (const flags of [0, NOSCAN]) {
          const all = Array.from({ length: size > 9000 ? 3 : 40 }, () => a.alloc(size, flags));
          special.push(...all.filter((_, i) => i % 3 === 2));
        }
      }
      for (const p of special) a.objects.cycle.setSpecial(p);
      let ranges: [Ptr, Ptr][] = [];
      a.objects.cycle.onSweep = (start, end) => void ranges.push([start, end]);
      for (let cycle = 1; cycle <= 2; cycle++) {
        a.objects.cycle.startMark();
        for (const p of special) a.objects.mark(p);
        ranges = [];
        a.objects.cycle.startSweep();
        sweepAll(a);
        for (const p of special) {
          const told = ranges.some(([start, end]) => start <= p && p < end);
          assert(told, `no onSweep for ${a.objects.sizeOf(p)} bytes at ${p} in cycle ${cycle}`);
        }
      }
      a.objects.cycle.onSweep = null;
    },
  },
  {
    name: "pointer bits of a scan object are clear when it is handed out, whatever was there before",
    run(make) {
      const a = make(8 * MIB);
      for (let round = 0; round < 3; round++) {
        const flags = round === 1 ? NOZERO : 0;
        const all = sizes.map((size) => [a.alloc(size, flags), size] as const);
        for (const [p, size] of all) {
          same(anyPointerBit(a, p, size), false, `pointer bits of ${size} bytes in round ${round}`);
          setPointerBits(a, p, size);
        }
        for (const [p] of all) a.free(p);
      }
    },
  },
];

/** The suite for any {@link TracedAllocator}; run the one for `Allocator` as well. */
export const tracedCases: readonly ConformanceCase<TracedAllocator>[] = [
  ...required,
  ...systemCases,
  ...sweptCases,
  ...extrasCases,
];
