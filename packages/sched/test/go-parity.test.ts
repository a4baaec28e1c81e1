/**
 * How programs end: Go's recorded fatal errors, deadlocks and panics (apps/oracle/data/fatals.json), and the rules of
 * goroutines and panics that have no recorded program.
 */
import { describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import {
  type DeferScope,
  type Chan as ChanOf,
  Chan,
  createScheduler,
  type Go,
  go,
  goexit,
  isDeadlockError,
  Never,
  numGoroutine,
  panic,
  panicDump,
  PanicError,
  panicText,
  recover,
  run,
  sleep,
  WaitGroup,
  withDefer,
} from "./helpers.ts";
import { RuntimeError, TypeAssertionError } from "@gort/types";

interface Case {
  name: string;
  exit: number;
  stdout?: string;
  stderr_head: string[];
  goroutine_states?: string[];
}
const data = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/fatals.json", import.meta.url), "utf8"),
) as { cases: Case[] };
const recorded = new Map(data.cases.map((c) => [c.name, c]));

class MyInt extends Number {}
class MyF extends Number {}
class MyStr extends String {}
class MyBool extends Boolean {}
class strer {
  toString(): string {
    return "from String";
  }
}
class errer extends Error {}
class badErr extends Error {
  override get message(): string {
    return panic("inside Error");
  }
}
class pair {
  a = 1;
  b = 2;
}

const out: string[] = [];
const print = (...a: unknown[]): void => {
  out.push(a.join(" ") + "\n");
};

const panics: Record<string, () => Go<void> | void> = {
  "panic/string": () => panic("boom"),
  "panic/error": () => panic(new Error("an error")),
  "panic/error-type": () => panic(new errer("custom")),
  "panic/stringer": () => panic(new strer()),
  "panic/int": () => panic(42),
  "panic/float": () => panic(1.5),
  "panic/bool": () => panic(true),
  "panic/rune": () => panic("x".codePointAt(0)),
  "panic/named-int": () => panic(new MyInt(7)),
  "panic/named-string": () => panic(new MyStr("hey")),
  "panic/named-bool": () => panic(new MyBool(true)),
  "panic/named-float": () => panic(new MyF(2.5)),
  "panic/index": () =>
    panic(new RuntimeError("runtime error: index out of range [5] with length 3")),
  "panic/nil-map": () => panic(new RuntimeError("assignment to entry in nil map")),
  "panic/closed": () => panic(new RuntimeError("close of closed channel")),
  "panic/typeassert": () => panic(new TypeAssertionError("interface {}", "int", "string")),
  "panic/Error-panics": () => panic(new badErr()),
  *"panic/in-goroutine"() {
    go(() => panic("from goroutine"));
    yield* new Never();
  },
  "panic/defers-run-first": () =>
    withDefer((s) => {
      s.defer(print, "deferred 1");
      s.defer(print, "deferred 2");
      panic("after defers");
    }),
  "panic/recovered-then-other": () =>
    withDefer((s) => {
      s.defer(() => {
        recover();
        panic("second");
      });
      panic("first");
    }),
  "panic/nested-two": () =>
    withDefer((s) => {
      s.defer(() => panic("second"));
      panic("first");
    }),
  "panic/nested-three": () =>
    withDefer((s) => {
      s.defer(() => panic("third"));
      s.defer(() => panic("second"));
      panic("first");
    }),
  "panic/recover-then-clean": () =>
    withDefer((s) => {
      s.defer(() => print("recovered:", recover()));
      panic("x");
    }),
  *"panic/after-goexit-in-defer"() {
    withDefer((s) => {
      s.defer(() => panic("hello"));
      goexit();
    });
  },
  *"panic/goexit-in-defer-of-panic"() {
    const done = new Chan();
    go(() =>
      withDefer((s) => {
        s.defer(() => done.close());
        s.defer(goexit);
        panic("swallowed by Goexit");
      }),
    );
    yield* done.recv();
    print("main continues");
  },
};

