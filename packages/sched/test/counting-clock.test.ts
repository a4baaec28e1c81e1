/** A clock of the user's: what is asked of it, and what is left on it when a program ends. */
import { describe, expect, test } from "vitest";
import { CountingClock } from "../src/counting-clock.ts";
import {
  afterFunc,
  type Clock,
  createScheduler,
  currentClock,
  isDeadlockError,
  newTimer,
  run,
  sleep,
} from "./helpers.ts";
import { hearUncaught } from "./uncaught.ts";

/** A clock as one writes it, and the times that it was asked for. */
function plain(): Clock & { readonly asked: number[]; readonly open: Set<unknown> } {
  const asked: number[] = [];
  const open = new Set<unknown>();
  return {
    asked,
    open,
    now: () => performance.now(),
    wall: () => Date.now(),
    schedule(when, fire) {
      asked.push(when);
      const timer = setTimeout(() => {
        open.delete(timer);
        fire();
      }, when - performance.now());
      open.add(timer);
      return {
        cancel() {
          clearTimeout(timer);
          return open.delete(timer);
        },
      };
    },
  };
}

const failure = (p: Promise<unknown>): Promise<unknown> =>
  p.then(
    (v) => v,
    (e: unknown) => e,
  );

describe("time: a clock of the user's", () => {
  test("is not asked for Infinity, which never comes: who waits for it alone is deadlocked", async () => {
    const clock = plain();
    for (const wait of [() => sleep(Infinity), () => newTimer(Infinity).c.recv()]) {
      const error = await failure(
        run(
          function* () {
            yield* wait();
          },
          { clock },
        ),
      );
      expect(isDeadlockError(error)).toBe(true);
    }
    const s = createScheduler({ clock });
    const seen = await s.run(function* () {
      const t = afterFunc(Infinity, () => expect.fail("Infinity came"));
      const pending = s.stats().timers;
      return [pending, t.stop(), t.stop(), t.reset(Infinity), t.reset(Infinity), s.stats().timers];
    });
    expect(seen).toEqual([1, true, false, false, true, 1]);
    expect(clock.asked).toEqual([]);
  });

  test("has nothing left on it when a program ends: what afterFunc would have called is not called", async () => {
    const clock = plain();
    const s = createScheduler({ clock });
    const called: string[] = [];
    let t!: ReturnType<typeof afterFunc>;
    await s.run(function* () {
      t = afterFunc(10, () => called.push("afterFunc"));
      currentClock().schedule(clock.now() + 10, () => called.push("schedule"));
      s.go(() => sleep(3_600_000));
      yield* sleep(1);
      expect(s.stats().timers).toBe(3);
    });
    expect([clock.open.size, s.stats().timers]).toEqual([0, 0]);
    expect([t.stop(), t.reset(3_600_000), t.stop()]).toEqual([false, false, true]);
    await sleep(20);
    expect([called, s.numGoroutine(), clock.open.size]).toEqual([[], 0, 0]);
  });

  test("keeps the timers of others that go by it: each scheduler takes back its own", async () => {
    const clock = plain();
    const other = createScheduler({ clock });
    const sleeper = other.go(function* () {
      yield* sleep(10);
      return "awake";
    });
    await createScheduler({ clock }).run(function* () {
      yield* sleep(1);
    });
    expect(await sleeper.join()).toBe("awake");
  });

  test("a timer of a program that ended serves those who wait outside", async () => {
    const s = createScheduler({ clock: plain() });
    let timer!: ReturnType<typeof newTimer>;
    const program = s.run(function* () {
      timer = newTimer(10);
      yield* sleep(1);
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    const early = timer.c.recv().start();
    await program; // its timers are gone with it
    const late = timer.c.recv().start();
    await early;
    timer.reset(5);
    await late;
    expect(timer.stop()).toBe(false);
  });

  test("a cancel that throws at the end of a program is reported, and the others are taken back", async () => {
    const uncaught = hearUncaught();
    try {
      const clock = plain();
      const fires: (() => void)[] = [];
      let called = 0;
      const bad: Clock = {
        ...clock,
        schedule(when, fire) {
          fires.push(fire);
          const timer = clock.schedule(when, fire);
          return {
            cancel() {
              if (fires.length === 1) return timer.cancel();
              timer.cancel();
              throw new Error("no cancel");
            },
          };
        },
      };
      const s = createScheduler({ clock: bad });
      await s.run(() => {
        afterFunc(10, () => called++);
        afterFunc(20, () => called++);
      });
      expect([clock.open.size, s.stats().timers]).toEqual([0, 0]);
      for (const fire of fires) fire(); // late, and not wanted any more
      await sleep(1);
      expect([called, s.numGoroutine()]).toEqual([0, 0]);
      expect(uncaught.errors).toEqual([new Error("no cancel"), new Error("no cancel")]);
    } finally {
      uncaught.stop();
    }
  });
});

test("what is pending fires once or is cancelled once, whatever the clock says", () => {
  const fires: (() => void)[] = [];
  let says = true;
  let fired = 0;
  const clock = new CountingClock({
    now: () => 0,
    wall: () => 0,
    schedule(_when, fire) {
      fires.push(fire);
      return { cancel: () => says };
    },
  });
  const counts = (): number[] => [clock.size, clock.ahead, fired];
  const add = (when: number) => clock.schedule(when, () => fired++);
  const [a, b, c] = [add(1), add(2), add(Infinity)];
  expect(counts()).toEqual([3, 2, 0]);
  says = false; // too late
  expect([a.cancel(), counts()]).toEqual([false, [3, 2, 0]]);
  fires[0]!();
  fires[0]!();
  expect([a.cancel(), counts()]).toEqual([false, [2, 1, 1]]);
  says = true;
  expect([b.cancel(), b.cancel(), c.cancel(), c.cancel()]).toEqual([true, false, true, false]);
  fires[1]!();
  expect([counts(), fires.length]).toEqual([[0, 0, 1], 2]);
});

test("a clock that fires at once leaves nothing pending", () => {
  let fired = 0;
  const clock = new CountingClock({
    now: () => 0,
    wall: () => 0,
    schedule(_when, fire) {
      fire();
      return { cancel: () => false };
    },
  });
  const timer = clock.schedule(0, () => fired++);
  expect([fired, clock.size, clock.ahead, timer.cancel()]).toEqual([1, 0, 0, false]);
});

test("what a clock should call is a function, on every clock", () => {
  for (const s of [createScheduler(), createScheduler({ clock: plain() })])
    expect(() => s.clock.schedule(0, null as never)).toThrow(
      "clock.schedule: fire is null, want a function",
    );
});
