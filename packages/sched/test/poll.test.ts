/** Promises as operations: what is refused, and that nothing stays counted when one goes wrong. */
import { describe, expect, test } from "vitest";
import { aborted, Chan, DeadlockError, poll, run, withSignal } from "./helpers.ts";

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
});

test.each([5, null, {}, new AbortController()])(
  "aborted refuses %o, which is no signal",
  (what) => {
    expect(() => aborted(what as never)).toThrow(/^aborted: signal is .*, want an AbortSignal$/);
  },
);
