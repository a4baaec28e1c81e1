/** What slices in a heap need of the heap, and what is left when it is full. */
import { createAllocator, createMemory, failingAllocator } from "@gort/alloc";
import { createHeap, createStressHeap, type GcHeap, type Heap, traced } from "@gort/gc";
import { any, array, bool, int32, ptr, string, struct, uint8, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  checkSlice,
  clear,
  copy,
  goString,
  inHeap,
  makeArray,
  makeSlice,
  range,
  sliceOf,
  slices,
  type HeapElem,
  type Slice,
} from "@gort/slice";

const Named = struct({ n: int32, name: string });
const word = (i: number): string => `w${Math.imul(i, 7919) % 97}`;

describe("what works in place leaves no store behind", () => {
  const cases: Record<string, (s: Slice<string>, e: HeapElem<string>) => unknown> = {
    sort: (s) => slices.sort(s),
    sortFunc: (s) => slices.sortFunc(s, (a, b) => a.length - b.length),
    sortStableFunc: (s) => slices.sortStableFunc(s, (a, b) => a.length - b.length),
    reverse: (s) => slices.reverse(s),
    copy: (s) => copy(s.slice(3), s),
    "copy of JavaScript's values": (s) => copy(s, sliceOf("x", "y", "z")),
    clear: (s) => clear(s),
    "append where there is room": (s) => append(s.slice(0, 2), "a", "b"),
    "appendSlice where there is room": (s) => appendSlice(s.slice(0, 2), s.slice(4, 6)),
    insert: (s) => slices.insert(s.slice(0, 5), 1, "a", "b"),
    delete: (s) => slices.delete(s, 1, 3),
    deleteFunc: (s) => slices.deleteFunc(s, (v) => v.endsWith("1")),
    replace: (s) => slices.replace(s, 1, 3, "x"),
    compact: (s) => slices.compact(s),
    "reading and searching": (s) => {
      slices.max(s);
      slices.isSorted(s);
      slices.index(s, "w5");
      slices.binarySearch(s, "w5");
      slices.equal(s, s.slice(0));
      slices.compare(s, s);
      return [[...s], [...range(s)], [...slices.chunk(s, 2)], [...slices.backward(s)], String(s)];
    },
  };
  test.each(Object.entries(cases))("%s", (_, f) => {
    const elem = inHeap(createHeap({ reserve: 1 << 24 }), string);
    const s = makeSlice(
      elem,
      Array.from({ length: 40 }, (_v, i) => word(i)),
    );
    for (let i = 0; i < 3; i++) f(s, elem);
    expect(elem.rooted).toBe(1);
    checkSlice(s);
  });

  test("ranging over an array, which copies it", () => {
    for (const type of [string, int32] as Type<any>[]) {
      const elem = inHeap(createHeap({ reserve: 1 << 24 }), type);
      const a = makeArray(elem, 4);
      const zero: unknown = type.zero();
      const seen = [...a].concat([...range(a)].map(([, v]) => v as unknown));
      expect(seen).toEqual(Array.from({ length: 8 }, () => zero));
      expect(elem.rooted).toBe(1);
      const walk = a[Symbol.iterator]();
      a.set(3, type === string ? "later" : 5);
      expect([...walk]).toEqual(Array.from({ length: 4 }, () => zero));
    }
  });

  test("text into bytes", () => {
    const elem = inHeap(createHeap({ reserve: 1 << 24 }), uint8);
    const s = makeSlice(elem, 0, 20);
    expect(copy(appendSlice(appendSlice(s, "hé"), goString("llo")), "J")).toBe(1);
    expect(String(goString(s.slice(0, 6)))).toBe("Jéllo");
    expect(copy(s.slice(0, 2), "longer")).toBe(2);
    expect([...s.slice(0, 3)]).toEqual([...goString("lo").bytes(), 0xa9]);
    expect(elem.rooted).toBe(1);
  });

  test("what is collected leaves one store, not those that it grew out of", () => {
    const elem = inHeap(createHeap({ reserve: 1 << 24 }), string);
    const words = Array.from({ length: 300 }, (_, i) => word(i));
    const s = slices.collect(elem, words);
    expect(elem.rooted).toBe(1);
    const t = slices.appendSeq(s, words);
    expect(elem.rooted).toBe(2);
    elem.heap.collect();
    expect([...t]).toEqual([...words, ...words]);
    expect([...s]).toEqual(words);
    expect([...slices.sorted(elem, words)]).toEqual([...words].sort());
    expect(elem.rooted).toBe(3);
  });

  test("sorting and reversing for ever does not fill the heap", () => {
    const heap = createHeap({ reserve: 1 << 20 });
    const elem = inHeap(heap, string);
    const words = Array.from({ length: 100 }, (_, i) => word(i));
    const s = makeSlice(elem, words);
    for (let i = 0; i < 1000; i++) {
      slices.reverse(s);
      slices.sort(s);
      slices.sortStableFunc(s, (a, b) => a.length - b.length);
      if (i % 100 === 0) heap.collect();
    }
    expect([...s]).toEqual([...words].sort().sort((a, b) => a.length - b.length));
  });
});

