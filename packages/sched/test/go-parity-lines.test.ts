/** Go's rules in Go's words, one by one; what Go recorded of itself is in `go-parity.test.ts`. */
import { describe, expect, test } from "vitest";
import {
  afterFunc,
  Chan,
  createDeterministicScheduler,
  createRecorder,
  createScheduler,
  currentBubble,
  currentGoroutine,
  type Go,
  go,
  goexit,
  gosched,
  isPanicError,
  newTicker,
  newTimer,
  now,
  numGoroutine,
  panic,
  panicText,
  PanicNilError,
  recover,
  run,
  isDeadlockError,
  sleep,
  tick,
  withDefer,
  checkpoint,
} from "./helpers.ts";
import { bubble } from "../src/testing/index.ts";

/** What a function throws, as Go would print it. */
function thrown(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return panicText(error);
  }
  return "nothing";
}

describe("sched: goroutines and order", () => {
  test("sched: local queue is FIFO; the slot next is taken first and holds the goroutine readied or started last", async () => {
    const order: number[] = [];
    await run(function* () {
      const first = [0, 1, 2].map((i) =>
        go(function* () {
          order.push(i);
          if (i === 2) go(() => void order.push(3));
        }),
      );
      for (const g of first) yield* g.join();
      yield;
    });
    expect(order).toEqual([2, 3, 0, 1]);
  });

  test("sched: with one P, starting g0..g4 then blocking runs g4,g0,g1,g2,g3", async () => {
    const order: string[] = [];
    await run(function* () {
      const done = new Chan<void>();
      for (let i = 0; i < 5; i++)
        go(function* () {
          order.push(`g${i}`);
          if (order.length === 5) yield* done.send();
        });
      yield* done.recv();
    });
    expect(order.join()).toBe("g4,g0,g1,g2,g3");
  });

  test("sched: a wake-up by the running goroutine hands it the rest of the slice: the waiter runs before others", async () => {
    const order: string[] = [];
    await run(function* () {
      const c = new Chan<number>();
      go(function* () {
        yield* c.recv();
        order.push("waiter");
      });
      yield;
      go(function* () {
        order.push("other");
      });
      yield* c.send(1);
      yield;
      yield;
    });
    expect(order).toEqual(["waiter", "other"]);
  });

  test("sched: close readies waiters so that the first parked runs first, then the others last-parked first", async () => {
    const order: number[] = [];
    await run(function* () {
      const c = new Chan<number>();
      for (let i = 0; i < 5; i++)
        go(function* (): Go {
          yield* c.recv();
          order.push(i);
        });
      // Their order of parking: 4, 0, 1, 2, 3.
      yield* sleep(1);
      c.close();
      while (order.length < 5) yield;
    });
    expect(order).toEqual([4, 3, 2, 1, 0]);
  });

  test("sched: a preempted goroutine is traced as preempted, one that gives way by itself as gosched", async () => {
    const recorder = createRecorder();
    await createScheduler({ tracer: recorder, slice: 0.01 }).run(function* () {
      yield;
      for (let i = 0; i < 200_000; i++) if (i % 1000 === 0) yield* checkpoint();
    });
    const why = [...recorder.events()].filter((e) => e.kind === "stop").map((e) => e.why);
    expect(why[0]).toBe("gosched");
    expect(new Set(why.slice(1))).toEqual(new Set(["preempted"]));
  });

  test("sched: when steps get slower all at once, the host still gets its turn within one slice of 10 ms", async () => {
    const real = performance.now.bind(performance);
    let time = real();
    let turned = time;
    let longest = 0;
    performance.now = () => time;
    try {
      await run(function* () {
        let over = false;
        const turn = (): void => {
          longest = Math.max(longest, time - turned);
          turned = time;
          if (!over) setImmediate(turn);
        };
        turn();
        for (let i = 0; i < 20_000; i++) {
          time += i < 15_000 ? 0.0001 : 0.09;
          yield;
        }
        over = true;
      });
    } finally {
      performance.now = real;
    }
    expect(longest).toBeGreaterThan(3);
    expect(longest).toBeLessThanOrEqual(10);
  });
});

