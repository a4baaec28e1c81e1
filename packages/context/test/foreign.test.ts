/** Contexts, clocks and signals that somebody else made, and that do otherwise than ours. */
import { checkChan, type Chan, makeChan, nilChan } from "@gort/chan";
import { type Clock, currentClock, currentScheduler } from "@gort/sched";
import { describe, expect, test } from "vitest";
import {
  Canceled,
  type Context,
  ContextWrapper,
  afterFunc,
  background,
  cause,
  checkContext,
  fromSignal,
  withCancel,
  withCancelCause,
  withTimeout,
  withValue,
} from "../src/index.ts";

describe("cause agrees with err", () => {
  test("of a wrapper that ends by itself", () => {
    class Own extends ContextWrapper {
      readonly ch: Chan<void> = makeChan<void>();
      error: Error | null = null;
      override done() {
        return this.ch.recvOnly();
      }
      override err(): Error | null {
        return this.error ?? super.err();
      }
    }
    const [parent, cancel] = withCancelCause(background());
    const own = new Own(parent);
    const [child] = withCancel(own);
    const value = withValue(own, "k", 1);
    expect([own, child, value].map(cause)).toEqual([null, null, null]);
    const error = new Error("own end");
    own.error = error;
    own.ch.close();
    expect([own, child, value].map(cause)).toEqual([error, error, error]);
    cancel();
  });

  test("of one that does not end with what it wraps", () => {
    class Detached extends ContextWrapper {
      override done() {
        return nilChan<void>();
      }
      override err(): Error | null {
        return null;
      }
    }
    const [parent, cancel] = withCancelCause(background());
    const detached = new Detached(parent);
    cancel(new Error("why"));
    expect([detached.err(), cause(detached)]).toEqual([null, null]);
    expect(String(cause(parent))).toBe("Error: why");
  });
});

describe("a parent with less than ours has", () => {
  const bare = (parts: object): Context => ({ ...of(background()), ...parts }) as Context;
  const of = (ctx: Context) => ({
    deadline: () => ctx.deadline(),
    done: () => ctx.done(),
    err: () => ctx.err(),
    value: (k: unknown): any => ctx.value(k),
  });

  test("nothing for what never ends, and no deadline", () => {
    for (const nothing of [undefined, null]) {
      const parent = bare({ done: () => nothing, deadline: () => nothing });
      const [child, cancel] = withTimeout(parent, 1e6);
      expect(child.deadline()[1]).toBe(true);
      expect(withValue(parent, "k", 1).deadline()).toEqual([0, false]);
      cancel();
      expect(child.err()).toBe(Canceled);
    }
  });

  test("a done channel that can be received from, and nothing else", () => {
    const ch = makeChan<void>();
    const parent = bare({ done: () => ({ recv: () => ch.recv() }), err: () => null });
    const [child] = withCancel(parent);
    const [early, cancel] = withCancel(parent);
    expect(checkChan(ch).receivers).toBe(2);
    cancel();
    expect(checkChan(ch).receivers).toBe(1);
    ch.close();
    expect([child.err(), early.err()]).toEqual([Canceled, Canceled]);
    expect(withCancel(parent)[0].err()).toBe(Canceled);
  });

  test("what is no channel is named", () => {
    for (const done of [7, {}, "x"])
      expect(() => withCancel(bare({ done: () => done }))).toThrow(
        /parent\.done\(\) is .*a channel/,
      );
  });
});

describe("what throws leaves no child behind", () => {
  const [parent] = withCancel(background());
  const clock = (parts: object): Clock => {
    const real = currentClock();
    return {
      now: () => real.now(),
      wall: () => real.wall(),
      schedule: () => real.schedule(Infinity, () => {}),
      ...parts,
    };
  };
  const broken = (): never => {
    throw new Error("broken");
  };

  test.each(["now", "wall", "schedule"])("a clock: %s", (method) => {
    expect(() => withTimeout(parent, 5, { clock: clock({ [method]: broken }) })).toThrow("broken");
    expect(checkContext(parent)).toBe(0);
  });

  test("what is no signal", () => {
    for (const signal of [new EventTarget(), new AbortController(), null, "x"])
      expect(() => fromSignal(signal as AbortSignal, parent)).toThrow(/^fromSignal: signal is /);
    expect(checkContext(parent)).toBe(0);
  });
});

test("a context of a signal leaves its parent, of whatever kind, when the signal aborts", () => {
  const ch = makeChan<void>();
  const inner = background();
  const parent: Context = {
    deadline: () => inner.deadline(),
    done: () => ch.recvOnly(),
    err: () => null,
    value: (k: unknown): any => inner.value(k),
    signal: inner.signal,
  };
  const controller = new AbortController();
  const [ctx] = fromSignal(controller.signal, parent);
  expect(checkChan(ch).receivers).toBe(1);
  controller.abort();
  expect(ctx.err()).toBe(Canceled);
  expect(checkChan(ch).receivers).toBe(0);
});

test("afterFunc runs its function though leaving a parent throws", async () => {
  const inner = background();
  const parent = {
    deadline: () => inner.deadline(),
    done: () => makeChan<void>().recvOnly(),
    err: () => null,
    value: (k: unknown): any => inner.value(k),
    signal: inner.signal,
    afterFunc(f: () => void) {
      this.end = f;
      return () => {
        throw new Error("stop is broken");
      };
    },
    end: () => {},
  };
  let ran = 0;
  const s = currentScheduler();
  const ended = new Promise<void>((resolve) => {
    afterFunc(parent, () => {
      ran++;
      resolve();
    });
  });
  expect(() => parent.end()).toThrow("stop is broken");
  await ended;
  expect([ran, s.numGoroutine() <= 1]).toEqual([1, true]);
});
