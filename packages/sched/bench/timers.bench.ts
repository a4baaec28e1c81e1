/**
 * A million pending timers: adding, stopping half, firing the rest, beside `setTimeout` for the same. CPU time per
 * timer, alternating rounds, best and median.
 *
 * Run: node --conditions=@gort/source --import tsx packages/sched/bench/timers.bench.ts
 */
import { afterFunc, createScheduler, type Go, type Timer } from "@gort/sched";

const N = Number(process.env.N ?? 1_000_000);

/** CPU nanoseconds per timer since the last call. */
let last = process.cpuUsage();
function lap(n: number): number {
  const u = process.cpuUsage(last);
  last = process.cpuUsage();
  return ((u.user + u.system) * 1e3) / n;
}

/** Deadlines spread over an hour, all after the adding is done. */
const delays = new Float64Array(N);
let x = 1;
for (let i = 0; i < N; i++) {
  x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  delays[i] = 3_600_000 + (x % 3_600_000);
}

type Result = { add: number; stop: number; fire: number };

async function host(): Promise<Result> {
  const timers = new Array<NodeJS.Timeout>(N);
  let fired = 0;
  lap(N);
  for (let i = 0; i < N; i++) timers[i] = setTimeout(() => fired++, delays[i]);
  const add = lap(N);
  for (let i = 0; i < N; i++) clearTimeout(timers[i]);
  const stop = lap(N);
  await new Promise<void>((resolve) => {
    for (let i = 0; i < N; i++) setTimeout(() => ++fired === N && resolve(), 1 + (i % 50));
  });
  return { add, stop, fire: lap(N) };
}

async function ours(): Promise<Result> {
  const result = { add: 0, stop: 0, fire: 0 };
  const s = createScheduler({ sites: false });
  await s.run(function* (): Go<void> {
    const timers = new Array<Timer>(N);
    let fired = 0;
    const count = (): void => void fired++;
    lap(N);
    for (let i = 0; i < N; i++) timers[i] = afterFunc(delays[i]!, count);
    result.add = lap(N);
    for (let i = 0; i < N; i++) timers[i]!.stop();
    result.stop = lap(N);
    for (let i = 0; i < N; i++) s.clock.schedule(s.clock.now() + 1 + (i % 50), count);
    while (fired < N) yield;
    result.fire = lap(N);
  });
  return result;
}

const all: Record<string, Result[]> = { setTimeout: [], gort: [] };
for (let round = 0; round < 3; round++) {
  all.setTimeout!.push(await host());
  all.gort!.push(await ours());
}
const median = (name: string, key: keyof Result): number =>
  all[name]!.map((r) => r[key]).sort((a, b) => a - b)[1]!;
for (const key of ["add", "stop", "fire"] as const) {
  const a = median("setTimeout", key);
  const b = median("gort", key);
  console.log(
    `${key.padEnd(6)} setTimeout ${a.toFixed(0).padStart(5)} ns   gort ${b.toFixed(0).padStart(5)} ns   ${(a / b).toFixed(1)}x`,
  );
}