describe("panic, defer, recover", () => {
  test("defer: runs LIFO at function exit; only executed defer statements count (conditionals, loops)", () => {
    const log: number[] = [];
    withDefer((s) => {
      for (let i = 0; i < 4; i++) if (i !== 2) s.defer((n: number) => log.push(n), i);
    });
    expect(log).toEqual([3, 1, 0]);
  });

  test("defer: nil func: panics when it would run at exit, the body after the defer still runs", () => {
    let after = false;
    const text = thrown(() =>
      withDefer((s) => {
        s.defer(null);
        after = true;
      }),
    );
    expect(after).toBe(true);
    expect(text).toBe("panic: runtime error: invalid memory address or nil pointer dereference");
  });

  test("defer: a method of null: the engine's TypeError, at the defer statement or where the call is due", () => {
    const conn = null as { close(): void } | null;
    const log: string[] = [];
    const early = thrown(() =>
      withDefer((s) => {
        s.defer(conn!.close);
        log.push("not reached");
      }),
    );
    const late = thrown(() =>
      withDefer((s) => {
        s.defer(() => conn!.close());
        log.push("body");
      }),
    );
    expect(early).toBe("panic: TypeError: Cannot read properties of null (reading 'close')");
    expect(late).toBe(early);
    expect(log).toEqual(["body"]);
  });

  test("panic: of a struct or a slice: its type, and what is in it or its length instead of where it lies", () => {
    class Point {
      x = 1;
    }
    expect(thrown(() => panic(new Point()))).toBe('panic: (main.Point) {"x":1}');
    expect(thrown(() => panic([1, 2]))).toBe("panic: ([]interface {}) len 2");
  });

  test("defer: closures can change named results after return or after recovery; unnamed results become zero on recovery", () => {
    const double = withDefer<number>((s) => {
      s.defer(() => {
        s.result *= 2;
      });
      return 21;
    });
    const recovered = withDefer<number>((s) => {
      s.defer(() => {
        if (recover() !== undefined) s.result = 7;
      });
      throw new Error("x");
    });
    const unnamed = withDefer<number>((s) => {
      s.defer(() => void recover());
      throw new Error("x");
    });
    expect([double, recovered, unnamed]).toEqual([42, 7, undefined]);
  });

  test("recover: works only when called directly by a deferred function run by the panic; not from a nested call, not as `defer recover()` itself", () => {
    const nested = (): unknown => recover();
    const program = (deferred: () => unknown): string =>
      thrown(() =>
        withDefer((s) => {
          s.defer(deferred);
          throw new Error("x");
        }),
      );
    expect(program(() => recover())).toBe("nothing");
    expect(program(() => nested())).toBe("panic: x");
    expect(program(recover)).toBe("panic: x");
  });

  test("recover: `defer recover()` inside a deferred function does stop the panic", () => {
    const text = thrown(() =>
      withDefer((s) => {
        s.defer(() => {
          withDefer((inner) => {
            inner.defer(recover);
          });
        });
        panic("x");
      }),
    );
    expect(text).toBe("nothing");
  });

  test("recover: returns nil when not panicking, and nil on a second call for the same panic; the remaining defers run and the function returns normally", () => {
    const seen: unknown[] = [recover()];
    const r = withDefer<string>((s) => {
      s.defer(() => {
        seen.push("remaining");
        s.result = "returned";
      });
      s.defer(() => {
        seen.push(recover(), recover());
      });
      panic("x");
    });
    expect(seen).toEqual([undefined, "x", undefined, "remaining"]);
    expect(r).toBe("returned");
  });

  test("panic: a panic in a deferred call replaces the current one; only the newest is recovered, then recover gives nil", () => {
    const seen: unknown[] = [];
    withDefer((s) => {
      s.defer(() => {
        seen.push(recover(), recover());
      });
      s.defer(() => panic("second"));
      panic("first");
    });
    expect(seen).toEqual(["second", undefined]);
  });

  test("panic: a panic raised and recovered inside a deferred function leaves the outer panic active", () => {
    const text = thrown(() =>
      withDefer((s) => {
        s.defer(() => {
          withDefer((inner) => {
            inner.defer(() => void recover());
            panic("inner");
          });
        });
        panic("outer");
      }),
    );
    expect(text).toBe("panic: outer");
  });

  test("panic: recovery in a deferred function followed by a new panic there is a fresh panic seen by outer defers", () => {
    const seen: unknown[] = [];
    withDefer((s) => {
      s.defer(() => {
        seen.push(recover());
      });
      s.defer(() => {
        seen.push(recover());
        panic("fresh");
      });
      panic("old");
    });
    expect(seen).toEqual(["old", "fresh"]);
  });

  test("panic: panic(nil): recover returns *runtime.PanicNilError, text `panic called with nil argument`", () => {
    let seen: unknown;
    withDefer((s) => {
      s.defer(() => {
        seen = recover();
      });
      panic(null);
    });
    expect(seen instanceof PanicNilError).toBe(true);
    expect(String((seen as Error).message)).toContain("panic called with nil argument");
  });

  test("panic: printing: strings and errors plain, named basic types as main.MyInt(93), floats as +1.500000e+000, others by their type", () => {
    class MyInt extends Number {}
    class MyString extends String {}
    class T {
      x = 1;
    }
    const texts = ["s", new Error("e"), new MyInt(93), new MyString("Panic"), 1.5, new T()].map(
      (v) => thrown(() => panic(v)),
    );
    expect(texts).toEqual([
      "panic: s",
      "panic: e",
      "panic: main.MyInt(93)",
      'panic: main.MyString("Panic")',
      "panic: +1.500000e+000",
      'panic: (main.T) {"x":1}',
    ]);
  });

  test("panic: error values print Error(), Stringers String(); if that panics: fatal `panic while printing panic value: ...`", () => {
    const stringer = { toString: () => "I am a Stringer" };
    const bad = {
      toString(): string {
        throw new Error("worse");
      },
    };
    expect(thrown(() => panic(stringer))).toBe("panic: I am a Stringer");
    expect(thrown(() => panic(bad))).toBe("fatal error: panic while printing panic value: worse");
  });

  test("panic: uncaught: deferred calls run first, then `panic: VALUE`; the run rejects", async () => {
    let deferred = false;
    const error: unknown = await run(() =>
      withDefer((s) => {
        s.defer(() => {
          deferred = true;
        });
        panic("VALUE");
      }),
    ).catch((e: unknown) => e);
    expect(deferred).toBe(true);
    expect(isPanicError(error) && panicText(error)).toBe("panic: VALUE");
  });

  test("panic: main that returns because of what a panicking goroutine's deferred calls do is held until the panic ends the program", async () => {
    for (const async of [false, true]) {
      const program = run(function* () {
        const done = new Chan();
        go(() =>
          async
            ? withDefer(async (s) => {
                s.defer(() => done.close());
                await sleep(0);
                panic("crash");
              })
            : withDefer(function* (s) {
                s.defer(gosched);
                s.defer(() => done.close());
                panic("crash");
              }),
        );
        yield* done.recv();
      });
      expect(panicText(await program.catch((e: unknown) => e))).toBe("panic: crash");
    }
  });

  test("goexit: a panic in a defer during Goexit that is recovered lets Goexit continue (no return to the caller)", async () => {
    const log: string[] = [];
    await run(function* () {
      const g = go(() => {
        withDefer((outer) => {
          outer.defer(() => log.push("outer defer"));
          withDefer((s) => {
            s.defer(() => void recover());
            s.defer(() => panic("x"));
            goexit();
          });
          log.push("returned to the caller");
        });
      });
      yield* g.join();
    });
    expect(log).toEqual(["outer defer"]);
  });

  test("goexit: an unrecovered panic after Goexit ends the program with that panic; one in a deferred function during a panic discards the panic", async () => {
    const after: unknown = await run(() =>
      withDefer((s) => {
        s.defer(() => panic("after"));
        goexit();
      }),
    ).catch((e: unknown) => e);
    expect(panicText(after)).toContain("panic: after");
    const discarded = await run(function* () {
      const g = go(() =>
        withDefer((s) => {
          s.defer(() => goexit());
          panic("discarded");
        }),
      );
      yield* g.join();
      return "went on";
    });
    expect(discarded).toBe("went on");
  });
});

