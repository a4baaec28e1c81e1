/**
 * The recorded defer, panic, recover and Goexit programs of apps/oracle, written with `withDefer`, and the same rules
 * in generator and async functions.
 */
import { describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import {
  Chan,
  createScheduler,
  type DeferScope,
  type Go,
  go,
  goexit,
  isFatalErrorLike,
  isGoexit,
  panic,
  PanicError,
  PanicNilError,
  panicText,
  recover,
  run,
  sleep,
  withDefer,
  recordOf,
} from "./helpers.ts";

interface Scenario {
  name: string;
  desc: string;
  trace: string[];
  end: string;
}
const data = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/defertrace.json", import.meta.url), "utf8"),
) as { scenarios: Scenario[] };

/** Go's fmt.Sprint of what the programs print. */
function show(v: unknown): string {
  if (v === undefined || v === null) return "<nil>";
  if (Array.isArray(v)) return `[${v.map(show).join(" ")}]`;
  return String(v);
}

class Trace {
  readonly ev: string[] = [];
  readonly log = (...a: unknown[]): void => {
    this.ev.push(a.map(show).join(""));
  };
}
type S = DeferScope<any>;
type Program = (t: Trace, s: S) => unknown;

function rec(t: Trace, n: number): void {
  withDefer((s) => {
    s.defer(() => {
      t.log("exit ", n);
      if (n === 1) t.log("level1 recover=", recover());
    });
    if (n === 3) panic("deep");
    rec(t, n + 1);
    t.log("after call ", n);
  });
}

