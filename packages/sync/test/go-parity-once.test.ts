import { createFifoScheduler, go, goexit, gosched, isDeadlockError } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkOnce } from "../src/check.ts";
import { Once } from "../src/index.ts";
import { program, settle } from "./trace.ts";

describe("once", () => {
  it("f runs once for 10 concurrent callers; every Do returns after it finished", async () => {
    await program(function* () {
      const once = new Once();
      let runs = 0;
      let finished = false;
      const all = Array.from({ length: 10 }, () =>
        go(function* () {
          yield* once.do(function* () {
            runs++;
            yield* gosched();
            yield* gosched();
            finished = true;
          });
          expect(finished).toBe(true);
          checkOnce(once);
        }),
      );
      for (const g of all) yield* g.join();
      expect(runs).toBe(1);
      expect(once.done).toBe(true);
    });
  });

  it("if f panics, Do panics and the Once counts as done: later Do calls do nothing", async () => {
    const once = new Once();
    await expect(
      (async () => {
        await once.do(() => {
          throw new Error("failed");
        });
      })(),
    ).rejects.toThrow("failed");
    expect(once.done).toBe(true);
    let ran = false;
    await once.do(() => (ran = true));
    expect(ran).toBe(false);
  });

  it("callers arriving while f runs block until it ends, also when it ends by panic (they return normally)", async () => {
    const log: string[] = [];
    await program(function* () {
      const once = new Once();
      go(function* () {
        try {
          yield* once.do(function* () {
            yield* settle();
            throw new Error("late");
          });
        } catch (e) {
          log.push((e as Error).message);
        }
      });
      yield* gosched();
      yield* once.do(() => log.push("never"));
      log.push("returned");
      yield* settle();
      checkOnce(once);
    });
    expect(log.sort()).toEqual(["late", "returned"]);
  });

  it("Do inside its own f deadlocks", async () => {
    const error: unknown = await createFifoScheduler()
      .run(function* () {
        const once = new Once();
        yield* once.do(function* () {
          yield* once.do(() => {});
        });
      })
      .catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
  });

  it("goexit in f counts as done and lets the waiters go", async () => {
    await program(function* () {
      const once = new Once();
      let after = false;
      go(function* () {
        yield* once.do(function* () {
          yield* settle();
          goexit();
        });
        after = true;
      });
      yield* gosched();
      yield* once.do(() => {});
      expect(once.done).toBe(true);
      expect(after).toBe(false);
    });
  });

  it("works from async functions with async, plain and generator bodies", async () => {
    for (const body of [
      async () => void (await Promise.resolve()),
      () => {},
      function* () {
        yield* gosched();
      },
    ]) {
      const once = new Once();
      let second = "pending";
      const first = once.do(body).then(() => (second = "first"));
      await once.do(() => {
        throw new Error("a second run");
      });
      await first;
      expect(second).toBe("first");
    }
  });

  it("calling off a wait leaves the run alone", async () => {
    const once = new Once();
    let finish = (): void => {};
    const first = once.do(() => new Promise<void>((resolve) => (finish = resolve)));
    const firstDone = first.then(() => "done");
    const stop = new AbortController();
    const second = once
      .do(() => {}, { signal: stop.signal })
      .then(
        () => "returned",
        (e: Error) => e.message,
      );
    stop.abort(new Error("too slow"));
    expect(await second).toBe("too slow");
    finish();
    expect(await firstDone).toBe("done");
    checkOnce(once);
  });
});
