/**
 * The jobs of anything that has `set`, `get` and `delete`, so that the loops of all maps in JavaScript are the same. Every
 * contender has a process of its own, so each copy of these loops is compiled for one kind of map.
 */
import type { JobBody } from "./job.ts";
import { shuffled, textKey } from "./workload.ts";

export interface AnyMap<K> {
  set(key: K, value: number): unknown;
  get(key: K): number | undefined;
  delete(key: K): unknown;
}

/** A key of two fields, compared by value. */
export interface Cell {
  x: number;
  y: number;
}

/** How to make each kind of map; those left out are not measured. */
export interface MapMakers {
  readonly int?: (n: number) => AnyMap<number>;
  readonly string?: (n: number) => AnyMap<string>;
  readonly struct?: (n: number) => AnyMap<Cell>;
}

/** All three parts in one process: values of `get` and `delete` go with that of `set`. */
function job<K>(
  kind: string,
  make: (n: number) => AnyMap<K>,
  keysOf: (n: number) => ArrayLike<K>,
): JobBody {
  return (n) => {
    const keys = keysOf(n);
    const at = shuffled(n);
    const m = make(n);
    const t0 = performance.now();
    for (let i = 0; i < n; i++) m.set(keys[i]!, i + 0.5);
    const t1 = performance.now();
    let check = 0;
    for (let i = 0; i < n; i++) check += m.get(keys[at[i]!]!)!;
    const t2 = performance.now();
    for (let i = 0; i < n; i++) m.delete(keys[at[i]!]!);
    const t3 = performance.now();
    const ns = (ms: number): number => (ms * 1e6) / n;
    return {
      check,
      value: ns(t1 - t0),
      more: { [`map/${kind}-get`]: ns(t2 - t1), [`map/${kind}-delete`]: ns(t3 - t2) },
    };
  };
}

/** The jobs of the maps given. */
export function mapJobs(make: MapMakers): Record<string, JobBody> {
  const jobs: Record<string, JobBody> = {};
  const add = <K>(
    kind: string,
    maker: ((n: number) => AnyMap<K>) | undefined,
    keys: (n: number) => ArrayLike<K>,
  ) => {
    if (maker === undefined) return;
    jobs[`map/${kind}-set`] = job(kind, maker, keys);
  };
  // Go's keys lie in an []int32.
  add("int", make.int, (n) => Int32Array.from({ length: n }, (_, i) => i * 7));
  add("string", make.string, (n) => Array.from({ length: n }, (_, i) => textKey(i)));
  add("struct", make.struct, (n) =>
    Array.from({ length: n }, (_, i) => ({ x: i % 1000, y: Math.floor(i / 1000) })),
  );
  return jobs;
}

/**
 * The longest single `set` while growing to `n`. The same growth happens several times, and of each `set` the least time counts:
 * a stall of the map comes back at the same place, a pause of the machine or of V8's collector does not; the note tells
 * the longest with all of these, of the best run. A map that refuses at some size says so in the note.
 */
export function stall(make: (n: number) => AnyMap<number>): JobBody {
  return (n) => {
    // Compile first, on a small map of its own.
    const warm = make(200_000);
    for (let i = 0; i < 200_000; i++) warm.set(i * 7, i);
    globalThis.gc?.();
    const least = new Float32Array(n).fill(Infinity);
    let reached = n;
    let failed = "";
    let calmest = Infinity;
    for (let run = n > 1_000_000 ? 2 : 3; run > 0; run--) {
      const m = make(n);
      let longest = 0;
      let from = performance.now();
      for (let i = 0; i < reached; i++) {
        try {
          m.set(i * 7, i);
        } catch (e) {
          failed = `at ${i} entries: ${(e as Error).message}; `;
          reached = i;
          break;
        }
        const now = performance.now();
        const took = now - from;
        if (took > longest) longest = took;
        if (took < least[i]!) least[i] = took;
        from = now;
      }
      if (longest < calmest) calmest = longest;
    }
    let value = 0;
    for (let i = 0; i < reached; i++) if (least[i]! > value) value = least[i]!;
    return { check: n, value, note: `${failed}${calmest.toFixed(1)} ms with pauses of others` };
  };
}

/** How long V8 takes for a full collection while a map of `n` entries is live. `size` tells the entries of a map. */
export function v8Collection<M extends AnyMap<number>>(
  make: (n: number) => M,
  size: (m: M) => number,
): JobBody {
  return (n, meter) => {
    const m = make(n);
    for (let i = 0; i < n; i++) m.set(i * 7, i + 0.5);
    meter.gc();
    const t = performance.now();
    globalThis.gc?.();
    const value = performance.now() - t;
    return { check: size(m), value };
  };
}
