/**
 * Hashes, method calls and assertions, each beside the nearest thing in plain JavaScript. ns per operation, best of many rounds. Run:
 * `node --conditions=@gort/source --import tsx packages/types/bench/hash.bench.ts`
 */
import {
  any,
  convert,
  float64,
  func,
  hashFloat64,
  hashInt32,
  hashString,
  iface,
  int,
  named,
  string,
  struct,
  toInterface,
  typeAssertOk,
} from "@gort/types";
import { makeSpace } from "../test/space.ts";

const N = 20_000;
const words = Array.from({ length: 256 }, (_, i) => `some key of a map, number ${i}`);
const wide = words.map((w) => w.replace("key", "Schlüssel"));
const Square = named("main.Square", struct({ side: float64 })).method(
  "Area",
  func([], [float64]),
  (q) => q.side * q.side,
);
const Circle = named("main.Circle", struct({ r: float64 })).method(
  "Area",
  func([], [float64]),
  (c) => c.r * 3,
);
const Shape = named("main.Shape", iface({ Area: func([], [float64]) }));
const shapes = Array.from({ length: 256 }, (_, i) =>
  i % 2 === 0 ? toInterface(Square, { side: i }) : toInterface(Circle, { r: i }),
);
const converted = shapes.map((s) => convert(s, Shape)!);
class JsSquare {
  side = 2;
  Area(): number {
    return this.side * this.side;
  }
}
class JsCircle {
  r = 2;
  Area(): number {
    return this.r * 3;
  }
}
const natives = Array.from({ length: 256 }, (_, i) =>
  i % 2 === 0 ? new JsSquare() : new JsCircle(),
);
const mixed: unknown[] = Array.from({ length: 256 }, (_, i) => (i % 2 === 0 ? i : words[i]));
const Key = struct({ a: int, b: int, s: string });
const keys = Array.from({ length: 256 }, (_, i) => ({ a: i, b: -i, s: words[i]! }));
const space = makeSpace(1 << 20);
const inMemory = keys.map((k) => {
  const p = space.alloc(Key);
  Key.store(space, p, k);
  return p;
});

// FNV-1a over code units: the usual hand-written string hash.
function fnv(s: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193);
  return h;
}

const rows: Record<string, (i: number) => number> = {
  "empty loop": (i) => i,
  hashInt32: (i) => hashInt32(i, 7),
  "hashFloat64, fractions": (i) => hashFloat64(i + 0.5, 7),
  "hashString, 27 ASCII": (i) => hashString(words[i & 255]!, 7),
  "hashString, 33 not ASCII": (i) => hashString(wide[i & 255]!, 7),
  "FNV-1a of the same ASCII": (i) => fnv(words[i & 255]!),
  "struct { int; int; string }": (i) => Key.hashValue(keys[i & 255]!, 7),
  "the same in memory": (i) => Key.hash(space, inMemory[i & 255]!, 7),
  "JSON.stringify of the same": (i) => JSON.stringify(keys[i & 255]).length,
  "any, number or string": (i) => any.hashValue(mixed[i & 255], 7),
  "method by itab": (i) => converted[i & 255]!.call("Area"),
  "method of a class": (i) => natives[i & 255]!.Area(),
  "x.(Shape), ok": (i) => (typeAssertOk(shapes[i & 255], Shape)[1] ? 1 : 0),
  "x.(float64), ok": (i) => (typeAssertOk(mixed[i & 255], float64)[1] ? 1 : 0),
};

const loops = Object.entries(rows).map(([name, op]) => {
  // A loop of its own per row, so that no row makes another one's call site polymorphic.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const loop = new Function(
    "op",
    "n",
    `/* ${name} */ let s = 0; for (let i = 0; i < n; i++) s ^= op(i); return s;`,
  ) as (op: (i: number) => number, n: number) => number;
  return { name, op, loop, best: Infinity };
});
for (let round = 0; round < 40; round++) {
  for (const row of loops) {
    const t0 = performance.now();
    row.loop(row.op, N);
    row.best = Math.min(row.best, ((performance.now() - t0) * 1e6) / N);
  }
}
for (const { name, best } of loops)
  console.log(`${name.padEnd(28)} ${best.toFixed(1).padStart(7)} ns`);