const programs: Record<string, Program> = {
  lifo: (t, s) => {
    s.defer(t.log, "d1");
    s.defer(t.log, "d2");
    s.defer(t.log, "d3");
    t.log("body");
  },
  "args-at-defer-time": (t, s) => {
    let x = 1;
    s.defer(t.log, "deferred x=", x);
    s.defer(() => t.log("closure x=", x));
    x = 2;
    return x;
  },
  loop: (t, s) => {
    for (let i = 0; i < 5; i++) s.defer(t.log, i);
  },
  "named-result-modified": () =>
    withDefer<number>((s) => {
      s.defer(() => {
        recover();
        s.result++;
      });
      s.result = 10;
      panic("x");
    }),
  "unnamed-result-zero": () =>
    withDefer<number>((s) => {
      s.defer(() => {
        recover();
      });
      panic("x");
    }) ?? 0,
  "return-then-defer": () =>
    withDefer<number>((s) => {
      s.defer(() => {
        s.result *= 2;
      });
      return 21;
    }),
  "named-results-kept": () =>
    withDefer<[number, number]>((s) => {
      s.result = [0, 0];
      s.defer(() => {
        recover();
      });
      s.result[0] = 5;
      panic("x");
    }),
  "panic-runs-defers": (t, s) => {
    s.defer(() => t.log("outer recover=", recover()));
    s.defer(t.log, "middle");
    panic("p");
  },
  "code-after-panic": (t, s) => {
    s.defer(() => {
      recover();
    });
    t.log("before");
    withDefer((i) => {
      i.defer(t.log, "inner defer");
      panic("p");
    });
    t.log("unreached");
  },
  "recover-returns-to-caller": (t) => {
    withDefer((s) => {
      s.defer(() => {
        recover();
      });
      panic(1);
    });
    t.log("continues");
    return "ok";
  },
  "recover-not-panicking": (t, s) => {
    s.defer(() => t.log("recover=", recover()));
    return recover();
  },
  "recover-twice": (t, s) => {
    s.defer(() => t.log(recover(), " ", recover()));
    panic("p");
  },
  "recover-in-nested-call": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() => {
      (() => t.log("nested=", recover()))();
    });
    panic("p");
  },
  "recover-helper-is-deferred": (t, s) => {
    function helperRecover(who: string): void {
      t.log(who, " recover=", recover());
    }
    s.defer(t.log, "after");
    s.defer(helperRecover, "helper");
    panic("p");
  },
  "recover-deferred-directly": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(recover);
    panic("p");
  },
  "recover-deferred-in-deferred": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() => withDefer((i) => i.defer(recover)));
    panic("p");
  },
  "recover-in-defer-of-deferred-func": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() =>
      withDefer((i) => {
        i.defer(() => t.log("inner=", recover()));
      }),
    );
    panic("p");
  },
  "panic-replaces": (t, s) => {
    s.defer(() => t.log(recover(), " then ", recover()));
    s.defer(() => panic("second"));
    panic("first");
  },
  "panic-replaced-thrice": (t, s) => {
    s.defer(() => t.log("last recover=", recover()));
    s.defer(() => t.log("recover=", recover()));
    s.defer(() => panic("third"));
    s.defer(() => panic("second"));
    panic("first");
  },
  "recover-then-panic": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() => {
      t.log("inner=", recover());
      panic("again");
    });
    panic("first");
  },
  "nested-panic-recovered-inside": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() =>
      withDefer((i) => {
        i.defer(() => t.log("inner=", recover()));
        panic("in defer");
      }),
    );
    panic("original");
  },
  "nested-call-panic-recovered": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(() => {
      withDefer((i) => {
        i.defer(() => t.log("helper=", recover()));
        panic("h");
      });
      t.log("deferred finished");
    });
    panic("original");
  },
  "deferred-panic-statement": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(panic, "deferred panic");
    panic("original");
  },
  "defer-panic-no-prior": (t, s) => {
    s.defer(() => t.log("outer=", recover()));
    s.defer(panic, "at exit");
    return "unused";
  },
  "recursive-unwind": (t) => {
    rec(t, 0);
    t.log("level0 returned");
  },
  "defer-added-while-panicking": (t, s) => {
    s.defer(t.log, "old");
    s.defer(() =>
      withDefer((i) => {
        i.defer(t.log, "new2");
        i.defer(t.log, "new1");
        t.log("in defer recover=", recover());
      }),
    );
    panic("p");
  },
  "loop-defer-recover-each": (t) => {
    for (let i = 0; i < 3; i++)
      withDefer((s) => {
        s.defer(() => t.log("i=", i, " ", recover()));
        if (i % 2 === 0) panic(i);
      });
  },
  uncaught: (t, s) => {
    s.defer(t.log, "deferred");
    panic("gone");
  },
  "uncaught-repanic-same-value": (t, s) => {
    s.defer(() => {
      const v = recover();
      t.log("got ", v);
      panic(v);
    });
    panic("same");
  },
  "goexit-runs-defers": (t, s) => {
    s.defer(t.log, "d1");
    s.defer(t.log, "d2");
    goexit();
  },
  "goexit-recover-nil": (t, s) => {
    s.defer(() => t.log("outer recover=", recover()));
    withDefer((i) => {
      i.defer(() => t.log("inner recover=", recover()));
      goexit();
    });
    t.log("unreached");
  },
  "goexit-then-panic-recovered": (t, s) => {
    s.defer(() => t.log("last, recover=", recover()));
    s.defer(() => t.log("recover=", recover()));
    s.defer(() => panic("in goexit"));
    goexit();
  },
  "goexit-panic-recovered-inside": (t, s) => {
    s.defer(t.log, "end");
    s.defer(() =>
      withDefer((i) => {
        i.defer(() => t.log("inner=", recover()));
        panic("x");
      }),
    );
    goexit();
  },
  "goexit-panic-recovered-in-caller-frame": (t) => {
    withDefer((s) => {
      s.defer(() => t.log("caller recover=", recover()));
      withDefer((i) => {
        i.defer(() => panic("p in goexit"));
        goexit();
      });
      t.log("unreached 1");
    });
    t.log("unreached 2");
  },
  "panic-then-goexit-in-defer": (t, s) => {
    s.defer(() => t.log("later defer recover=", recover()));
    s.defer(() => {
      t.log("calling Goexit");
      goexit();
    });
    panic("aborted");
  },
  "goexit-in-nested-func": (t, s) => {
    s.defer(t.log, "outer");
    withDefer((m) => {
      m.defer(t.log, "middle");
      withDefer((i) => {
        i.defer(t.log, "inner");
        goexit();
      });
    });
  },
  "nil-func-defer": (t, s) => {
    s.defer(() => t.log("recovered ", recover() !== undefined));
    s.defer(undefined);
    t.log("body after defer of nil func");
  },
  "method-receiver-evaluated": (t, s) => {
    const a = new Trace();
    const b = new Trace();
    const holder = { cur: a };
    s.defer(() => t.log("a=", a.ev.length, " b=", b.ev.length));
    s.defer(holder.cur.log, "x");
    holder.cur = b;
  },
  "panic-nil-value": (t) => {
    withDefer((s) => {
      s.defer(() => {
        const v = recover();
        // Since Go 1.21 the value is a PanicNilError; the recorded 1.19 printed nil.
        expect(v).toBeInstanceOf(PanicNilError);
        t.log("recover=", undefined);
      });
      panic(null);
    });
    t.log("continued");
  },
  "error-during-args": (t, s) => {
    s.defer(() => t.log("recover=", recover() !== undefined));
    const p: { v: number } | null = JSON.parse("null") as null;
    s.defer(t.log, "never", p!.v);
  },
  "recover-resumes-remaining-defers": (t) =>
    withDefer<string>((s) => {
      s.defer(() => {
        t.log("first registered");
        s.result += "+1";
      });
      s.defer(() => {
        t.log("recover=", recover());
        s.result = "rec";
      });
      s.defer(t.log, "last registered");
      panic("p");
    }),
  "panic-in-deferred-after-normal-return": () =>
    withDefer<string>((s) => {
      s.defer(() => {
        recover();
        s.result = `from outer defer (had ${s.result})`;
      });
      s.defer(() => panic("late"));
      return "value";
    }),
  "deep-repanic-chain": (t) => {
    const f = (l: number): void =>
      withDefer((s) => {
        s.defer(() => {
          const e = recover();
          if (e === undefined) return;
          if (l !== e) {
            t.log("repanic at ", l);
            panic(e);
          }
          t.log("kept at ", l);
        });
        if (l < 5) {
          f(l + 1);
          t.log("returned to ", l);
        } else panic(2);
      });
    f(0);
    return "done";
  },
  "two-goroutines-independent": (t) => {
    let got: unknown;
    // The other goroutine's part, which cannot be waited for in a plain function.
    withDefer((s) => {
      s.defer(() => {
        got = recover();
      });
      panic("other");
    });
    t.log("got ", got, " mine=", recover());
  },
  "conditional-defers": (t, s) => {
    const n = 7;
    s.defer(t.log, 1);
    if (n > 5) s.defer(t.log, 2);
    if (n > 8) s.defer(t.log, 3);
    else s.defer(t.log, 4);
  },
};

