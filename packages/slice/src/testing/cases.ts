/**
 * What every backing has to do, as plain cases for any test runner.
 *
 * Invariants
 *  1. A case makes its own slices and throws if the backing is wrong; it needs no clock and no files.
 *  2. Each slice that is looked at is checked by `checkSlice` first.
 *  3. Elements are made by `value` and compared by the backing's own `equal`, so that a case holds for any type.
 *  4. After each step, and before anything is looked at, `settle` lets the storage reclaim what it takes for unused.
 *
 * Why cases and not a class to inherit from: a backing may be a decorator, a view of foreign memory or a whole new store;
 * what they have in common is how they behave.
 */
import type { Backing } from "../api.ts";
import { append, appendSlice, clear, copy } from "../append.ts";
import { checkSlice } from "../check.ts";
import { range } from "../iterate.ts";
import { makeSlice, nilSlice } from "../make.ts";
import type { Slice } from "../slice.ts";

/** A backing to be tested, and a way to make elements that differ: `value(1)` … `value(100)`, none of them zero. */
export interface BackingUnderTest<T = any> {
  /** The backing, with nothing on it yet. */
  readonly backing: Backing<T>;
  /** An element for each `n` from 1 to 100: all different, none zero. */
  value(n: number): T;
  /**
   * Where storage can be reclaimed or moved, does so: a collection of the heap. Called after each step, while the case holds
   * its slices, which must keep what they show.
   */
  settle?(): void;
}

/** One case of the suite. */
export interface BackingCase {
  /** What is checked, as a sentence. */
  readonly name: string;
  /** Throws if it does not hold. */
  readonly run: (make: () => BackingUnderTest) => void;
}

function assert(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(what);
}

function shape(it: BackingUnderTest, s: Slice<any>, len: number, cap: number, nil = false): void {
  it.settle?.();
  checkSlice(s);
  assert(s.len === len, `len is ${s.len}, want ${len}`);
  assert(s.cap === cap, `cap is ${s.cap}, want ${cap}`);
  assert(s.isNil === nil, `isNil is ${s.isNil}, want ${nil}`);
}

/** Throws unless `s` holds `value(n)` for each `n`, 0 standing for the zero value. */
function holds(it: BackingUnderTest, s: Slice<any>, ns: readonly number[]): void {
  it.settle?.();
  const { backing } = it;
  checkSlice(s);
  assert(s.len === ns.length, `len is ${s.len}, want ${ns.length}`);
  ns.forEach((n, i) => {
    const want: unknown = n === 0 ? backing.zero() : it.value(n);
    assert(backing.equal(s.get(i), want), `element ${i} is ${String(s.get(i))}, want value ${n}`);
  });
}

function panics(f: () => unknown, text: string): void {
  let message = "nothing";
  try {
    f();
  } catch (e) {
    message = (e as Error).message;
  }
  assert(message === text, `threw ${message}, want ${text}`);
}

const filled = (it: BackingUnderTest, n: number, cap = n): Slice<any> =>
  makeSlice(
    it.backing,
    Array.from({ length: n }, (_, i) => it.value(i + 1) as unknown),
    cap,
  );

/**
 * The suite. Names say what holds.
 *
 * @example
 * ```ts
 * import { values } from "@gort/slice";
 * import { backingCases } from "@gort/slice/testing";
 *
 * const make = () => ({ backing: values(""), value: (n: number) => `v${n}` });
 * for (const c of backingCases) c.run(make); // your test runner's test(c.name, …)
 * backingCases.length > 9; // => true
 * ```
 */
