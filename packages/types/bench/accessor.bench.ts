/**
 * Typed access to records: generated accessor, closure accessor, hand-written class, plain object, descriptor load.
 * Prints ns per record of two reads and one write, several struct types in use at once. Run:
 * `node --conditions=@gort/source --import tsx packages/types/bench/accessor.bench.ts`
 */
import { accessor, float64, int32, int8, struct, uint16, type Space } from "@gort/types";
import { makeSpace } from "../test/space.ts";

const N = 20_000;
const ROUNDS = 40;

const types = [
  struct({ x: int32, y: int32 }),
  struct({ a: int8, x: int32, y: int32, z: float64 }),
  struct({ w: uint16, y: int32, x: int32 }),
  struct({ x: float64, y: float64 }),
  struct({ x: uint16, y: int8 }),
  struct({ y: uint16, z: float64, x: float64 }),
];
const space = makeSpace(1 << 24);
const arrays = types.map((t) => {
  const base = space.alloc(t, N);
  for (let i = 0; i < N; i++)
    t.store(space, base + i * t.size, { ...(t.zero() as object), x: i & 127, y: 2 });
  return base;
});

class Hand {
  private readonly i32: Int32Array;
  p = 0;
  constructor(s: Space) {
    this.i32 = s.memory.i32;
  }
  get x(): number {
    return this.i32[this.p >>> 2]!;
  }
  set x(v: number) {
    this.i32[this.p >>> 2] = v;
  }
  get y(): number {
    return this.i32[(this.p + 4) >>> 2]!;
  }
}

interface XY {
  x: number;
  y: number;
}

function withAccessor(codegen: boolean): () => number {
  // One loop function per type, as a program has one loop per place.
  const loops = types.map((t, k) => {
    const at = new (accessor(t as never, { codegen }))(space, arrays[k]!) as unknown as XY & {
      $at(p: number): XY;
    };
    const body = `/* ${t.name} */ let sum = 0; for (let i = 0; i < n; i++) { const r = at.$at(base + i * size); sum += r.x + r.y; r.x = i & 127; } return sum;`;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a fresh function per type keeps its call sites monomorphic
    const fn = new Function("at", "base", "size", "n", body) as (...a: unknown[]) => number;
    return () => fn(at, arrays[k], t.size, N);
  });
  return () => loops.reduce((s, f) => s + f(), 0);
}

const hand = new Hand(space);
const plain: XY[] = Array.from({ length: N }, (_, i) => ({ x: i & 127, y: 2 }));
const rows: Record<string, { run: () => number; records: number }> = {
  "plain object": {
    records: N,
    run() {
      let sum = 0;
      for (let i = 0; i < N; i++) {
        const r = plain[i]!;
        sum += r.x + r.y;
        r.x = i;
      }
      return sum;
    },
  },
  "hand-written class": {
    records: N,
    run() {
      let sum = 0;
      for (let i = 0; i < N; i++) {
        hand.p = arrays[0]! + i * 8;
        sum += hand.x + hand.y;
        hand.x = i;
      }
      return sum;
    },
  },
  "accessor, generated": { records: types.length * N, run: withAccessor(true) },
  "accessor, closures": { records: types.length * N, run: withAccessor(false) },
  "load, change, store": {
    records: N / 10,
    run() {
      let sum = 0;
      const t = types[0]! as never as {
        size: number;
        load(s: Space, p: number): XY;
        store(s: Space, p: number, v: XY): void;
      };
      for (let i = 0; i < N / 10; i++) {
        const r = t.load(space, arrays[0]! + i * 8);
        sum += r.x + r.y;
        r.x = i;
        t.store(space, arrays[0]! + i * 8, r);
      }
      return sum;
    },
  },
};

const best: Record<string, number> = {};
let sink = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, { run, records }] of Object.entries(rows)) {
    const t0 = performance.now();
    sink += run();
    const ns = ((performance.now() - t0) * 1e6) / records;
    best[name] = Math.min(best[name] ?? Infinity, ns);
  }
}
const base = best["plain object"]!;
for (const [name, ns] of Object.entries(best)) {
  console.log(
    `${name.padEnd(22)} ${ns.toFixed(2).padStart(8)} ns  ${(ns / base).toFixed(1).padStart(6)}x`,
  );
}
if (Number.isNaN(sink)) console.log(sink);
