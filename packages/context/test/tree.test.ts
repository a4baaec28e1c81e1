import { getEventListeners } from "node:events";
import { type Chan, makeChan, nilChan, select } from "@gort/chan";
import { createDeterministicScheduler, createScheduler, type Go, gosched } from "@gort/sched";
import { describe, expect, test } from "vitest";
import data from "../../../apps/oracle/data/ctxtable.json" with { type: "json" };
import {
  afterFunc,
  background,
  Canceled,
  cause,
  checkContext,
  type Context,
  ContextMisuse,
  ContextWrapper,
  DeadlineExceeded,
  fromSignal,
  key,
  signalOf,
  todo,
  withCancel,
  withCancelCause,
  withDeadline,
  withDeadlineCause,
  withoutCancel,
  withTimeout,
  withTimeoutCause,
  withValue,
} from "../src/index.ts";

const HOUR = 3_600_000;
const closed = (ctx: Context): boolean => ctx.done().tryRecv()[2];

describe("roots", () => {
  test("Background and TODO: never done, Done nil, no deadline, no values; print as `context.Background`, `context.TODO`", () => {
    for (const [ctx, name] of [
      [background(), "context.Background"],
      [todo(), "context.TODO"],
    ] as const) {
      expect(ctx.done()).toBe(nilChan());
      expect(ctx.err()).toBe(null);
      expect(ctx.deadline()).toEqual([0, false]);
      expect(ctx.value("x")).toBe(undefined);
      expect(String(ctx)).toBe(name);
      expect(ctx.signal.aborted).toBe(false);
      expect(cause(ctx)).toBe(null);
    }
    expect(background()).toBe(background());
    expect(background()).not.toBe(todo());
    // Listeners on one signal of a root would never be collected.
    expect(background().signal).not.toBe(background().signal);
  });
});

