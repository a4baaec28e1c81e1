/** What Go itself answered (apps/oracle), replayed: capacities, slice programs, panics, conversions. */
import { readFileSync } from "node:fs";
import { createHeap, createStressHeap, type Heap } from "@gort/gc";
import { array as arrayType, int64, named, string, struct, uint8, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  copy,
  type Elem,
  growthGo118,
  growthGo122Pointers,
  type HeapElem,
  inHeap,
  makeSlice,
  nilSlice,
  type Slice,
  values,
  withGrowth,
} from "@gort/slice";

const oracle = (name: string): any =>
  JSON.parse(
    readFileSync(new URL(`../../../apps/oracle/data/${name}.json`, import.meta.url), "utf8"),
  );

const growth = oracle("append_growth");

/** A type of `size` bytes, as the recorded tables use them. */
const bytesType = (size: number): Type<any> => (size === 0 ? struct({}) : arrayType(uint8, size));

describe("append growth equals Go's for every element size and start", () => {
  for (const size of Object.keys(growth.table)) {
    test(`capacities of full slices of ${size}-byte elements`, () => {
      growth.starts.forEach((start: number, row: number) => {
        growth.ks.forEach((k: number, col: number) => {
          const want = growth.table[size][row][col];
          // A full slice of length 0 grown from capacity 0 is what the rule sees.
          expect(growthGo118(start, start + k, Number(size)), `${start}+${k}`).toBe(want);
        });
      });
    });
  }
  for (const size of Object.keys(growth.from_nil)) {
    test(`one at a time from nil, ${size}-byte elements`, () => {
      const want: number[] = growth.from_nil[size];
      const caps: number[] = [];
      let cap = 0;
      for (let len = 0; caps.length < want.length; len = cap) {
        cap = growthGo118(cap, len + 1, Number(size));
        caps.push(cap);
      }
      expect(caps).toEqual(want);
    });
  }
  test("the same capacities come out of append on real storage", () => {
    const heap = createHeap({ reserve: 1 << 25 });
    for (const size of [0, 1, 3, 24]) {
      const type = bytesType(size);
      const inside = inHeap(heap, type);
      for (const [row, start] of (growth.starts as number[]).entries()) {
        if (start > 300) continue;
        for (const [col, k] of (growth.ks as number[]).entries()) {
          if (k > 300) continue;
          const s = appendSlice(makeSlice(type, start), makeSlice(type, k));
          expect(s.len).toBe(start + k);
          const want = growth.table[size][row][col];
          expect(s.cap, `${size}: ${start}+${k}`).toBe(want);
          if (k > 100) continue;
          const [a, b] = [makeSlice(inside, start), makeSlice(inside, k)];
          const t = appendSlice(a, b);
          expect(t.cap, `${size} in a heap: ${start}+${k}`).toBe(want);
          for (const done of [a, b, t]) inside.release(done);
        }
      }
    }
  });
  test("appends that fit keep the capacity", () => {
    for (const [len, cap, k, want] of growth.slack_len_cap_k_cap) {
      const s = appendSlice(makeSlice(Int32Array, len, cap), makeSlice(Int32Array, k));
      expect(s.cap).toBe(want);
    }
  });
});