/** What cannot be the same here, and what it is instead. */
const different: Record<string, { body: () => void; text: string }> = {
  // Since Go 1.23.
  "panic/string-nl": { body: () => panic("two\nlines"), text: "panic: two\n\tlines" },
  // Since Go 1.25.
  "panic/repanic-same": {
    body: () =>
      withDefer((s) => {
        s.defer(() => panic(recover()));
        panic("message");
      }),
    text: "panic: message [recovered, repanicked]",
  },
  // Since Go 1.21.
  "panic/nil": {
    body: () => panic(null),
    text: "panic: panic called with nil argument (use GODEBUG=panicnil=1 to disable)",
  },
  // JavaScript has no addresses.
  "panic/struct": { body: () => panic(new pair()), text: 'panic: (main.pair) {"a":1,"b":2}' },
  "panic/slice": { body: () => panic([1]), text: "panic: ([]interface {}) len 1" },
};

describe("panic: uncaught: Go's recorded text", () => {
  test("every recorded panic is covered, but for os.Exit", () => {
    const names = [...recorded.keys()].filter((n) => n.startsWith("panic/"));
    expect(
      [...Object.keys(panics), ...Object.keys(different), "panic/os-exit-in-defer"].sort(),
    ).toEqual(names.sort());
  });
  for (const [name, body] of Object.entries(panics)) {
    test(name, async () => {
      const want = recorded.get(name)!;
      out.length = 0;
      let text: string[] = [];
      try {
        await run(body);
      } catch (error) {
        text = panicText(error).split("\n");
      }
      expect(text).toEqual(want.stderr_head);
      expect(out.join("")).toBe(want.stdout ?? "");
    });
  }
  for (const [name, { body, text }] of Object.entries(different)) {
    test(`${name}, as far as it can exist here`, async () => {
      const error: unknown = await run(body).catch((e: unknown) => e);
      expect(panicText(error)).toBe(text);
    });
  }

  test("the error of an uncaught panic carries Go's dump as its stack", async () => {
    const error = (await run(function* main() {
      go(function* worker() {
        panic("boom");
      });
      yield* new Never();
    }).catch((e: unknown) => e)) as PanicError;
    expect(error).toBeInstanceOf(PanicError);
    expect(String(error)).toBe("panic: boom");
    expect(error.stack).toMatch(
      /^panic: boom\n\ngoroutine 2 \[running\]:\n.*worker.*\n\t.*go-parity/,
    );
  });

  test("stack: unbounded recursion: fatal `stack overflow`", async () => {
    const f = (n: number): number => f(n + 1) + 1;
    const error: unknown = await run(() => f(0)).catch((e: unknown) => e);
    expect(panicText(error)).toBe("fatal error: stack overflow");
  });

  test("stack: peano arithmetic recurses as deep as the engine allows, and goroutines beyond it", async () => {
    // Go's 9! = 362880 frames do not fit a JavaScript stack; a chain of goroutines does.
    const depth = await run(function* () {
      function* count(n: number): Go<number> {
        return n === 0 ? 0 : 1 + (yield* go(count, n - 1).join());
      }
      return yield* count(20_000);
    });
    expect(depth).toBe(20_000);
  });
});

