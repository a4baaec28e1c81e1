import { go, gosched, sleep } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkSemaphore } from "../src/check.ts";
import { isMisuseError, Semaphore } from "../src/index.ts";
import { fakeContext } from "./fake-context.ts";
import { program, settle } from "./trace.ts";

describe("semaphore", () => {
  it("Acquire is FIFO: a large request at the head blocks later small ones that would fit", async () => {
    const log: string[] = [];
    await program(function* () {
      const sem = new Semaphore(3);
      yield* sem.acquire(2);
      const want = (n: number, name: string) =>
        go(function* () {
          yield* sem.acquire(n);
          log.push(name);
        });
      want(3, "large");
      yield* settle();
      want(1, "small");
      yield* settle();
      expect(log).toEqual([]);
      checkSemaphore(sem);
      sem.release(2);
      yield* settle();
      expect(log).toEqual(["large"]);
      sem.release(3);
      yield* settle();
    });
    expect(log).toEqual(["large", "small"]);
  });

  it("TestLargeAcquireDoesntStarve: a stream of small ones does not keep a large one out", async () => {
    await program(function* () {
      const sem = new Semaphore(4);
      let running = true;
      for (let i = 0; i < 4; i++) {
        yield* sem.acquire(1);
        go(function* () {
          while (running) {
            yield* gosched();
            sem.release(1);
            yield* sem.acquire(1);
          }
          sem.release(1);
        });
      }
      yield* sem.acquire(4);
      running = false;
      sem.release(4);
      yield* sem.acquire(4);
    });
  });

  it("TryAcquire fails if anyone waits, even when tokens are free", async () => {
    await program(function* () {
      const sem = new Semaphore(2);
      yield* sem.acquire(1);
      go(function* () {
        yield* sem.acquire(2);
      });
      yield* settle();
      expect(sem.available).toBe(1);
      expect(sem.waiting).toBe(1);
      expect(sem.tryAcquire(1)).toBe(false);
      expect(sem.tryAcquire(0)).toBe(false);
    });
  });

  it("Acquire(n > size) blocks only itself until its context ends; others proceed", async () => {
    const log: string[] = [];
    await program(function* () {
      const sem = new Semaphore(2);
      const [ctx, cancel] = fakeContext();
      go(function* () {
        try {
          yield* sem.acquire(3, { ctx });
        } catch (e) {
          log.push((e as Error).message);
        }
      });
      yield* settle();
      yield* sem.acquire(2);
      log.push("others proceed");
      sem.release(2);
      checkSemaphore(sem);
      cancel();
      yield* settle();
    });
    expect(log).toEqual(["others proceed", "context canceled"]);
  });

  it("a done context makes Acquire fail with ctx.Err() even if tokens are free; tokens are not taken", async () => {
    const sem = new Semaphore(1);
    const [ctx, cancel] = fakeContext();
    cancel();
    await expect((async () => sem.acquire(1, { ctx }))()).rejects.toThrow("context canceled");
    const stop = new AbortController();
    stop.abort(new Error("aborted"));
    await expect((async () => sem.acquire(1, { signal: stop.signal }))()).rejects.toThrow(
      "aborted",
    );
    expect(sem.available).toBe(1);
  });

  it("cancelling the head waiter lets the following ones in if they fit", async () => {
    const log: string[] = [];
    await program(function* () {
      const sem = new Semaphore(10);
      yield* sem.acquire(1);
      const stop = new AbortController();
      go(function* () {
        try {
          yield* sem.acquire(10, { signal: stop.signal });
        } catch {
          log.push("called off");
        }
      });
      yield* settle();
      go(function* () {
        yield* sem.acquire(1);
        log.push("let in");
      });
      yield* settle();
      stop.abort();
      checkSemaphore(sem);
      yield* settle();
      expect(sem.available).toBe(8);
    });
    expect(log.sort()).toEqual(["called off", "let in"]);
  });

  it("Release of more than held panics `semaphore: released more than held`", () => {
    const sem = new Semaphore(2);
    sem.tryAcquire(1);
    let error: unknown;
    try {
      sem.release(2);
    } catch (e) {
      error = e;
    }
    expect(isMisuseError(error)).toBe(true);
    expect((error as Error).message).toBe("semaphore: released more than held");
    expect(sem.available).toBe(1);
  });

  it("Release wakes as many waiters from the front as fit, stopping at the first that does not", async () => {
    const log: number[] = [];
    await program(function* () {
      const sem = new Semaphore(5);
      yield* sem.acquire(5);
      for (const n of [1, 2, 4, 1]) {
        go(function* () {
          yield* sem.acquire(n);
          log.push(n);
        });
        yield* settle();
      }
      sem.release(5);
      checkSemaphore(sem);
      yield* settle();
      expect(log).toEqual([1, 2]);
      sem.release(2);
      yield* settle();
      expect(log).toEqual([1, 2, 4]);
    });
  });

  it("permits release once, withPermits gives back however fn ends", async () => {
    const sem = new Semaphore(4, "uploads");
    const permit = await sem.acquire(3);
    expect([permit.weight, permit.held]).toEqual([3, true]);
    expect(sem.describe()).toBe('semaphore "uploads" (3 of 4 held, 0 waiting)');
    permit.release();
    permit[Symbol.dispose]();
    expect(permit.held).toBe(false);
    expect(await sem.withPermits(4, async () => sem.available)).toBe(0);
    const failing = sem.withPermits(2, () => {
      throw new Error("x");
    });
    await expect((async () => failing)()).rejects.toThrow("x");
    expect(sem.available).toBe(4);
  });

  it("limits async work", async () => {
    const sem = new Semaphore(2);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const permit = await sem.acquire();
        most = Math.max(most, ++running);
        await sleep(0);
        running--;
        permit.release();
      }),
    );
    expect(most).toBe(2);
  });

  it("bad arguments are named", () => {
    expect(() => new Semaphore(-1)).toThrow("Semaphore: size is -1, want an integer from 0");
    const sem = new Semaphore(1);
    expect(() => sem.acquire(0.5)).toThrow("Semaphore.acquire: n is 0.5, want an integer from 0");
    expect(() => sem.tryAcquire(NaN)).toThrow("Semaphore.tryAcquire: n is NaN");
    expect(() => sem.release(-1)).toThrow("Semaphore.release: n is -1");
    expect(() => sem.acquire(1, { signal: 5 as never })).toThrow(
      "Semaphore.acquire: options.signal is 5, want an AbortSignal",
    );
    expect(() => sem.acquire(1, { ctx: "c" as never })).toThrow(
      'Semaphore.acquire: options.ctx is "c", want a context',
    );
    expect(sem.available).toBe(1);
  });
});
