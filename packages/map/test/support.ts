/** What the tests share: heaps, both storages behind one name, seeds. */
import { createHeap, createStressHeap } from "@gort/gc";
import { float64, int32 } from "@gort/types";
import { makeMap, randomSource } from "../src/index.ts";
import type { MakeMap } from "../src/testing/index.ts";

/** How many random programs a test runs; `GORT_FUZZ` for longer runs. */
export const rounds = (usual: number): number => Number(process.env["GORT_FUZZ"] ?? usual);

/** The first seed; a failing test prints it. */
export const seed = Number(process.env["GORT_SEED"] ?? 1);

export const smallHeap = () => createHeap({ reserve: 64 * 2 ** 20 });
export const stressHeap = () => createStressHeap({ reserve: 64 * 2 ** 20 });

/** A map of each kind that can hold numbers. */
export const makers: readonly (readonly [name: string, make: MakeMap])[] = [
  ["on values", ({ hint }) => makeMap<number, number>({ zero: () => 0, hint })],
  ["on values, typed", ({ hint }) => makeMap(float64, int32, { hint })],
  [
    "in a heap",
    ({ float, hint }) =>
      float
        ? makeMap(float64, float64, { heap: smallHeap(), hint })
        : makeMap(int32, float64, { heap: smallHeap(), hint }),
  ],
  [
    "in a heap, by the general path",
    ({ hint }) => makeMap(float64, int32, { heap: smallHeap(), hint }),
  ],
];

/** A number from 0 below `n`. */
export function picker(from: number): (n: number) => number {
  const random = randomSource(from * 2654435761 + 1);
  return (n) => random() % n;
}
