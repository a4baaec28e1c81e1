/** Checkpoints and gosched as operations: any number of times, in any form. */
import { expect, test } from "vitest";
import {
  checkpoint,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  go,
  gosched,
  now,
  run,
  sleep,
  withSignal,
} from "./helpers.ts";

const { signal } = new AbortController();

test("a checkpoint that is not due can be started, awaited, stepped and called off any number of times", async () => {
  for (let i = 0; i < 3; i++) {
    expect(await checkpoint().start()).toBe(undefined);
    expect(await checkpoint()).toBe(undefined);
    expect(await withSignal(checkpoint(), signal)).toBe(undefined);
  }
  await run(function* () {
    for (let i = 0; i < 3; i++) {
      yield* checkpoint();
      yield* withSignal(checkpoint(), signal);
    }
  });
});

test("a goroutine whose operations never have to wait is stopped at one of them", async () => {
  for (const s of [createScheduler(), createScheduler({ procs: 4 }), createFifoScheduler()]) {
    let stop = false;
    let passes = 0;
    await s.run(function* () {
      go(function* () {
        yield* sleep(1);
        stop = true;
      });
      for (const end = performance.now() + 3000; !stop && performance.now() < end; passes++)
        yield* sleep(0);
    });
    expect(stop).toBe(true);
    expect(passes).toBeGreaterThan(1);
  }
});

test("gosched gives way where it can be called off, too, and time does not move meanwhile", async () => {
  for (const s of [createScheduler(), createDeterministicScheduler({ seed: 1 })]) {
    const order: string[] = [];
    await s.run(function* () {
      go(function* () {
        order.push("other");
      });
      go(function* () {
        yield* sleep(1000);
      });
      const start = now();
      yield* withSignal(gosched(), signal);
      order.push("main");
      expect(now() - start).toBeLessThan(1000);
    });
    expect(order.join(" ")).toBe("other main");
  }
});

test("an async function that awaits gosched lets goroutines run first", async () => {
  const order: string[] = [];
  go(function* () {
    order.push("first");
    yield;
    order.push("second");
  });
  await gosched();
  order.push("awaited");
  await gosched().start();
  order.push("started");
  expect(order.join(" ")).toBe("first second awaited started");
});

test("a goroutine that began within a long slice gives way after 10 ms of its own", async () => {
  const ran = await createScheduler({ slice: 1000 }).run(function* () {
    let other = false;
    go(function* () {
      other = true;
    });
    for (const end = performance.now() + 5000; !other && performance.now() < end;)
      yield* checkpoint();
    return other;
  });
  expect(ran).toBe(true);
});