/** Runs a body and tells how it ended, as the recorder did. */
function endOf(body: () => unknown): string {
  try {
    return `return ${show(body())}`;
  } catch (e) {
    if (isGoexit(e)) return "goexit";
    return `panic ${show(e instanceof PanicError ? e.value : e)}`;
  }
}

describe("defer: every recorded program of Go runs alike", () => {
  test("each scenario has its program", () => {
    expect(data.scenarios.map((s) => s.name).filter((n) => !(n in programs))).toEqual([]);
    expect(data.scenarios.length).toBe(Object.keys(programs).length);
  });

  for (const sc of data.scenarios) {
    test(`plain function: ${sc.name}: ${sc.desc}`, () => {
      const t = new Trace();
      const end = endOf(() => withDefer<any>((s) => programs[sc.name]!(t, s)));
      expect([t.ev, end]).toEqual([sc.trace, sc.end]);
    });

    test(`in a generator goroutine: ${sc.name}`, async () => {
      const t = new Trace();
      const end = await run(function* () {
        let how = "goexit";
        const g = go(function* () {
          try {
            const v: unknown = yield* withDefer<any>(function* (s) {
              yield;
              return programs[sc.name]!(t, s);
            });
            how = `return ${show(v)}`;
          } catch (e) {
            if (isGoexit(e)) throw e;
            how = `panic ${show(e instanceof PanicError ? e.value : e)}`;
          }
        });
        yield* g.join();
        return how;
      });
      expect([t.ev, end]).toEqual([sc.trace, sc.end]);
    });

    test(`in an async function: ${sc.name}`, async () => {
      const t = new Trace();
      let end: string;
      try {
        const v: unknown = await withDefer<any>(async (s) => programs[sc.name]!(t, s));
        end = `return ${show(v)}`;
      } catch (e) {
        end = isGoexit(e) ? "goexit" : `panic ${show(e instanceof PanicError ? e.value : e)}`;
      }
      expect([t.ev, end]).toEqual([sc.trace, sc.end]);
    });
  }
});

