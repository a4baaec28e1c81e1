/** Contexts and bubbles: a done channel that is first asked for inside belongs to the bubble, as in Go. */
import { createFifoScheduler, go, now, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { describe, expect, it, test } from "vitest";
import {
  afterFunc,
  background,
  Canceled,
  cause,
  checkContext,
  withCancel,
  withCancelCause,
  withTimeout,
} from "../src/index.ts";

test("a timeout inside of a bubble ends in the bubble's time", () =>
  bubble(function* () {
    const [ctx] = withTimeout(background(), 3_600_000);
    const before = now();
    yield* ctx.done().recv();
    expect(now() - before).toBe(3_600_000);
  }));

test("cancelling from outside panics as in Go, but after everybody under it was told", async () => {
  const [ctx, cancel] = withCancelCause(background());
  const [before] = withCancel(ctx);
  const [inside] = withCancel(ctx);
  const [after] = withCancel(inside);
  const signals = [before.signal, inside.signal, after.signal];
  const outer = before.done();
  let ran = 0;
  afterFunc(after, () => void ran++);
  await bubble(function* () {
    inside.done();
    after.done();
    yield* sleep(1);
  });
  expect(() => cancel("why")).toThrow("close of synctest channel from outside bubble");
  expect([ctx, before, inside, after].map((c) => [c.err(), cause(c)])).toEqual(
    Array.from({ length: 4 }, () => [Canceled, "why"]),
  );
  expect(signals.map((s) => s.reason as unknown)).toEqual(["why", "why", "why"]);
  expect(outer.tryRecv()[2]).toBe(true);
  checkContext(before);
  await new Promise((resolve) => go(() => resolve(undefined)));
  expect(ran).toBe(1);
  cancel("again");
  expect(cause(ctx)).toBe("why");
});

describe("afterFunc of an async function in a bubble, which starts its function in a later job", () => {
  it("runs it at the instant of the timeout, before time moves on", () =>
    bubble(function* () {
      let at = -1;
      go(async () => {
        await Promise.resolve();
        const [ctx] = withTimeout(background(), 10);
        afterFunc(ctx, function* () {
          at = now();
        });
      });
      const before = now();
      yield* sleep(1000);
      expect(at - before).toBe(10);
    }));

  it("has run it when nothing can run any more", () =>
    bubble(function* (b) {
      let ran = false;
      const [ctx, cancel] = withCancel(background());
      yield* go(async () => {
        await Promise.resolve();
        afterFunc(ctx, () => void (ran = true));
      }).join();
      cancel();
      yield* b.wait();
      expect(ran).toBe(true);
    }));

  it("finds that its function is left", async () => {
    const program = bubble(function* () {
      const [ctx, cancel] = withCancel(background());
      yield* go(async () => {
        await Promise.resolve();
        afterFunc(ctx, function* left() {
          yield* sleep(Infinity);
        });
      }).join();
      cancel();
    });
    await expect(program).rejects.toThrow("blocked goroutines remain");
  });
});

test("afterFunc of an async function starts nothing if the program in which the context ended is over", async () => {
  const s = createFifoScheduler();
  let ran = false;
  await s.run(function* () {
    const [ctx, cancel] = withCancel(background());
    yield* go(async () => afterFunc(ctx, () => void (ran = true))).join();
    cancel();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toBe(false);
});
