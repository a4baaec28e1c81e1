/** gort's other forms of a thing, where it has two: the same maps on the other storage. */
import { createHeap } from "@gort/gc";
import { makeMap } from "@gort/map";
import { float64, int32, string, struct } from "@gort/types";
import type { Contender } from "../job.ts";
import { mapJobs, stall } from "../map-jobs.ts";

const Cell = struct({ x: int32, y: int32 });
const heap = (n: number) => createHeap({ reserve: Math.min(2 ** 32, Math.max(2 ** 26, n * 400)) });

const other: Contender = {
  name: "gort, other storage",
  notes: {
    "map/int-set": "on JavaScript values",
    "map/int-get": "on JavaScript values",
    "map/int-delete": "on JavaScript values",
    "map/string-set": "in a heap, as UTF-8",
    "map/string-get": "in a heap, as UTF-8",
    "map/struct-set": "in a heap",
    "map/struct-get": "in a heap",
    "map/stall": "on JavaScript values",
  },
  jobs: {
    ...mapJobs({
      int: () => makeMap<number, number>(),
      string: (n) => makeMap(string, float64, { heap: heap(n) }),
      struct: (n) => makeMap(Cell, float64, { heap: heap(n) }),
    }),
    "map/stall": stall(() => makeMap<number, number>()),
  },
};

export default other;
