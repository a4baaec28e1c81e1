import { createDeterministicScheduler, run, sleep } from "@gort/sched";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkChan, type ContextLike, makeChan, nilChan, select } from "../src/index.ts";
import { play } from "./mini.ts";

/** A context of somebody else's, with no more than is asked for. */
class Ctx implements ContextLike {
  readonly ch = makeChan<never>();
  private error: Error | null = null;
  done() {
    return this.ch;
  }
  err() {
    return this.error;
  }
  cancel(error: Error): void {
    this.error = error;
    this.ch.close();
  }
}

describe("{ signal }", () => {
  test("without options, and with empty ones, send and receive are what they always are", () => {
    const ch = makeChan<number>(2, { zero: 0 });
    play(function* () {
      yield* ch.send(1, {});
      yield* ch.send(2, { signal: undefined, ctx: null });
      expect(yield* ch.recv({})).toBe(1);
      expect(yield* ch.recvOk({})).toEqual([2, true]);
    });
  });

  test("a signal that has fired fails the operation although it could complete, and nothing is taken", async () => {
    const ch = makeChan<number>(2, { zero: 0 });
    ch.trySend(1);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(ch.recv({ signal })).rejects.toThrow("enough");
    await expect(ch.recvOk({ signal }).start()).rejects.toThrow("enough");
    await expect(ch.send(2, { signal })).rejects.toThrow("enough");
    expect([ch.len, await ch.recv()]).toEqual([1, 1]);
  });

  test("aborting a parked receive or send takes it off its queue with signal.reason; others in line are served", async () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const c = new AbortController();
    const first = ch.recv({ signal: c.signal }).start();
    const second = ch.recv().start();
    expect(checkChan(ch).receivers).toBe(2);
    c.abort("stop");
    await expect(first).rejects.toBe("stop");
    expect(checkChan(ch).receivers).toBe(1);
    expect(ch.trySend(5)).toBe(true);
    expect(await second).toBe(5);

    const d = new AbortController();
    const lost = ch.send(6, { signal: d.signal }).start();
    d.abort("stop");
    await expect(lost).rejects.toBe("stop");
    expect(ch.tryRecv()).toEqual([0, false, false]);
  });

  test("an operation that completed is not undone, and its listener is gone", async () => {
    const ch = makeChan<number>(0, { zero: 0 });
    let listeners = 0;
    const c = new AbortController();
    const { signal } = c;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...a: Parameters<typeof add>) => {
      listeners++;
      add(...a);
    }) as typeof add;
    signal.removeEventListener = ((...a: Parameters<typeof remove>) => {
      listeners--;
      remove(...a);
    }) as typeof remove;
    const got = ch.recvOk({ signal }).start();
    expect(listeners).toBe(1);
    ch.trySend(3);
    c.abort();
    expect(await got).toEqual([3, true]);
    expect(listeners).toBe(0);
  });

  test("closing the channel ends the wait as ever: zero and false, or a panic", async () => {
    const { signal } = new AbortController();
    const a = makeChan<number>(0, { zero: 0 });
    const b = makeChan<number>();
    const got = a.recvOk({ signal }).start();
    const sent = b.send(1, { signal }).start();
    a.close();
    b.close();
    expect(await got).toEqual([0, false]);
    await expect(sent).rejects.toThrow("send on closed channel");
  });

  test("the nil channel can be given up too", async () => {
    const c = new AbortController();
    const waiting = nilChan<number>().recv({ signal: c.signal }).start();
    c.abort("stop");
    await expect(waiting).rejects.toBe("stop");
  });

  test.each<[string, unknown]>([
    ["options is null, want { signal } or { ctx }", null],
    [
      "options is an object (AbortSignal), want { signal } or { ctx }",
      new AbortController().signal,
    ],
    ["options.signal is 5, want an AbortSignal", { signal: 5 }],
    ["options.ctx is an object (Object), want a context", { ctx: {} }],
    ["options.ctx is an array of 2, want a context, such as its first element", { ctx: [{}, {}] }],
    ["options is an array of 2, want { signal } or { ctx }", [{}, {}]],
    ["options.sginal is 1, want no options but signal, ctx", { sginal: 1 }],
  ])("what is no signal, no context and no option is named: %s", (text, options) => {
    const ch = makeChan<number>(1);
    for (const c of [ch, nilChan<number>()]) {
      expect(() => c.recv(options as never)).toThrow(`Chan.recv: ${text}`);
      expect(() => c.recvOk(options as never)).toThrow(`Chan.recvOk: ${text}`);
      expect(() => c.send(1, options as never)).toThrow(`Chan.send: ${text}`);
    }
    expect([ch.len, checkChan(ch).receivers]).toEqual([0, 0]);
  });

  test("as a case of a select it may win, lose, or fail the select", async () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const other = makeChan<string>(1);
    const { signal } = new AbortController();
    other.trySend("x");
    const lost = await select({ v: ch.recv({ signal }), other: other.recv() });
    expect([lost.case, lost.value]).toEqual(["other", "x"]);
    expect(checkChan(ch).receivers).toBe(0);

    const waiting = select({ v: ch.recvOk({ signal }), other: other.recv() }).start();
    ch.trySend(4);
    expect(await waiting).toEqual({ case: "v", value: [4, true], ok: true });

    const closing = select({ v: ch.recv({ signal }), other: other.recv() }).start();
    ch.close();
    expect(await closing).toEqual({ case: "v", value: 0, ok: false });

    const c = new AbortController();
    const failing = select({ v: nilChan().recv({ signal: c.signal }), o: other.recv() }).start();
    c.abort("stop");
    await expect(failing).rejects.toBe("stop");
    expect(checkChan(other).receivers).toBe(0);
  });
});

