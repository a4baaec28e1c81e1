/**
 * Cases about sources of roots: scanned whole and in parts, while a program goes on, and sources that throw.
 *
 * Invariants
 *  1. As in mutator-cases.ts: only members of the `Heap` contract, no clock, and cycles that start by themselves.
 */
import type { Ptr } from "@gort/types";
import type { Heap, RootSource } from "../api.ts";
import type { HeapCase } from "./case.ts";
import {
  any,
  assert,
  collecting,
  holder,
  Leaf,
  live,
  MiB,
  Node,
  same,
  throws,
  word,
} from "./case.ts";

const PART = 64;

/** A source in parts, as the contract has it: what it comes to hold after a scan it visits. */
class Parts implements RootSource {
  readonly #held: Ptr[] = [];
  #visit: ((p: Ptr) => void) | null = null;
  get length(): number {
    return this.#held.length;
  }
  get(i: number): Ptr {
    return this.#held[i]!;
  }
  set(i: number, p: Ptr): void {
    this.#held[i] = p;
    this.#visit?.(p);
  }
  scan(visit: (p: Ptr) => void): void {
    this.#held.forEach((p) => visit(p));
  }
  scanPart(from: number, visit: (p: Ptr) => void): number {
    assert(visit === (this.#visit ??= visit), "a source in parts is given another visit");
    const to = from + PART - (from % 7);
    this.#held.slice(from, to).forEach((p) => visit(p));
    return to < this.#held.length ? to : 0;
  }
}

/** A numbered object. */
function numbered(heap: Heap, number: number): Ptr {
  const p = heap.alloc(Node);
  heap.memory.u32[(p + 4) >>> 2] = number;
  return p;
}

/** See the file header. */
export const sourceCases: readonly HeapCase[] = [
  collecting(
    "every source is asked for all its roots, nil among them, until it is removed",
    (make) => {
      const heap = make(16 * MiB);
      const base = live(heap);
      let number = 0;
      const object = (): Ptr => {
        const p = heap.alloc(Leaf);
        heap.memory.u32[p >>> 2] = ++number;
        return p;
      };
      const sources = [holder(heap), holder(heap), holder(heap)];
      sources[0]!.held.push(object(), 0, object());
      sources[1]!.held.push(0, object());
      sources[2]!.held.push(object(), 0, 0, object());
      const check = (want: string): void => {
        heap.collect();
        const got = sources.flatMap(({ held }) =>
          held.filter((p) => p !== 0).map((p) => word(heap, p)),
        );
        same(got.join(), want, "objects that the sources hold");
        same(live(heap) - base, got.length, "objects");
      };
      check("1,2,3,4,5");
      const { held, remove } = sources[1]!;
      remove();
      held.length = 0;
      check("1,2,4,5");
      remove(); // the second time does nothing
      check("1,2,4,5");
      sources[2]!.held[1] = object();
      check("1,2,4,6,5");
    },
  ),
  collecting("a source that was added twice is asked until both additions are removed", (make) => {
    const heap = make(16 * MiB);
    const base = live(heap);
    const p = numbered(heap, 7);
    const source: RootSource = { scan: (visit) => visit(p) };
    const [first, second] = [heap.addRoots(source), heap.addRoots(source)];
    first();
    first(); // which is not the removal of the other one
    heap.collect();
    same(live(heap) - base, 1, "objects after one of the two was removed");
    same(word(heap, p + 4), 7, "number");
    second();
    heap.collect();
    same(live(heap) - base, 0, "objects after both were removed");
  }),
  collecting(
    "a source that can be scanned in parts keeps all it holds and nothing else",
    (make) => {
      const heap = make(16 * MiB);
      const base = live(heap);
      const source = new Parts();
      const remove = heap.addRoots(source);
      for (let i = 0; i < 10 * PART; i++) source.set(i, i % 7 === 0 ? 0 : numbered(heap, i));
      const want = 10 * PART - Math.ceil((10 * PART) / 7);
      for (let cycle = 0; cycle < 2; cycle++) {
        heap.collect();
        same(live(heap) - base, want, "objects");
      }
      for (let i = 0; i < source.length; i++)
        if (source.get(i) !== 0) same(word(heap, source.get(i) + 4), i, "number");
      for (let i = 1; i < source.length; i += 2) source.set(i, 0);
      heap.collect();
      same(live(heap) - base, want - Math.floor((want + 1) / 2), "objects after half were dropped");
      remove();
      heap.collect();
      same(live(heap) - base, 0, "objects after the source was removed");
    },
  ),
  collecting("a cycle loses nothing that a source in parts moves and visits meanwhile", (make) => {
    const heap = make(32 * MiB);
    const base = live(heap);
    const source = new Parts();
    heap.addRoots(source);
    const n = 40 * PART;
    for (let i = 0; i < n; i++) source.set(i, numbered(heap, i));
    let seed = 1;
    for (let round = 0; round < 2500; round++) {
      for (let k = 0; k < 8; k++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        const i = Math.floor((seed / 2 ** 32) * n);
        const j = (8 * round + k) % n;
        const p = source.get(i);
        source.set(i, source.get(j));
        source.set(j, p);
      }
      heap.alloc(Node, 200);
      if (round % 250 === 0) heap.safepoint();
    }
    heap.collect();
    same(live(heap) - base, n, "objects");
    const numbers = new Set<number>();
    for (let i = 0; i < n; i++) numbers.add(word(heap, source.get(i) + 4));
    for (let i = 0; i < n; i++) assert(numbers.has(i), `object ${i} is lost`);
  }),
  any("what is no source is refused", (make) => {
    const heap = make(16 * MiB);
    for (const source of [null, undefined, {}, () => {}, { scan: 1 }])
      throws(() => heap.addRoots(source as unknown as RootSource), "");
    heap.collect();
  }),
  collecting("collect from inside a source is refused, and the cycle goes on", (make) => {
    for (const parts of [false, true]) {
      const heap = make(16 * MiB);
      const base = live(heap);
      const own = [numbered(heap, 0), numbered(heap, 1)] as const;
      let [asked, refused] = [0, 0];
      const scan = (visit: (p: Ptr) => void): void => {
        visit(own[0]);
        asked++;
        try {
          heap.collect();
        } catch {
          refused++;
        }
        visit(own[1]);
      };
      const scanPart = (_from: number, visit: (p: Ptr) => void): number => (scan(visit), 0);
      heap.addRoots(parts ? { scan, scanPart } : { scan });
      heap.alloc(Leaf);
      for (let cycle = 1; cycle < 3; cycle++) {
        heap.collect();
        assert(asked > 0, "the source was not asked");
        same(refused, asked, "calls of collect that were refused");
        same(live(heap) - base, 2, "objects");
        same(heap.stats().numGC, cycle, "numGC");
        own.forEach((p, i) => same(word(heap, p + 4), i, "number"));
      }
    }
  }),
  collecting(
    "what a source throws in a cycle that nobody asked for is thrown, too; no object is lost",
    (make) => {
      const heap = make(32 * MiB);
      const base = live(heap);
      const own = numbered(heap, 7);
      let fails = true;
      heap.addRoots({
        scan(visit) {
          if (fails) throw new Error("the source is not ready");
          visit(own);
        },
      });
      throws(() => {
        for (let i = 0; i < 500; i++) {
          heap.alloc(Leaf, 2000); // 48 KB
          heap.safepoint();
        }
      }, "the source is not ready");
      fails = false;
      for (let i = 0; i < 3000; i++) {
        heap.alloc(Leaf, 2000);
        heap.safepoint();
      }
      heap.collect();
      same(live(heap) - base, 1, "objects");
      same(word(heap, own + 4), 7, "number");
    },
  ),
  collecting("a source that is added while a cycle runs is asked for all its roots", (make) => {
    const heap = make(32 * MiB);
    const base = live(heap);
    const source = new Parts();
    heap.addRoots(source);
    const n = 100 * PART;
    for (let i = 0; i < n; i++) source.set(i, numbered(heap, i));
    const added: Parts[] = [];
    for (let i = 0; i < n; i++) {
      if (i % 8 === 0) added.push(new Parts());
      const other = added.at(-1)!;
      other.set(i % 8, source.get(n - 1 - i));
      source.set(n - 1 - i, 0);
      if (i % 8 === 7) heap.addRoots(other);
      if (i % 2 === 0) heap.alloc(Node, 200);
      if (i % 800 === 7) heap.safepoint();
    }
    heap.collect();
    same(live(heap) - base, n, "objects");
    added.forEach((other, i) => {
      for (let k = 0; k < 8; k++) same(word(heap, other.get(k) + 4), n - 1 - (8 * i + k), "number");
    });
  }),
  collecting("what a source throws, who asked for the cycle gets; no object is lost", (make) => {
    for (const parts of [false, true]) {
      const heap = make(16 * MiB);
      const { held } = holder(heap);
      const base = live(heap);
      for (let i = 0; i < 100; i++) held.push(numbered(heap, i));
      const own = numbered(heap, 100);
      let fails = true;
      const scan = (visit: (p: Ptr) => void): void => {
        if (fails) throw new Error("the source is not ready");
        visit(own);
      };
      const scanPart = (_from: number, visit: (p: Ptr) => void): number => (scan(visit), 0);
      heap.addRoots(parts ? { scan, scanPart } : { scan });
      throws(() => heap.collect(), "the source is not ready");
      throws(() => heap.collect(), "the source is not ready");
      fails = false;
      heap.collect();
      same(live(heap) - base, 101, "objects");
      for (const [i, p] of [...held, own].entries()) same(word(heap, p + 4), i, "number");
      heap.alloc(Leaf);
      heap.collect();
      same(live(heap) - base, 101, "objects after another cycle");
    }
  }),
  collecting(
    "sources that come and go while they are asked take nothing from the others",
    (make) => {
      for (const deed of ["removes itself", "removes the one before", "hands over"] as const) {
        for (let who = 0; who < 6; who++) {
          const heap = make(16 * MiB);
          const base = live(heap);
          const removals: (() => void)[] = [];
          const all = Array.from({ length: 6 }, (_, i) => numbered(heap, i));
          const acts = new Set([who]);
          const add = (i: number): void => {
            const p = all[i]!;
            removals[i] = heap.addRoots({
              scan: (visit) => {
                visit(p);
                if (acts.delete(i)) act(i);
              },
            });
          };
          const act = (i: number): void => {
            const other = (i + (deed === "removes itself" ? 0 : 5)) % 6;
            removals[other]!();
            // What another held goes to a new source, which is asked too, and itself goes with its object.
            if (deed === "hands over") add(other);
          };
          for (let i = 0; i < 6; i++) add(i);
          heap.collect();
          const gone = deed === "hands over" ? -1 : (who + (deed === "removes itself" ? 0 : 5)) % 6;
          heap.collect();
          const what = `source ${who}, which ${deed}`;
          same(live(heap) - base, gone < 0 ? 6 : 5, `objects after ${what}`);
          all.forEach((p, i) => i !== gone && same(word(heap, p + 4), i, `number after ${what}`));
        }
      }
    },
  ),
];