test("elements are sorted where they lie: every order of five, while marking is under way", () => {
  const heap = createStressHeap({ reserve: 1 << 24 });
  const elem = inHeap(heap, Named);
  const orders = (list: number[]): number[][] =>
    list.length < 2
      ? [list]
      : list.flatMap((n) => orders(list.filter((m) => m !== n)).map((rest) => [n, ...rest]));
  for (const order of orders([0, 1, 2, 3, 4])) {
    const s = makeSlice(
      elem,
      order.map((n) => ({ n, name: `n${n}` })),
    );
    heap.safepoint();
    slices.sortFunc(s, (a, b) => a.n - b.n);
    heap.safepoint();
    expect(s.toArray()).toEqual([0, 1, 2, 3, 4].map((n) => ({ n, name: `n${n}` })));
    elem.release(s);
  }
});

describe("out of memory half way: the slice is as it was", () => {
  const big = "x".repeat(700_000);
  const named = (name: string): { n: number; name: string } => ({ n: 7, name });
  const kinds: [string, Type<any>, (name: string) => unknown, unknown][] = [
    ["string", string, (s) => s, big],
    ["struct", Named, named, named(big)],
    ["array", array(string, 2), (s) => [s, s], ["y", big]],
    ["any", any, (s) => s, big],
  ];
  describe.each(kinds)("elements of kind %s", (_, type, value, huge) => {
    const ops: Record<string, (s: Slice<any>) => unknown> = {
      set: (s) => {
        s.set(1, value("q"));
        return s.set(2, huge);
      },
      "append of one": (s) => append(append(s, value("q")), huge),
      "append of three": (s) => append(s, value("p"), huge, huge),
      insert: (s) => slices.insert(s, 1, value("p"), huge, value("q"), huge),
      "replace by more": (s) => slices.replace(s, 1, 2, value("p"), huge, huge),
      "replace by as many": (s) => slices.replace(s, 0, 3, value("p"), huge, huge),
      "replace by fewer": (s) => slices.replace(s, 0, 4, value("p"), huge, huge),
      insertSlice: (s) => slices.insertSlice(s, 1, sliceOf<any>(value("p"), huge, huge)),
      replaceSlice: (s) => slices.replaceSlice(s, 0, 3, sliceOf<any>(value("p"), huge, huge)),
      copy: (s) => copy(s, sliceOf<any>(value("p"), huge, huge)),
      appendSlice: (s) => appendSlice(s, sliceOf<any>(value("p"), huge, huge)),
    };
    test.each(Object.entries(ops))("%s", (op, f) => {
      const heap = createHeap({ reserve: 1 << 20 });
      const elem = inHeap(heap, type);
      const s = append(makeSlice(elem, 0, 16), ...["a", "b", "c", "d"].map(value));
      const whole = s.slice(0, 16);
      const want = whole.toArray();
      // The heap has room for one of them, or for none.
      let fails = 0;
      for (let i = 0; i < 3; i++) {
        try {
          f(s);
        } catch (e) {
          expect((e as Error).message).toContain("out of memory");
          fails++;
        }
      }
      expect(fails).toBeGreaterThan(0);
      heap.collect();
      const got = whole.toArray();
      // What a first call that had room wrote is there as a whole; nothing else is.
      if (op === "set" || op === "append of one") {
        const i = op === "set" ? 1 : 4;
        expect([want[i], value("q")]).toContainEqual(got[i]);
        expect([want[i + 1], huge]).toContainEqual(got[i + 1]);
        got.splice(i, 2);
        want.splice(i, 2);
      }
      expect(got).toEqual(want);
      checkSlice(whole);
      expect(elem.rooted).toBeLessThanOrEqual(1);
    });
  });
});

