/**
 * The longest single `set` while a map grows, beside native `Map`'s.
 *
 *   node --conditions=@gort/source --import tsx packages/map/bench/stall.bench.ts [entries] [runs]
 *
 * The same program runs several times from the same seed; of each `set` the least time counts, for a stall of the map
 * comes back at the same place and a pause of the machine does not.
 */
import { createHeap } from "@gort/gc";
import { int32 } from "@gort/types";
import { makeMap, randomSource } from "../src/index.ts";

const entries = Number(process.argv[2] ?? 2_000_000);
const runs = Number(process.argv[3] ?? 3);

function measure(name: string, make: () => { set(key: number, value: number): unknown }): void {
  const least = new Float32Array(entries).fill(Infinity);
  let reached = entries;
  for (let r = 0; r < runs; r++) {
    const m = make();
    try {
      let t = performance.now();
      for (let i = 0; i < reached; i++) {
        m.set(i, i);
        const now = performance.now();
        if (now - t < least[i]!) least[i] = now - t;
        t = now;
      }
    } catch (e) {
      reached = (m as unknown as Map<number, number>).size;
      console.log(`${name}: ${String(e)} at ${reached} entries`);
    }
  }
  let worst = 0;
  for (let i = 0; i < reached; i++) if (least[i]! > least[worst]!) worst = i;
  console.log(`${name}: longest set ${least[worst]!.toFixed(3)} ms, at ${worst} of ${reached}`);
}

measure("map[int32]int32 in a heap", () =>
  makeMap(int32, int32, {
    heap: createHeap({ reserve: 2 ** 31 }),
    random: randomSource(1),
  }),
);
measure("on JavaScript values", () => makeMap<number, number>({ random: randomSource(1) }));
measure("native Map", () => new Map<number, number>());
