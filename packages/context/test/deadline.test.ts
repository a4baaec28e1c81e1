import { makeChan } from "@gort/chan";
import {
  type Clock,
  createDeterministicScheduler,
  createScheduler,
  currentClock,
  type Go,
  go,
  run,
  sleep,
} from "@gort/sched";
import { describe, expect, test } from "vitest";
import {
  background,
  Canceled,
  checkContext,
  DeadlineExceeded,
  isCanceled,
  isDeadlineExceeded,
  withCancel,
  withDeadline,
  withDeadlineCause,
  withTimeout,
  withTimeoutCause,
  withValue,
} from "../src/index.ts";

/** Runs on virtual time, so that an hour takes no time. */
const virtual = <R>(body: () => Go<R>): Promise<R> =>
  createDeterministicScheduler({ seed: 1 }).run(body);

test("a deadline ends the context and its descendants when the time has come", () =>
  virtual(function* () {
    const [ctx] = withTimeout(background(), 3_600_000);
    const [child] = withCancel(withValue(ctx, "k", 1));
    yield* sleep(3_599_999);
    expect([ctx.err(), child.err()]).toEqual([null, null]);
    yield* sleep(2);
    expect([ctx.err(), child.err()]).toEqual([DeadlineExceeded, DeadlineExceeded]);
    expect(ctx.done().tryRecv()[2]).toBe(true);
    expect((ctx.signal.reason as Error).name).toBe("TimeoutError");
    checkContext(ctx);
  }));

test("WithDeadline in the past: done at once with `context deadline exceeded`", () => {
  for (const at of [0, Date.now() - 1, new Date(0), -Infinity]) {
    const [ctx] = withDeadline(background(), at);
    expect(ctx.err()).toBe(DeadlineExceeded);
    expect(ctx.err()!.message).toBe("context deadline exceeded");
  }
  for (const ms of [0, -1]) expect(withTimeout(background(), ms)[0].err()).toBe(DeadlineExceeded);
});

test("a child's deadline is the earlier of its own and the parent's", () => {
  const [early] = withDeadline(background(), 4e12);
  expect(withDeadline(early, 5e12)[0].deadline()).toEqual([4e12, true]);
  expect(withDeadline(early, 3e12)[0].deadline()).toEqual([3e12, true]);
  expect(withCancel(withValue(early, "k", 1))[0].deadline()).toEqual([4e12, true]);
  expect(String(withDeadline(early, 5e12)[0])).toMatch(/\]\)\.WithCancel$/);
  expect(withTimeout(background(), Infinity)[0].deadline()).toEqual([0, false]);
});

test("whichever comes first fixes Err: cancel after timeout keeps DeadlineExceeded; cancel before gives Canceled", () =>
  virtual(function* () {
    const [a, cancelA] = withTimeout(background(), 10);
    const [b, cancelB] = withTimeout(background(), 10);
    cancelB();
    yield* sleep(20);
    cancelA();
    expect([a.err(), b.err()]).toEqual([DeadlineExceeded, Canceled]);
  }));

test("the timer is gone as soon as the context has ended, however that came", async () => {
  let pending = 0;
  const clock = {
    now: () => 0,
    wall: () => 1000,
    schedule: () => {
      pending++;
      return { cancel: () => (pending--, true) };
    },
  };
  const [parent, cancelParent] = withCancel(background());
  const contexts = Array.from({ length: 6 }, () => withTimeout(parent, 50, { clock }));
  expect(pending).toBe(6);
  contexts[0]![1]();
  expect(pending).toBe(5);
  cancelParent();
  expect(pending).toBe(0);
  expect(withTimeout(parent, 50, { clock })[0].err()).toBe(Canceled);
  expect(pending).toBe(0);
  checkContext(parent);
});

test("misspelled options are refused by name", () => {
  const options = { clok: 1 } as object;
  const text = "options.clok is 1, want no options but clock";
  expect(() => withTimeout(background(), 5, options)).toThrow(`withTimeout: ${text}`);
  expect(() => withDeadline(background(), 5, options)).toThrow(`withDeadline: ${text}`);
});

test("the clock is the one of the goroutine's scheduler, or the one given", () =>
  virtual(function* () {
    const [ctx] = withTimeout(background(), 1000);
    const start = Date.UTC(2000, 0, 1);
    expect(ctx.deadline()).toEqual([start + 1000, true]);
    const [by] = withDeadlineCause(background(), start + 500, "slow");
    yield* sleep(600);
    expect([by.err(), by.signal.reason]).toEqual([DeadlineExceeded, "slow"]);
    expect(ctx.err()).toBe(null);
  }));