describe("sched: deadlock: Go's recorded programs", () => {
  const programs: Record<string, (c: ChanOf) => Go<void>> = {
    *"deadlock/recv"(c) {
      yield* c.recv();
    },
    *"deadlock/send"(c) {
      yield* c.send(1);
    },
    *"deadlock/full-buffer"() {
      const d = new Chan(1);
      yield* d.send(1);
      yield* d.send(2);
    },
    *"deadlock/range-unclosed"() {
      const d = new Chan(1);
      yield* d.send(1);
      while ((yield* d.recv()) !== undefined);
    },
  };
  for (const [name, program] of Object.entries(programs)) {
    test(`sched: no runnable goroutine and no pending timer: ${name}`, async () => {
      const want = recorded.get(name)!;
      const error: unknown = await run(() => program(new Chan())).catch((e: unknown) => e);
      expect(isDeadlockError(error) && String(error).split("\n")[0]).toBe(want.stderr_head[0]);
      expect(isDeadlockError(error) && error.goroutines.map((g) => g.reason)).toEqual(
        want.goroutine_states,
      );
    });
  }

  test("deadlock/many: every goroutine is listed with its wait reason", async () => {
    const error: unknown = await run(function* () {
      const c = new Chan();
      go(function* () {
        yield* c.send(1);
        yield* c.send(2);
      });
      go(function* () {
        yield* new Never("nil", "chan receive (nil chan)");
      });
      go(function* () {
        yield* new Never('mutex "m" held by goroutine 1', "sync.Mutex.Lock");
      });
      yield* sleep(2);
      yield* c.recv();
      const wg = new WaitGroup();
      wg.add(1);
      yield* wg.wait();
    }).catch((e: unknown) => e);
    // Since Go 1.20 the two semacquires have names of their own.
    expect(isDeadlockError(error) && error.goroutines.map((g) => g.reason)).toEqual([
      "sync.WaitGroup.Wait",
      "chan send",
      "chan receive (nil chan)",
      "sync.Mutex.Lock",
    ]);
    expect(String(error)).toContain(
      'goroutine 4 [sync.Mutex.Lock]:\nanonymous(...)\n\twaiting on mutex "m" held by goroutine 1\ncreated by ',
    );
    expect(String(error)).toMatch(
      /\ncreated by \(anonymous\) in goroutine 1\n\t.*go-parity\.test\.ts:\d+:\d+$/m,
    );
  });

  test("deadlock/leaked-goroutine-main-returns: main returning ends the program at once", async () => {
    await run(function* () {
      go(function* () {
        yield* new Never();
      });
    });
  });

  const goexits: Record<string, () => Go<void>> = {
    *"deadlock/main-goexit"() {
      goexit();
    },
    *"deadlock/main-goexit-others-finish"() {
      go(function* () {
        yield* sleep(3);
      });
      goexit();
    },
    *"deadlock/main-goexit-others-blocked"() {
      go(function* () {
        yield* new Never("", "select (no cases)");
      });
      goexit();
    },
    *"deadlock/main-goexit-runs-defers"() {
      yield* withDefer(function* (s) {
        s.defer(print, "deferred ran");
        goexit();
      });
    },
  };
  for (const [name, program] of Object.entries(goexits)) {
    test(`sched: Goexit in main: ${name}`, async () => {
      const want = recorded.get(name)!;
      out.length = 0;
      const error: unknown = await run(program).catch((e: unknown) => e);
      expect(isDeadlockError(error) && String(error).split("\n")[0]).toBe(want.stderr_head[0]);
      expect(out.join("")).toBe(want.stdout ?? "");
      expect(isDeadlockError(error) ? error.goroutines.map((g) => g.reason) : null).toEqual(
        want.goroutine_states ?? [],
      );
    });
  }

  test("sched: a sleeping goroutine or pending timer is not a deadlock", async () => {
    const c = new Chan();
    const v = await run(function* () {
      go(function* () {
        yield* sleep(5);
        yield* c.send(1);
      });
      return yield* c.recv();
    });
    expect(v).toBe(1);
  });
});