describe("cancel", () => {
  test("WithCancel: Done non-nil, Err nil until cancel; cancel is synchronous and idempotent; Err then `context canceled`", () => {
    const [ctx, cancel] = withCancel(background());
    expect(ctx.done()).not.toBe(nilChan());
    expect([ctx.err(), closed(ctx)]).toEqual([null, false]);
    for (let i = 0; i < 2; i++) {
      cancel();
      expect(ctx.err()).toBe(Canceled);
      expect(ctx.err()!.message).toBe("context canceled");
      expect(closed(ctx)).toBe(true);
    }
  });

  test("Done is the same channel on each call; WithValue shares it; a child has its own", () => {
    const [ctx] = withCancel(background());
    expect(ctx.done()).toBe(ctx.done());
    expect(withValue(ctx, "k", 1).done()).toBe(ctx.done());
    expect(withCancel(ctx)[0].done()).not.toBe(ctx.done());
  });

  test("cancel reaches all descendants before it returns, also through user types that embed a context", () => {
    class Mine extends ContextWrapper {}
    const [root, cancel] = withCancel(background());
    const all = [root];
    for (let i = 0; i < 200; i++) {
      const parent = all[Math.floor(i / 3)]!;
      const wrapped = i % 2 === 0 ? new Mine(parent) : withValue(parent, "k", i);
      all.push(withCancel(wrapped)[0]);
    }
    const seen = all.map((ctx) => ctx.signal);
    cancel();
    for (const [i, ctx] of all.entries()) {
      expect(ctx.err()).toBe(Canceled);
      expect(closed(ctx)).toBe(true);
      expect(seen[i]!.aborted).toBe(true);
    }
    expect(checkContext(root)).toBe(0);
  });

  test("cancelling a child leaves parent and siblings alone and removes it from the parent's children", () => {
    const [parent, cancelParent] = withCancel(background());
    const [a, cancelA] = withCancel(parent);
    const [b] = withCancel(parent);
    const [timed, cancelTimed] = withTimeout(parent, HOUR);
    expect(checkContext(parent)).toBe(3);
    cancelA();
    expect(checkContext(parent)).toBe(2);
    expect([a.err(), b.err(), parent.err()]).toEqual([Canceled, null, null]);
    cancelTimed();
    expect(timed.err()).toBe(Canceled);
    expect(checkContext(parent)).toBe(1);
    cancelParent();
    expect(checkContext(parent)).toBe(0);
    expect(b.err()).toBe(Canceled);
  });

  test("deriving from a done parent gives a child done at once with the parent's error", () => {
    const [parent, cancel] = withCancel(background());
    cancel();
    expect(withCancel(parent)[0].err()).toBe(Canceled);
    expect(withTimeout(parent, HOUR)[0].err()).toBe(Canceled);
    expect(withDeadline(parent, 0)[0].err()).toBe(Canceled);
    const [late] = withTimeout(background(), 0);
    expect(withCancel(late)[0].err()).toBe(DeadlineExceeded);
    expect(checkContext(parent)).toBe(0);
  });

  test("a finished child leaves its parent at once: 10^6 children, nothing accumulates", () => {
    const [parent] = withCancel(background());
    const keep: (() => void)[] = [];
    for (let i = 0; i < 1_000_000; i++) {
      const [, cancel] = withCancel(parent);
      if (i % 10_000 === 0) keep.push(cancel);
      else cancel();
    }
    expect(checkContext(parent)).toBe(100);
    for (const cancel of keep) cancel();
    expect(checkContext(parent)).toBe(0);
  });

  test("a tree 10^5 deep or wide is created, printed, read and cancelled without overflowing the stack", () => {
    let ctx = background();
    const [root, cancel] = withCancel(ctx);
    ctx = root;
    for (let i = 0; i < 100_000; i++)
      ctx = i % 2 === 0 ? withCancel(ctx)[0] : withValue(ctx, "k", i);
    expect(ctx.value("absent")).toBe(undefined);
    expect(ctx.deadline()).toEqual([0, false]);
    expect(String(ctx).length).toBeGreaterThan(1_000_000);
    expect(checkContext(root)).toBe(50_000);
    cancel();
    expect(ctx.err()).toBe(Canceled);
    const [wide, cancelWide] = withCancel(background());
    const children = Array.from({ length: 100_000 }, () => withCancel(wide)[0]);
    cancelWide();
    expect(children.every((c) => c.err() === Canceled)).toBe(true);
  });

  test("100 contexts in a 4-ary tree cancelled in random order from many goroutines all finish; cancel inside a Done waiter does not deadlock", async () => {
    const s = createDeterministicScheduler({ seed: 8 });
    await s.run(function* () {
      const root = withCancel(background());
      const tree: [Context, () => void][] = [root];
      while (tree.length < 100) tree.push(withCancel(tree[(tree.length - 1) >> 2]![0]));
      const order = [...tree].sort(() => s.random(3) - 1);
      const done = makeChan<void>(100);
      for (const [ctx, cancel] of tree) {
        s.go(function* (): Go {
          yield* ctx.done().recv();
          // From inside a waiter, on a context that is being cancelled and on another.
          cancel();
          root[1]();
          yield* done.send();
        });
      }
      for (const [, cancel] of order) s.go(cancel);
      for (let i = 0; i < 100; i++) yield* done.recv();
      expect(checkContext(root[0])).toBe(0);
    });
  });

  test("code that runs during a cancellation sees a tree that is already consistent", () => {
    const [root, cancelRoot] = withCancelCause(background());
    const nodes = Array.from({ length: 10 }, () => withCancelCause(root));
    const grand = nodes.map(([ctx]) => withCancelCause(ctx));
    let seen = 0;
    for (const [ctx, cancel] of [...nodes, ...grand]) {
      ctx.signal.addEventListener("abort", () => {
        for (const [other, cancelOther] of [...nodes, ...grand]) {
          cancelOther("too late");
          expect(cause(other)).toBe("first");
        }
        cancel("too late");
        expect(withCancel(ctx)[0].err()).toBe(Canceled);
        expect(checkContext(root)).toBe(0);
        seen++;
      });
    }
    cancelRoot("first");
    expect(seen).toBe(20);
  });

  test("code that runs during a cancellation may be the first to ask for the Done of a context whose turn is yet to come", () => {
    const [root, cancel] = withCancel(background());
    const [child] = withCancel(root);
    const [grand] = withCancel(child);
    const asked: boolean[] = [];
    root.signal.addEventListener("abort", () => {
      for (const ctx of [root, child, withValue(grand, "k", 1)]) asked.push(closed(ctx));
      // A foreign parent is asked, too.
      asked.push(withCancel(new ContextWrapper(grand))[0].err() === Canceled);
    });
    cancel();
    expect(asked).toEqual([true, true, true, true]);
    expect([root, child, grand].map(closed)).toEqual([true, true, true]);
    expect(checkContext(root)).toBe(0);
  });

  test("Done works as a select case, in goroutines and in async functions", async () => {
    const [ctx, cancel] = withCancel(background());
    const jobs = makeChan<number>();
    setImmediate(cancel);
    const r = await select({ job: jobs.recv(), stop: ctx.done().recv() });
    expect(r.case).toBe("stop");
    const s = createScheduler();
    const [other, cancelOther] = withCancel(background());
    const got = await s.run(function* () {
      s.go(function* (): Go {
        yield* gosched();
        cancelOther();
      });
      return (yield* select({ job: jobs.recv(), stop: other.done().recv() })).case;
    });
    expect(got).toBe("stop");
  });
});

