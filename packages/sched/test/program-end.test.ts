/** What the end of a program leaves: counts, goroutines and timers that were started while it ended, hooks, panics. */
import { expect, test } from "vitest";
import { ambient } from "../src/ambient.ts";
import {
  Chan,
  checkScheduler,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  launch,
  onAbort,
  Op,
  sleep,
  type WaitReason,
} from "./helpers.ts";

/** Calls `left` when it leaves its queue, which it never does by itself. */
class Leaving extends Op<void> {
  private readonly left: () => void;
  constructor(left: () => void) {
    super();
    this.left = left;
  }
  get reason(): WaitReason {
    return "sleep";
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {}
  override unpark(): void {
    this.left();
  }
}

test.each([
  ["fifo", createFifoScheduler],
  ["gmp", createScheduler],
  ["deterministic", createDeterministicScheduler],
])(
  "%s: goroutines that what is given up starts are counted and run, and their timers come",
  async (_, make) => {
    const s = make();
    const ends: Promise<unknown>[] = [];
    await s.run(function* () {
      for (const parked of ["first", "second"])
        s.go(function* () {
          const left = (): void => {
            const g = s.go(function* () {
              yield* sleep(1);
              return parked;
            });
            ends.push(g.join().then((v) => v));
            ends.push(
              new Promise((resolve) => s.clock.schedule(s.clock.now() + 1, () => resolve("timer"))),
            );
          };
          yield* new Leaving(left);
        });
      yield* sleep(1);
    });
    checkScheduler(s);
    expect((await Promise.all(ends)).sort()).toEqual(["first", "second", "timer", "timer"]);
    checkScheduler(s);
    expect(s.numGoroutine()).toBe(0);
    const counted = await s.run(function* () {
      return s.numGoroutine();
    });
    expect(counted).toBe(1);
  },
);

test("a hook is told once of an async function that outlasts its program, though its promise calls back twice", async () => {
  const told: string[] = [];
  let callBack: (v: number) => void = () => {};
  const odd = Object.assign(Promise.resolve(1), {
    then: (resolve: (v: number) => void) => void (callBack = resolve),
  });
  await createFifoScheduler().run(function* () {
    launch({ done: () => void told.push("done") }, () => odd as Promise<number>, []);
    yield* sleep(1);
  });
  expect(told).toEqual([]);
  callBack(1);
  callBack(2);
  await sleep(1);
  expect(told).toEqual(["done"]);
});

test("a program that something outside might have woken is not looked at any more when it has ended", async () => {
  const stop = onAbort(new AbortController().signal, () => {});
  const c = new Chan();
  const program = createFifoScheduler().run(function* () {
    return yield* c.recv();
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(ambient.postponed?.size).toBe(1);
  await c.send(1);
  await program;
  expect(ambient.postponed?.size).toBe(0);
  stop();
});
