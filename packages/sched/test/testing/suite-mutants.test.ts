/** The suite of schedulers against schedulers that are wrong in one way each: every one has to be noticed, by the case that is about it. */
import {
  createFifoScheduler,
  currentClock,
  type Clock,
  type Go,
  type Scheduler,
} from "@gort/sched";
import { schedulerSuite } from "@gort/sched/testing";
import { expect, test } from "vitest";

const RANDOM = "random(n) is an integer in [0, n), each of which comes as often";
const WALL = "the wall clock goes on as time does";
const FINALLY = "the end of a program runs no finally block of the goroutines that are left";
const JOINED = "an async function that joins at once gets the panic, inside a program and outside";

/** A scheduler with another wall clock. */
const withWall = (wall: (host: Clock) => number) => (): Scheduler => {
  const host = currentClock();
  const schedule: Clock["schedule"] = (when, fire) => host.schedule(when, fire);
  return createFifoScheduler({
    clock: { now: () => host.now(), wall: () => wall(host), schedule },
  });
};

/** A scheduler that closes the generators of its goroutines when a program is over. */
function closing(): Scheduler {
  const s = createFifoScheduler();
  const { go, run } = s;
  const open: Go<unknown>[] = [];
  s.go = (fn, ...args) =>
    go.call(s, function* () {
      const gen = fn(...args) as Go<unknown>;
      open.push(gen);
      return yield* gen;
    }) as never;
  s.run = (main, ...args) =>
    run.call(s, main as never, ...args).finally(() => {
      for (const gen of open.splice(0)) gen.return(undefined);
    }) as never;
  return s;
}

test.each<[mutant: string, by: string, make: () => Scheduler]>([
  [
    "numbers that are small rather than large",
    RANDOM,
    () => {
      const s = createFifoScheduler();
      s.random = (n) => Math.floor(Math.random() * Math.random() * n);
      return s;
    },
  ],
  ["a wall clock that is the monotonic one", WALL, withWall((host) => host.now())],
  ["a wall clock that goes at half the speed", WALL, withWall((host) => 2 ** 40 + host.now() / 2)],
  ["a wall clock that stands still", WALL, withWall(() => 2 ** 40)],
  ["finally blocks that run at the end of a program", FINALLY, closing],
  [
    "panics that are judged before an async function can join",
    JOINED,
    () => Object.assign(createFifoScheduler(), { mayBeJoined: () => false }),
  ],
])("the suite notices %s", async (_, by, make) => {
  const { run } = schedulerSuite.find((c) => c.name === by)!;
  await expect(run(make)).rejects.toThrow();
});