test.each<[string, Type<any>, (heap: GcHeap) => unknown, unknown]>([
  ["bool", bool, () => true, 5],
  ["string", string, () => "x", 5],
  ["pointer", ptr(int32), (heap) => heap.root(heap.alloc(int32)).ptr, "x"],
])(
  "a bad value behind a good one, of kind %s, leaves what lies there as it was",
  (_, type, make, bad) => {
    const heap = createHeap({ reserve: 1 << 20 });
    const good = make(heap);
    const s = makeSlice<any>(inHeap(heap, type), [good, good], 8);
    const before = s.slice(0, 8).toArray();
    expect(before.lastIndexOf(good)).toBe(1);
    for (const f of [
      () => append(s, good, bad),
      () => appendSlice(s, sliceOf<any>(good, bad)),
      () => slices.insert(s, 2, good, bad),
      () => slices.insertSlice(s, 2, sliceOf<any>(good, bad)),
      () => slices.replace(s, 1, 2, type.zero(), bad),
      () => copy(s, sliceOf<any>(type.zero(), bad)),
    ]) {
      expect(f).toThrow(TypeError);
      expect(s.slice(0, 8).toArray()).toEqual(before);
    }
  },
);

describe("what throws leaves no store behind", () => {
  /** A heap whose allocations fail once as many have succeeded as it was left. */
  const scarce = (): { heap: Heap; leave: (n: number) => void } => {
    let left = Infinity;
    const inner = createAllocator(createMemory({ reserve: 1 << 22 }));
    const allocator = traced(failingAllocator(inner, { when: () => left-- <= 0 }));
    return { heap: createHeap({ allocator }), leave: (n) => (left = n) };
  };
  const boo = (): never => {
    throw new Error("boo");
  };
  const thrower = function* (): Generator<string> {
    yield "a";
    boo();
  };
  const evil = 5 as never;
  const operations: Record<string, (s: Slice<string>, e: HeapElem<string>) => unknown> = {
    "append of one": (s) => append(s, "x"),
    append: (s) => append(s, "x", "y"),
    appendSlice: (s) => appendSlice(s, sliceOf("x", "y")),
    insert: (s) => slices.insert(s, 1, "x", "y"),
    replace: (s) => slices.replace(s, 1, 2, "x", "y", "z"),
    insertSlice: (s) => slices.insertSlice(s, 1, sliceOf("x", "y")),
    appendSeq: (s) => slices.appendSeq(s, ["x", "y", "z"]),
    concat: (s) => slices.concat(s, sliceOf("x", "y")),
    "a literal": (_s, e) => makeSlice(e, ["x", "y"]),
    "a literal of what is no element": (_s, e) => makeSlice(e, ["x", evil]),
    "an array": (_s, e) => makeArray(e, ["x", evil]),
    "appendSeq of what throws": (s) => slices.appendSeq(s, thrower()),
    collect: (_s, e) => slices.collect(e, ["x", "y", "z"]),
    "collect of what throws": (_s, e) => slices.collect(e, thrower()),
    "sortedFunc of what throws": (_s, e) => slices.sortedFunc(e, ["b", "a"], boo),
    "sortedStableFunc of what throws": (_s, e) => slices.sortedStableFunc(e, ["b", "a"], boo),
  };
  test.each(Object.entries(operations))("%s", (_, operation) => {
    const { heap, leave } = scarce();
    const e = inHeap(heap, string);
    const s = makeSlice(e, ["a", "b", "c"]);
    let failed = 0;
    for (; failed < 12; failed++) {
      leave(failed);
      try {
        operation(s, e);
        break;
      } catch {
        expect(e.rooted).toBe(1);
        expect([...s]).toEqual(["a", "b", "c"]);
        checkSlice(s);
      }
    }
    expect(failed).toBeGreaterThan(1);
  });
});