describe("{ ctx }", () => {
  test("a context itself will do as the options", async () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const ctx = new Ctx();
    const got = ch.recvOk(ctx as object).start();
    const sent = nilChan<number>()
      .send(1, ctx as object)
      .start();
    ctx.cancel(new Error("context canceled"));
    await expect(got).rejects.toThrow("context canceled");
    await expect(sent).rejects.toThrow("context canceled");
    expect(checkChan(ch).receivers).toBe(0);
  });

  test("the end of a context fails the wait with its err, before and while it is parked", async () => {
    const ch = makeChan<number>(1, { zero: 0 });
    const ctx = new Ctx();
    const waiting = ch.recv({ ctx }).start();
    ctx.cancel(new Error("context canceled"));
    await expect(waiting).rejects.toThrow("context canceled");
    await expect(ch.send(1, { ctx })).rejects.toThrow("context canceled");
    expect([ch.len, checkChan(ch).receivers]).toEqual([0, 0]);
  });

  test("a context that never ends, and a signal beside a context: the first to end wins", async () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const forever: ContextLike = { done: () => null, err: () => null };
    const waiting = ch.recv({ ctx: forever }).start();
    ch.trySend(1);
    expect(await waiting).toBe(1);

    const ctx = new Ctx();
    const c = new AbortController();
    const both = ch.send(1, { ctx, signal: c.signal }).start();
    c.abort("signal first");
    await expect(both).rejects.toBe("signal first");
    expect(checkChan(ctx.ch).receivers).toBe(0);
    ctx.cancel(new Error("late"));
    expect(checkChan(ch).senders).toBe(0);
  });
});

test("a goroutine that is ended while it waits with a signal leaves every queue", () => {
  const ch = makeChan<number>();
  const { signal } = new AbortController();
  const body = (function* () {
    yield* ch.recv({ signal });
  })();
  body.next();
  expect(checkChan(ch).receivers).toBe(1);
  body.return();
  expect(checkChan(ch).receivers).toBe(0);
});

test("every value sent is received exactly once, with cancellation at random points", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(3),
      fc.array(fc.record({ after: fc.nat(6), ms: fc.nat(3) }), { minLength: 4, maxLength: 12 }),
      fc.nat(),
      async (cap, plan, seed) => {
        const s = createDeterministicScheduler({ seed });
        await s.run(function* () {
          const ch = makeChan<number>(cap, { zero: -1 });
          const sent: number[] = [];
          const received: number[] = [];
          const all = plan.map((p, i) => {
            const c = new AbortController();
            s.go(function* () {
              yield* sleep(p.after);
              c.abort("off");
            });
            return s.go(function* () {
              yield* sleep(p.ms);
              try {
                if (i % 2 === 0) {
                  yield* ch.send(i, { signal: c.signal });
                  sent.push(i);
                } else received.push(yield* ch.recv({ signal: c.signal }));
              } catch (e) {
                expect(e).toBe("off");
              }
              checkChan(ch);
            });
          });
          for (const g of all) yield* g.join();
          for (let r; (r = ch.tryRecv())[2];) received.push(r[0]);
          expect(received.sort()).toEqual(sent.sort());
          expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
        });
      },
    ),
    { numRuns: Number(process.env.GORT_FUZZ ?? 150), seed: Number(process.env.GORT_SEED ?? 7) },
  );
});

test("a cancelled operation inside run is a panic that the goroutine can catch", async () => {
  const c = new AbortController();
  const ch = makeChan<number>();
  const caught = run(function* () {
    try {
      yield* ch.recv({ signal: c.signal });
    } catch (e) {
      return e;
    }
    return "received";
  });
  await sleep(0);
  c.abort("stop");
  expect(await caught).toBe("stop");
});