export const backingCases: readonly BackingCase[] = [
  {
    name: "the nil slice has len 0, cap 0 and isNil, and stays nil when sliced or appended nothing",
    run(make) {
      const it = make();
      const { backing } = it;
      const s = nilSlice(backing);
      shape(it, s, 0, 0, true);
      shape(it, s.slice(0, 0), 0, 0, true);
      shape(it, append(s), 0, 0, true);
      shape(it, makeSlice(backing, 0), 0, 0);
      panics(() => s.get(1), "runtime error: index out of range [1] with length 0");
    },
  },
  {
    name: "make gives zero values up to the capacity",
    run(make) {
      const it = make();
      const s = makeSlice(it.backing, 2, 5);
      shape(it, s, 2, 5);
      holds(it, s.slice(0, 5), [0, 0, 0, 0, 0]);
      panics(() => makeSlice(it.backing, -1), "runtime error: makeslice: len out of range");
      panics(() => makeSlice(it.backing, 2, 1), "runtime error: makeslice: cap out of range");
      const over = it.backing.capMax + 1;
      panics(() => makeSlice(it.backing, over), "runtime error: makeslice: len out of range");
    },
  },
  {
    name: "set and get reach each element and nothing else",
    run(make) {
      const it = make();
      const s = makeSlice(it.backing, 4);
      s.set(2, it.value(7));
      holds(it, s, [0, 0, 7, 0]);
      panics(() => s.get(4), "runtime error: index out of range [4] with length 4");
      panics(() => s.set(-1, it.value(1)), "runtime error: index out of range [-1]");
      holds(it, s, [0, 0, 7, 0]);
    },
  },
  {
    name: "a slice of a slice shares storage, and what lies up to the capacity reappears",
    run(make) {
      const it = make();
      const s = filled(it, 6);
      const t = s.slice(2, 4);
      shape(it, t, 2, 4);
      t.set(0, it.value(50));
      holds(it, s, [1, 2, 50, 4, 5, 6]);
      holds(it, t.slice(0, 4), [50, 4, 5, 6]);
      shape(it, s.slice(1, 2, 3), 1, 2);
      shape(it, s.slice(6), 0, 0);
      panics(() => s.slice(0, 7), "runtime error: slice bounds out of range [:7] with capacity 6");
    },
  },
  {
    name: "append writes in place where the capacity allows, and keeps the header it was given",
    run(make) {
      const it = make();
      const s = filled(it, 2, 4);
      const t = append(s, it.value(3));
      shape(it, s, 2, 4);
      holds(it, t, [1, 2, 3]);
      t.set(0, it.value(9));
      holds(it, s, [9, 2]);
    },
  },
  {
    name: "append beyond the capacity takes new storage, as large as the growth rule says",
    run(make) {
      const it = make();
      const s = filled(it, 5);
      const t = append(s, it.value(6));
      shape(it, t, 6, it.backing.growth(5, 6, it.backing.size));
      t.set(0, it.value(9));
      holds(it, s, [1, 2, 3, 4, 5]);
      holds(it, t.slice(0, 6), [9, 2, 3, 4, 5, 6]);
      holds(
        it,
        t.slice(6, t.cap),
        Array.from({ length: t.cap - 6 }, () => 0),
      );
      shape(
        it,
        append(s.slice(1, 3, 3), it.value(60)),
        3,
        it.backing.growth(2, 3, it.backing.size),
      );
      holds(it, s, [1, 2, 3, 4, 5]);
    },
  },
  {
    name: "appending a slice to itself, overlapping, takes the elements as they were",
    run(make) {
      const it = make();
      const x = filled(it, 4);
      holds(it, appendSlice(x.slice(1), x), [2, 3, 4, 1, 2, 3, 4]);
      const y = filled(it, 3, 8);
      holds(it, appendSlice(y.slice(0, 2), y), [1, 2, 1, 2, 3]);
    },
  },
  {
    name: "copy works as if through a temporary, for all overlaps of six elements",
    run(make) {
      const it = make();
      for (let at = 0; at <= 6; at++) {
        for (let from = 0; from <= 6; from++) {
          const s = filled(it, 6);
          const n = copy(s.slice(at), s.slice(from));
          assert(n === Math.min(6 - at, 6 - from), `copy returned ${n}`);
          const want = [1, 2, 3, 4, 5, 6];
          want.splice(at, n, ...[1, 2, 3, 4, 5, 6].slice(from, from + n));
          holds(it, s, want);
        }
      }
    },
  },
  {
    name: "clear zeroes the length and not the rest of the capacity",
    run(make) {
      const it = make();
      const s = filled(it, 4);
      clear(s.slice(1, 3));
      holds(it, s, [1, 0, 0, 4]);
      clear(nilSlice(it.backing));
    },
  },
  {
    name: "range takes the length at its start and the elements as they are when reached",
    run(make) {
      const it = make();
      let s = filled(it, 3, 3);
      let visited = 0;
      for (const [i, v] of range(s)) {
        visited++;
        if (i === 0) s.set(2, it.value(30));
        if (i === 2) assert(it.backing.equal(v, it.value(30)), "a write ahead was not seen");
        s = append(s, it.value(4));
        it.settle?.();
      }
      assert(visited === 3, `${visited} elements were visited, want 3`);
    },
  },
  {
    name: "its slices ask a backing that says what it says: type, size, limit, growth and equality",
    run(make) {
      const it = make();
      const { backing } = it;
      const all = [
        backing.zero(),
        ...Array.from({ length: 20 }, (_, i) => it.value(i + 1) as unknown),
      ];
      for (const s of [nilSlice(backing), makeSlice(backing, 1)]) {
        const own = s.backing;
        for (const part of ["name", "size", "capMax"] as const)
          assert(own[part] === backing[part], `${part} is ${own[part]}, want ${backing[part]}`);
        for (const cap of [0, 1, 5, 255, 300]) {
          const [got, want] = [own, backing].map((b) => b.growth(cap, cap + 1, b.size));
          assert(got === want, `a full slice of ${cap} grows to ${got}, want ${want}`);
        }
        for (const a of all)
          for (const b of all)
            assert(
              own.equal(a, b) === backing.equal(a, b),
              `${String(a)} and ${String(b)} are equal to the one and different to the other`,
            );
      }
    },
  },
  {
    name: "withGrowth keeps everything but the growth",
    run(make) {
      const it = make();
      const other = it.backing.withGrowth((_, need) => need + 3);
      assert(other.name === it.backing.name && other.size === it.backing.size, "another type");
      const s = append(makeSlice(other, 1), it.value(1));
      shape(it, s, 2, 5);
      shape(it, append(s.slice(0, 2, 2), it.value(1)), 3, 6);
    },
  },
  {
    name: "growing up to 600 elements keeps all of them, one at a time and by halves",
    run(make) {
      const it = make();
      const ns = Array.from({ length: 600 }, (_, i) => (i % 100) + 1);
      let s = nilSlice(it.backing);
      for (const n of ns) {
        s = append(s, it.value(n));
        it.settle?.();
      }
      holds(it, s, ns);
      holds(it, append(s.slice(0, 300), ...ns.slice(300).map((n) => it.value(n) as unknown)), ns);
    },
  },
];