describe("defer in generator functions", () => {
  test("deferred generators may wait, and recover works before and after the wait", async () => {
    const log: unknown[] = [];
    const r = await run(function* () {
      return yield* withDefer<string>(function* (s) {
        s.defer(() => log.push("first"));
        s.defer(function* () {
          yield* sleep(1);
          log.push(recover());
          s.result = "kept";
        });
        s.defer(function* () {
          yield* helper();
        });
        yield* sleep(1);
        throw new RangeError("oops");
      });
      function* helper() {
        yield* sleep(1);
        log.push(recover());
      }
    });
    expect(r).toBe("kept");
    expect(log).toEqual([undefined, new RangeError("oops"), "first"]);
  });

  test("recover: a goroutine's deferred call does not see another's panic while it waits", async () => {
    const log: unknown[] = [];
    await run(function* () {
      const a = go(function* () {
        yield* withDefer(function* (s) {
          s.defer(function* () {
            yield* sleep(3);
            log.push(["a", recover()]);
          });
          panic("A");
        });
      });
      const b = go(function* () {
        yield* withDefer(function* (s) {
          s.defer(() => log.push(["b", recover()]));
          yield* sleep(1);
        });
      });
      yield* b.join();
      yield* a.join();
    });
    expect(log).toEqual([
      ["b", undefined],
      ["a", "A"],
    ]);
  });

  test("goexit: runs all defers of the goroutine, recover gives nil and cannot stop it", async () => {
    const log: unknown[] = [];
    const r = await run(function* () {
      const g = go(function* () {
        yield* withDefer(function* (s) {
          s.defer(function* () {
            yield* sleep(1);
            log.push("d1", recover());
          });
          s.defer(() => log.push("d2"));
          yield;
          goexit();
        });
        log.push("never");
      });
      const v: unknown = yield* g.join();
      return [v, g.status];
    });
    expect(log).toEqual(["d2", "d1", undefined]);
    expect(r).toEqual([undefined, "dead"]);
  });
});

describe("defer in async functions", () => {
  test("scope.recover works after an await, where the global recover cannot", async () => {
    const log: unknown[] = [];
    const r = await withDefer<string>(async (s) => {
      s.defer(async () => {
        await sleep(1);
        log.push(recover());
        log.push(s.recover());
        log.push(s.recover());
        s.result = "saved";
      });
      await sleep(1);
      panic("async boom");
    });
    expect(r).toBe("saved");
    expect(log).toEqual([undefined, "async boom", undefined]);
  });

  test("recover works before the first await of a deferred async function", async () => {
    let seen: unknown;
    await withDefer(async (s) => {
      s.defer(async () => {
        seen = recover();
        await sleep(1);
      });
      throw new Error("e");
    });
    expect(seen).toEqual(new Error("e"));
  });
});

describe("recover in a scope of the deferred function's own", () => {
  function* recovers(): Go<void> {
    yield* withDefer(function* () {
      yield;
      recover();
    });
  }
  function* helped(): Go<void> {
    yield* withDefer(function* () {
      yield* (function* () {
        recover();
      })();
    });
  }
  const dies = async (deferred: () => unknown): Promise<boolean> => {
    const s = createScheduler();
    const g = s.go(function* () {
      yield* withDefer(function* (scope) {
        scope.defer(deferred);
        panic("p");
      });
    });
    try {
      await g.join().start();
      return false;
    } catch {
      return true;
    }
  };

  test("recover: works in a scope inside a deferred generator function, not in what that calls", async () => {
    expect(await dies(recovers)).toBe(false);
    expect(await dies(() => recovers())).toBe(false);
    expect(
      await dies(() =>
        withDefer(() => {
          recover();
        }),
      ),
    ).toBe(false);
    expect(await dies(helped)).toBe(true);
    expect(
      await dies(() =>
        withDefer(function* () {
          yield* recovers();
        }),
      ),
    ).toBe(true);
    expect(
      await dies(function* () {
        yield* recovers();
      }),
    ).toBe(true);
  });
});