describe("sched: goroutines", () => {
  test("sched: go f(args) evaluates f and args in the caller before the new goroutine starts", async () => {
    const log: string[] = [];
    await run(function* () {
      const arg = (): string => (log.push("arg"), "v");
      const fn = (): ((v: string) => Go<void>) => (
        log.push("fn"),
        function* (v) {
          log.push(`ran ${v}`);
        }
      );
      const g = go(fn(), arg());
      log.push("after go");
      yield* g.join();
    });
    expect(log).toEqual(["fn", "arg", "after go", "ran v"]);
  });

  test("sched: go of a nil func is a fatal error, not recoverable (fatal/go-nil)", async () => {
    const error: unknown = await run(() =>
      withDefer((s) => {
        s.defer(() => {
          recover();
        });
        go(undefined as never);
      }),
    ).catch((e: unknown) => e);
    expect([panicText(error)]).toEqual(recorded.get("fatal/go-nil")!.stderr_head.slice(0, 1));
    expect(() => createScheduler().go(5 as never)).toThrow("go: fn is 5, want a function");
  });

  test("sched: NumGoroutine of a fresh program is 1; parked goroutines count; exited ones do not", async () => {
    const counts = await run(function* () {
      const n = [numGoroutine()];
      const c = new Chan();
      const g = go(function* () {
        yield* c.recv();
      });
      yield;
      n.push(numGoroutine());
      yield* c.send(1);
      yield* g.join();
      n.push(numGoroutine());
      return n;
    });
    expect(counts).toEqual([1, 2, 1]);
  });

  test("panic: any goroutine's uncaught panic ends the program; a joined one is the joiner's", async () => {
    let later = false;
    const e: unknown = await run(function* () {
      go(function* () {
        yield* sleep(1);
        panic(new Error("late"));
      });
      yield* sleep(50);
      later = true;
    }).catch((x: unknown) => x);
    expect([panicText(e), later]).toEqual(["panic: late", false]);
  });

  test("goexit: ends async and plain goroutines too, joiners get nil", async () => {
    const r = await run(function* () {
      const a = go(async () => {
        await sleep(1);
        goexit();
      });
      const b = go(() => goexit());
      return [yield* a.join(), yield* b.join()] as unknown[];
    });
    expect(r).toEqual([undefined, undefined]);
  });

  test("panicDump names the goroutine even without a stack", () => {
    const g = createScheduler({ sites: false }).go(function* lonely() {});
    expect(panicDump("x", g)).toBe("panic: x\n\ngoroutine 1 [running]:\nlonely(...)");
  });
});