describe("errors", () => {
  test("DeadlineExceeded has Timeout() true and Temporary() true; Canceled has neither", () => {
    expect([DeadlineExceeded.timeout(), DeadlineExceeded.temporary()]).toEqual([true, true]);
    expect("timeout" in Canceled || "temporary" in Canceled).toBe(false);
  });

  test("they are errors with the platform's names, and are known across copies of the package", () => {
    expect(Canceled).toBeInstanceOf(Error);
    expect([Canceled.name, DeadlineExceeded.name]).toEqual(["AbortError", "TimeoutError"]);
    expect(String(DeadlineExceeded)).toBe("TimeoutError: context deadline exceeded");
    const copy = { [Symbol.for("gort.context.error")]: "context canceled" };
    expect([isCanceled(Canceled), isCanceled(copy), isCanceled(DeadlineExceeded)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isDeadlineExceeded(DeadlineExceeded), isDeadlineExceeded(Canceled)]).toEqual([
      true,
      false,
    ]);
    for (const v of [null, undefined, 1, new Error("context canceled")]) {
      expect(isCanceled(v)).toBe(false);
    }
  });
});

test("what is no number, and a clock that is none, is named", () => {
  const any = (v: unknown): never => v as never;
  for (const [text, call] of [
    ['withTimeout: timeoutMs is "3", want', () => withTimeout(background(), any("3"))],
    ["withDeadline: at is an object (Object), want", () => withDeadline(background(), any({}))],
    ['withTimeoutCause: timeoutMs is "3"', () => withTimeoutCause(background(), any("3"), "late")],
    ["withDeadlineCause: at is an", () => withDeadlineCause(background(), any({}), "late")],
    ["options.clock is an object (Object), want a clock", () => timed({})],
    ["options.clock is 5, want a clock", () => timed(5)],
    ["options.clock is an object (Object), want", () => timed({ now() {}, wall() {} })],
  ] as [string, () => unknown][]) {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(text);
  }
  for (const call of [
    () => withTimeout(background(), NaN),
    () => withDeadline(background(), new Date(NaN)),
  ])
    expect(call).toThrow(RangeError);

  function timed(clock: unknown): unknown {
    return withTimeout(background(), 1, { clock: any(clock) });
  }
});

describe("a deadline and the end of the program in which it was made", () => {
  const timeouts = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

  test("it ends the context in time, and what waits for that, but keeps no process alive", async () => {
    const before = timeouts();
    const [ctx, far] = await run(function* () {
      return [withTimeout(background(), 20)[0], withTimeout(background(), 3_600_000)];
    });
    const waiting = makeChan<number>().recv({ ctx }).start();
    expect(timeouts()).toBe(before);
    await expect(waiting).rejects.toBe(DeadlineExceeded);
    expect([ctx.err(), ctx.signal.aborted]).toEqual([DeadlineExceeded, true]);
    far[1]();
    checkContext(far[0]);
    expect(far[0].err()).toBe(Canceled);
  });

  test("the function of an async goroutine that runs on is told", async () => {
    let outcome: unknown;
    await run(async () => {
      const g = go(async () => {
        const [ctx] = withTimeout(background(), 10);
        outcome = makeChan<number>()
          .recv({ ctx })
          .then(null, (e: unknown) => e);
      });
      await g.join();
    });
    expect(await outcome).toBe(DeadlineExceeded);
  });

  test("a later program that waits for it is not deadlocked", async () => {
    const ctx = await run(function* () {
      return withTimeout(background(), 20)[0];
    });
    await run(function* () {
      yield* ctx.done().recv();
    });
    expect(ctx.err()).toBe(DeadlineExceeded);
  });

  test("on a clock of the user's it stays there", async () => {
    const due: (() => void)[] = [];
    const clock: Clock = {
      now: () => 0,
      wall: () => 0,
      schedule(_when, fire) {
        due.push(fire);
        return { cancel: () => due.splice(due.indexOf(fire), 1).length > 0 };
      },
    };
    let slept = false;
    const ctx = await createScheduler({ clock }).run(function* () {
      const [ctx] = withTimeout(background(), 20);
      go(function* () {
        yield* sleep(10);
        slept = true;
      });
      yield;
      return ctx;
    });
    expect([due.length, ctx.err()]).toEqual([1, null]);
    due[0]!();
    expect([ctx.err(), slept]).toEqual([DeadlineExceeded, false]);
  });

  test("virtual time stands still then, and so does the context", async () => {
    const [ctx, clock] = await virtual(function* () {
      return [withTimeout(background(), 1)[0], currentClock()] as const;
    });
    await sleep(5);
    expect([ctx.err(), clock.now()]).toEqual([null, 0]);
  });
});

test("a deadline that is also the parent's is one of its own, with its own cause, as in Go", async () => {
  const s = createDeterministicScheduler({ seed: 1 });
  const why = await s.run(function* () {
    const at = s.clock.wall() + 10;
    const [parent] = withDeadline(background(), at);
    const [ctx] = withDeadlineCause(parent, at, "mine");
    return String(ctx).split("WithDeadline").length;
  });
  expect(why).toBe(3);
});
