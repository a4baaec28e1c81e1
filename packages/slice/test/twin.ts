/**
 * A slice of each register beside its twin, which is plain arrays and nothing else: one step of a random program at a time,
 * with every slice checked after every step.
 */
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import {
  append,
  appendSlice,
  checkSlice,
  clear,
  copy,
  growthGo118,
  makeSlice,
  nilSlice,
  slices,
  type Slice,
} from "@gort/slice";

/** The twin: a header over an array that never changes its length. */
interface Twin {
  store: { cells: unknown[] };
  off: number;
  len: number;
  cap: number;
  nil: boolean;
}

/** An operation, its registers, two numbers and some values. */
export type Step = [op: string, d: number, a: number, b: number, c: number, ns: number[]];

/** What a step can do. */
export const OPS = [
  "make",
  "nil",
  "slice",
  "slice3",
  "append",
  "appends",
  "copy",
  "set",
  "get",
  "clear",
  "insert",
  "delete",
  "reverse",
  "grow",
  "sort",
] as const;

/** Slices a program works on. */
export const REGS = 4;
/** A longer slice is given up, so that long programs stay quick. */
const LEN_MAX = 96;

/** A program's registers, real and twin. */
export class Pair {
  private readonly real: Slice<any>[];
  private readonly twin: Twin[];
  private readonly zero: unknown;
  private readonly size: number;

  private readonly elem: any;
  private readonly value: (n: number) => unknown;

  constructor(elem: any, value: (n: number) => unknown) {
    this.elem = elem;
    this.value = value;
    const nil: Slice<any> = nilSlice(elem);
    this.zero = nil.backing.zero();
    this.size = nil.backing.size;
    this.real = new Array<Slice<any>>(REGS).fill(nil);
    this.twin = this.real.map(() => ({ store: { cells: [] }, off: 0, len: 0, cap: 0, nil: true }));
  }

  /** Runs a program; `settle` is called after each step, before the slices are looked at. */
  run(program: Iterable<Step>, settle?: () => void): void {
    for (const s of program) {
      const want = outcome(() => this.stepTwin(s));
      const got = outcome(() => this.stepReal(s));
      mustEqual(s, got, want);
      settle?.();
      // Slices change each other's elements, so all are compared.
      for (let i = 0; i < REGS; i++) this.compare(i, s);
      this.shorten(s[1]);
    }
  }

  private shorten(d: number): void {
    if (this.twin[d]!.len > LEN_MAX) {
      this.real[d] = nilSlice(this.elem);
      this.twin[d] = { store: { cells: [] }, off: 0, len: 0, cap: 0, nil: true };
    }
  }

  private compare(i: number, s: Step): void {
    const r = this.real[i]!;
    const t = this.twin[i]!;
    checkSlice(r);
    mustEqual(s, [r.len, r.cap, r.isNil], [t.len, t.cap, t.nil]);
    // The slack too: what lies beyond the length must be what it is in the twin.
    mustEqual(s, r.slice(0, r.cap).toArray(), t.store.cells.slice(t.off, t.off + t.cap));
  }

  private stepReal([op, d, a, b, c, ns]: Step): unknown {
    const r = this.real;
    const vs = ns.map(this.value);
    if (op === "make") r[d] = makeSlice(this.elem, b, c);
    else if (op === "nil") r[d] = nilSlice(this.elem);
    else if (op === "slice") r[d] = r[a]!.slice(b, c);
    else if (op === "slice3") r[d] = r[a]!.slice(b, c, ns.length * 2);
    else if (op === "append") r[d] = append(r[a]!, ...vs);
    else if (op === "appends") r[d] = appendSlice(r[a]!, r[d]!);
    else if (op === "copy") return copy(r[d]!, r[a]!);
    else if (op === "set") r[d]!.set(b, this.value(c + 1));
    else if (op === "get") return r[d]!.get(b) as unknown;
    else if (op === "clear") clear(r[d]!);
    else if (op === "insert") r[d] = slices.insert(r[a]!, b, ...vs);
    else if (op === "delete") r[d] = slices.delete(r[a]!, b, c);
    else if (op === "reverse") slices.reverse(r[d]!);
    else if (op === "grow") r[d] = slices.grow(r[a]!, Math.max(0, b));
    else if (op === "sort") slices.sortStableFunc(r[d]!, byText);
    return undefined;
  }

