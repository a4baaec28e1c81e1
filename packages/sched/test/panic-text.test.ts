/** What a panic prints, whatever its value does when it is looked at. */
import { runInNewContext, runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  currentGoroutine,
  type Go,
  go,
  panic,
  panicDump,
  PanicError,
  panicText,
  recover,
  run,
  withDefer,
} from "../src/index.ts";

/** Throws at every look at it. */
const hostile = (): object => {
  const refuse = (): never => {
    throw new Error("trap");
  };
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse });
};

/** Throws a TypeError of the engine at every look at it. */
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const withMessage = (message: unknown): Error => Object.assign(new Error("x"), { message });

describe("panic: lines of a value after its first are indented, as since Go 1.23", () => {
  test("of strings, errors, Stringers and named strings", () => {
    class Text extends String {}
    const values = ["a\nb\nc", new Error("a\nb\nc"), { toString: () => "a\nb\nc" }];
    for (const v of values) expect(panicText(v)).toBe("panic: a\n\tb\n\tc");
    // Go prints such a string as it is, without escapes.
    expect(panicText(new Text('a\n"b'))).toBe('panic: main.Text("a\n\t"b")');
  });

  test("in a chain; and no line of a message can be taken for the dump of a goroutine", async () => {
    const fake = "x\n\ngoroutine 7 [running]:\nmain(...)";
    const error = (await run(function* main() {
      withDefer((s) => {
        s.defer(() => {
          recover();
          panic("second\nline");
        });
        panic(fake);
      });
    }).catch((e: unknown) => e)) as PanicError;
    const text =
      "panic: x\n\t\n\tgoroutine 7 [running]:\n\tmain(...) [recovered]\n\tpanic: second\n\tline";
    expect(panicText(error)).toBe(text);
    expect(error.stack!.startsWith(`${text}\n\ngoroutine 1 [running]:\n`)).toBe(true);
    expect(error.stack!.match(/^goroutine /gm)).toHaveLength(1);
    // For programs it stays as it is.
    expect([error.value, error.message]).toEqual(["second\nline", "second\nline"]);
  });
});

describe("panic: an error whose message is no string is still the panic", () => {
  test.each([
    [{ code: 1 }, "[object Object]"],
    [5, "5"],
    [undefined, ""],
    [null, ""],
    [Symbol("s"), "Symbol(s)"],
  ])("a message of %o prints as %j", async (message, text) => {
    const e = withMessage(message);
    expect(panicText(e)).toBe(`panic: ${text}`);
    const thrown: unknown = await run(() => panic(e)).catch((x: unknown) => x);
    expect(thrown).toBeInstanceOf(PanicError);
    expect((thrown as PanicError).value).toBe(e);
  });

  test("one whose message or name throws is Go's fatal error, and the panic all the same", async () => {
    for (const member of ["message", "name"]) {
      const e = Object.defineProperty(new Error("x"), member, {
        get: () => {
          throw new Error("worse");
        },
      });
      const thrown: unknown = await run(() => panic(e)).catch((x: unknown) => x);
      expect((thrown as PanicError).value).toBe(e);
      expect(panicText(thrown)).toBe("fatal error: panic while printing panic value: worse");
    }
  });
});

describe("a value that cannot be looked at", () => {
  test.each([
    ["a proxy that throws", hostile, "trap"],
    ["a revoked proxy", revoked, "revoked"],
  ])("%s panics, is thrown, recovered and printed like any other", async (_, make, why) => {
    const raise = (v: unknown): never => {
      throw v;
    };
    for (const body of [panic, raise]) {
      const v = make();
      // In an array: a promise would look whether it is one.
      const [thrown] = await run(function* main(): Go<unknown[]> {
        return [body(v)];
      }).catch((e: unknown) => [e]);
      expect(thrown === v || (thrown as PanicError).value === v).toBe(true);
      expect(panicText(thrown)).toMatch(/^fatal error: panic while printing panic value: /);
      expect(panicText(thrown)).toContain(why);
      const recovered: unknown[] = [];
      withDefer((s) => {
        s.defer(() => recovered.push(recover()));
        body(v);
      });
      expect(recovered[0] === v).toBe(true);
    }
  });

  test("of another goroutine ends the program with it, and onPanic gets it", async () => {
    const v = hostile();
    const seen: unknown[] = [];
    const main = function* (): Generator<undefined> {
      go(() => {
        throw v;
      });
      for (let i = 0; i < 20; i++) yield;
    };
    const thrown = await run(main).then(
      () => null,
      (e: unknown) => [e],
    );
    expect(thrown !== null && thrown[0] === v).toBe(true);
    await run(main, { onPanic: (e) => seen.push([e]) });
    expect(seen.length === 1 && (seen[0] as unknown[])[0] === v).toBe(true);
  });

  test("a dump of it names the goroutine", async () => {
    const text = await run(function* main() {
      return panicDump(hostile(), currentGoroutine()!);
    });
    expect(text).toBe(
      "fatal error: panic while printing panic value: trap\n\ngoroutine 1 [running]:\nmain(...)",
    );
  });

  test("functions and objects with odd members print", () => {
    const nameless = Object.defineProperty(() => {}, "name", { value: Symbol("n") });
    expect(panicText(nameless)).toMatch(/^fatal error: panic while printing panic value: /);
    expect(panicText(Object.create(null))).toBe("panic: (main.Object) {}");
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(panicText(cycle)).toBe("panic: (main.Object) {…}");
    expect(panicText({ n: 5n })).toBe("panic: (main.Object) {…}");
    expect(panicText({ toJSON: () => undefined })).toBe("panic: (main.Object) {}");
  });
});

