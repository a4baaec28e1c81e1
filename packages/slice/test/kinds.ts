/** Every kind of storage, for tests that must hold on all of them. */
import { createHeap, createStressHeap, type Heap } from "@gort/gc";
import { array, float64, int32, int64, string, struct, type Type } from "@gort/types";
import { inHeap, values, type Backing, type Elem, type HeapElem } from "@gort/slice";
import { resolve } from "../src/make.ts";

/** One kind of storage, with a way to make distinct values that can be told apart. */
export interface StorageKind {
  name: string;
  elem(): Elem<any>;
  value(n: number): unknown;
  /** Collects a heap. */
  settle?(): void;
  /** Collections so far. */
  collections?(): number;
}

const point = struct({ x: int32, name: string });
const num = (n: number): number => n;

const heaps: (readonly [string, () => Heap])[] = [
  ["heap", () => createHeap({ reserve: 1 << 25 })],
  ["stress heap", () => createStressHeap({ reserve: 1 << 25 })],
];

const inHeaps = <T>(type: Type<T>, value: (n: number) => T): StorageKind[] =>
  heaps.map(([heap, make]) => {
    let elem: HeapElem<T> | undefined;
    const own = (): HeapElem<T> => (elem ??= inHeap(make(), type));
    return {
      name: `[]${type.name} in a ${heap}`,
      elem: own,
      value,
      settle: () => own().heap.collect(),
      collections: () => own().heap.stats().numGC,
    };
  });

export const kinds: StorageKind[] = [
  { name: "values", elem: () => values(0), value: num },
  { name: "[]string", elem: () => string, value: (n) => `s${n}` },
  { name: "[]struct", elem: () => point, value: (n) => ({ x: n, name: `p${n}` }) },
  { name: "[][2]int32", elem: () => array(int32, 2), value: (n) => [n, 1 - n] },
  { name: "Int32Array", elem: () => int32, value: num },
  { name: "Float64Array", elem: () => float64, value: num },
  {
    name: "Uint8Array",
    elem: () => resolve("test", Uint8Array) as Backing<number>,
    value: (n) => n & 255,
  },
  { name: "BigInt64Array", elem: () => int64, value: (n) => BigInt(n) },
  ...inHeaps(int32, num),
  ...inHeaps(string, (n) => `s${n}`),
  ...inHeaps(point, (n) => ({ x: n, name: `p${n}` })),
];
