/** A map that grows to a million entries: no insert ever stops to move the whole table. */
import { makeMap } from "@gort/map";
import { now } from "@gort/sched";
import type { Program } from "./api.ts";

const ENTRIES = 1_000_000;

function longest(set: (key: number) => void): number {
  let worst = 0;
  for (let key = 0; key < ENTRIES; key++) {
    const start = now();
    set(key);
    const took = now() - start;
    if (took > worst) worst = took;
  }
  return worst;
}

export const mapGrowth: Program = {
  about: "the longest single insert while growing to a million entries, beside native Map",
  *main(print) {
    const ours = makeMap<number, number>();
    const native = new Map<number, number>();
    const a = longest((key) => ours.set(key, key));
    const b = longest((key) => native.set(key, key));
    print(`GoMap: longest insert ${a.toFixed(2)} ms, ${ours.stats().buckets} buckets`);
    print(`Map:   longest insert ${b.toFixed(2)} ms`);
  },
};
