/** What Go itself answered (apps/oracle), replayed: capacities, slice programs, panics, conversions. */
import { readFileSync } from "node:fs";
import { array as arrayType, int64, named, struct, uint8, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  copy,
  growthGo118,
  growthGo122Pointers,
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
    for (const size of [0, 1, 3, 24]) {
      const type = bytesType(size);
      for (const [row, start] of (growth.starts as number[]).entries()) {
        if (start > 300) continue;
        for (const [col, k] of (growth.ks as number[]).entries()) {
          if (k > 300) continue;
          const s = appendSlice(makeSlice(type, start), makeSlice(type, k));
          expect(s.len).toBe(start + k);
          expect(s.cap, `${size}: ${start}+${k}`).toBe(growth.table[size][row][col]);
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

/** A register machine over slices of int64 that speaks the recorded programs' language. */
class Machine {
  r: Slice<bigint>[];
  private readonly stores: unknown[] = [];
  constructor(nil: Slice<bigint>) {
    this.r = [nil, nil, nil, nil];
  }
  run(op: any[], make: (len: number, cap: number) => Slice<bigint>, nil: Slice<bigint>): unknown {
    const [name, d, a, b, c, e] = op;
    const r = this.r;
    const big = (vs: number[]): bigint[] => vs.map(BigInt);
    switch (name) {
      case "make":
        r[d] = make(a, b);
        return undefined;
      case "lit": {
        const s = make(a.length, a.length);
        big(a).forEach((v, i) => s.set(i, v));
        r[d] = s;
        return undefined;
      }
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
        r[d] = append(r[a]!, ...big(b));
        return undefined;
      case "apps":
        r[d] = appendSlice(r[a]!, r[b]!);
        return undefined;
      case "copy":
        return copy(r[d]!, r[a]!);
      case "set":
        r[d]!.set(a, BigInt(b));
        return undefined;
      case "get":
        return Number(r[d]!.get(a));
      default:
        throw new Error(`no such op: ${name}`);
    }
  }
  state(): unknown[] {
    return this.r.map((s) => {
      let id = -1;
      if (s.cap > 0) {
        id = this.stores.indexOf(s.array);
        if (id < 0) id = this.stores.push(s.array) - 1;
      }
      return [s.len, s.cap, s.isNil, id, s.cap > 0 ? s.off : 0, s.toArray().map(Number)];
    });
  }
}

describe("random slice programs give what Go gave", () => {
  const { programs } = oracle("slicetrace");
  test(`${programs.length} programs: contents, capacities, aliasing, panics`, () => {
    for (const program of programs) {
      const m = new Machine(nilSlice(int64));
      for (const step of program) {
        let panic: string | undefined;
        let res: unknown;
        try {
          res = m.run(step.op, (len, cap) => makeSlice(int64, len, cap), nilSlice(int64));
        } catch (err) {
          panic = (err as Error).message;
        }
        expect(panic, JSON.stringify(step.op)).toBe(step.panic);
        expect(res).toBe(step.res);
        expect(m.state()).toEqual(step.st);
      }
    }
  });
});
