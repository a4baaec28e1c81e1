/** What Go itself answered (apps/oracle), replayed: capacities, slice programs, panics, conversions. */
import { readFileSync } from "node:fs";
import { array as arrayType, int64, struct, uint8, type Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  append,
  appendSlice,
  copy,
  growthGo118,
  makeSlice,
  nilSlice,
  type Slice,
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
