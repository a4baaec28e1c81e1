/** `recover` in functions that a compiler wrote anew for engines without generators or async functions: its helpers are on the stack. */
import { describe, expect, test } from "vitest";
import { type DeferScope, type Go, panic, recover, run, sleep, withDefer } from "./helpers.ts";

type Helper = (step: (call: () => unknown) => unknown) => unknown;

/** What compilers make of `function* () { before(); yield* sleep(1); after(); }`. */
function generator(before: () => void, after: () => void): Go<void> {
  const tryCatch = (fn: () => unknown): unknown => fn();
  let nap: Iterator<unknown> | null = null;
  const invoke: Helper = (step) =>
    step(() => {
      if (nap === null) {
        before();
        nap = sleep(1)[Symbol.iterator]();
      }
      const r = nap.next();
      if (r.done === true) after();
      return r;
    });
  return {
    next: () => invoke(tryCatch),
    throw(e: unknown) {
      throw e;
    },
    return: (value: unknown) => ({ done: true, value }),
    [Symbol.iterator]() {
      return this;
    },
  } as never;
}

/** What they make of `async () => { before(); await 0; }`, where generators are left as they are. */
const asyncFunction = (before: () => void): Promise<void> => {
  const lowered = (make: () => Generator<unknown, void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const steps = make();
      const step = (): void => {
        const r = steps.next();
        if (r.done === true) resolve();
        else Promise.resolve(r.value).then(step, reject);
      };
      step();
    });
  return lowered(function* () {
    before();
    yield 0;
  });
};

const note =
  (s: DeferScope<string>, when: string): (() => void) =>
  () => {
    const value = recover();
    if (value !== undefined) s.result = `${String(value)} ${when}`;
  };
const nothing = (): void => {};

describe("recover works in a deferred function that a compiler lowered", () => {
  test.each(["before", "after"])("a generator function, %s its wait", async (when) => {
    const deferred = (s: DeferScope<string>): Go<void> =>
      when === "before" ? generator(note(s, when), nothing) : generator(nothing, note(s, when));
    const inGenerator = run(function* () {
      return yield* withDefer<string>(function* (s) {
        s.defer(deferred, s);
        yield;
        panic("boom");
      });
    });
    const inAsync = withDefer<string>(async (s) => {
      s.defer(deferred, s);
      await Promise.resolve();
      panic("boom");
    });
    expect(await Promise.all([inGenerator, inAsync])).toEqual([`boom ${when}`, `boom ${when}`]);
  });

  test("a helper that it calls recovers too", async () => {
    const result = await withDefer<string>(async (s) => {
      const helper = (): void => note(s, "in a helper")();
      s.defer(() => generator(nothing, helper));
      await Promise.resolve();
      panic("boom");
    });
    expect(result).toBe("boom in a helper");
  });

  test("an async function, before its first wait", async () => {
    const result = await withDefer<string>(async (s) => {
      s.defer(() => asyncFunction(note(s, "before")));
      await Promise.resolve();
      panic("boom");
    });
    expect(result).toBe("boom before");
  });
});
