/**
 * Compiling source text for one type, where the host allows it.
 *
 * Invariants
 *  1. The text consists of literals of this package, offsets, and field names that `struct` has checked to be identifiers: nothing
 *     a caller passes in at run time gets into it otherwise.
 *  2. Whatever is compiled has a twin in ordinary code that does the same, for hosts whose content security policy
 *     forbids it, or whose compiler knows no classes; which host it is is found out once, by trying.
 *
 * Why at all: ordinary code that serves all types is megamorphic. Measured with six struct types in use, reading two fields and
 * writing one: 4 ns compiled, 23 ns by closures; loading and storing a record of two fields: 47 ns against 200 ns.
 */

import type { BaseType } from "./base.ts";

/** How a value of a plain kind lies in memory, and which JavaScript values it takes. */
export interface Plain {
  /** The view of `Memory` that reads it. */
  readonly view: "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "f32" | "f64";
  /** Its size as a power of two. */
  readonly shift: 0 | 1 | 2 | 3;
  /** A JavaScript expression over `v`, a number, that is true if `v` fits. */
  readonly fits: string;
  /** The same as a function. */
  readonly test: (v: number) => boolean;
}

const any = (): boolean => true;
const int32 = (v: number): boolean => (v | 0) === v;
const uint32 = (v: number): boolean => v >>> 0 === v;

/** The plain kinds. */
const PLAIN: Readonly<Record<string, Plain>> = {
  int8: { view: "i8", shift: 0, fits: "(v << 24 >> 24) === v", test: (v) => (v << 24) >> 24 === v },
  uint8: { view: "u8", shift: 0, fits: "(v & 255) === v", test: (v) => (v & 255) === v },
  int16: {
    view: "i16",
    shift: 1,
    fits: "(v << 16 >> 16) === v",
    test: (v) => (v << 16) >> 16 === v,
  },
  uint16: { view: "u16", shift: 1, fits: "(v & 65535) === v", test: (v) => (v & 65535) === v },
  int32: { view: "i32", shift: 2, fits: "(v | 0) === v", test: int32 },
  int: { view: "i32", shift: 2, fits: "(v | 0) === v", test: int32 },
  uint32: { view: "u32", shift: 2, fits: "(v >>> 0) === v", test: uint32 },
  uint: { view: "u32", shift: 2, fits: "(v >>> 0) === v", test: uint32 },
  uintptr: { view: "u32", shift: 2, fits: "(v >>> 0) === v", test: uint32 },
  float32: { view: "f32", shift: 2, fits: "true", test: any },
  float64: { view: "f64", shift: 3, fits: "true", test: any },
};

/** How the values of a type lie in memory if they are plain numbers on both sides; undefined for others. */
export const plainOf = (t: BaseType<any>): Plain | undefined =>
  t.adapted ? undefined : PLAIN[t.kind];

let compiles: boolean | undefined;

/** Whether the host compiles source text, classes too: Hermes in its older versions compiles all but these. */
export function canCompile(): boolean {
  if (compiles === undefined) {
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the question is whether it may be done
      compiles = typeof (new Function("return class{}") as () => unknown)() === "function";
    } catch {
      compiles = false;
    }
  }
  return compiles;
}

/** Compiles a function body with the names given in scope, runs it, and returns what it returns. */
export function compile(scope: Readonly<Record<string, unknown>>, body: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see the invariants above
  const make = new Function(...Object.keys(scope), body) as (...values: unknown[]) => unknown;
  return make(...Object.values(scope));
}
