/**
 * What sweeping gives back: memory that is like new for whoever gets it next, and not before `onSweep` has been told of it.
 *
 * Invariants
 *  1. Nothing is freed by hand here: in an allocator `free` and the sweep may come to the same memory by different ways.
 */
import { NOSCAN, type Ptr, type TracedAllocator } from "../api.ts";
import {
  anyPointerBit,
  assert,
  isZero,
  objectsOf,
  same,
  setPointerBits,
  shardsOf,
  sweepAll,
  throws,
  type ConformanceCase,
} from "./case.ts";

const MIB = 2 ** 20;
const sizes = [16, 24, 48, 100, 512, 1000, 5000, 40_000];

/** See the file header. */
export const sweptCases: readonly ConformanceCase<TracedAllocator>[] = [
  {
    name: "memory that a sweep has freed is like new: zeroed, without pointer bits, scanned or not as is asked for now",
    run(make) {
      const a = make(16 * MIB);
      const { cycle } = a.objects;
      for (let round = 0; round < 6; round++) {
        // Others have the memory in every round: with pointers or without, and of another size after the third.
        for (const [i, size] of [4, 12, ...sizes].entries()) {
          const flags = (i + round) & NOSCAN;
          const n = size > 1000 ? 4 : 60;
          for (let k = 0; k < n; k++) {
            const bytes = round < 3 || size < 16 ? size : Math.max(16, size >> 1);
            const p = a.alloc(bytes, flags);
            isZero(a, p, bytes, `an object in round ${round}`);
            const scan = a.objects.isScan(a.objects.find(p));
            same(scan, flags === 0, `isScan of ${bytes} bytes at ${p} in round ${round}`);
            a.memory.u8.fill(0xff, p, p + bytes);
            if (flags !== 0) continue;
            const dirty = anyPointerBit(a, p, bytes);
            assert(!dirty, `${bytes} bytes at ${p} have pointer bits in round ${round}`);
            setPointerBits(a, p, bytes);
          }
        }
        cycle.startMark();
        cycle.startSweep();
        if (round % 2 === 0) sweepAll(a); // else the allocations do
      }
    },
  },
  {
    name: "what a sweep has freed is no object any more: not found, not visited, of no size, not to be freed",
    run(make) {
      const a = make(16 * MIB);
      const { cycle } = a.objects;
      const all: Ptr[] = [];
      for (const flags of [0, NOSCAN])
        for (const size of sizes) for (let i = 0; i < 6; i++) all.push(a.alloc(size, flags));
      cycle.startMark();
      for (const [i, p] of all.entries()) if (i % 2 === 0) a.objects.mark(p);
      cycle.startSweep();
      sweepAll(a);
      const left = objectsOf(a);
      if (left.size === all.length) return; // an allocator that frees nothing when it sweeps
      for (const [i, p] of all.entries()) {
        const lives = i % 2 === 0;
        same(left.has(p), lives, `whether ${p} is visited`);
        same(a.objects.find(p), lives ? p : 0, `find(${p})`);
        same(a.objects.find(p + 9), lives ? p : 0, `find(${p + 9})`);
        if (lives) continue;
        throws(() => a.usableSize(p), /free|foreign pointer/);
        throws(() => a.free(p), /free|foreign pointer/);
      }
      same(a.stats().heapObjects, all.length / 2, "heapObjects");
    },
  },
  {
    name: "onSweep is called for a special object before its memory is handed out again, and what it marks is not",
    run(make) {
      const a = make(16 * MIB);
      const { cycle } = a.objects;
      for (const size of [16, 64, 1000, 40_000]) {
        const special = new Map<Ptr, "waits" | "told" | "kept">();
        for (let i = 0; i < (size > 1000 ? 8 : 300); i++) special.set(a.alloc(size), "waits");
        for (const p of special.keys()) cycle.setSpecial(p);
        cycle.onSweep = (start, end) => {
          for (const p of special.keys()) {
            if (p < start || p >= end || special.get(p) !== "waits") continue;
            const keeps = (p / 8) % 3 < 1;
            if (keeps) a.objects.mark(p);
            special.set(p, keeps ? "kept" : "told");
          }
        };
        cycle.startMark();
        cycle.startSweep();
        for (let i = 0; i < special.size; i++) {
          const p = a.alloc(size);
          const state = special.get(p) ?? "told";
          assert(state !== "waits", `${p} is handed out again, and onSweep was not told`);
          assert(state !== "kept", `${p} is handed out again, though onSweep has marked it`);
        }
        sweepAll(a);
        const all = objectsOf(a);
        for (const [p, state] of special) {
          assert(state !== "waits", `onSweep was not told of ${p}`);
          if (state === "kept") assert(all.has(p), `${p}, which onSweep has marked, is gone`);
        }
      }
      cycle.onSweep = null;
    },
  },
  {
    name: "what is allocated while a sweep runs survives it, of every size, kind and shard, wherever it lies",
    run(make) {
      const a = make(32 * MIB);
      const { cycle } = a.objects;
      const shards = shardsOf(a);
      const all = [4, 12, ...sizes];
      for (let round = 0; round < 3; round++) {
        // Room between objects that live, for the new ones to lie in, and much of a size that nobody asks for, so that it takes a while.
        const old: Ptr[] = [];
        for (let i = 0; i < 600; i++) {
          old.push(a.alloc(2500));
          for (const [k, size] of all.entries()) {
            if (i >= (size < 5000 ? 60 : 6)) continue;
            old.push(a.alloc(size, (i + k) & NOSCAN, (i >> 1) % shards));
          }
        }
        cycle.startMark();
        for (const [i, p] of old.entries()) if (i % 5 < 2) a.objects.mark(a.objects.find(p));
        cycle.startSweep();
        const born: [Ptr, number][] = [];
        for (let i = 0; i < 40; i++) {
          for (const [k, size] of all.entries()) {
            if (size >= 5000 && i >= 8) continue;
            const p = a.alloc(size, (i + k) & NOSCAN, (i >> 1) % shards);
            a.memory.u8.fill(1 + (i & 63), p, p + size);
            born.push([p, size]);
          }
          cycle.sweep(1);
        }
        sweepAll(a);
        const left = objectsOf(a);
        for (const [p, size] of born) {
          const base = a.objects.find(p);
          assert(left.has(base), `${size} bytes at ${p}, born while sweeping, are gone`);
          const { u8 } = a.memory;
          same(u8[p + size - 1], u8[p], `the last of ${size} bytes at ${p}`);
        }
        same(new Set(born.map(([p]) => p)).size, born.length, "new objects");
      }
    },
  },
  {
    name: "objects are found, marked and kept wherever in the memory they lie, up to its end",
    run(make) {
      const a = make(8 * MIB);
      const live: [Ptr, number][] = [];
      try {
        for (let i = 0; ; i++) {
          const size = [150_000, 64, 9000, 48][i % 4]!;
          live.push([a.alloc(size), size]);
        }
      } catch {
        assert(live.length > 80, `only ${live.length} objects fit into 8 MiB`);
      }
      a.objects.cycle.startMark();
      for (const [i, [p, size]] of live.entries()) {
        for (const at of [p, p + (size >> 1), p + size - 1])
          same(a.objects.find(at), p, `find(${at}) in ${size} bytes at ${p}`);
        same(a.objects.findAndMark(p + ((size - 1) >> (i % 3))), p, "findAndMark");
        same(a.objects.isMarked(p), true, "marked after");
      }
      a.objects.cycle.startSweep();
      sweepAll(a);
      const all = objectsOf(a);
      for (const [p] of live) assert(all.has(p), `${p} was swept`);
    },
  },
];