describe("misuse", () => {
  test("what is no context, or no signal, is named", () => {
    const like: any = { done: () => null, err: () => null };
    const taking: [string, (ctx: any) => unknown][] = [
      ["withCancel: parent", withCancel],
      ["withCancelCause: parent", withCancelCause],
      ["withTimeout: parent", (ctx) => withTimeout(ctx, 5)],
      ["withDeadline: parent", (ctx) => withDeadline(ctx, 5)],
      ["withTimeoutCause: parent", (ctx) => withTimeoutCause(ctx, 5, "late")],
      ["withDeadlineCause: parent", (ctx) => withDeadlineCause(ctx, 5, "late")],
      ["withValue: parent", (ctx) => withValue(ctx, "k", 1)],
      ["withoutCancel: parent", withoutCancel],
      ["fromSignal: parent", (ctx) => fromSignal(new AbortController().signal, ctx)],
      ["afterFunc: ctx", (ctx) => afterFunc(ctx, () => {})],
      ["ContextWrapper: inner", (ctx) => new ContextWrapper(ctx)],
    ];
    for (const [where, take] of taking)
      for (const wrong of [{}, like])
        expect(() => take(wrong)).toThrow(`${where} is an object (Object), want a context`);
    const { signal } = new AbortController();
    for (const [where, take] of [...taking, ["cause: ctx", cause] as const])
      expect(() => take(signal as any)).toThrow(
        `${where} is an object (AbortSignal), want a context; fromSignal makes one of a signal`,
      );
    expect(() => fromSignal({} as any)).toThrow(
      "fromSignal: signal is an object (Object), want an AbortSignal",
    );
    expect(() => fromSignal(undefined as any)).toThrow("fromSignal: signal is undefined");
    expect(() => fromSignal(background() as any, signal as any)).toThrow(
      /^fromSignal: signal is an object \(.*\), want an AbortSignal$/,
    );
    for (const [where, take] of taking)
      expect(() => take(withCancel(background()))).toThrow(
        `${where} is an array of 2, want a context, such as its first element`,
      );
    for (const wrong of [null, undefined, 5, "ctx", {}, () => {}] as any[]) {
      expect(() => cause(wrong)).toThrow(/^cause: ctx is .*, want a context$/);
      expect(() => signalOf(wrong)).toThrow(/^signalOf: ctx is .*, want a context$/);
      expect(() => checkContext(wrong)).toThrow(/^checkContext: ctx is .*, want a context$/);
    }
    for (const wrong of [null, undefined, "now", {}, [], new Date(NaN)] as any[])
      expect(() => withDeadline(background(), wrong)).toThrow(/^withDeadline: at is /);
  });

  test("a context has no cancel of its own: code without types that calls it is told so", () => {
    const [ctx, cancel] = withCancel(background());
    expect(() => (ctx as any).cancel()).toThrow("cancel is not a function");
    expect(ctx.err()).toBe(null);
    cancel();
    expect(ctx.err()).toBe(Canceled);
  });

  test("WithCancel(nil), WithDeadline(nil), WithValue(nil) panic `cannot create context from nil parent`; nil key panics `nil key`; uncomparable key panics `key is not comparable`", () => {
    const nil = null as unknown as Context;
    const text = "cannot create context from nil parent";
    for (const f of [
      () => withCancel(nil),
      () => withCancelCause(undefined as unknown as Context),
      () => withDeadline(nil, 0),
      () => withTimeout(nil, 1),
      () => withValue(nil, "k", 1),
      () => withoutCancel(nil),
      () => afterFunc(nil, () => {}),
      () => new ContextWrapper(nil),
    ]) {
      expect(f).toThrow(new ContextMisuse(text));
    }
    for (const k of [null, undefined]) {
      expect(() => withValue(background(), k, 1)).toThrow(new ContextMisuse("nil key"));
    }
    for (const k of [[], new Uint8Array(1), new Map(), () => {}]) {
      expect(() => withValue(background(), k, 1)).toThrow(
        new ContextMisuse("key is not comparable"),
      );
    }
    expect(() => afterFunc(background(), 5 as never)).toThrow("afterFunc: f is 5, want a function");
    expect(() => withTimeout(background(), NaN)).toThrow("withTimeout: timeoutMs is NaN");
    expect(() => withDeadline(background(), "x" as never)).toThrow('withDeadline: at is "x"');
  });
});