describe("time", () => {
  test("time: zero or negative timers fire at once; the largest Duration does not overflow into firing early", async () => {
    const fired = await createDeterministicScheduler().run(function* () {
      const log: number[] = [];
      for (const ms of [0, -5]) {
        yield* newTimer(ms).c.recv();
        log.push(now());
      }
      const far = newTimer(2 ** 63 / 1e6);
      yield* sleep(1e9);
      return [...log, far.c.tryRecv()[2], far.stop()];
    });
    expect(fired).toEqual([0, 0, false, true]);
  });

  test("time: Stop is true iff it prevented firing; a second Stop is false; a stopped timer's channel gets nothing", async () => {
    const got = await createDeterministicScheduler().run(function* () {
      const t = newTimer(5);
      const stops = [t.stop(), t.stop()];
      yield* sleep(10);
      return [...stops, t.c.tryRecv()[2]];
    });
    expect(got).toEqual([true, false, false]);
  });

  test("time: [1.23] timer channels are synchronous: len and cap 0; after Stop or Reset no stale value can be received; Stop/Reset of a fired unread timer return true (before 1.23: cap 1, false and a stale value)", async () => {
    const got = await createDeterministicScheduler().run(function* () {
      const t = newTimer(5);
      yield* sleep(10);
      const lens = [t.c.len, t.c.cap];
      const reset = t.reset(1000);
      const stale = t.c.tryRecv()[2];
      yield* sleep(2000);
      return [...lens, reset, stale, t.stop(), t.c.tryRecv()[2]];
    });
    expect(got).toEqual([0, 0, true, false, true, false]);
  });

  test("time: if Stop or Reset of an otherwise unread timer returns false, its channel does deliver one value: it returns true, so nothing is left to deliver", async () => {
    const got = await createDeterministicScheduler().run(function* () {
      const t = newTimer(1);
      yield* sleep(5);
      const stopped = t.stop();
      return [stopped, t.c.tryRecv()[2]];
    });
    expect(got).toEqual([true, false]);
  });

  test("time: AfterFunc runs f in its own goroutine; Stop after it started is false and does not wait; Reset runs it again", async () => {
    const got = await createDeterministicScheduler().run(function* main() {
      const me = currentGoroutine();
      const seen: unknown[] = [];
      let hold = true;
      const t = afterFunc(1, function* () {
        seen.push(currentGoroutine() !== me);
        while (hold) yield* sleep(1);
        seen.push("ended");
      });
      yield* sleep(5);
      seen.push(t.stop());
      hold = false;
      yield* sleep(5);
      seen.push(t.reset(1));
      yield* sleep(5);
      return seen;
    });
    expect(got).toEqual([true, false, "ended", false, true, "ended"]);
  });

  test("time: NewTicker(<=0) panics with error `non-positive interval for NewTicker`; Ticker.Reset(0) panics `non-positive interval for Ticker.Reset`", () => {
    expect(thrown(() => newTicker(0))).toContain("non-positive interval for NewTicker");
    expect(thrown(() => newTicker(1).reset(0))).toContain("non-positive interval for Ticker.Reset");
  });

  test("time: Tick(<=0) gives a channel that is never ready", async () => {
    const got: unknown = await createDeterministicScheduler()
      .run(function* () {
        const never = [0, -1, -Infinity].map((ms) => tick(ms));
        yield* sleep(1e6);
        expect(never.map((c) => c.tryRecv()[2])).toEqual([false, false, false]);
        yield* never[0]!.recv();
      })
      .catch((e: unknown) => e);
    expect(isDeadlockError(got)).toBe(true);
  });
});

