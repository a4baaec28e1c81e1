/** Elements of a type whose descriptor somebody else made: its kind says how they lie in memory, and nothing else. */
import { createHeap } from "@gort/gc";
import { append, inHeap, makeSlice, type Slice } from "@gort/slice";
import { float64, named, struct, type Type } from "@gort/types";
import { expect, test } from "vitest";

const date: Type<Date> = {
  kind: "float64",
  name: "main.Date",
  size: 8,
  align: 8,
  ptrdata: 0,
  ptrMask: new Uint32Array(0),
  comparable: true,
  zero: () => new Date(0),
  load: (s, p) => new Date(float64.load(s, p)),
  store: (s, p, v) => float64.store(s, p, v.getTime()),
  equal: (s, p, q) => float64.equal(s, p, q),
  hash: (s, p, seed) => float64.hash(s, p, seed),
  equalValues: (a, b) => a.getTime() === b.getTime(),
  hashValue: (v, seed) => float64.hashValue(v.getTime(), seed),
};
const heap = createHeap({ reserve: 1 << 24 });
const field = struct({ at: date }).fields[0]!.type as Type<Date>;

test.each([
  ["alone", date],
  ["as the type of a field", field],
  ["named", named("main.Day", date)],
] as [string, Type<Date>][])("are loaded and stored by it: %s", (_, type) => {
  const slices: Slice<Date>[] = [makeSlice(type, 1), makeSlice(inHeap(heap, type), 1)];
  for (const s of slices) {
    expect(s.get(0)).toEqual(new Date(0));
    s.set(0, new Date(5));
    const t = append(s, new Date(7));
    expect([...t]).toEqual([new Date(5), new Date(7)]);
  }
});