describe("values", () => {
  test("WithValue shares Done; Value looks up the nearest key in the chain; keys compare by type and value; a nil value hides outer ones", () => {
    const k1 = key<string>("k");
    const k2 = key<string>("k");
    let ctx = withValue(background(), k1, "outer");
    ctx = withValue(ctx, 1, "number");
    ctx = withValue(ctx, "1", "string");
    ctx = withValue(ctx, k1, "inner");
    expect(ctx.value(k1)).toBe("inner");
    expect(ctx.value(k2)).toBe(undefined);
    expect([ctx.value(1), ctx.value("1")]).toEqual(["number", "string"]);
    expect(k1.get(ctx)).toEqual(["inner", true]);
    expect(k2.get(ctx)).toEqual([undefined, false]);
    const hidden = withValue(ctx, 1, null);
    expect(hidden.value(1)).toBe(null);
    expect(withValue(ctx, 1, undefined).value(1)).toBe(undefined);
    expect(withValue(background(), NaN, 1).value(NaN)).toBe(undefined);
  });

  test("a key has a name", () => {
    expect(() => key(5 as never)).toThrow("key: name is 5, want a string");
  });

  test("a key that is asked about what is no context says so", () => {
    const k = key<string>("k");
    expect(() => k.get(undefined as never)).toThrow("Key.get: ctx is undefined, want a context");
    expect(() => k.get(new AbortController().signal as never)).toThrow(
      "want a context; fromSignal makes one of a signal",
    );
  });

  test("values remain readable after cancellation", () => {
    const k = key<number>("k");
    const [ctx, cancel] = withCancel(withValue(background(), k, 5));
    const inner = withValue(ctx, "x", 6);
    cancel();
    expect([inner.value(k), inner.value("x")]).toEqual([5, 6]);
  });

  test("30+ random layers of value/cancel/timeout keep values and cancel correctly", () => {
    for (let seed = 1; seed <= 40; seed++) {
      let state = seed;
      const random = (n: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 8) % n;
      };
      let ctx = background();
      const values: [object, number][] = [];
      const cancels: (() => void)[] = [];
      const chain: Context[] = [];
      for (let i = 0; i < 40; i++) {
        const kind = random(3);
        if (kind === 0) {
          const k = {};
          values.push([k, i]);
          ctx = withValue(ctx, k, i);
        } else {
          const [next, cancel] = kind === 1 ? withCancel(ctx) : withTimeout(ctx, HOUR);
          ctx = next;
          chain.push(ctx);
          cancels.push(cancel);
        }
      }
      for (const [k, v] of values) expect(ctx.value(k)).toBe(v);
      if (chain.length === 0) continue;
      const at = random(chain.length);
      cancels[at]!();
      for (const [i, c] of chain.entries()) expect(c.err()).toBe(i < at ? null : Canceled);
      for (const [k, v] of values) expect(ctx.value(k)).toBe(v);
      checkContext(chain[0]!);
      for (const cancel of cancels) cancel();
    }
  });
});

