import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  currentScheduler,
  go,
  goexit,
  goroutines,
  gosched,
  panic,
  sleep,
} from "@gort/sched";
import { RuntimeError } from "@gort/types";
import { describe, expect, expectTypeOf, it } from "vitest";
import { checkErrGroup } from "../src/check.ts";
import { ErrGroup, isMisuseError } from "../src/index.ts";
import { type FakeContext, fakeContext } from "./fake-context.ts";
import { program, settle } from "./trace.ts";

const failing = (text: string, turns = 0) =>
  function* () {
    for (let i = 0; i < turns; i++) yield* gosched();
    throw new Error(text);
  };

describe("errgroup", () => {
  it("Wait returns the first non-nil error (by time) and keeps returning it; zero Group works", async () => {
    await program(function* () {
      const g = new ErrGroup();
      yield* g.wait();
      void g.go(failing("late", 5));
      void g.go(failing("first", 1));
      void g.go(function* () {});
      for (let i = 0; i < 3; i++) {
        let message = "none";
        try {
          yield* g.wait();
        } catch (e) {
          message = (e as Error).message;
        }
        expect(message).toBe("first");
      }
      checkErrGroup(g);
    });
  });

  it("WithContext cancels on the first error or when Wait returns; Cause is that error, else Canceled", async () => {
    await program(function* () {
      const [parent] = fakeContext();
      const [g, ctx] = ErrGroup.withContext(parent);
      // Not the type that was given, which may have more than what is derived from it has.
      expectTypeOf(ctx).toEqualTypeOf<Pick<FakeContext, "done" | "err">>();
      const why = (of: unknown): Error => (of as FakeContext).cause as Error;
      expect(ctx).not.toBe(parent);
      void g.go(failing("boom"));
      void g.go(function* () {
        yield* ctx.done().recv();
      });
      let thrown: unknown;
      try {
        yield* g.wait();
      } catch (e) {
        thrown = e;
      }
      expect((thrown as Error).message).toBe("boom");
      expect(ctx.err()?.message).toBe("context canceled");
      expect(why(ctx).message).toBe("boom");
      expect(parent.err()).toBe(null);

      const [fine, end] = ErrGroup.withContext(parent);
      void fine.go(() => {});
      expect(end.err()).toBe(null);
      yield* fine.wait();
      expect(why(end).message).toBe("context canceled");
    });
  });

  it("SetLimit(n): Go blocks while n run; TryGo returns false; limit 0 blocks all; negative removes the limit", async () => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(2);
      let running = 0;
      let most = 0;
      for (let i = 0; i < 10; i++) {
        yield* g.go(function* () {
          most = Math.max(most, ++running);
          yield* gosched();
          const free = g.running < 2;
          expect(g.tryGo(() => {})).toBe(free);
          running--;
        });
        checkErrGroup(g);
      }
      yield* g.wait();
      expect(most).toBe(2);
      g.setLimit(0);
      expect(g.tryGo(() => {})).toBe(false);
      let started = false;
      let returned = false;
      go(function* () {
        yield* g.go(() => (started = true));
        returned = true;
      });
      yield* settle();
      expect([started, returned]).toEqual([false, false]);
      g.setLimit(-1);
      yield* settle();
      expect([started, returned]).toEqual([true, true]);
      expect(g.tryGo(() => {})).toBe(true);
      yield* g.wait();
    });
  });

  it("SetLimit while goroutines run panics `errgroup: modify limit while N goroutines in the group are still active`", async () => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(3);
      void g.go(() => gosched());
      void g.go(() => gosched());
      let error: unknown;
      try {
        g.setLimit(5);
      } catch (e) {
        error = e;
      }
      expect(isMisuseError(error)).toBe(true);
      expect((error as Error).message).toBe(
        "errgroup: modify limit while 2 goroutines in the group are still active",
      );
      yield* g.wait();
      g.setLimit(5);
    });
  });

  it("SetLimit of a group without a limit panics likewise while goroutines run", async () => {
    await program(function* () {
      const g = new ErrGroup();
      void g.go(() => gosched());
      expect(() => g.setLimit(5)).toThrow(
        "errgroup: modify limit while 1 goroutines in the group are still active",
      );
      yield* g.wait();
    });
  });

  it("SetLimit with a negative n removes the limit also while goroutines run, and starts those that wait", async () => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(1);
      let running = 0;
      const f = function* () {
        running++;
        yield* settle();
      };
      void g.go(f);
      void g.go(f);
      yield* gosched();
      expect(running).toBe(1);
      g.setLimit(-1);
      yield* gosched();
      expect(running).toBe(2);
      yield* g.wait();
    });
  });

  it("panics in f are not caught by the group", async () => {
    for (const f of [
      () => panic("boom"),
      () => {
        throw new RuntimeError("runtime error: integer divide by zero");
      },
    ]) {
      const g = new ErrGroup();
      await expect(
        program(function* () {
          void g.go(f);
          yield* settle();
          throw new Error("the program went on");
        }),
      ).rejects.toThrow(/boom|integer divide by zero/);
      await expect(g.wait()).rejects.toThrow(/boom|integer divide by zero/);
    }
  });

  const schedulers = { createScheduler, createFifoScheduler, createDeterministicScheduler };
  const panics: Record<string, () => any> = {
    plain: () => panic("boom"),
    async: async () => {
      await sleep(1);
      panic("boom");
    },
    generator: function* () {
      yield* sleep(1);
      panic("boom");
    },
  };
  for (const [name, create] of Object.entries(schedulers))
    for (const [form, f] of Object.entries(panics))
      it(`a panic ends the program before those who wait for the group go on: ${form}, ${name}`, async () => {
        for (const limit of [1, 9]) {
          const g = new ErrGroup();
          g.setLimit(limit);
          const main = create().run(function* () {
            void g.go(f);
            yield* g.wait();
            return "went on";
          });
          await expect(main).rejects.toThrow("boom");
          const asyncMain = create().run(async () => {
            const g = new ErrGroup();
            await g.go(f);
            await g.wait();
            return "went on";
          });
          await expect(asyncMain).rejects.toThrow("boom");
        }
      });

  it("dumps name the functions of a group", async () => {
    const names = await program(function* () {
      const g = new ErrGroup();
      void g.go(function* fetchUser() {
        yield* gosched();
      });
      void g.go(async function fetchRole() {});
      const names = goroutines(currentScheduler()).map((g) => g.name);
      yield* g.wait();
      return names;
    });
    expect(names).toEqual(expect.arrayContaining(["fetchUser", "fetchRole"]));
  });

  it("functions handed in without waiting are all run, within the limit, and waited for", async () => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(3);
      let ran = 0;
      for (let i = 0; i < 20; i++) {
        void g.go(function* () {
          yield* gosched();
          ran++;
        });
      }
      checkErrGroup(g);
      expect(g.describe()).toBe("errgroup (3 running, 17 waiting, limit 3)");
      yield* g.wait();
      expect(ran).toBe(20);
    });
  });

  it("a queued function that starts before its caller waits does not trouble the caller", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    let ran = 0;
    await g.go(async () => void ran++);
    const second = g.go(async () => void ran++);
    await sleep(1);
    await second;
    await g.wait();
    expect(ran).toBe(2);
  });

  it("calling off a blocked Go takes the function back", async () => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(1);
      let stop = false;
      void g.go(function* () {
        while (!stop) yield* gosched();
      });
      const abort = new AbortController();
      let ran = false;
      let message = "";
      go(function* () {
        try {
          yield* g.go(() => (ran = true), { signal: abort.signal });
        } catch (e) {
          message = (e as Error).message;
        }
      });
      yield* settle();
      abort.abort(new Error("no patience"));
      checkErrGroup(g);
      stop = true;
      yield* g.wait();
      yield* settle();
      expect([ran, message]).toEqual([false, "no patience"]);
    });
  });

  it("what is called off already is never started, and what is called off before its caller waits is taken back", async () => {
    const log: string[] = [];
    const g = new ErrGroup();
    await expect(g.go(() => log.push("a"), { signal: AbortSignal.abort("off") })).rejects.toBe(
      "off",
    );
    g.setLimit(1);
    let stop = false;
    await g.go(async () => {
      while (!stop) await sleep(1);
    });
    const already = g.go(() => log.push("b"), { signal: AbortSignal.abort("off") });
    const abort = new AbortController();
    const inTime = g.go(() => log.push("c"), { signal: abort.signal });
    checkErrGroup(g);
    abort.abort("off");
    await expect(already).rejects.toBe("off");
    await expect(inTime).rejects.toBe("off");
    checkErrGroup(g);
    // A function that was started is not taken back, so its caller hears of no failure.
    const late = new AbortController();
    const started = g.go(() => log.push("d"), { signal: late.signal });
    stop = true;
    while (log.length === 0) await sleep(1);
    late.abort("off");
    await started;
    await g.wait();
    expect(log).toEqual(["d"]);
    checkErrGroup(g);
  });

  it("withSignal aborts on the first error, follows its parent, and is aborted when Wait returns", async () => {
    const [g, signal] = ErrGroup.withSignal();
    await g.go(async () => {
      await sleep(0);
      throw new Error("disk full");
    });
    let aborted = false;
    signal.addEventListener("abort", () => (aborted = true));
    await expect((async () => g.wait())()).rejects.toThrow("disk full");
    expect(aborted).toBe(true);
    expect((signal.reason as Error).message).toBe("disk full");

    const parent = new AbortController();
    const [, child] = ErrGroup.withSignal(parent.signal);
    parent.abort(new Error("shutdown"));
    expect((child.reason as Error).message).toBe("shutdown");
    expect(ErrGroup.withSignal(parent.signal)[1].aborted).toBe(true);

    const [fine, end] = ErrGroup.withSignal();
    await fine.wait();
    expect(end.aborted).toBe(true);
  });

  it("even undefined thrown is an error", async () => {
    const g = new ErrGroup();
    await g.go(() => {
      throw undefined;
    });
    const outcome = await g.wait().then(
      () => "fine",
      (e: unknown) => ["failed", e],
    );
    expect(outcome).toEqual(["failed", undefined]);
  });

  it.each<[string, () => any]>([
    [
      "a generator function",
      function* () {
        yield* gosched();
        goexit();
      },
    ],
    [
      "an async function",
      async () => {
        await Promise.resolve();
        goexit();
      },
    ],
    ["a plain function", () => goexit()],
  ])("goexit in %s is no error of the group", async (_kind, fn) => {
    await program(function* () {
      const g = new ErrGroup();
      g.setLimit(1);
      yield* g.go(fn);
      let next = false;
      yield* g.go(() => void (next = true));
      yield* g.wait();
      expect(next).toBe(true);
      checkErrGroup(g);
    });
  });

  it("a wait that was called off is told of nothing any more", async () => {
    const g = new ErrGroup();
    g.setLimit(0);
    const started = g.go(() => {}).start();
    const stop = new AbortController();
    const waiting = g.wait({ signal: stop.signal }).start();
    expect(g.waiters.length).toBe(1);
    stop.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    expect(g.waiters.length).toBe(0);
    g.setLimit(Infinity);
    await started;
    await g.wait();
  });

  it("bad arguments are named", () => {
    const g = new ErrGroup();
    expect(() => void g.go(null as never)).toThrow("ErrGroup.go: fn is null, want a function");
    expect(() => g.tryGo("f" as never)).toThrow('ErrGroup.tryGo: fn is "f", want a function');
    expect(() => g.setLimit(NaN)).toThrow("ErrGroup.setLimit: n is NaN, want an integer");
    expect(() => ErrGroup.withContext(null as never)).toThrow(
      "ErrGroup.withContext: ctx is null, want a context of @gort/context",
    );
    checkErrGroup(g);
  });
});