describe("append growth in numbers", () => {
  /** Capacities seen while appending one at a time to nil. */
  const capsOf = (elem: Type<any>, count: number): number[] => {
    const caps: number[] = [];
    let s = nilSlice(elem);
    const zero: unknown = s.backing.zero();
    for (let i = 0; i < count; i++) {
      s = append(s, zero);
      if (s.cap !== caps.at(-1)) caps.push(s.cap);
    }
    return caps;
  };
  test("1-at-a-time caps for 8-byte elements: 1,2,4,...,512,848,1280,1792,2560,3408,5120,7168,9216", () => {
    const small = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    const large = [848, 1280, 1792, 2560, 3408, 5120, 7168, 9216];
    expect(capsOf(int64, 9000)).toEqual([...small, ...large]);
  });
  test("1-byte elements from nil: 8,16,32,...,512,896,1408,2048,3072,4096,5376,6912,9472", () => {
    const want = [8, 16, 32, 64, 128, 256, 512, 896, 1408, 2048, 3072, 4096, 5376, 6912, 9472];
    expect(capsOf(uint8, 9000)).toEqual(want);
  });
  test("3-byte elements, full slice of 5 plus 1: cap 10; plus 6: 16; plus 15: 21", () => {
    const three = bytesType(3);
    const plus = (k: number): number => appendSlice(makeSlice(three, 5), makeSlice(three, k)).cap;
    expect([plus(1), plus(6), plus(15)]).toEqual([10, 16, 21]);
  });
  test("[1.22] element types with pointers: storage above 512 bytes reserves 8, so 64 pointers grow to 143 and not 128", () => {
    expect(growthGo122Pointers(64, 65, 8)).toBe(143);
    expect(growthGo118(64, 65, 8)).toBe(128);
    // Up to 512 bytes there is no header, and above 32 KiB it lies elsewhere.
    expect(growthGo122Pointers(32, 33, 8)).toBe(64);
    for (const n of [1, 5, 60, 4096, 10_000]) {
      const same = n * 16 <= 512 || n * 8 >= 32760;
      expect(growthGo122Pointers(n, n + 1, 8) === growthGo118(n, n + 1, 8), `${n}`).toBe(same);
    }
    const words = withGrowth(values<unknown>(null), growthGo122Pointers);
    expect(append(makeSlice(words, 64), 1).cap).toBe(143);
  });
  test("zero-size elements: make, append and slicing work; cap after append is exactly the needed length", () => {
    const empty = struct({});
    expect(capsOf(empty, 6)).toEqual([1, 2, 3, 4, 5, 6]);
    const s = appendSlice(makeSlice(empty, 3), makeSlice(empty, 4));
    expect([s.len, s.cap, s.slice(2, 5).cap, s.slice(1, 2, 3).len]).toEqual([7, 7, 5, 1]);
    // In a heap they end where integers do, for they need nothing of it.
    const none = inHeap(createHeap({ reserve: 1 << 22 }), empty);
    const most = append(makeSlice(none, 2 ** 31 - 2), {});
    expect([most.len, most.cap, most.get(most.len - 1)]).toEqual([2 ** 31 - 1, 2 ** 31 - 1, {}]);
    expect(none.from(none.header(most)).len).toBe(2 ** 31 - 1);
    expect(() => append(most, {})).toThrow("growslice: len out of range");
    expect(() => makeSlice(none, 2 ** 31)).toThrow("makeslice: len out of range");
  });
  test("append(s, t...) accepts t of another slice type with the same element type; the result has s's type", () => {
    const s = makeSlice(named("main.Int", int64), [1n]);
    const out = appendSlice(s, makeSlice(int64, [2n, 3n]));
    expect([out.toArray(), out.backing.name]).toEqual([[1n, 2n, 3n], "main.Int"]);
  });
  test("the make inside append(s, make([]T, n)...) is checked like any other", () => {
    const s = makeSlice(int64, 1);
    expect(() => appendSlice(s, makeSlice(int64, -1))).toThrow("makeslice: len out of range");
    expect(() => copy(s, makeSlice(int64, 2 ** 60))).toThrow("makeslice: len out of range");
  });
});

/** Storage of one kind that a {@link Machine} works on: elements of 8 bytes that stand for numbers. */
interface Words {
  readonly elem: () => Elem<any>;
  readonly of: (n: number) => unknown;
  readonly number: (v: any) => number;
}

/** A register machine over slices that speaks the recorded programs' language. */
class Machine {
  private readonly elem: Elem<any>;
  private readonly of: (n: number) => unknown;
  private readonly number: (v: any) => number;
  private readonly nil: Slice<any>;
  private readonly r: Slice<any>[];
  /** Slices over the whole of each store there ever was; so that none of a heap's is given out again. */
  private readonly stores: Slice<any>[] = [];