describe("recover in a helper that only makes a scope", () => {
  const seen: unknown[] = [];
  function* look(): Go<void> {
    seen.push(recover());
    yield;
    seen.push(recover());
  }
  const kinds: Record<string, () => Go<void>> = {
    "an arrow function": () => withDefer(look),
    "a generator function": function* () {
      yield* withDefer(look);
    },
    "an arrow function around a plain body that gives a generator": () => withDefer(() => look()),
    "a helper of a helper": () => ((): Go<void> => withDefer(look))(),
  };
  for (const [kind, helper] of Object.entries(kinds)) {
    test(`recover: works only when called directly by a deferred function, not in ${kind}`, async () => {
      const users: (() => unknown)[] = [
        function* () {
          yield* helper();
        },
        function* () {
          yield;
          yield* helper();
        },
        function* () {
          yield* withDefer(function* () {
            yield* helper();
          });
        },
      ];
      // The generator that a deferred function returns is the rest of it; a scope of it is not its own.
      if (kind !== "a generator function") users.push(() => helper());
      for (const deferred of users) {
        seen.length = 0;
        const e: unknown = await run(function* () {
          yield* withDefer(function* (s) {
            s.defer(deferred);
            panic("boom");
          });
        }).catch((thrown: unknown) => thrown);
        expect(panicText(e)).toBe("panic: boom");
        expect(seen).toEqual([undefined, undefined]);
      }
    });
  }

  test("a helper that is the deferred function recovers, and one recovers its own panics", async () => {
    const result = await run(function* () {
      return yield* withDefer<unknown>(function* (s) {
        s.defer(() => (s.result = seen[0]));
        s.defer(kinds["an arrow function"]);
        seen.length = 0;
        panic("boom");
      });
    });
    expect(result).toBe("boom");
    const own = () =>
      withDefer<unknown>(function* (s) {
        s.defer(function* () {
          yield;
          s.result = recover();
        });
        yield;
        panic("own");
      });
    const e: unknown = await run(function* () {
      yield* withDefer(function* (s) {
        s.defer(function* () {
          seen[0] = yield* own();
        });
        panic("boom");
      });
    }).catch((thrown: unknown) => thrown);
    expect([seen[0], panicText(e)]).toEqual(["own", "panic: boom"]);
  });
});

describe("a plain function that returns an op", () => {
  test("its deferred calls run when the op is over, as those of an async function", async () => {
    const log: unknown[] = [];
    const done = withDefer((s) => {
      s.defer(() => log.push("deferred"));
      return sleep(1);
    });
    expect(done).toBeInstanceOf(Promise);
    log.push("after");
    void done.then(() => log.push("slept"));
    expect(await done).toBe(undefined);
    expect(log).toEqual(["after", "deferred", "slept"]);
    const c = new Chan<number>();
    go(function* () {
      yield* c.send(7);
    });
    const n: Promise<number | undefined> = withDefer((s) => {
      s.defer(() => log.push("unlocked"));
      return c.recv();
    });
    expect(await n).toBe(7);
    expect(log[3]).toBe("unlocked");
  });

  test("an op that fails is its panic, which a deferred call may recover", async () => {
    const stop = new AbortController();
    const r = withDefer<unknown>((s) => {
      s.defer(async () => {
        await sleep(1);
        s.result = s.recover();
      });
      return sleep(1e6, { signal: stop.signal });
    });
    stop.abort("enough");
    expect(await r).toBe("enough");
  });
});

