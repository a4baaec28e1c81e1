/** Async generators are refused where a generator, an async or a plain function is meant. */
import { describe, expect, test } from "vitest";
import { createScheduler, go, run, withDefer } from "./helpers.ts";

const text = (what: string): string =>
  `${what} is an async generator function, want a generator, an async or a plain function`;

describe("an async generator function", () => {
  let ran = false;
  async function* body(): AsyncGenerator<void> {
    ran = true;
    yield;
  }

  test("is no goroutine: it ends with a TypeError and is not stepped for ever", async () => {
    await expect(
      run(function* () {
        yield* go(body).join();
      }),
    ).rejects.toThrow(new TypeError(text("go: fn")));
    const s = createScheduler();
    await expect(s.run(() => body())).rejects.toThrow(text("go: fn"));
    expect(s.stats().contextSwitches).toBeLessThan(3);
    expect(ran).toBe(false);
  });

  test("is no body of withDefer, and what was deferred before runs", () => {
    expect(() => withDefer(body)).toThrow(new TypeError(text("withDefer: body")));
    const log: string[] = [];
    expect(() =>
      withDefer((s) => {
        s.defer(() => log.push("deferred"));
        return body();
      }),
    ).toThrow(text("withDefer: body"));
    expect(log).toEqual(["deferred"]);
    expect(ran).toBe(false);
  });

  test("is no deferred function", async () => {
    const refused = text("defer: fn");
    expect(() => withDefer((s) => s.defer(body))).toThrow(refused);
    await expect(withDefer(async (s) => s.defer(body))).rejects.toThrow(refused);
    await expect(
      run(() =>
        withDefer(function* (s) {
          s.defer(body);
        }),
      ),
    ).rejects.toThrow(refused);
    expect(ran).toBe(false);
  });

  test("an object that is both kinds of iterator is stepped as a generator", async () => {
    const both = (function* () {
      yield;
      return 5;
    })() as object;
    Object.assign(both, { [Symbol.asyncIterator]: () => body() });
    expect(await run(() => both)).toBe(5);
  });
});
