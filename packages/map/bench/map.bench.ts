/**
 * Maps against native `Map`, alternating in one process; ratios are what counts.
 *
 *   node --conditions=@gort/source --import tsx packages/map/bench/map.bench.ts [entries …]
 *
 * From sources the constants of the layout are variables of other modules; bundled with `esbuild --minify-syntax`, as the
 * package is built, they are inlined and the fast paths take up to a third less. Quote figures of the bundle.
 *
 * Each cell is the least of some rounds, in nanoseconds per operation, and behind it how many times as fast as native.
 */
import { createHeap } from "@gort/gc";
import { float64, int32, string, struct } from "@gort/types";
import { makeMap, structKey } from "../src/index.ts";

interface Subject {
  set(key: any, value: any): unknown;
  get(key: any): unknown;
  delete(key: any): unknown;
}
type Row = readonly [name: string, make: () => Subject, keyOf: (i: number) => unknown];

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(1000, 10_000, 100_000, 1_000_000);

function order(n: number): Int32Array {
  const a = Int32Array.from({ length: n }, (_, i) => i);
  let s = 12345;
  for (let i = n - 1; i > 0; i--) {
    s = (Math.imul(s, 1103515245) + 12345) >>> 0;
    const j = s % (i + 1);
    [a[i], a[j]] = [a[j]!, a[i]!];
  }
  return a;
}

/** One copy of the loops per subject, so that each is compiled for its own kind of map. */
function loops(): (m: Subject, keys: readonly unknown[], at: Int32Array) => number[] {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a fresh function has feedback of its own
  return new Function(
    "m",
    "keys",
    "at",
    `const now = () => performance.now(); const n = keys.length; let sum = 0; const t = [now()];
     for (let i = 0; i < n; i++) m.set(keys[i], i + 0.5);
     t.push(now());
     for (let i = 0; i < n; i++) sum += m.get(keys[at[i]]);
     t.push(now());
     for (let i = 0; i < n; i++) m.delete(keys[at[i]]);
     t.push(now());
     if (Math.round(sum) !== Math.round(n * n / 2)) throw new Error("wrong sum " + sum);
     return [t[1] - t[0], t[2] - t[1], t[3] - t[2]];`,
  ) as never;
}

const Cell = struct({ x: int32, y: int32 });
const cell = (i: number) => ({ x: i % 1000, y: Math.floor(i / 1000) });

/** Native `Map` with the usual work-around for keys by value. */
class JoinedMap implements Subject {
  readonly #map = new Map<string, number>();
  set(k: { x: number; y: number }, v: number): void {
    this.#map.set(`${k.x},${k.y}`, v);
  }
  get(k: { x: number; y: number }): number | undefined {
    return this.#map.get(`${k.x},${k.y}`);
  }
  delete(k: { x: number; y: number }): boolean {
    return this.#map.delete(`${k.x},${k.y}`);
  }
}

for (const n of sizes) {
  const heap = createHeap({ reserve: 2 ** 31 });
  const text = (i: number): string => `key:${(i * 2654435761) >>> 0}`;
  const groups: Row[][] = [
    [
      ["native int -> float", () => new Map(), (i) => i * 7],
      ["map[int32]float64 in a heap", () => makeMap(int32, float64, { heap }), (i) => i * 7],
      ["ints on values", () => makeMap(), (i) => i * 7],
    ],
    [
      ["native string -> float", () => new Map(), text],
      ["strings on values", () => makeMap(), text],
      ["map[string]float64 in a heap", () => makeMap(string, float64, { heap }), text],
    ],
    [
      ["native, joined strings", () => new JoinedMap(), cell],
      ["structs on values", () => makeMap({ key: structKey("x", "y") }), cell],
      ["map[struct]float64 in a heap", () => makeMap(Cell, float64, { heap }), cell],
    ],
  ];
  const at = order(n);
  const rounds = Math.min(40, Math.max(3, Math.ceil(3e6 / n)));
  console.log(`\n${n} entries           set            get         delete`);
  for (const group of groups) {
    const best = group.map(() => [Infinity, Infinity, Infinity]);
    const run = group.map(loops);
    const keys = group.map(([, , keyOf]) => Array.from({ length: n }, (_, i) => keyOf(i)));
    for (let r = 0; r < rounds; r++) {
      group.forEach(([, make], g) => {
        const m = make();
        run[g]!(m, keys[g]!, at).forEach((ms, i) => {
          best[g]![i] = Math.min(best[g]![i]!, (ms * 1e6) / n);
        });
        (m as { release?(): void }).release?.();
        heap.safepoint();
      });
    }
    group.forEach(([name], g) => {
      const cells = best[g]!.map((ns, i) =>
        `${ns.toFixed(0)} (${(best[0]![i]! / ns).toFixed(2)}x)`.padStart(14),
      );
      console.log(`  ${name.padEnd(30)} ${cells.join(" ")}`);
    });
  }
}