describe("panic text", () => {
  const chain = (body: () => unknown): string => {
    try {
      body();
    } catch (e) {
      return panicText(e);
    }
    return "no panic";
  };

  test("panic: printed chain of recover-then-panic and of nested panics", () => {
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => {
            recover();
            panic("second");
          });
          panic("first");
        }),
      ),
    ).toBe("panic: first [recovered]\n\tpanic: second");
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => panic("third"));
          s.defer(() => panic("second"));
          panic("first");
        }),
      ),
    ).toBe("panic: first\n\tpanic: second\n\tpanic: third");
  });

  test("panic: same value re-panicked prints once, as since Go 1.25: `panic: message [recovered, repanicked]`", () => {
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => panic(recover()));
          panic("message");
        }),
      ),
    ).toBe("panic: message [recovered, repanicked]");
  });

  test("panic: a chain with repanicked values prints each that lies between others", () => {
    const nested = (...values: string[]): string =>
      chain(() => {
        const raise = (i: number): void =>
          withDefer((s) => {
            s.defer(() => {
              recover();
              panic(values[i]!);
            });
            if (i === 1) panic(values[0]!);
            raise(i - 1);
          });
        raise(values.length - 1);
      });
    expect(nested("a", "a", "a")).toBe("panic: a [recovered, repanicked]");
    expect(nested("inner", "middle", "middle", "outer")).toBe(
      "panic: inner [recovered]\n\tpanic: middle [recovered, repanicked]\n\tpanic: outer",
    );
    expect(nested("outer", "inner", "outer")).toBe(
      "panic: outer [recovered]\n\tpanic: inner [recovered]\n\tpanic: outer",
    );
  });

  test("panic: one that replaces another of the same value unrecovered has a line of its own", () => {
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => panic("same"));
          panic("same");
        }),
      ),
    ).toBe("panic: same\n\tpanic: same");
  });

  test("panic: an error that replaces itself unrecovered prints once, and nothing is said of recovery", () => {
    const e = new Error("plain");
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => panic("last"));
          s.defer(() => {
            throw e;
          });
          throw e;
        }),
      ),
    ).toBe("panic: plain\n\tpanic: last");
  });

  test("panic: an error thrown again by the deferred function prints once too", () => {
    const e = new Error("plain");
    expect(
      chain(() =>
        withDefer((s) => {
          s.defer(() => {
            throw recover();
          });
          throw e;
        }),
      ),
    ).toBe("panic: plain [recovered, repanicked]");
  });

  test("goexit: a panic it put an end to is printed above a later one, also after another goexit", () => {
    const twice = chain(() =>
      withDefer((s) => {
        s.defer(() => panic("later"));
        s.defer(() => goexit());
        s.defer(() => goexit());
        panic("over");
      }),
    );
    expect(twice).toBe("panic: over\n\tpanic: later");
    const e = chain(() =>
      withDefer((s) => {
        s.defer(() => panic("later"));
        s.defer(() => goexit());
        panic("over");
      }),
    );
    expect(e).toBe("panic: over\n\tpanic: later");
    const recovered = chain(() =>
      withDefer((s) => {
        s.defer(() => panic("later"));
        s.defer(() => {
          withDefer((inner) => {
            inner.defer(() => {
              recover();
              goexit();
            });
            panic("inner");
          });
        });
        panic("outer");
      }),
    );
    expect(recovered).toBe("panic: outer\n\tpanic: inner [recovered]\n\tpanic: later");
  });

  test("a body that is no function is refused by name", () => {
    for (const wrong of [null, undefined, 5, "f", {}] as never[])
      expect(() => withDefer(wrong)).toThrow(/^withDefer: body is .*, want a function$/);
  });

  test("recover: `defer recover()` does not reach past a panic of the deferred function itself", () => {
    const e = chain(() =>
      withDefer((s) => {
        s.defer(() => {
          withDefer((inner) => {
            inner.defer(recover);
            panic("inner");
          });
        });
        panic("outer");
      }),
    );
    expect(e).toBe("panic: outer\n\tpanic: inner");
  });

  test("goexit: two panics on top of each other, the newest recovered: it goes on all the same", () => {
    const log: string[] = [];
    const e = chain(() => {
      withDefer((s) => {
        s.defer(() => log.push(`recovered ${recover()}`));
        withDefer((inner) => {
          inner.defer(() => panic("second"));
          inner.defer(() => panic("first"));
          goexit();
        });
      });
      log.push("returned");
    });
    expect(e).toMatch("runtime.Goexit");
    expect(log).toEqual(["recovered second"]);
  });

  test("panic: a number beyond int64 prints as a float", () => {
    expect(panicText(2 ** 62)).toBe("panic: 4611686018427387904");
    expect(panicText(1e21)).toBe("panic: +1.000000e+021");
    expect(panicText(-0)).toBe("panic: 0");
  });

  test("a fatal error is not recovered and runs no deferred call", () => {
    const log: unknown[] = [];
    const e = chain(() =>
      withDefer((s) => {
        s.defer(() => log.push(recover()));
        go(undefined as never);
      }),
    );
    expect(e).toBe("fatal error: go of nil func value");
    expect(log).toEqual([]);
    expect(isFatalErrorLike(new Error("x"))).toBe(false);
  });
});