describe("defer, panic, recover: rules without a recorded program", () => {
  test("defer: method on a nil interface panics at the defer statement", () => {
    const log: string[] = [];
    const nobody = JSON.parse("null") as { close(): void };
    expect(() =>
      withDefer((s) => {
        log.push("before");
        s.defer(nobody.close);
        log.push("after");
      }),
    ).toThrow(TypeError);
    expect(log).toEqual(["before"]);
  });

  test("recover: works in deferred methods, variadics and functions made at run time", () => {
    class Worker {
      got: unknown[] = [];
      save(...rest: unknown[]): void {
        this.got.push(recover(), ...rest);
      }
    }
    const w = new Worker();
    const bound = w.save.bind(w);
    const made = new Proxy(bound, {});
    for (const f of [bound, made, (...a: unknown[]) => w.save(...a)]) {
      try {
        withDefer((s) => {
          s.defer(f, 1, 2);
          panic("p");
        });
      } catch (e) {
        w.got.push(panicText(e));
      }
    }
    // The third calls the method from an arrow function, which is not direct.
    expect(w.got).toEqual(["p", 1, 2, "p", 1, 2, undefined, 1, 2, "panic: p"]);
  });

  test("panic: repeated recover/re-panic up a call chain leaves no stale defers behind", () => {
    const log: number[] = [];
    const level = (n: number): void =>
      withDefer((s) => {
        s.defer(() => {
          const v = recover();
          log.push(n);
          if (n > 0) panic(v);
        });
        if (n === 50) panic("deep");
        level(n + 1);
      });
    for (let round = 0; round < 3; round++) {
      log.length = 0;
      level(0);
      expect(log).toEqual(Array.from({ length: 51 }, (_, i) => 50 - i));
    }
  });

  describe("panic: nested defer/panic steps run in the numbered order", () => {
    /** What went wrong: a step out of order, or another value recovered than the one that is due. */
    const wrong: string[] = [];
    let steps = 0;
    const step = (n: number): void => {
      if (++steps !== n) wrong.push(`step ${n} was the ${steps}th`);
    };
    const want = (n: number, got: unknown): void => {
      if (got !== n) wrong.push(`recovered ${String(got)}, want ${n}`);
    };
    const run = (f: (s: DeferScope<unknown>) => void): void => void withDefer((s) => f(s));

    test("of TestIssue43920", () => {
      steps = 0;
      run((s) => {
        s.defer(() => want(1, recover()));
        s.defer(() =>
          run((a) => {
            a.defer(() =>
              run((b) => {
                b.defer(() => want(5, recover()));
                b.defer(panic, 5);
                run(() => panic(4));
              }),
            );
            a.defer(() => want(3, recover()));
            a.defer(panic, 3);
          }),
        );
        run((f) => {
          f.defer(step, 1);
          panic(1);
        });
      });
      expect([wrong.splice(0), steps]).toEqual([[], 1]);
    });

    test("of TestIssue43921", () => {
      run((s) => {
        s.defer(() => want(1, recover()));
        run((f) => {
          f.defer(() =>
            run((d) => {
              d.defer(() => want(4, recover()));
              panic(4);
            }),
          );
          panic(1);
        });
      });
      expect(wrong.splice(0)).toEqual([]);
    });

    test("of TestIssue43941", () => {
      steps = 7;
      run((s) => {
        s.defer(() => {
          step(14);
          want(4, recover());
        });
        run((f) => {
          run((g) => {
            g.defer(() =>
              run((h) => {
                h.defer(() => want(3, recover()));
                h.defer(panic, 3);
                panic(2);
              }),
            );
            g.defer(() => want(1, recover()));
            g.defer(panic, 1);
          });
          f.defer(step, 10);
          f.defer(step, 9);
          step(8);
        });
        run((f) => {
          f.defer(step, 13);
          f.defer(step, 12);
          run((g) => {
            g.defer(step, 11);
            panic(4);
          });
          // Never come to.
          f.defer(panic, -1);
          f.defer(step, -1);
        });
      });
      expect([wrong.splice(0), steps]).toEqual([[], 14]);
    });
  });

  test("panic: nested defers, panics and recoveries run step by step in the numbered order", () => {
    const steps: string[] = [];
    const at = (n: string): number => steps.push(n);
    withDefer((s) => {
      s.defer(() => at(`8 recover=${String(recover())}`));
      s.defer(() =>
        withDefer((t) => {
          t.defer(() => {
            at(`6 recover=${String(recover())}`);
            panic("3");
          });
          t.defer(() => {
            at("5");
            panic("2");
          });
          at("4");
          withDefer((u) => {
            u.defer(() => at(`4a recover=${String(recover())}`));
          });
        }),
      );
      s.defer(() => {
        at("2");
        withDefer((u) => {
          u.defer(() => at(`3 recover=${String(recover())}`));
          panic("inner");
        });
      });
      at("1");
      panic("1");
    });
    expect(steps).toEqual([
      "1",
      "2",
      "3 recover=inner",
      "4",
      "4a recover=undefined",
      "5",
      "6 recover=2",
      "8 recover=3",
    ]);
  });

  test("panic: an error with a cause keeps it, and a caught panic can be panicked with again", () => {
    const cause = new RangeError("deep");
    const error = new PanicError(cause);
    expect([error.cause, String(error)]).toEqual([cause, "panic: RangeError: deep"]);
    let again: unknown;
    try {
      try {
        panic("once");
      } catch (e) {
        panic(e);
      }
    } catch (e) {
      again = (e as PanicError).value;
    }
    expect(again).toBe("once");
  });

  test("sched: a deadlock that event handlers could still end waits for the end of the event loop", async () => {
    const c = new Chan();
    const p = run(
      function* () {
        return yield* c.recv();
      },
      { deadlock: "exit" },
    );
    setTimeout(() => void c.send(9).then(() => {}), 5);
    expect(await p).toBe(9);
  });
});
