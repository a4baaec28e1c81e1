/** gort's goroutines and timers. */
import { makeChan } from "@gort/chan";
import { afterFunc, go, run, type Go, type Timer } from "@gort/sched";
import { WaitGroup } from "@gort/sync";
import type { JobBody } from "../job.ts";

function* empty(): Go {}

const spawn: JobBody = async (n) => {
  await run(function* () {
    const wg = new WaitGroup();
    for (let i = 0; i < n; i++) {
      wg.go(empty);
      if (i % 1000 === 999) yield* wg.wait();
    }
    yield* wg.wait();
  });
  return { check: n };
};

const parked: JobBody = async (n, meter) => {
  let value = 0;
  const check = await run(function* () {
    const ch = makeChan<number>(0, { zero: 0 });
    const before = meter.heapBytes();
    let woken = 0;
    const wait = function* (): Go {
      yield* ch.recv();
      woken++;
    };
    for (let i = 0; i < n; i++) {
      go(wait);
      if (i % 1000 === 999) yield;
    }
    yield;
    value = (meter.heapBytes() - before) / n;
    ch.close();
    while (woken < n) yield;
    return woken;
  });
  return { check, value };
};

/** Deadlines spread over an hour, all long after the adding is done. */
const delay = (i: number): number => 3_600_000 + (Math.imul(i, 0x9e3779b1) >>> 0) / 1200;

const timers: JobBody = async (n) => {
  let stopped = 0;
  let add = 0;
  let stop = 0;
  await run(function* (): Go {
    const all = new Array<Timer>(n);
    const t0 = performance.now();
    for (let i = 0; i < n; i++) all[i] = afterFunc(delay(i), () => {});
    const t1 = performance.now();
    for (let i = 0; i < n; i++) if (all[i]!.stop()) stopped++;
    add = ((t1 - t0) * 1e6) / n;
    stop = ((performance.now() - t1) * 1e6) / n;
  });
  return { check: stopped, value: add, more: { "sched/timer-stop": stop } };
};

const fire: JobBody = async (n) => {
  const check = await run(
    () =>
      new Promise<number>((resolve) => {
        let fired = 0;
        const count = (): void => {
          if (++fired === n) resolve(fired);
        };
        for (let i = 0; i < n; i++) afterFunc(1 + (i % 50), count);
      }),
  );
  return { check };
};

export const sched: Record<string, JobBody> = {
  "sched/spawn": spawn,
  "sched/parked": parked,
  "sched/timer-add": timers,
  "sched/timer-fire": fire,
};