  private stepTwin([op, d, a, b, c, ns]: Step): unknown {
    const t = this.twin;
    const src = t[a]!;
    const dst = t[d]!;
    const vs = ns.map(this.value);
    const cells = (x: Twin): unknown[] => x.store.cells.slice(x.off, x.off + x.len);
    const write = (x: Twin, i: number, values: unknown[]): void => {
      values.forEach((v, k) => (x.store.cells[x.off + i + k] = v));
    };
    if (op === "make") {
      if (b < 0) throw new Error("makeslice: len out of range");
      if (c < b) throw new Error("makeslice: cap out of range");
      t[d] = this.fresh(b, c);
    } else if (op === "nil") {
      t[d] = { store: { cells: [] }, off: 0, len: 0, cap: 0, nil: true };
    } else if (op === "slice") {
      t[d] = this.cut(src, b, c);
    } else if (op === "slice3") {
      const max = ns.length * 2;
      if (max > src.cap)
        throw new Error(`slice bounds out of range [::${max}] with capacity ${src.cap}`);
      if (c < 0) throw new Error("slice bounds out of range [:-1:]");
      if (c > max) throw new Error(`slice bounds out of range [:${c}:${max}]`);
      if (b < 0) throw new Error("slice bounds out of range [-1::]");
      if (b > c) throw new Error(`slice bounds out of range [${b}:${c}:]`);
      t[d] = { ...src, off: src.off + b, len: c - b, cap: max - b };
    } else if (op === "append" || op === "appends") {
      const more = op === "append" ? vs : cells(dst);
      if (more.length === 0) t[d] = src;
      else {
        const out = this.room(src, more.length);
        write(out, src.len, more);
        t[d] = out;
      }
    } else if (op === "copy") {
      const n = Math.min(dst.len, src.len);
      write(dst, 0, cells(src).slice(0, n));
      return n;
    } else if (op === "set" || op === "get") {
      if (b < 0) throw new Error("index out of range [-1]");
      if (b >= dst.len) throw new Error(`index out of range [${b}] with length ${dst.len}`);
      if (op === "get") return dst.store.cells[dst.off + b];
      write(dst, b, [this.value(c + 1)]);
    } else if (op === "clear") {
      write(
        dst,
        0,
        cells(dst).map(() => this.zero),
      );
    } else if (op === "insert") {
      this.cut(src, b, src.len);
      if (vs.length === 0) t[d] = src;
      else {
        const all = cells(src).toSpliced(b, 0, ...vs);
        const out = this.room(src, vs.length);
        write(out, 0, all);
        t[d] = out;
      }
    } else if (op === "delete") {
      if (c < 0) throw new Error("slice bounds out of range [:-1:]");
      if (c > src.len) throw new Error(`slice bounds out of range [:${c}:${src.len}]`);
      if (b < 0) throw new Error("slice bounds out of range [-1::]");
      if (b > c) throw new Error(`slice bounds out of range [${b}:${c}:]`);
      const left = cells(src).toSpliced(b, c - b);
      write(src, 0, [...left, ...new Array<unknown>(c - b).fill(this.zero)]);
      t[d] = { ...src, len: left.length };
    } else if (op === "reverse") {
      write(dst, 0, cells(dst).reverse());
    } else if (op === "grow") {
      const n = Math.max(0, b);
      const more = src.len + n - src.cap;
      // What lies beyond the length comes along.
      const all = { ...src, len: src.cap };
      t[d] = more <= 0 ? src : { ...this.room(all, more), len: src.len };
    } else if (op === "sort") {
      write(dst, 0, cells(dst).sort(byText));
    }
    return undefined;
  }

  private fresh(len: number, cap: number): Twin {
    return {
      store: { cells: new Array<unknown>(cap).fill(this.zero) },
      off: 0,
      len,
      cap,
      nil: false,
    };
  }

  private cut(s: Twin, lo: number, hi: number): Twin {
    if (hi < 0) throw new Error("slice bounds out of range [:-1]");
    if (hi > s.cap) throw new Error(`slice bounds out of range [:${hi}] with capacity ${s.cap}`);
    if (lo < 0) throw new Error("slice bounds out of range [-1:]");
    if (lo > hi) throw new Error(`slice bounds out of range [${lo}:${hi}]`);
    return { ...s, off: s.off + lo, len: hi - lo, cap: s.cap - lo };
  }

  private room(s: Twin, n: number): Twin {
    const need = s.len + n;
    if (need <= s.cap) return { ...s, len: need };
    const out = this.fresh(need, growthGo118(s.cap, need, this.size));
    s.store.cells.slice(s.off, s.off + s.len).forEach((v, i) => (out.store.cells[i] = v));
    return out;
  }
}

const key = (v: unknown): string =>
  JSON.stringify(v, (_, x: unknown) => (typeof x === "bigint" ? `${x}` : x));
const byText = (a: unknown, b: unknown): number => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);

function outcome(f: () => unknown): { value?: unknown; panic?: string } {
  try {
    return { value: f() };
  } catch (err) {
    return { panic: (err as Error).message.replace("runtime error: ", "") };
  }
}

/** Equality by Node's own function: `expect`, which words the failure, is too slow for a million comparisons. */
function mustEqual(step: Step, got: unknown, want: unknown): void {
  if (!isDeepStrictEqual(got, want)) expect(got, JSON.stringify(step)).toEqual(want);
}
