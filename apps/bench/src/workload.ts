/** What all contenders work on: the same random numbers, sizes, orders and keys. `go/workload.go` is its twin. */

/** A linear congruential generator of unsigned 32-bit numbers; Go's side has the same. */
export function random(seed = 12345): () => number {
  let s = seed >>> 0;
  return () => (s = (Math.imul(s, 1664525) + 1013904223) >>> 0);
}

/** 65,536 sizes from 8 B to 4 KiB, log-uniform. */
export function blockSizes(): Int32Array {
  const next = random();
  return Int32Array.from({ length: 65_536 }, () => Math.floor(8 * 2 ** ((next() / 2 ** 32) * 9)));
}

/** `n` random places among `live`. */
export function picks(n: number, live: number): Int32Array {
  const next = random(7);
  return Int32Array.from({ length: n }, () => next() % live);
}

/** The numbers below `n` in random order. */
export function shuffled(n: number): Int32Array {
  const next = random(3);
  const a = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = next() % (i + 1);
    const t = a[i]!;
    a[i] = a[j]!;
    a[j] = t;
  }
  return a;
}

/** Random int32 values, for sorting. */
export function randomInts(n: number): Int32Array {
  const next = random(42);
  return Int32Array.from({ length: n }, () => next() | 0);
}

/** The text of key `i`. */
export const textKey = (i: number): string => `key:${Math.imul(i, 0x9e3779b1) >>> 0}`;

/** Live blocks of each `alloc/churn` job. */
export const churns: Readonly<Record<string, number>> = {
  "alloc/churn-1e3": 1000,
  "alloc/churn-2e4": 20_000,
  "alloc/churn-1e5": 100_000,
  "alloc/churn-1e6": 1_000_000,
};

/** The largest of the numbers, and their 99th percentile. */
export function maxAndP99(values: number[]): { max: number; p99: number } {
  values.sort((a, b) => a - b);
  return { max: values.at(-1) ?? 0, p99: values[Math.floor(values.length * 0.99)] ?? 0 };
}

/**
 * Twenty 10 ms timers, one every half millisecond, for `ms` of load: the 99.9th percentile of how late they fire. `load`
 * must return soon after `over()` is true. A timer that is still due at the end counts as late until then.
 */
export async function lateness(ms: number, load: (over: () => boolean) => Promise<unknown>) {
  const late: number[] = [];
  const due = new Map<number, number>();
  const started = performance.now();
  const end = started + ms;
  let running = true;
  const arm = (id: number, first: number): void => {
    const wait = 10 + first;
    due.set(id, performance.now() + wait);
    setTimeout(() => {
      if (!running) return;
      late.push(performance.now() - due.get(id)!);
      arm(id, 0);
    }, wait);
  };
  for (let id = 0; id < 20; id++) arm(id, id / 2);
  let asked = 0;
  // The clock is read seldom, so that reading it is not the load.
  await load(() => (++asked & 63) === 0 && performance.now() >= end);
  running = false;
  const now = performance.now();
  for (const at of due.values()) if (now > at) late.push(now - at);
  late.sort((a, b) => a - b);
  return late[Math.min(late.length - 1, Math.floor(late.length * 0.999))] ?? 0;
}
