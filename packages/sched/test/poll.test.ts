/** Promises as operations: what is refused, and that nothing stays counted when one goes wrong. */
import { describe, expect, test } from "vitest";
import { aborted, Chan, DeadlockError, poll, run, withSignal, recordOf } from "./helpers.ts";

describe("poll", () => {
  test.each([5, "x", null, undefined, {}])("refuses %o, which is no promise, by name", (what) => {
    expect(() => poll(what as never)).toThrow(/^poll: promise is .*, want a promise$/);
  });

  test("takes anything with `then`, a function too", async () => {
    const thenable = Object.assign(() => {}, {
      then: (resolve: (v: number) => void) => resolve(7),
    });
    expect(await poll(thenable as unknown as PromiseLike<number>)).toBe(7);
  });

  test("a `then` that throws fails the op and leaves no wait behind: a later deadlock is reported", async () => {
    const broken = {
      then(): never {
        throw new Error("broken then");
      },
    };
    const seen: unknown[] = [];
    const program = run(function* () {
      try {
        yield* poll(broken);
      } catch (e) {
        seen.push((e as Error).message);
      }
      yield* new Chan().recv();
    });
    await expect(program).rejects.toThrow(DeadlockError);
    expect(seen).toEqual(["broken then"]);
  });

  test("a promise that settles after its op was given up is ignored", async () => {
    let settle!: (v: number) => void;
    const late = new Promise<number>((resolve) => (settle = resolve));
    const controller = new AbortController();
    const op = withSignal(poll(late), controller.signal).start();
    controller.abort("enough");
    await expect(op).rejects.toBe("enough");
    settle(1);
    await late;
    await expect(op).rejects.toBe("enough");
  });

  test("a promise that is waited for again and again is asked once, by those at once each for themselves", async () => {
    let asked = 0;
    let settle!: (v: number) => void;
    const inner = new Promise<number>((resolve) => (settle = resolve));
    const promise = {
      then: (...args: Parameters<typeof inner.then>) => {
        asked++;
        return inner.then(...args);
      },
    } as PromiseLike<number>;
    await run(function* () {
      for (let i = 0; i < 10; i++) {
        const controller = new AbortController();
        const ops = [1, 2].map(() => withSignal(poll(promise), controller.signal).then((v) => v));
        const outcomes = Promise.allSettled(ops);
        controller.abort("enough");
        yield* poll(outcomes);
      }
      expect(asked).toBe(2);
      const last = [1, 2, 3].map(() => poll(promise).then((v) => v));
      expect(asked).toBe(3);
      settle(7);
      expect(yield* poll(Promise.all(last))).toEqual([7, 7, 7]);
      // Nothing of what is over serves a later wait.
      expect(yield* poll(promise)).toBe(7);
    });
  });

  test("a promise that settles while nobody waits for it is asked anew", async () => {
    let settle!: (v: number) => void;
    const promise = new Promise<number>((resolve) => (settle = resolve));
    const controller = new AbortController();
    const op = withSignal(poll(promise), controller.signal).start();
    controller.abort("enough");
    await expect(op).rejects.toBe("enough");
    settle(7);
    await promise;
    for (let i = 0; i < 2; i++) expect(await poll(promise)).toBe(7);
  });

  test("a thenable that calls back at once may be waited for again, and so may one whose `then` ends the wait", async () => {
    const atOnce = { then: (resolve: (v: number) => void) => resolve(7) } as PromiseLike<number>;
    for (let i = 0; i < 3; i++) expect(await poll(atOnce)).toBe(7);
    let asked = 0;
    let settle: (v: number) => void = () => {};
    const ending = {
      then(resolve: (v: number) => void) {
        asked++;
        settle = resolve;
        // As the end of its goroutine does.
        if (asked === 1) recordOf(first).return();
      },
    } as PromiseLike<number>;
    const first = poll(ending);
    recordOf(first).next();
    const second = poll(ending).start();
    expect(asked).toBe(1);
    settle(8);
    expect(await second).toBe(8);
  });

  test("a wait that was given up does not keep its op, nor take what settles from the next one", async () => {
    let fail!: (error: unknown) => void;
    const promise = new Promise<never>((_, reject) => (fail = reject));
    const controller = new AbortController();
    const first = withSignal(poll(promise), controller.signal).start();
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
    const second = poll(promise).start();
    const third = poll(promise).start();
    fail(new Error("at last"));
    await expect(second).rejects.toThrow("at last");
    await expect(third).rejects.toThrow("at last");
    await expect(poll(promise)).rejects.toThrow("at last");
  });
});

test.each([5, null, {}, new AbortController()])(
  "aborted refuses %o, which is no signal",
  (what) => {
    expect(() => aborted(what as never)).toThrow(/^aborted: signal is .*, want an AbortSignal/);
  },
);
