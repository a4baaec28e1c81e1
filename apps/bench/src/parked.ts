/** `sched/parked` of all whose tasks are async functions that wait for something: the same tasks, counted the same way. */
import type { JobBody } from "./job.ts";

/** What the tasks wait for. */
export interface Gate<T> {
  /** What task `i` awaits; it does not settle before `open`. */
  wait(i: number): PromiseLike<T> | T;
  /** Lets all tasks go on, or the first of them. */
  open(): void;
  /** What a task does with what it got: to a lock it owes the release. */
  leave?(got: T): void;
}

/** Heap bytes per waiting task. */
export const parked =
  <T>(make: (n: number) => Gate<T> | Promise<Gate<T>>): JobBody =>
  async (n, meter) => {
    const gate = await make(n);
    let check = 0;
    const before = meter.heapBytes();
    const wait = async (i: number): Promise<void> => {
      const got = await gate.wait(i);
      check++;
      gate.leave?.(got);
    };
    const all = [];
    for (let i = 0; i < n; i++) all.push(wait(i));
    const value = (meter.heapBytes() - before) / n;
    gate.open();
    await Promise.all(all);
    return { check, value };
  };