describe("cause", () => {
  test("[1.20] Cause: nil before done; Canceled or DeadlineExceeded without cause; cancel(err) gives err while Err is Canceled; cancel(nil) gives Canceled", () => {
    const err = new Error("boom");
    const [ctx, cancel] = withCancelCause(background());
    expect(cause(ctx)).toBe(null);
    cancel(err);
    expect([ctx.err(), cause(ctx)]).toEqual([Canceled, err]);
    for (const none of [null, undefined]) {
      const [c, end] = withCancelCause(background());
      end(none);
      expect(cause(c)).toBe(Canceled);
    }
    const [plain, end] = withCancel(background());
    end();
    expect(cause(plain)).toBe(Canceled);
    expect(cause(withTimeout(background(), 0)[0])).toBe(DeadlineExceeded);
    expect(cause(withValue(ctx, "k", 1))).toBe(err);
  });

  test("[1.20] the first cancellation wins: parent(cause) then child(cause) -> child sees parent's; the other way round the child keeps its own", () => {
    const [p1, cancelP1] = withCancelCause(background());
    const [c1, cancelC1] = withCancelCause(p1);
    cancelP1("parent");
    cancelC1("child");
    expect([cause(p1), cause(c1)]).toEqual(["parent", "parent"]);
    const [p2, cancelP2] = withCancelCause(background());
    const [c2, cancelC2] = withCancelCause(p2);
    cancelC2("child");
    expect(cause(p2)).toBe(null);
    cancelP2("parent");
    expect([cause(p2), cause(c2)]).toEqual(["parent", "child"]);
  });

  test("[1.21] WithTimeoutCause/WithDeadlineCause: cause applies only to the timeout, an explicit cancel gives Canceled", () => {
    const tooSlow = new Error("too slow");
    const [a] = withTimeoutCause(background(), 0, tooSlow);
    expect([a.err(), cause(a)]).toEqual([DeadlineExceeded, tooSlow]);
    const [b, cancel] = withTimeoutCause(background(), HOUR, tooSlow);
    cancel();
    expect([b.err(), cause(b)]).toEqual([Canceled, Canceled]);
  });

  test("[1.21] stacked: WithCancelCause over WithTimeoutCause(0, tooSlow): tooSlow and DeadlineExceeded; with a long timeout cancel(finishedEarly): finishedEarly and Canceled", () => {
    const [slow] = withTimeoutCause(background(), 0, "tooSlow");
    const [a, cancelA] = withCancelCause(slow);
    cancelA("finishedEarly");
    expect([cause(a), a.err()]).toEqual(["tooSlow", DeadlineExceeded]);
    const [long] = withTimeoutCause(background(), HOUR, "tooSlow");
    const [b, cancelB] = withCancelCause(long);
    cancelB("finishedEarly");
    expect([cause(b), b.err()]).toEqual(["finishedEarly", Canceled]);
    expect(checkContext(long)).toBe(0);
  });

  test("[1.20] Cause polled during cancel is either nil or the final cause, never a wrong value", () => {
    const [root, cancel] = withCancelCause(background());
    const leaves = Array.from({ length: 50 }, () => withTimeout(withCancel(root)[0], HOUR)[0]);
    const seen = new Set<unknown>();
    for (const leaf of leaves) {
      leaf.signal.addEventListener("abort", () => {
        for (const other of leaves) seen.add(cause(other));
      });
    }
    for (const leaf of leaves) seen.add(cause(leaf));
    cancel("final");
    expect([...seen]).toEqual([null, "final"]);
  });
});

describe("withoutCancel", () => {
  test("[1.21] WithoutCancel: no Done, no deadline, Err and Cause nil even if the parent is done; values pass through", () => {
    const k = key<number>("k");
    const [parent, cancel] = withTimeout(withValue(background(), k, 1), HOUR);
    const free = withoutCancel(parent);
    const [child] = withCancel(free);
    cancel();
    expect(free.done()).toBe(nilChan());
    expect(free.deadline()).toEqual([0, false]);
    expect([free.err(), cause(free), child.err(), cause(child)]).toEqual([null, null, null, null]);
    expect(free.value(k)).toBe(1);
    expect(free.signal.aborted).toBe(false);
    expect(String(free)).toMatch(/\.WithoutCancel$/);
  });
});