  constructor(words: Words, elem: Elem<any>) {
    this.elem = elem;
    this.of = words.of;
    this.number = words.number;
    this.nil = nilSlice(elem);
    this.r = [this.nil, this.nil, this.nil, this.nil];
  }

  run([name, d, a, b, c, e]: any[]): unknown {
    const { r, nil, of } = this;
    switch (name) {
      case "make":
        r[d] = makeSlice(this.elem, a, b);
        return undefined;
      case "lit":
        r[d] = makeSlice(this.elem, a.length);
        (a as number[]).forEach((v, i) => r[d]!.set(i, of(v)));
        return undefined;
      case "nil":
        r[d] = nil;
        return undefined;
      case "mov":
        r[d] = r[a]!;
        return undefined;
      case "sl":
        r[d] = r[a]!.slice(b ?? undefined, c ?? undefined);
        return undefined;
      case "sl3":
        r[d] = r[a]!.slice(b ?? undefined, c, e);
        return undefined;
      case "app":
        r[d] = append(r[a]!, ...(b as number[]).map(of));
        return undefined;
      case "apps":
        r[d] = appendSlice(r[a]!, r[b]!);
        return undefined;
      case "copy":
        return copy(r[d]!, r[a]!);
      case "set":
        r[d]!.set(a, of(b));
        return undefined;
      case "get":
        return this.number(r[d]!.get(a));
      default:
        throw new Error(`no such op: ${name}`);
    }
  }

  state(): unknown[] {
    return this.r.map((s) => {
      const [id, off] = s.cap > 0 ? this.place(s) : [-1, 0];
      return [s.len, s.cap, s.isNil, id, off, s.toArray().map(this.number)];
    });
  }

  /** The how-manieth store a slice lies in, and from which element on. A store is whole when it is seen first. */
  private place(s: Slice<any>): [store: number, off: number] {
    const elem = this.elem as Partial<HeapElem<any>>;
    const from = (t: Slice<any>): number => {
      // All of a heap is one array.
      if (elem.header) return (elem.header(s).ptr - elem.header(t).ptr) / 8;
      return s.array === t.array ? s.off - t.off : -1;
    };
    let id = this.stores.findIndex((t) => from(t) >= 0 && from(t) < t.cap);
    if (id < 0) id = this.stores.push(s) - 1;
    return [id, from(this.stores[id]!)];
  }
}

const bigints = { of: BigInt, number: Number };
const texts = { of: (n: number) => (n === 0 ? "" : `${n}`), number: Number };
const ofHeap = (make: () => Heap, type: Type<any>) => (): HeapElem<any> => inHeap(make(), type);
const small = (): Heap => createHeap({ reserve: 1 << 25 });
const stress = (): Heap => createStressHeap({ reserve: 1 << 25 });

describe.each<[string, Words]>([
  ["int64", { elem: () => int64, ...bigints }],
  ["plain values", { elem: () => values(0), of: (n) => n, number: Number }],
  ["strings", { elem: () => values(""), ...texts }],
  ["int64 in a heap", { elem: ofHeap(small, int64), ...bigints }],
  ["strings in a stress heap", { elem: ofHeap(stress, string), ...texts }],
])("random slice programs give what Go gave: %s", (_, words) => {
  const { programs } = oracle("slicetrace");
  test(`${programs.length} programs: contents, capacities, aliasing, panics`, () => {
    const elem = words.elem();
    const { heap } = elem as Partial<HeapElem<any>>;
    for (const program of programs) {
      const m = new Machine(words, elem);
      for (const step of program) {
        let panic: string | undefined;
        let res: unknown;
        try {
          res = m.run(step.op);
        } catch (err) {
          panic = (err as Error).message;
        }
        heap?.safepoint();
        expect(panic, JSON.stringify(step.op)).toBe(step.panic);
        expect(res).toBe(step.res);
        expect(m.state()).toEqual(step.st);
      }
    }
  });
});