describe("values whose getters misbehave", () => {
  const homes: [string, (t: Type<any>) => any][] = [
    ["on JavaScript values", (t) => t],
    ["in a heap", (t) => inHeap(createHeap({ reserve: 1 << 22 }), t)],
  ];
  const Pair = struct({ a: int32, b: int32 });
  type P = { a: number; b: number };
  const p = (n: number): P => ({ a: n, b: n });

  describe.each(homes)("%s", (_, home) => {
    const make = (): Slice<P> => makeSlice<P>(home(Pair) as Type<P>, [p(1), p(2), p(3)], 10);
    /** Throws when it is read for the `nth` time. */
    const failing = (nth: number): P => {
      let reads = 0;
      return {
        get a() {
          if (++reads >= nth) throw new Error("boo");
          return 9;
        },
        b: 9,
      };
    };
    const ops: Record<string, (s: Slice<P>, evil: P) => unknown> = {
      set: (s, evil) => s.set(1, evil),
      "append of one": (s, evil) => append(s, evil),
      append: (s, evil) => append(s, p(7), evil),
      insert: (s, evil) => slices.insert(s, 0, p(7), evil),
      replace: (s, evil) => slices.replace(s, 0, 2, p(7), evil),
      copy: (s, evil) => copy(s, sliceOf(p(7), evil)),
      appendSlice: (s, evil) => appendSlice(s, sliceOf(p(7), evil)),
    };
    test.each(Object.entries(ops))(
      "%s: one that throws, now or later, has written nothing",
      (_op, f) => {
        for (const nth of [1, 2, 3, 4]) {
          const s = make();
          let threw = false;
          try {
            f(s, failing(nth));
          } catch {
            threw = true;
          }
          if (threw)
            expect(s.slice(0, 10).toArray()).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0].map(p));
          checkSlice(s.slice(0, 10));
        }
      },
    );

    test.each(Object.entries(ops))(
      "%s: one that changes its mind cannot put in what does not fit",
      (_op, f) => {
        for (const [first, then] of [
          [9, 1.5],
          [1.5, 9],
        ] as const) {
          let reads = 0;
          const lie: P = {
            get a() {
              return reads++ === 0 ? first : then;
            },
            b: 9,
          };
          const s = make();
          let thrown = "";
          try {
            f(s, lie);
          } catch (e) {
            thrown = (e as Error).message;
          }
          const all = s.slice(0, 10);
          checkSlice(all);
          // It is read once, so that what was read first decides.
          expect(all.toArray().filter((v) => v.a === 9)).toHaveLength(first === 9 ? 1 : 0);
          if (first === 9) expect(thrown).toBe("");
          else {
            expect(thrown).toContain("a: value is 1.5, want an integer");
            expect(all.toArray()).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0].map(p));
          }
        }
      },
    );

    test("one that collects while it is read does no harm to what was read before", () => {
      const elem = home(struct({ s: string, next: ptr(int32) })) as HeapElem<{
        s: string;
        next: number;
      }>;
      const { heap } = elem as Partial<HeapElem<unknown>>;
      const churn = (h: Heap | undefined): void => {
        h?.collect();
        for (let i = 0; i < 50; i++) h?.alloc(string, 4);
      };
      const s = append(
        makeSlice(elem, 0, 8),
        { s: "one", next: 0 },
        {
          get s() {
            churn(heap);
            return "two";
          },
          next: 0,
        },
        { s: "three", next: 0 },
      );
      churn(heap);
      expect(
        slices
          .insert(s, 1, { s: "x", next: 0 })
          .toArray()
          .map((v) => v.s),
      ).toEqual(["one", "x", "two", "three"]);
    });
  });
});
