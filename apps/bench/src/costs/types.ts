/** What descriptors, hashes and interface values cost. */
import { createHeap } from "@gort/gc";
import {
  accessor,
  convert,
  float64,
  func,
  hashFloat64,
  hashInt32,
  hashString,
  iface,
  int,
  int32,
  int8,
  named,
  string,
  struct,
  toInterface,
  typeAssertOk,
  uint16,
} from "@gort/types";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const N = 60_000;
const heap = createHeap({ reserve: 2 ** 26, gcPercent: -1 });

const A = struct({ x: int32, y: int32 });
const B = struct({ a: int8, x: int32, y: int32, z: float64 });
const C = struct({ w: uint16, y: int32, x: int32 });
const D = struct({ x: float64, y: float64 });
const E = struct({ x: uint16, y: int8 });
const F = struct({ y: uint16, z: float64, x: float64 });
const kinds = [A, B, C, D, E, F] as const;

interface XY {
  x: number;
  y: number;
}
interface Window {
  $at(p: number): XY;
}
type Loop = (at: Window, from: number, size: number, n: number) => number;

// A loop for each type, as a program has one per place; six types, so that V8 cannot know all shapes in code they share. Each is
// a module of its own: what V8 learns in one, closures over the same text would share, and one row is measured where no text
// may be compiled in other ways.
const loops = await Promise.all(
  Array.from({ length: 6 }, async (_, type) => {
    const text = `// type ${type}
      export default function (at, from, size, n) {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          const r = at.$at(from + i * size);
          r.x = i & 127;
          sum += r.x + r.y;
        }
        return sum;
      }`;
    const url = `data:text/javascript,${encodeURIComponent(text)}`;
    return ((await import(url)) as { default: Loop }).default;
  }),
);

let tables: { n: number; at: Window[]; from: number[] } | undefined;

/** A sixth of `n` records of each type: two reads, a write and a move. */
const accessors: JobBody = (n) => {
  const each = n / kinds.length;
  if (tables?.n !== n) {
    const from = kinds.map((t) => heap.alloc(t as typeof A, each));
    for (const p of from) heap.root(p);
    tables = { n, from, at: kinds.map((t, k) => new (accessor(t as typeof A))(heap, from[k]!)) };
  }
  let check = 0;
  for (let k = 0; k < kinds.length; k++) {
    check += loops[k]!(tables.at[k]!, tables.from[k]!, kinds[k]!.size, each);
  }
  return { check };
};

let objects: XY[] = [];
const plainObjects: JobBody = (n) => {
  const each = n / kinds.length;
  if (objects.length !== n) objects = Array.from({ length: n }, () => ({ x: 0, y: 0 }));
  let sum = 0;
  for (let from = 0; from < n; from += each) {
    for (let i = 0; i < each; i++) {
      const r = objects[from + i]!;
      r.x = i & 127;
      sum += r.x + r.y;
    }
  }
  return { check: sum };
};

const records = heap.alloc(A, 1000);
heap.root(records);
const loadStore: JobBody = (n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const p = records + (i % 1000) * 8;
    const r = A.load(heap, p);
    r.x = i & 127;
    A.store(heap, p, r);
    sum += r.x;
  }
  return { check: sum };
};

const low7 = (n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += i & 127;
  return sum;
};
/** As `accessors` adds it up: over six tables. */
const sixTables = (n: number): number => kinds.length * low7(n / kinds.length);

const words = Array.from({ length: 256 }, (_, i) => `some key of a map, number ${100 + i}`);
const keys = words.map((s, i) => ({ a: i, b: -i, s }));
const Key = struct({ a: int, b: int, s: string });