test("a text that begins as Go's fatal error does is a panic's text all the same", () => {
  expect(panicText("panic while printing is what I said")).toBe(
    "panic: panic while printing is what I said",
  );
  expect(panicText(new Error("panic while printing panic value: x"))).toBe(
    "panic: panic while printing panic value: x",
  );
});

test("panic: a text whose making panics is a fatal error with that string, or with the type of what else it is", () => {
  class ExError extends Error {}
  const printed = (raise: () => never): string => panicText({ toString: raise });
  const head = "fatal error: panic while printing panic value: ";
  expect(printed(() => panic("inside"))).toBe(`${head}inside`);
  expect(printed(() => panic(new ExError("inside")))).toBe(`${head}type main.ExError`);
  expect(printed(() => panic({ a: 1 }))).toBe(`${head}type main.Object`);
  const worse = { toString: () => panic("worse") };
  expect(printed(() => panic(worse))).toBe(`${head}type main.Object`);
  // What is thrown and no panic: its message, which in JavaScript says more than its type.
  expect(
    printed(() => {
      throw new ExError("thrown");
    }),
  ).toBe(`${head}thrown`);
});

test("panic: a value of a chain that cannot be printed is all that is printed", () => {
  const bad = {
    toString(): string {
      throw new Error("worse\nstill");
    },
  };
  let error: unknown;
  try {
    withDefer((s) => {
      s.defer(() => panic(bad));
      panic("first");
    });
  } catch (e) {
    error = e;
  }
  expect(panicText(error)).toBe("fatal error: panic while printing panic value: worse\n\tstill");
});

describe("panicDump", () => {
  test("in onPanic has the frames of the panic, and says where its goroutine was started", async () => {
    const dumps: string[] = [];
    await run(
      function* main() {
        go(function* worker() {
          panic("boom");
        });
        yield;
      },
      {
        onPanic: (error, g) => {
          dumps.push((error as Error).stack!, panicDump(error, g), panicDump("thrown", g));
        },
      },
    );
    const [stack, again, thrown] = dumps;
    expect(stack).toMatch(
      /^panic: boom\n\ngoroutine 2 \[running\]:\n(.*\bworker\(\.\.\.\)\n\t.+\n)[^]*created by .*main in goroutine 1\n\t.+panic-text\.test\.ts:\d+:\d+$/,
    );
    expect(again).toBe(stack);
    expect(thrown).toMatch(
      /^panic: thrown\n\ngoroutine 2 \[running\]:\nworker\(\.\.\.\)\ncreated by .+\n\t.+$/,
    );
  });

  test("says where an error was thrown that came on top of a panic, or was thrown again", async () => {
    const stackOf = (body: () => void): Promise<string | undefined> =>
      run(body).then(
        () => undefined,
        (error: Error) => error.stack,
      );
    function broken(): never {
      throw new TypeError("broken");
    }
    const onTop = await stackOf(() =>
      withDefer((s) => {
        s.defer(broken);
        panic("first");
      }),
    );
    const start = (text: string, name: string): RegExp =>
      new RegExp(
        `^${text}\n\ngoroutine 1 \\[running\\]:\n${name}\\(\\.{3}\\)\n\t.+panic-text\\.test\\.ts`,
      );
    expect(onTop).toMatch(start("panic: first\n\tpanic: TypeError: broken", "broken"));
    const again = await stackOf(() =>
      withDefer((s) => {
        s.defer(() => {
          throw recover();
        });
        broken();
      }),
    );
    expect(again).toMatch(start("panic: TypeError: broken \\[recovered, repanicked\\]", "broken"));
    const inner = (): never =>
      withDefer((s) => {
        s.defer(function later() {
          panic("second");
        });
        panic("first");
      });
    const panicAgain = await stackOf(() =>
      withDefer((s) => {
        let caught: unknown;
        s.defer(() => {
          recover();
          throw caught;
        });
        try {
          inner();
        } catch (e) {
          caught = e;
          throw e;
        }
      }),
    );
    expect(panicAgain).toMatch(
      start("panic: first\n\tpanic: second \\[recovered, repanicked\\]", "later"),
    );
  });

  test("of a frozen panic is lost with its stack, the panic is not", async () => {
    const frozen = Object.freeze(new PanicError("boom"));
    const program = run(function* () {
      throw frozen;
    });
    await expect(program).rejects.toBe(frozen);
  });
});

test("what comes of another realm is told as what is of this one", () => {
  const told = (code: string): string[] => {
    const here = runInThisContext(code) as unknown;
    const there = runInNewContext(code) as unknown;
    return [here, there].map((v) => new PanicError(v).message);
  };
  for (const [code, want] of [
    ['new Error("lost")', "lost"],
    ['new TypeError("lost")', "TypeError: lost"],
    ["({ a: 1 })", '(main.Object) {"a":1}'],
    ["new (class Point { x = 1 })", '(main.Point) {"x":1}'],
    ['({ toString: () => "mine" })', "mine"],
    ['({ __proto__: null, toString: () => "mine" })', "mine"],
    ['({ __proto__: { __proto__: null, toString: () => "mine" } })', "mine"],
  ] as const)
    expect(told(code), code).toEqual([want, want]);
  const error = runInNewContext('new Error("lost")') as Error;
  expect(new PanicError(error).cause).toBe(error);
});