describe("foreign contexts", () => {
  /** A context with a done channel of its own, made of nothing but the contract. */
  class Foreign implements Context {
    readonly ch: Chan<void> = makeChan<void>();
    error: Error | null = null;
    readonly inner: Context;
    constructor(inner: Context = background()) {
      this.inner = inner;
    }
    deadline(): [number, boolean] {
      return [0, false];
    }
    done() {
      return this.ch.recvOnly();
    }
    err() {
      return this.error;
    }
    value(k: unknown): any {
      return this.inner.value(k);
    }
    get signal(): AbortSignal {
      return this.inner.signal;
    }
    end(error: Error): void {
      this.error = error;
      this.ch.close();
    }
  }

  test("a foreign parent with its own Done cancels its children, which leave it when they end first", async () => {
    const parent = new Foreign();
    const [child] = withCancel(parent);
    const [grand] = withTimeout(child, HOUR);
    const [early, cancelEarly] = withCancel(withValue(parent, "k", 1));
    const { checkChan } = await import("@gort/chan");
    expect(checkChan(parent.ch).receivers).toBe(2);
    cancelEarly();
    expect(checkChan(parent.ch).receivers).toBe(1);
    parent.end(DeadlineExceeded);
    expect([child.err(), grand.err(), early.err()]).toEqual([
      DeadlineExceeded,
      DeadlineExceeded,
      Canceled,
    ]);
    checkContext(child);
  });

  test("no helper goroutine for standard parents and plain embedding, nor for a parent with its own Done", async () => {
    const s = createScheduler();
    await s.run(function* () {
      const before = s.numGoroutine();
      const [std] = withCancel(background());
      withCancel(std);
      withCancel(new ContextWrapper(std));
      withCancel(new Foreign());
      expect(s.numGoroutine()).toBe(before);
      expect(checkContext(std)).toBe(2);
    });
  });

  test("[1.21] custom parent with a closed Done: child gets the parent's Err, and Cause is found through an embedded cancel context", () => {
    const [inner, cancel] = withCancelCause(background());
    cancel("why");
    const parent = new Foreign(inner);
    parent.end(Canceled);
    const [child] = withCancel(parent);
    expect([child.err(), cause(child)]).toEqual([Canceled, "why"]);
  });

  test("a wrapper that replaces Done is not bypassed, although its value reaches the embedded node", () => {
    const [inner, cancel] = withCancel(background());
    const parent = new Foreign(inner);
    const [child] = withCancel(parent);
    cancel();
    expect(child.err()).toBe(null);
    parent.end(Canceled);
    expect(child.err()).toBe(Canceled);
  });

  test("[1.21] parents with an AfterFunc(func()) func() bool method are used instead of a goroutine; cancelling or stopping a child unregisters it", () => {
    class WithAfterFunc extends Foreign {
      readonly registered = new Set<() => void>();
      afterFunc(f: () => void): () => boolean {
        this.registered.add(f);
        return () => this.registered.delete(f);
      }
    }
    const parent = new WithAfterFunc();
    const [a, cancelA] = withCancel(parent);
    const [b] = withCancel(parent);
    const stop = afterFunc(parent, () => {});
    expect(parent.registered.size).toBe(3);
    cancelA();
    stop();
    expect(parent.registered.size).toBe(1);
    parent.error = DeadlineExceeded;
    for (const f of parent.registered) f();
    expect([a.err(), b.err()]).toEqual([Canceled, DeadlineExceeded]);
  });

  test("a parent whose AfterFunc calls at once ends the child, which then hangs on nothing", () => {
    class AtOnce extends Foreign {
      afterFunc(f: () => void): () => boolean {
        f();
        return () => false;
      }
    }
    const [child] = withCancel(new AtOnce());
    expect(child.err()).toBe(Canceled);
    checkContext(child);
  });

  test("a listener on a signal is gone when a foreign parent ends first", () => {
    class WithAfterFunc extends Foreign {
      f: () => void = () => {};
      afterFunc(f: () => void): () => boolean {
        this.f = f;
        return () => false;
      }
    }
    const [own, registered] = [new Foreign(), new WithAfterFunc()];
    for (const [parent, end] of [
      [own, () => own.end(DeadlineExceeded)],
      [registered, () => registered.f()],
    ] as const) {
      const { signal } = new AbortController();
      const [ctx] = fromSignal(signal, parent);
      expect(getEventListeners(signal, "abort").length).toBe(1);
      end();
      expect(ctx.err()).not.toBe(null);
      expect(getEventListeners(signal, "abort").length).toBe(0);
      checkContext(ctx);
    }
  });

  test("other packages derive through the well-known method", () => {
    const derive = Symbol.for("gort.context.derive");
    for (const parent of [background(), withCancel(background())[0], new ContextWrapper(todo())]) {
      const [ctx, cancel] = (parent as any)[derive]() as [Context, (why: unknown) => void];
      cancel("x");
      expect([ctx.err(), cause(ctx), parent.err()]).toEqual([Canceled, "x", null]);
    }
  });
});

