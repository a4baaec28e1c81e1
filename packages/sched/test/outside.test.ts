/** Programs that wait for what belongs to others: a timer on another clock, a goroutine of another scheduler. */
import { describe, expect, test } from "vitest";
import { bubble } from "../src/testing/index.ts";
import {
  after,
  afterFunc,
  Chan,
  createDeterministicScheduler,
  createScheduler,
  go,
  isDeadlockError,
  newTimer,
  now,
  poll,
  run,
  sleep,
  withSignal,
  type Op,
} from "./helpers.ts";

const hostTurn = (ms: number): Promise<number> =>
  new Promise((resolve) => setTimeout(() => resolve(ms), ms));

/** What others will give by themselves, made outside of any program. */
const gifts: [string, () => () => Op<unknown>][] = [
  [
    "a timer",
    () => {
      const t = newTimer(15);
      return () => t.c.recv();
    },
  ],
  [
    "a timer, in a wait that can be called off",
    () => {
      const c = after(15);
      return () => withSignal(c.recv(), new AbortController().signal);
    },
  ],
  [
    "a goroutine that sleeps",
    () => {
      const g = go(function* () {
        yield* sleep(15);
      });
      return () => g.join();
    },
  ],
  [
    "a goroutine that waits for a promise",
    () => {
      const g = go(function* () {
        yield* poll(hostTurn(15));
      });
      return () => g.join();
    },
  ],
  [
    "an async goroutine",
    () => {
      const g = go(() => hostTurn(15));
      return () => g.join();
    },
  ],
];

describe.each(gifts)("waiting for what is outside: %s", (_name, gift) => {
  test("is no deadlock", async () => {
    for (const make of [createScheduler, () => createDeterministicScheduler({ seed: 1 })]) {
      const op = gift();
      const s = make();
      const done = await s.run(function* () {
        yield* op();
        return "done";
      });
      expect(done).toBe("done");
      expect((s as unknown as { externals: number }).externals).toBe(0);
    }
  });

  test("is none in a bubble, whose time stands still meanwhile", async () => {
    for (const form of ["yield", "await"]) {
      const op = gift();
      const slept: number[] = [];
      await bubble(function* () {
        go(function* () {
          yield* sleep(3_600_000);
          slept.push(now());
        });
        if (form === "yield") yield* op();
        else
          yield* go(async () => {
            await op();
          }).join();
        slept.push(now());
        yield* sleep(3_600_001);
      });
      expect(slept).toEqual([0, 3_600_000]);
    }
  });

  test("leaves nothing counted when the program ends before", async () => {
    const op = gift();
    const s = createScheduler();
    await s.run(function* () {
      s.go(function* () {
        yield* op();
      });
      yield;
    });
    expect((s as unknown as { externals: number }).externals).toBe(0);
  });
});

test("what a timer of the default clock will do by a call, as the deadline of a context, is waited for", async () => {
  const c = new Chan();
  afterFunc(15, function* () {
    c.close();
  });
  expect(await run(() => c.recv().start())).toBe(undefined);
  const again = new Chan();
  afterFunc(15, function* () {
    again.close();
  });
  await run(function* () {
    yield* again.recv();
  });
});

const failure = (p: Promise<unknown>): Promise<unknown> =>
  p.then(
    () => null,
    (e: unknown) => e,
  );

test.each(["fires", "is stopped"])(
  "a deadlock is reported once the timers outside are gone: the last one %s",
  async (how) => {
    const t = afterFunc(how === "fires" ? 20 : 3_600_000, () => {});
    let error: unknown = null;
    const ended = failure(
      run(function* () {
        yield* new Chan().recv();
      }),
    ).then((e) => (error = e));
    await hostTurn(5);
    if (how === "is stopped") {
      expect(error).toBe(null);
      t.stop();
    }
    await ended;
    expect(isDeadlockError(error)).toBe(true);
  },
);

test("a timer that was stopped, or never comes, is nothing to wait for", async () => {
  for (const stop of [true, false]) {
    const t = newTimer(stop ? 10 : Infinity);
    if (stop) t.stop();
    const error = await failure(
      run(function* () {
        yield* t.c.recv();
      }),
    );
    expect(isDeadlockError(error)).toBe(true);
  }
});

test("a timer of a program that ended serves those who wait outside", async () => {
  const s = createScheduler();
  let timer!: ReturnType<typeof newTimer>;
  const program = s.run(function* () {
    timer = newTimer(10);
    yield* sleep(1);
  });
  await hostTurn(0);
  const early = timer.c.recv().start();
  await program; // its timers are gone with it
  const late = timer.c.recv().start();
  await early;
  timer.reset(5);
  await late;
  expect(timer.stop()).toBe(false);
});