/** The usual hash by hand. */
function fnv(s: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const Area = { Area: func([], [float64]) };
const Square = named("main.Square", struct({ side: float64 })).method(
  "Area",
  Area.Area,
  (q) => q.side * q.side,
);
const Circle = named("main.Circle", struct({ r: float64 })).method(
  "Area",
  Area.Area,
  (c) => c.r * c.r,
);
const Shape = named("main.Shape", iface(Area));
const shapes = Array.from({ length: 256 }, (_, i) =>
  i % 2 === 0 ? toInterface(Square, { side: 1 }) : toInterface(Circle, { r: 1 }),
);
const converted = shapes.map((s) => convert(s, Shape)!);
class JsSquare {
  side = 1;
  area(): number {
    return this.side * this.side;
  }
}
class JsCircle {
  r = 1;
  area(): number {
    return this.r * this.r;
  }
}
const natives = shapes.map((_, i) => (i % 2 === 0 ? new JsSquare() : new JsCircle()));
const mixed: unknown[] = words.map((w, i) => (i % 2 === 0 ? i : w));

/** 1 for a hash, which is below 2^32: counted, so that it cannot be left out. */
const isHash = (h: number): number => (h >= 0 && h <= 0xffff_ffff ? 1 : 0);
const all = (n: number): number => n;
const half = (n: number): number => Math.ceil(n / 2);

export default sheet({
  package: "types",
  beside: { JavaScript: "JavaScript itself" },
  rows: [
    {
      id: "accessor",
      title: "two reads, a write and a move through an accessor, six types in use; plain objects",
      n: N,
      check: sixTables,
      gort: accessors,
      javascript: plainObjects,
    },
    {
      id: "accessor-no-eval",
      title: "the same where the host forbids to compile text (a strict content security policy)",
      n: N,
      flags: ["--disallow-code-generation-from-strings"],
      check: sixTables,
      gort: accessors,
    },
    {
      id: "load-store",
      title: "`load` and `store` of such a record",
      n: N,
      check: low7,
      gort: loadStore,
    },
    {
      id: "hash-int32",
      title: "`hashInt32`",
      n: 1_000_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(hashInt32(i, 7) >>> 0);
        return { check };
      },
    },
    {
      id: "hash-float64",
      title: "`hashFloat64` of a fraction",
      n: 500_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(hashFloat64(i + 0.5, 7) >>> 0);
        return { check };
      },
    },
    {
      id: "hash-string",
      title: "`hashString` of 29 characters; FNV-1a by hand",
      n: 100_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(hashString(words[i & 255]!, 7) >>> 0);
        return { check };
      },
      javascript(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(fnv(words[i & 255]!));
        return { check };
      },
    },
    {
      id: "hash-struct",
      title: "hash of `struct { int; int; string }`; `JSON.stringify` of it",
      n: 50_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(Key.hashValue(keys[i & 255]!, 7) >>> 0);
        return { check };
      },
      javascript(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += isHash(JSON.stringify(keys[i & 255]).length);
        return { check };
      },
    },
    {
      id: "assert-concrete",
      title: "`typeAssertOk` to a concrete type; `typeof`",
      n: 200_000,
      check: half,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) if (typeAssertOk(mixed[i & 255], float64)[1]) check++;
        return { check };
      },
      javascript(n) {
        let check = 0;
        for (let i = 0; i < n; i++) if (typeof mixed[i & 255] === "number") check++;
        return { check };
      },
    },
    {
      id: "assert-interface",
      title: "`typeAssertOk` to an interface",
      n: 200_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) if (typeAssertOk(shapes[i & 255], Shape)[1]) check++;
        return { check };
      },
    },
    {
      id: "itab",
      title: "calling a method through an interface, two types; of two classes",
      n: 200_000,
      check: all,
      gort(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += converted[i & 255]!.call("Area");
        return { check };
      },
      javascript(n) {
        let check = 0;
        for (let i = 0; i < n; i++) check += natives[i & 255]!.area();
        return { check };
      },
    },
    { title: "in a bundle: `int32`; `struct`; `accessor`", sizes: ["int32", "struct", "accessor"] },
  ],
});
