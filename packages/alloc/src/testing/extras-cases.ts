/**
 * What a `TracedAllocator` may offer beyond what it must: a tracer, runs of objects, figures. A collector uses them wherever they are
 * there, so they have to do what the plain calls do. Where they are not there, the cases pass.
 *
 * Invariants
 *  1. The tracer is held against a search that follows the same pointers in JavaScript.
 */
import { NOSCAN, type ObjectTracer, type Ptr, type TracedAllocator } from "../api.ts";
import { assert, isZero, random, same, shardsOf, type ConformanceCase } from "./case.ts";

const MIB = 2 ** 20;
const sizes = [8, 16, 24, 48, 100, 512, 2304, 9000, 40_000];

/** Says that a pointer lies at `slot`, and stores it. */
function point(a: TracedAllocator, slot: Ptr, to: Ptr): void {
  const w = (a.objects.pointerBits >>> 2) + (slot >>> 7);
  a.memory.u32[w] = a.memory.u32[w]! | (1 << ((slot >>> 2) & 31));
  a.memory.u32[slot >>> 2] = to;
}

/** Objects that point to each other, to themselves, to nothing, to what is freed and to what is no object; the edges of each. */
function graph(a: TracedAllocator, seed: number): Map<Ptr, Ptr[]> {
  const next = random(seed);
  const all: [Ptr, number][] = [];
  for (let i = 0; i < 300; i++) {
    const size = sizes[next(i % 16 === 0 ? 9 : 6)]!;
    all.push([a.alloc(size, next(4) === 0 ? NOSCAN : 0), size]);
  }
  const [freed] = all.pop()!;
  const edges = new Map<Ptr, Ptr[]>(all.map(([p]) => [p, []]));
  for (const [p, size] of all) {
    // Words that are no pointers, even if they look like some.
    for (let at = 0; at < size; at += 8) a.memory.u32[(p + at) >>> 2] = all[next(all.length)]![0];
    if (!a.objects.isScan(p)) continue;
    for (let n = next(4); n > 0; n--) {
      const [q, length] = all[next(all.length)]!;
      const slot = p + 4 + 8 * next(size >> 3);
      if (a.memory.u32[slot >>> 2] !== 0) continue;
      point(a, slot, q + next(length)); // anywhere into it
      edges.get(p)!.push(q);
    }
    if (next(8) === 0) point(a, p, [0, freed, a.objects.pointerBits, 4][next(4)]!);
  }
  a.free(freed);
  return edges;
}

/** Traces until nothing is grey, as a collector does, on a stack of `words` words at `bottom`. */
function drain(a: TracedAllocator, tracer: ObjectTracer, bottom: number, top: number): void {
  const { objects, memory } = a;
  const end = bottom + STACK / 4;
  const grey = Array.from(memory.u32.subarray(bottom, top));
  const take = (to: number): void => {
    for (let w = bottom; w < to; w++) grey.push(memory.u32[w]!);
  };
  for (let entry = grey.pop(); entry !== undefined; entry = grey.pop()) {
    const base = entry - (entry & 7);
    const size = objects.sizeOf(base);
    assert(objects.find(base) === base && objects.isScan(base), `${entry} was pushed`);
    if ((entry & 7) === 0) {
      memory.u32[bottom] = entry;
      take(tracer.trace(bottom, bottom + 1, end, 1000));
      const again = grey.at(-1) === entry;
      if (!again) continue;
      grey.pop();
    }
    for (let at = base; at < base + size; at += 4 * tracer.room) {
      const bytes = Math.min(4 * tracer.room, base + size - at);
      take(tracer.traceRange(at, bytes, base, size, bottom));
    }
  }
}

/** Bytes of the stack that the tracer gets: room for all pointers of the graph and of a batch. */
const STACK = 256 * 1024;