test("the result's type is the body's; named, deferred calls may set it", async () => {
  const n: number = withDefer((s) => {
    s.defer(() => {});
    return 5;
  });
  const text: Promise<string> = withDefer(async (s) => {
    s.defer(() => {});
    return "text";
  });
  const pair = withDefer<[number, string]>((s) => {
    s.result = [1, "set"];
    s.defer(() => void recover());
    throw new Error("lost");
  });
  // @ts-expect-error without a name for it nobody knows what may be set
  withDefer((s) => void (s.result = 5));
  expect([n, await text, pair]).toEqual([5, "text", [1, "set"]]);
  const ran = await run(function* () {
    const inner: boolean = yield* withDefer(function* (s) {
      s.defer(() => {});
      yield* sleep(0);
      return true;
    });
    return inner;
  });
  expect(ran).toBe(true);
});

describe("deferred calls that wait, or cannot", () => {
  const kinds = {
    "a generator": (log: string[]) => ({
      *fn() {
        yield* sleep(1);
        yield;
        log.push("deferred");
      },
    }),
    "an async function": (log: string[]) => ({
      async fn() {
        await sleep(1);
        log.push("deferred");
      },
    }),
    "an op": (log: string[]) => ({
      fn() {
        const op = recordOf(sleep(1));
        const { complete } = op;
        op.complete = function (value) {
          log.push("deferred");
          complete.call(this, value);
        };
        return op;
      },
    }),
  };

  for (const [kind, make] of Object.entries(kinds)) {
    test(`${kind} is waited for in an async function`, async () => {
      const log: string[] = [];
      await withDefer(async (s) => {
        s.defer(() => log.push("last"));
        s.defer(make(log).fn);
        log.push("body");
      });
      expect(log).toEqual(["body", "deferred", "last"]);
    });

    test(`${kind} is waited for in a generator function`, async () => {
      const log: string[] = [];
      await run(() =>
        withDefer(function* (s) {
          s.defer(() => log.push("last"));
          s.defer(make(log).fn);
          log.push("body");
        }),
      );
      expect(log).toEqual(["body", "deferred", "last"]);
    });

    test(`${kind} is refused in a plain function, and the other deferred calls run`, async () => {
      const log: string[] = [];
      expect(() =>
        withDefer((s) => {
          s.defer(() => log.push("last"));
          s.defer(make(log).fn);
        }),
      ).toThrow(
        new TypeError(
          "gort: a deferred call has something to wait for, and withDefer was given a plain function, which cannot: pass a generator or an async function",
        ),
      );
      expect(log).toEqual(["last"]);
      await sleep(2);
    });
  }

  test("recover works in a deferred generator of an async function, before a wait and after", async () => {
    for (const waits of [0, 1, 2]) {
      const got = await withDefer<unknown>(async (s) => {
        s.defer(function* () {
          for (let i = 0; i < waits; i++) yield* sleep(1);
          s.result = recover();
        });
        await sleep(1);
        panic("boom");
      });
      expect(got).toBe("boom");
    }
  });

  test("what a deferred generator of an async function throws goes on, and goexit does", async () => {
    const thrown = await withDefer(async (s) => {
      s.defer(function* () {
        yield* sleep(1);
        throw new RangeError("late");
      });
    }).catch((e: unknown) => e);
    expect(thrown).toEqual(new RangeError("late"));
    const exit = await withDefer(async (s) => {
      s.defer(function* () {
        yield* sleep(1);
        goexit();
      });
    }).catch((e: unknown) => e);
    expect(isGoexit(exit)).toBe(true);
  });

  test("what is no function is refused by name when it is deferred, nil when it is called", () => {
    for (const [fn, shown] of [
      [5, "5"],
      ["f", '"f"'],
      [{}, "an object (Object)"],
    ])
      expect(() => withDefer((s) => s.defer(fn as never))).toThrow(
        new TypeError(`defer: fn is ${String(shown)}, want a function`),
      );
    for (const nil of [null, undefined])
      expect(() => withDefer((s) => s.defer(nil))).toThrow("nil pointer dereference");
  });

  test("to defer in a scope that is over is refused, in a deferred call it is not", () => {
    const log: string[] = [];
    let scope!: DeferScope<void>;
    withDefer<void>((s) => {
      scope = s;
      s.defer(() => s.defer(() => log.push("deferred by a deferred call")));
    });
    expect(log).toEqual(["deferred by a deferred call"]);
    expect(() => scope.defer(() => log.push("never"))).toThrow(
      "gort: defer: the function of this scope is over",
    );
    expect(log.length).toBe(1);
  });
});