test("facts and errors that Go recorded", () => {
  const { facts, errors } = data;
  const [c1] = withCancel(background());
  const [c2] = withTimeout(c1, HOUR);
  const [c4] = withDeadline(c2, Date.now() + 2 * HOUR);
  const name = (e: Error | null): string => (e === Canceled ? "canceled" : "deadline");
  const [c7, f7] = withCancel(background());
  f7();
  const k = key<string>("k");
  const shadowed = withValue(withValue(background(), k, "a"), k, null as never);
  const got: Record<string, unknown> = {
    "Background.Done is nil": background().done() === nilChan(),
    "Done is the same channel on each call": c1.done() === c1.done(),
    "WithValue shares the parent's Done channel": withValue(c1, "k", 1).done() === c1.done(),
    "cancel after timeout keeps DeadlineExceeded": (() => {
      const [ctx, cancel] = withTimeout(background(), 0);
      cancel();
      return ctx.err() === DeadlineExceeded;
    })(),
    "cancelling a child leaves the parent alive, twice is fine": (() => {
      const [, cancel] = withCancel(c1);
      cancel();
      cancel();
      return c1.err() === null;
    })(),
    "child of a cancelled parent is born cancelled": name(withTimeout(c7, HOUR)[0].err()),
    "child of cancel ctx has its own Done channel": withCancel(c1)[0].done() !== c1.done(),
    "embedding wrapper needs no helper goroutine": (() => {
      const before = checkContext(c1);
      withCancel(new ContextWrapper(c1));
      return checkContext(c1) === before + 1;
    })(),
    "keys of different types do not collide": withValue(background(), k, "a").value(1) ?? "<nil>",
    "later child deadline is cut to the parent's": c4.deadline()[0] === c2.deadline()[0],
    "past deadline under a cancelled parent": name(withDeadline(c7, 0)[0].err()),
    "timeout 0 is done at once": name(withTimeout(background(), 0)[0].err()),
    "value shadowing: nil value hides the parent's": shadowed.value(k) ?? "<nil>",
  };
  expect(got).toEqual(facts);
  expect(Canceled.message).toBe(errors["Canceled.Error"]);
  expect(DeadlineExceeded.message).toBe(errors["DeadlineExceeded.Error"]);
  expect("timeout" in Canceled).toBe(errors["Canceled has Timeout"]);
  expect([true, DeadlineExceeded.timeout(), DeadlineExceeded.temporary()]).toEqual(
    errors["DeadlineExceeded has Timeout/Temporary"],
  );
});

test("a typed key takes values of its type only; any other key takes all", () => {
  const attempt = key<number>("attempt");
  const ctx = withValue(withValue(background(), attempt, 3), "plain", "text");
  // @ts-expect-error a string is no attempt
  withValue(ctx, attempt, "three");
  expect([ctx.value(attempt), ctx.value("plain")]).toEqual([3, "text"]);
});

test("a context is awaited by those who wait for it or for one below it, not for one beside it", () => {
  const [parent] = withCancel(background());
  const [a] = withCancel(parent);
  const [b] = withCancel(parent);
  const [below] = withCancel(a);
  const awaited = (): boolean[] =>
    [a, b].map((ctx) => (ctx as Context & { isAwaited(): boolean }).isAwaited());
  expect(awaited()).toEqual([false, false]);
  const wait = b.done().recv()[Symbol.iterator]();
  wait.next();
  expect(awaited()).toEqual([false, true]);
  wait.return!();
  below.done().recv()[Symbol.iterator]().next();
  expect(awaited()).toEqual([true, false]);
});

test("any value but null and undefined is a cause", () => {
  for (const why of ["", 0, false]) {
    const [ctx, cancel] = withCancelCause(background());
    cancel(why);
    expect([cause(ctx), ctx.err()]).toEqual([why, Canceled]);
  }
});
