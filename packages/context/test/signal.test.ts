import { AsyncLocalStorage } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { makeChan, select } from "@gort/chan";
import { go, type Op, run } from "@gort/sched";
import { describe, expect, test } from "vitest";
import {
  Canceled,
  type Context,
  DeadlineExceeded,
  background,
  cause,
  checkContext,
  fromSignal,
  signalOf,
  withCancel,
  withCancelCause,
  withTimeout,
  withValue,
} from "../src/index.ts";

describe("ctx.signal", () => {
  test("is a real AbortSignal, always the same, aborted with the cause as reason", () => {
    const [ctx, cancel] = withCancelCause(background());
    const { signal } = ctx;
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(ctx.signal).toBe(signal);
    expect(withValue(ctx, "k", 1).signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    cancel("why");
    expect([signal.aborted, signal.reason]).toEqual([true, "why"]);
  });

  test("asked for after the end it is aborted already; without a cause the reason is the error", () => {
    const [ctx, cancel] = withCancel(background());
    cancel();
    expect(ctx.signal.reason).toBe(Canceled);
    expect(withTimeout(background(), 0)[0].signal.reason).toBe(DeadlineExceeded);
  });

  test("stops what takes a signal, and the error is recognised as an abort", async () => {
    const [ctx, cancel] = withCancel(background());
    const { setTimeout: wait } = await import("node:timers/promises");
    const waiting = wait(1e6, undefined, { signal: ctx.signal });
    cancel();
    const error: unknown = await waiting.catch((e: unknown) => e);
    expect((error as Error).name).toBe("AbortError");
    expect((error as Error).cause).toBe(Canceled);
    expect(() => ctx.signal.throwIfAborted()).toThrow(Canceled);
  });

  test("is made only when asked for", () => {
    const [ctx] = withCancel(background());
    expect((ctx as unknown as { controller: unknown }).controller).toBe(null);
    void ctx.signal;
    expect((ctx as unknown as { controller: unknown }).controller).not.toBe(null);
  });

  test("signalOf follows any context", () => {
    const [ctx, cancel] = withCancelCause(background());
    const signal = signalOf(ctx);
    cancel("x");
    expect(signal.reason).toBe("x");
  });
});

describe("fromSignal", () => {
  test("ends with the signal, whose reason is the cause; a timeout stays a timeout", () => {
    const controller = new AbortController();
    const [ctx] = fromSignal(controller.signal);
    const [child] = withCancel(ctx);
    expect(ctx.err()).toBe(null);
    controller.abort("left");
    expect([ctx.err(), cause(ctx), cause(child)]).toEqual([Canceled, "left", "left"]);
    const timeout = new AbortController();
    const [late] = fromSignal(timeout.signal);
    timeout.abort(new DOMException("too late", "TimeoutError"));
    expect(late.err()).toBe(DeadlineExceeded);
    const [born] = fromSignal(AbortSignal.abort("before"));
    expect(cause(born)).toBe("before");
  });

  test("goes round: a context's signal gives a context with the same error and cause", () => {
    const [a] = withTimeout(background(), 0);
    const [b] = fromSignal(a.signal);
    expect([b.err(), cause(b)]).toEqual([DeadlineExceeded, DeadlineExceeded]);
  });

  test("its listener is gone however it ends", () => {
    const controller = new AbortController();
    const count = (): number => getEventListeners(controller.signal, "abort").length;
    const [parent, cancelParent] = withCancel(background());
    const [, cancel] = fromSignal(controller.signal, parent);
    const [other] = fromSignal(controller.signal, parent);
    expect([count(), checkContext(parent)]).toEqual([1, 2]);
    cancel();
    expect([count(), checkContext(parent)]).toEqual([1, 1]);
    cancelParent();
    expect([count(), other.err()]).toEqual([0, Canceled]);
    const [late] = fromSignal(controller.signal, parent);
    expect([late.err(), count()]).toEqual([Canceled, 0]);
  });

  test("a program that waits for a context of a signal is not deadlocked: the signal may come from outside", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort("from outside"), 5);
    const why = await run(function* () {
      const [ctx] = fromSignal(controller.signal);
      yield* ctx.done().recv();
      return cause(ctx);
    });
    expect(why).toBe("from outside");
  });

  test("one signal serves many contexts with one listener, so that Node warns of no leak", async () => {
    const warnings: Error[] = [];
    const warn = (w: Error): void => void warnings.push(w);
    process.on("warning", warn);
    const controller = new AbortController();
    const all = Array.from({ length: 100 }, () => fromSignal(controller.signal)[0]);
    controller.abort();
    expect(all.every((ctx) => ctx.err() === Canceled)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });
});

test("AsyncLocalStorage is preserved across every await of a context or channel", async () => {
  const store = new AsyncLocalStorage<number>();
  const jobs = makeChan<number>();
  const results = makeChan<number>();
  const seen: (number | undefined)[][] = [];
  const [ctx, cancel] = withTimeout(background(), 30);
  const worker = (id: number): Promise<void> =>
    store.run(id, async () => {
      const mine: (number | undefined)[] = [];
      seen[id] = mine;
      await jobs.recv();
      mine.push(store.getStore());
      await results.send(id);
      mine.push(store.getStore());
      await select({ job: jobs.recv(), stop: ctx.done().recv() });
      mine.push(store.getStore());
      await ctx.done().recv();
      mine.push(store.getStore());
    });
  const workers = [0, 1, 2].map(worker);
  await store.run(99, async () => {
    for (let i = 0; i < 3; i++) await jobs.send(i);
    for (let i = 0; i < 3; i++) await results.recv();
    expect(store.getStore()).toBe(99);
  });
  await Promise.all(workers);
  cancel();
  expect(seen).toEqual([0, 1, 2].map((id) => [id, id, id, id]));
});

describe("a program of goroutines that waits for a context made outside, from a signal, is not deadlocked", () => {
  type Wait = (ctx: Context) => Op<unknown>;
  const waits: [string, Wait][] = [
    ["on its done channel", (ctx) => ctx.done().recv()],
    ["by a channel that it calls off", (ctx) => makeChan().recv({ ctx })],
    ["by a child of it", (ctx) => withCancel(ctx)[0].done().recv()],
    ["in a select", (ctx) => select({ never: makeChan().recv(), stop: ctx.done().recv() })],
  ];
  test.each(waits)("%s", async (_how, wait) => {
    const stop = new AbortController();
    const [ctx] = fromSignal(stop.signal);
    setTimeout(() => stop.abort(), 15);
    const ended = run(function* () {
      try {
        yield* wait(ctx);
      } catch (e) {
        return e;
      }
      return ctx.err();
    });
    expect(await ended).toBe(Canceled);
  });

  test("made by an async goroutine after an await", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 15);
    const ended = run(function* () {
      const made = go(async () => {
        await Promise.resolve();
        return fromSignal(stop.signal);
      });
      const [ctx] = yield* made.join();
      yield* ctx.done().recv();
      return ctx.err();
    });
    expect(await ended).toBe(Canceled);
  });

  test("and is, once the context was cancelled", async () => {
    const [, cancel] = fromSignal(new AbortController().signal);
    const ended = run(function* () {
      yield* makeChan().recv();
    });
    setTimeout(cancel, 5);
    await expect(ended).rejects.toThrow("all goroutines are asleep - deadlock!");
  });
});