describe("stack overflow is a fatal error: recover does not see it, deferred calls do not run", () => {
  const overflow = (): number => 1 + overflow();
  const isOverflow = (e: unknown): boolean =>
    isFatalErrorLike(e) && String(e) === "fatal error: stack overflow";

  test("of the body of a plain, a generator or an async function", async () => {
    let recovered: unknown = "not called";
    const deferred = (s: DeferScope<unknown>): void => s.defer(() => (recovered = recover()));
    let thrown: unknown;
    try {
      withDefer((s) => {
        deferred(s);
        overflow();
      });
    } catch (e) {
      thrown = e;
    }
    expect(isOverflow(thrown)).toBe(true);
    const ends = [
      run(() =>
        withDefer(function* (s) {
          deferred(s);
          overflow();
        }),
      ),
      withDefer(async (s) => {
        deferred(s);
        await Promise.resolve();
        overflow();
      }),
    ];
    for (const end of ends) expect(isOverflow(await end.catch((e: unknown) => e))).toBe(true);
    expect(recovered).toBe("not called");
  });

  test("of a deferred call", () => {
    let recovered: unknown = "not called";
    let thrown: unknown;
    try {
      withDefer((s) => {
        s.defer(() => (recovered = recover()));
        s.defer(overflow);
      });
    } catch (e) {
      thrown = e;
    }
    expect(isOverflow(thrown)).toBe(true);
    expect(recovered).toBe("not called");
  });

  test("of an engine that calls it an InternalError, as Firefox does", () => {
    class InternalError extends Error {
      override get name(): string {
        return "InternalError";
      }
    }
    let recovered: unknown = "not called";
    const caught = (message: string): unknown => {
      try {
        withDefer((s) => {
          s.defer(() => (recovered = recover()));
          throw new InternalError(message);
        });
      } catch (e) {
        return e;
      }
      return undefined;
    };
    expect(isOverflow(caught("too much recursion"))).toBe(true);
    expect(recovered).toBe("not called");
    expect(caught("allocation size overflow")).toBeUndefined();
    expect(recovered).toBeInstanceOf(InternalError);
  });

  test("of another realm, as in Node's prompt", () => {
    const deep = runInNewContext("(function deep() { return 1 + deep(); })") as () => number;
    let recovered: unknown = "not called";
    expect(() =>
      withDefer((s) => {
        s.defer(() => (recovered = recover()));
        deep();
      }),
    ).toThrow("stack overflow");
    expect(recovered).toBe("not called");
  });

  test("another RangeError is a panic like any other", () => {
    let recovered: unknown;
    withDefer((s) => {
      s.defer(() => {
        recovered = recover();
      });
      new Array(-1);
    });
    expect(recovered).toBeInstanceOf(RangeError);
  });
});

test("a deferred function is called without `this`, as one that is given to go", async () => {
  const seen: unknown[] = [];
  function look(this: unknown): void {
    seen.push(this);
  }
  withDefer((s) => s.defer(look));
  await run(function* () {
    yield* withDefer(function* (s) {
      s.defer(look);
    });
    yield* go(look).join();
  });
  expect(seen).toEqual([undefined, undefined, undefined]);
});

test("what the body set as the result stays, if it returns nothing", () => {
  const set = (s: { result: number }): void => {
    s.result = 5;
  };
  expect(withDefer<number>(set)).toBe(5);
});

test("null and undefined that are thrown are recovered as after panic(nil)", () => {
  const seen: unknown[] = [];
  for (const v of [null, undefined])
    withDefer((s) => {
      s.defer(() => void seen.push(recover()));
      throw v;
    });
  expect(seen.map((e) => e instanceof PanicNilError)).toEqual([true, true]);
});