describe("bubbles", () => {
  test("bubble: a timer read late gives its scheduled time; a 0 timer is readable at once without blocking", async () => {
    const got = await bubble(function* () {
      const late = newTimer(10);
      yield* sleep(50);
      const zero = newTimer(0);
      return [late.c.tryRecv()[0], zero.c.tryRecv()[2]];
    });
    expect(got).toEqual([10, true]);
  });

  test("bubble: AfterFunc and goroutines started in it belong to the bubble", async () => {
    const seen = new Set<unknown>();
    await bubble(function* (b) {
      const note = (): void => void seen.add(currentBubble());
      note();
      afterFunc(5, note);
      go(note);
      go(async () => {
        await sleep(1);
        go(note);
      });
      yield* sleep(10);
      expect(seen).toEqual(new Set([b.scheduler]));
      expect(numGoroutine()).toBe(2); // the bubble's own and this one
    });
    expect(currentBubble()).toBe(null);
  });

  test("bubble: timers of a bubble used from outside panic `stop of synctest timer from outside bubble`, `reset of synctest timer from outside bubble`, receive likewise", async () => {
    const timers = await bubble(() => [newTimer(1), afterFunc(1, () => {})] as const, {
      leakCheck: false,
    });
    for (const t of timers) {
      expect(thrown(() => t.stop())).toBe("panic: stop of synctest timer from outside bubble");
      expect(thrown(() => t.reset(5))).toBe("panic: reset of synctest timer from outside bubble");
    }
    const outside = "panic: receive on synctest channel from outside bubble";
    expect(thrown(() => timers[0].c.tryRecv())).toBe(outside);
    await expect(timers[0].c.recv()).rejects.toThrow("receive on synctest channel from outside");
  });
});