/** See the file header. */
export const extrasCases: readonly ConformanceCase<TracedAllocator>[] = [
  {
    name: "the tracer, where there is one, marks what the roots reach and nothing else, and counts it",
    run(make) {
      for (const seed of [1, 2, 3]) {
        const a = make(16 * MIB);
        const { tracer, cycle } = a.objects;
        if (tracer === undefined) return;
        const edges = graph(a, seed);
        const bottom = a.system.allocManual(STACK) >>> 2;
        assert(tracer.room <= STACK / 8, `room for ${tracer.room} words is asked for`);
        cycle.startMark();
        tracer.marked = tracer.scanned = 0;
        // The roots lie above the words that they push, with a nil among them.
        const roots = [...edges.keys()].filter((_, i) => i % 20 === 0);
        const first = bottom + 16;
        roots.forEach((p, i) => (a.memory.u32[first + i] = i === 2 ? 0 : p + 1));
        roots.splice(2, 1);
        const top = tracer.traceWords(first, first + roots.length + 1, bottom);
        drain(a, tracer, bottom, top);
        const reached = new Set<Ptr>();
        for (let p = roots.pop(); p !== undefined; p = roots.pop()) {
          if (reached.has(p)) continue;
          reached.add(p);
          roots.push(...edges.get(p)!);
        }
        let bytes = 0;
        for (const p of edges.keys()) {
          same(a.objects.isMarked(p), reached.has(p), `seed ${seed}: whether ${p} is marked`);
          if (reached.has(p)) bytes += a.objects.sizeOf(p);
        }
        same(tracer.marked, bytes, "bytes marked");
        assert(tracer.scanned <= bytes, `${tracer.scanned} bytes traced of ${bytes}`);
      }
    },
  },
  {
    name: "runs, where there are any, are objects like others: distinct, zeroed, without pointer bits, born black",
    run(make) {
      const a = make(8 * MIB);
      const { runs, objects } = a;
      if (runs === undefined) return;
      const bits = objects.pointerBits >>> 2;
      const shards = shardsOf(a);
      for (const phase of ["idle", "mark", "idle"]) {
        if (phase === "mark") objects.cycle.startMark();
        const before = a.stats();
        const got = new Map<Ptr, number>();
        for (let i = 0; i < 60; i++) {
          const size = Math.min([8, 16, 24, 48, 100, 256][i % 6]!, runs.sizeMax);
          const flags = i & NOSCAN;
          const p = runs.claim(size, flags, i % shards);
          const end = runs.end;
          const step = objects.sizeOf(p);
          assert(step >= size && end > p, `a run of ${size} bytes from ${p} to ${end}`);
          isZero(a, p, end - p, "a run");
          for (let at = p; at < end; at += step) {
            assert(!got.has(at), `${at} was handed out twice`);
            got.set(at, step);
            same(objects.find(at + step - 1), at, `find in a run of ${size} bytes`);
            same(objects.isScan(at), flags === 0, `isScan(${at})`);
            if (phase === "mark") same(objects.isMarked(at), true, `isMarked(${at})`);
          }
          for (let at = p; at < end && flags === 0; at += 4) {
            const w = bits + (at >>> 7);
            const bit = 1 << ((at >>> 2) & 31);
            same(a.memory.u32[w]! & bit, 0, `pointer bit of ${at}`);
            a.memory.u32[w] = a.memory.u32[w]! | bit;
          }
          a.memory.u8.fill(0xff, p, end);
        }
        same(a.stats().mallocs - before.mallocs, got.size, "mallocs");
        for (const p of got.keys()) a.free(p);
        same(a.stats().heapObjects, before.heapObjects, "heapObjects after freeing all");
        if (phase !== "mark") continue;
        objects.cycle.startSweep();
        while (objects.cycle.sweep(100) > 0);
      }
    },
  },
  {
    name: "cycle.pages, where there is one, is what a sweep goes through",
    run(make) {
      const a = make(8 * MIB);
      if (a.objects.cycle.pages === undefined) return;
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 200 * round; i++) a.alloc(sizes[i % 8]!, i & NOSCAN);
        a.objects.cycle.startMark();
        const pages = a.objects.cycle.pages;
        a.objects.cycle.startSweep();
        let swept = 0;
        for (let n = 1; n > 0; swept += n) n = a.objects.cycle.sweep(1);
        same(swept, pages, `pages swept in round ${round}`);
      }
    },
  },
  {
    name: "system.fits, where there is one, says whether manual memory of so many bytes can be had",
    run(make) {
      const a = make(8 * MIB);
      const { system } = a;
      if (system.fits === undefined) return;
      same(system.fits(a.memory.byteLength), false, "fits of the whole memory");
      const next = random(3);
      const live: [Ptr, number][] = [];
      let refused = 0;
      for (let i = 0; i < 3000; i++) {
        if (live.length > 0 && next(100) < 46) {
          const [[p, bytes]] = live.splice(next(live.length), 1) as [[Ptr, number]];
          system.freeManual(p, bytes);
          continue;
        }
        const bytes = 1 + next((a.memory.byteLength >>> 10) * (1 + next(40)));
        const fits = system.fits(bytes);
        let p = 0;
        try {
          p = system.allocManual(bytes);
        } catch {
          refused++;
        }
        same(p !== 0, fits, `whether ${bytes} bytes can be had in step ${i}`);
        if (p !== 0) live.push([p, bytes]);
      }
      assert(refused > 20, `only ${refused} of the requests did not fit`);
      for (const [p, bytes] of live) system.freeManual(p, bytes);
    },
  },
  {
    name: "what is left of a run and given back was never allocated, and is asked for before anyone counts",
    run(make) {
      const a = make(8 * MIB);
      const { runs, objects } = a;
      if (runs === undefined) return;
      const keep = a.alloc(48);
      let [from, end, calls] = [0, 0, 0];
      runs.onCount = () => {
        calls++;
        runs.unclaim(from, end);
        from = end;
      };
      const asked = (what: string, call: () => void): void => {
        const first = runs.claim(48, 0);
        const size = objects.sizeOf(first);
        [from, end, calls] = [first + size, runs.end, 0];
        const left = from;
        call();
        assert(calls > 0, `onCount was not called by ${what}`);
        for (let at = left; at < end; at += size) same(objects.find(at), 0, "find in what is left");
        same(objects.find(first), first, "find of the object that was handed out");
        same(a.stats().heapObjects, 2, "heapObjects");
        a.free(first);
      };
      const before = a.stats();
      asked("stats", () => same(a.stats().heapObjects, 2, "heapObjects"));
      asked("forEach", () => {
        const seen: Ptr[] = [];
        objects.forEach((p) => seen.push(p));
        same(seen.length, 2, "objects visited");
      });
      asked("startMark", () => objects.cycle.startMark());
      objects.mark(keep);
      asked("startSweep", () => objects.cycle.startSweep());
      while (objects.cycle.sweep(100) > 0);
      same(a.stats().mallocs - before.mallocs, 4, "mallocs");
      same(a.stats().heapObjects, 1, "heapObjects");
      runs.onCount = null;
    },
  },
];
