/** `effect`: fibers, its bounded `Queue` as a channel, its `Semaphore` as a lock and as a limit. */
import { Effect, Fiber, Queue, Semaphore } from "effect";
import { lateness } from "../dist/workload.js";

const pair = (cap) => async (n) => {
  const check = await Effect.runPromise(
    Effect.gen(function* () {
      const q = yield* Queue.bounded(cap);
      const sender = yield* Effect.forkChild(
        Effect.gen(function* () {
          for (let i = 0; i < n; i++) yield* Queue.offer(q, i);
        }),
      );
      let sum = 0;
      for (let i = 0; i < n; i++) sum += yield* Queue.take(q);
      yield* Fiber.join(sender);
      return sum;
    }),
  );
  return { check };
};

const spawn = async (n) => {
  await Effect.runPromise(
    Effect.gen(function* () {
      for (let i = 0; i < n;) {
        const batch = [];
        for (const end = Math.min(n, i + 1000); i < end; i++)
          batch.push(yield* Effect.forkChild(Effect.void));
        yield* Fiber.joinAll(batch);
      }
    }),
  );
  return { check: n };
};

const parked = async (n, meter) => {
  let check = 0;
  let value = 0;
  await Effect.runPromise(
    Effect.gen(function* () {
      const q = yield* Queue.bounded(1);
      const before = meter.heapBytes();
      const wait = Effect.gen(function* () {
        yield* Queue.take(q);
        check++;
      });
      const all = [];
      for (let i = 0; i < n; i++) all.push(yield* Effect.forkChild(wait));
      yield* Effect.sleep(1);
      value = (meter.heapBytes() - before) / n;
      for (let i = 0; i < n; i++) yield* Queue.offer(q, i);
      yield* Fiber.joinAll(all);
    }),
  );
  return { check, value };
};

const timer = async (n) => {
  const value = await lateness(n, (over) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const q = yield* Queue.bounded(0);
        yield* Effect.forkChild(
          Effect.gen(function* () {
            while (!over()) yield* Queue.offer(q, 1);
            yield* Queue.offer(q, 0);
          }),
        );
        while ((yield* Queue.take(q)) === 1);
      }),
    ),
  );
  return { check: 0, value };
};

const lock = async (n) => {
  let check = 0;
  await Effect.runPromise(
    Effect.gen(function* () {
      const mu = yield* Semaphore.make(1);
      const count = Effect.sync(() => void check++);
      for (let i = 0; i < n; i++) yield* mu.withPermits(1)(count);
    }),
  );
  return { check };
};

const limit = async (n) => {
  let check = 0;
  const task = Effect.gen(function* () {
    yield* Effect.promise(() => Promise.resolve());
    check++;
  });
  await Effect.runPromise(
    Effect.forEach(Array.from({ length: n }), () => task, { concurrency: 10, discard: true }),
  );
  return { check };
};

export default {
  name: "effect",
  package: "effect",
  notes: { "*": "fibers" },
  limits: {
    "chan/unbuffered": 50_000,
    "chan/buffered": 50_000,
    "chan-async/unbuffered": 50_000,
    "chan-async/buffered": 50_000,
    "sched/spawn": 50_000,
    "sched/parked": 100_000,
    "sync/lock": 50_000,
  },
  jobs: {
    "chan/unbuffered": pair(0),
    "chan/buffered": pair(100),
    "chan-async/unbuffered": pair(0),
    "chan-async/buffered": pair(100),
    "sched/spawn": spawn,
    "sched/parked": parked,
    "latency/timer": timer,
    "sync/lock": lock,
    "sync/lock-async": lock,
    "sync/limit": limit,
  },
};
