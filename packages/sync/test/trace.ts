/** Helpers of the parity tests: Go's recorded programs, and how to let a program settle. */
import { readFileSync } from "node:fs";
import { createFifoScheduler, gosched, type Go } from "@gort/sched";

/** One step of a recorded program. */
export interface Step {
  op: any[];
  res?: any;
  ev?: any[][];
  parked?: number[];
  ctxdone?: boolean;
}

export function oracle(name: string): any {
  const url = new URL(`../../../apps/oracle/data/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

/** Lets every other goroutine run until it parks or ends. */
export function* settle(): Go {
  for (let i = 0; i < 40; i++) yield* gosched();
}

/** Runs `main` on a scheduler of its own. */
export function program<R>(main: () => Go<R>): Promise<R> {
  return createFifoScheduler().run(main);
}

/** What a program emits between two steps, and which tasks are parked. */
export class Env {
  private events: any[][] = [];
  readonly waiting = new Set<number>();

  emit(...event: any[]): void {
    this.events.push(event);
  }

  /** Settles and gives what happened in the recorded form. */
  *finish(op: any[], res?: unknown): Go<Step> {
    yield* settle();
    const ev = this.events.sort((a, b) => a[0] - b[0]);
    this.events = [];
    const step: Step = { op };
    if (res !== undefined) step.res = res;
    if (ev.length > 0) step.ev = ev;
    if (this.waiting.size > 0) step.parked = [...this.waiting].sort((a, b) => a - b);
    return step;
  }
}

/** A list as vitest's `each` wants it, with a number for the title. */
export function numbered<T>(list: T[]): [number, T][] {
  return list.map((x, i) => [i + 1, x]);
}

/** Opens for one waiter at a time, with a value. */
export function gate<T = void>(): { wait(): Go<T>; open(value: T): void } {
  const values: T[] = [];
  return {
    *wait() {
      while (values.length === 0) yield* gosched();
      return values.shift() as T;
    },
    open: (value) => void values.push(value),
  };
}

/** Keeps the thread busy, so that waiters really waited. */
export function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
