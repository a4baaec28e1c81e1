/** What a user's editor shows: types that must be inferred without an annotation. Nothing here runs but the file itself. */
import { describe, expectTypeOf, test } from "vitest";
import {
  aborted,
  after,
  afterFunc,
  type Clock,
  createDeterministicScheduler,
  createScheduler,
  type Go,
  go,
  type Goexit,
  type Goroutine,
  isDeadlockError,
  isGoexit,
  isOp,
  isPanicError,
  newTicker,
  newTimer,
  type Op,
  type OpRecord,
  panic,
  poll,
  run,
  type Scheduler,
  sleep,
  tick,
  Ticker,
  Timer,
  type TimerChan,
  type WaitOptions,
  withDefer,
} from "../src/index.ts";

describe("types", () => {
  test("go and run infer arguments and result from all three kinds of functions", () => {
    const inferred = () => {
      expectTypeOf(go(() => 1)).toEqualTypeOf<Goroutine<number>>();
      expectTypeOf(go(async () => "a")).toEqualTypeOf<Goroutine<string>>();
      const g = go(
        function* (a: number, b: string) {
          yield;
          return [a, b] as const;
        },
        1,
        "b",
      );
      expectTypeOf(g).toEqualTypeOf<Goroutine<readonly [number, string]>>();
      // @ts-expect-error a number where a string belongs
      go((s: string) => s.length, 5);
      // @ts-expect-error an argument is missing
      go((s: string) => s.length);
      expectTypeOf(run(() => 1)).toEqualTypeOf<Promise<number>>();
      expectTypeOf(run(async () => "a")).toEqualTypeOf<Promise<string>>();
      const s = createScheduler();
      expectTypeOf(s.run(async (n: number) => n > 1, 5)).toEqualTypeOf<Promise<boolean>>();
      return run(function* () {
        const n = yield* go(async () => 20).join();
        expectTypeOf(n).toEqualTypeOf<number>();
        const v = yield* poll(Promise.resolve("x"));
        expectTypeOf(v).toEqualTypeOf<string>();
        return n + v.length;
      });
    };
    expectTypeOf(inferred).returns.toEqualTypeOf<Promise<number>>();
  });

  test("yield* of an op gives its value, and await the same", () => {
    const body = function* (): Go<number> {
      expectTypeOf(yield* sleep(1)).toEqualTypeOf<void>();
      expectTypeOf(yield* aborted(new AbortController().signal)).toEqualTypeOf<unknown>();
      expectTypeOf(yield* newTimer(1).c.recvOk()).toEqualTypeOf<[value: number, ok: true]>();
      return 1;
    };
    expectTypeOf(body).returns.toEqualTypeOf<Go<number>>();
    const f = async () =>
      [await sleep(1), await after(1).recv(), await poll(Promise.resolve(true))] as const;
    expectTypeOf(f).returns.toEqualTypeOf<Promise<readonly [void, number, boolean]>>();
    expectTypeOf(sleep(1).start()).toEqualTypeOf<void | Promise<void>>();
    expectTypeOf<Op<number>>().toExtend<PromiseLike<number>>();
    expectTypeOf<Op<number>>().toExtend<Op<number | string>>();
    expectTypeOf<Awaited<Op<{ a: 1 }>>>().toEqualTypeOf<{ a: 1 }>();
  });

  test("a goroutine of a narrower result is one of a wider, a scheduler of ours is a Scheduler", () => {
    expectTypeOf<Goroutine<1>>().toExtend<Goroutine<number>>();
    expectTypeOf<Goroutine<number>>().toExtend<Goroutine>();
    expectTypeOf(createDeterministicScheduler({ seed: 1 })).toExtend<Scheduler>();
    expectTypeOf(createDeterministicScheduler().seed).toEqualTypeOf<number>();
    expectTypeOf(createScheduler().clock).toEqualTypeOf<Clock>();
    const refused = () => {
      // @ts-expect-error an option that there is none of
      createScheduler({ proc: 4 });
      // @ts-expect-error the deterministic scheduler brings its own clock
      createDeterministicScheduler({ clock: createScheduler().clock });
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });

  test("a function that gives an op has its result", () => {
    const inferred = () => {
      expectTypeOf(go(() => sleep(1))).toEqualTypeOf<Goroutine<void>>();
      expectTypeOf(go(() => poll(Promise.resolve(5)))).toEqualTypeOf<Goroutine<number>>();
      expectTypeOf(run(() => poll(Promise.resolve("a")))).toEqualTypeOf<Promise<string>>();
      const s = createScheduler();
      expectTypeOf(s.go(() => poll(Promise.resolve(5)))).toEqualTypeOf<Goroutine<number>>();
    };
    expectTypeOf(inferred).toBeFunction();
  });

  test("withDefer has the kind and the result of its body", () => {
    expectTypeOf(withDefer(() => 1)).toEqualTypeOf<number>();
    expectTypeOf(withDefer(async () => "a")).toEqualTypeOf<Promise<string>>();
    const gen = withDefer(function* () {
      yield* sleep(1);
      return true;
    });
    expectTypeOf(gen).toExtend<Generator<unknown, boolean>>();
    // A body that only panics is a plain function, too.
    const panics = (): string =>
      withDefer<string>((s) => {
        s.defer(() => {
          s.result = "recovered";
        });
        panic("boom");
      });
    expectTypeOf(panics).returns.toBeString();
    const throws = () =>
      withDefer((s) => {
        s.defer(() => {});
        throw new Error("boom");
      });
    expectTypeOf(throws).returns.toBeUndefined();
    const later = () =>
      withDefer(async () => {
        throw new Error("boom");
      });
    expectTypeOf(later).returns.toEqualTypeOf<Promise<never>>();
    const named = withDefer<number>((s) => {
      expectTypeOf(s.result).toEqualTypeOf<number>();
      s.defer((a: number, b: string) => a + b.length, 1, "b");
      // @ts-expect-error a number where a string belongs
      s.defer((b: string) => b.length, 1);
    });
    expectTypeOf(named).toEqualTypeOf<number>();
  });

  test("a field that holds a ticker or a timer knows its channel", () => {
    class Poller {
      readonly every: Ticker = newTicker(1000);
      readonly once: Timer<TimerChan> = newTimer(1000);
      readonly either: Timer[] = [newTimer(1000), afterFunc(1000, () => {})];
    }
    const f = ({ every, once, either }: Poller) => {
      expectTypeOf(every.c).toEqualTypeOf<TimerChan>();
      expectTypeOf(once.c).toEqualTypeOf<TimerChan>();
      expectTypeOf(either[0]!.c).toEqualTypeOf<TimerChan | null>();
      expectTypeOf(new Ticker().c).toEqualTypeOf<null>();
      expectTypeOf(new Ticker(every.c)).toEqualTypeOf<Ticker>();
      expectTypeOf(new Timer().c).toEqualTypeOf<TimerChan | null>();
      // @ts-expect-error the timer of a function has no channel
      return afterFunc(1, () => {}) satisfies Timer<TimerChan>;
    };
    expectTypeOf(f).toBeFunction();
  });

  test("an error that a guard says no to is an error still", () => {
    const f = (e: Error) => {
      if (isGoexit(e) || isPanicError(e) || isDeadlockError(e)) return;
      expectTypeOf(e).toEqualTypeOf<Error>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[Error]>();
    expectTypeOf<Omit<Goexit, "over">>().not.toEqualTypeOf<Error>(); // Users do not see `over`.
  });

  test("timers say what they deliver, panic never returns, guards narrow", () => {
    const f = (e: unknown) => {
      expectTypeOf(newTimer(1).c).toEqualTypeOf<TimerChan>();
      expectTypeOf(afterFunc(1, () => {}).c).toEqualTypeOf<null>();
      expectTypeOf(newTicker(1).c).toEqualTypeOf<TimerChan>();
      expectTypeOf(tick(1)).toEqualTypeOf<TimerChan>();
      if (isPanicError(e)) expectTypeOf(e.value).toEqualTypeOf<unknown>();
      if (isDeadlockError(e)) expectTypeOf(e.goroutines[0]!.name).toEqualTypeOf<string>();
      if (isOp(e)) expectTypeOf(e).toEqualTypeOf<OpRecord<unknown>>();
      if (typeof e === "object" && isOp(e)) expectTypeOf(e.state).toEqualTypeOf<number>();
      const record = (x: Op<number>): OpRecord<number> | null => (isOp(x) ? x : null);
      expectTypeOf(record).toBeFunction();
      return panic("x");
    };
    expectTypeOf(f).returns.toEqualTypeOf<never>();
    expectTypeOf<{ signal: AbortSignal }>().toExtend<WaitOptions>();
    const refused = (signal: AbortSignal) => {
      // @ts-expect-error a signal is an option, not the options
      void sleep(1, signal);
    };
    expectTypeOf(refused).parameters.toEqualTypeOf<[AbortSignal]>();
  });
});
