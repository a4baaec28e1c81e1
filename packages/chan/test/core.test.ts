/** Closing, and who is served in which order. */
import {
  createFifoScheduler,
  createScheduler,
  type Go,
  gosched,
  type Scheduler,
  sleep,
} from "@gort/sched";
import { isRuntimeError } from "@gort/types";
import { describe, expect, test } from "vitest";
import panics from "../../../apps/oracle/data/panics.json" with { type: "json" };
import {
  type Chan,
  type RecvChan,
  checkChan,
  makeChan,
  nilChan,
  select,
  trySelect,
} from "../src/index.ts";
import { Mini, play } from "./mini.ts";

const CLOSED = "send on closed channel";

function panicOf(f: () => unknown): Error {
  try {
    f();
  } catch (e) {
    return e as Error;
  }
  throw new Error("no panic");
}

describe("close", () => {
  test("after close, buffered values are received first with ok=true, then zero,false forever", () => {
    const ch = makeChan<number>(10, { zero: 0 });
    for (let i = 1; i <= 10; i++) ch.trySend(i);
    ch.close();
    play(function* () {
      for (let i = 1; i <= 10; i++) expect(yield* ch.recvOk()).toEqual([i, true]);
      for (let i = 0; i < 10; i++) expect(yield* ch.recvOk()).toEqual([0, false]);
      expect(yield* ch.recv()).toBe(0);
    });
    expect(ch.tryRecv()).toEqual([0, false, true]);
  });

  test("recv from closed unbuffered: zero,false, also in select, any number of times; with a default the receive case wins over default", () => {
    const ch = makeChan<number>(0, { zero: 0 });
    ch.close();
    play(function* () {
      for (let i = 0; i < 100; i++) {
        expect(yield* ch.recvOk()).toEqual([0, false]);
        const r = yield* select({ v: ch.recv() });
        expect(r).toEqual({ case: "v", value: 0, ok: false });
        expect(trySelect({ v: ch.recv() }).case).toBe("v");
        expect((yield* select({ v: ch.recv(), default: true })).case).toBe("v");
      }
    });
  });

  test("send on closed panics `send on closed channel` even with buffer space, also inside select with default", () => {
    for (const cap of [0, 1]) {
      const ch = makeChan<number>(cap);
      ch.close();
      for (const attempt of [
        () => ch.trySend(1),
        () => trySelect({ out: ch.send(1) }),
        () => trySelect([ch.send(1)]),
        () =>
          play(function* () {
            yield* ch.send(1);
          }),
        () =>
          play(function* () {
            yield* select({ a: ch.send(1), b: ch.send(2) });
          }),
      ]) {
        const e = panicOf(attempt);
        expect(e.message).toBe(CLOSED);
        expect(isRuntimeError(e)).toBe(true);
        checkChan(ch);
      }
    }
  });

  test("a panic of a channel that has a name tells it in its cause, and keeps Go's text", () => {
    const ch = makeChan<number>(1, { name: "jobs" });
    const parked = [1, 2].map((v) => ch.send(v).start());
    ch.close();
    const errors = [() => ch.close(), () => ch.trySend(1), () => ch.sendOnly().close()].map(
      panicOf,
    );
    expect(errors.map((e) => [e.message, e.cause])).toEqual([
      ["close of closed channel", 'chan "jobs" (len 1, cap 1)'],
      ["send on closed channel", 'chan "jobs" (len 1, cap 1)'],
      ["close of closed channel", 'chan "jobs" (len 1, cap 1)'],
    ]);
    expect(Object.keys(errors[0]!)).toEqual([]);
    expect(parked[0]).toBe(undefined);
    const nameless = makeChan<number>();
    nameless.close();
    expect("cause" in panicOf(() => nameless.close())).toBe(false);
    return expect(parked[1]).rejects.toHaveProperty("cause", 'chan "jobs" (len 1, cap 1)');
  });

  test("a value sent on a closed channel is discarded; later receives still give zero", () => {
    const ch = makeChan<number>(1, { zero: 0 });
    ch.close();
    panicOf(() => ch.trySend(5));
    expect(ch.tryRecv()).toEqual([0, false, true]);
    expect(ch.len).toBe(0);
  });

  test("close of closed panics `close of closed channel`; close of nil panics `close of nil channel`", () => {
    const ch = makeChan();
    ch.close();
    expect(panicOf(() => ch.close()).message).toBe("close of closed channel");
    expect(panicOf(() => nilChan().close()).message).toBe("close of nil channel");
  });

  test("all these panic values are runtime.Error, with the types and texts that Go recorded", () => {
    const closed = (cap: number): Chan<number> => {
      const ch = makeChan<number>(cap);
      ch.close();
      return ch;
    };
    const parked = (op: (ch: Chan<number>) => Go): (() => void) => {
      return () => {
        const ch = makeChan<number>();
        const mini = new Mini();
        const task = mini.go(op(ch));
        mini.settle();
        ch.close();
        mini.settle();
        throw task.error;
      };
    };
    const ours: Record<string, () => unknown> = {
      "chan/close-nil": () => nilChan().close(),
      "chan/close-closed": () => closed(0).close(),
      "chan/send-closed": () => closed(0).trySend(1),
      "chan/send-closed-buf": () => closed(1).trySend(1),
      "chan/select-send-closed": () => trySelect({ a: closed(0).send(1) }),
      "chan/select2-send-closed": () => trySelect([closed(0).send(1), closed(0).send(1)]),
      "chan/parked-sender-close": parked(function* (ch) {
        yield* ch.send(1);
      }),
      "chan/parked-select-send-close": parked(function* (ch) {
        yield* select({ a: ch.send(1), b: makeChan<number>().recv() });
      }),
      "make/chan-neg": () => makeChan(-1),
      "make/chan-huge": () => makeChan(2 ** 62),
    };
    const recorded = panics.cases.filter((c) => /^chan\/|^make\/chan/.test(c.name) && c.panicked);
    expect(recorded.length).toBeGreaterThanOrEqual(8);
    for (const c of recorded) {
      const attempt = ours[c.name];
      expect(attempt, c.name).toBeDefined();
      const e = panicOf(attempt!);
      expect(e.message, c.name).toBe(c.text);
      expect(isRuntimeError(e) && e.goType, c.name).toBe(c.type);
    }
  });

  test("close wakes every parked receiver with zero,false", () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const mini = new Mini();
    for (let i = 0; i < 10; i++) {
      mini.go(
        (function* () {
          return yield* ch.recvOk();
        })(),
      );
    }
    mini.settle();
    expect(mini.parked.length).toBe(10);
    ch.close();
    mini.settle();
    expect(mini.tasks.map((t) => t.result)).toEqual(Array(10).fill([0, false]));
    checkChan(ch);
  });

  test("close makes every parked sender panic `send on closed channel`; their values are lost, buffered values stay receivable", () => {
    const ch = makeChan<number>(2, { zero: 0 });
    ch.trySend(1);
    ch.trySend(2);
    const mini = new Mini();
    for (let i = 0; i < 3; i++) {
      mini.go(
        (function* () {
          yield* ch.send(10 + i);
        })(),
      );
    }
    mini.settle();
    ch.close();
    mini.settle();
    for (const task of mini.tasks) expect((task.error as Error).message).toBe(CLOSED);
    expect([ch.tryRecv()[0], ch.tryRecv()[0], ch.tryRecv()]).toEqual([1, 2, [0, false, true]]);
  });

  test("a select parked with a receive case on the channel gets zero,false at close; one parked with a send case panics", () => {
    const ch = makeChan<number>(0, { zero: 0 });
    const other = makeChan<number>();
    const receiver = new Mini();
    const r = receiver.go(
      (function* () {
        return yield* select({ v: ch.recv(), o: other.recv() });
      })(),
    );
    receiver.settle();
    ch.close();
    receiver.settle();
    expect(r.result).toEqual({ case: "v", value: 0, ok: false });

    const full = makeChan<number>();
    const sender = new Mini();
    const s = sender.go(
      (function* () {
        yield* select({ v: full.send(1), o: other.recv() });
      })(),
    );
    sender.settle();
    full.close();
    sender.settle();
    expect((s.error as Error).message).toBe(CLOSED);
    expect(checkChan(other)).toEqual({ receivers: 0, senders: 0 });
  });

  test("a select parked with both directions on one channel resolves to the receive when it is closed", () => {
    const ch = makeChan<number>();
    const mini = new Mini();
    const task = mini.go(
      (function* () {
        return yield* select({ s: ch.send(1), r: ch.recv() });
      })(),
    );
    mini.settle();
    expect(checkChan(ch)).toEqual({ receivers: 1, senders: 1 });
    ch.close();
    mini.settle();
    expect(task.result).toEqual({ case: "r", value: undefined, ok: false });
    checkChan(ch);
  });

  test("range ends when the channel is closed and drained", () => {
    const ch = makeChan<number>(3, { zero: 0 });
    const got: number[] = [];
    play(
      function* () {
        for (let i = 0; i < 100; i++) yield* ch.send(i);
        ch.close();
      },
      function* () {
        for (const r = ch.range(); yield* r.next();) got.push(r.value);
      },
    );
    expect(got.length).toBe(100);
  });

  test("len stays readable after close", () => {
    const ch = makeChan<number>(4);
    ch.trySend(1);
    ch.trySend(2);
    ch.close();
    expect([ch.len, ch.cap]).toEqual([2, 4]);
  });

  test.each([
    ["a goroutine", (close: () => void) => close()],
    [
      "a timer, such as a context's deadline",
      (close: () => void, s: Scheduler) => void s.clock.schedule(0, close),
    ],
    ["code outside", (close: () => void) => void setTimeout(close)],
  ])(
    "close by %s readies waiters so that, on Go's scheduler, the first parked runs first, then the others last-parked first",
    async (_by, soon) => {
      const s = createScheduler({ procs: 1 });
      const order = await s.run(function* () {
        const ch = makeChan<void>();
        const done = makeChan<number>(5, { zero: 0 });
        const seen: number[] = [];
        const workers: number[] = [0, 1, 2, 3, 4];
        for (const i of workers) {
          s.go(function* (): Go {
            yield* ch.recv();
            seen.push(i);
            yield* done.send(i);
          });
          yield* gosched();
        }
        soon(() => ch.close(), s);
        yield* sleep(5);
        for (let i = 0; i < 5; i++) yield* done.recv();
        return seen;
      });
      expect(order).toEqual([0, 4, 3, 2, 1]);
    },
  );

  test("close by a timer fails senders so that the first parked hears of it first", async () => {
    const s = createScheduler();
    const seen: number[] = [];
    await s.run(function* () {
      const ch = makeChan<number>();
      for (const i of [0, 1, 2]) {
        s.go(function* (): Go {
          try {
            yield* ch.send(i);
          } catch {
            seen.push(i);
          }
        });
        yield* gosched();
      }
      s.clock.schedule(0, () => ch.close());
      yield* sleep(5);
    });
    expect(seen).toEqual([0, 2, 1]);
  });
});

describe("nil channels", () => {
  test("send and receive on nil block forever; a nil case in select is never ready; with default, default runs", () => {
    const nil = nilChan<number>();
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* nil.send(1);
      })(),
    );
    mini.go(
      (function* () {
        yield* nil.recv();
      })(),
    );
    mini.go(
      (function* () {
        for (const r = nil.range(); yield* r.next(););
      })(),
    );
    mini.settle();
    expect(mini.parked.map((t) => t.parkedOn!.reason)).toEqual([
      "chan send (nil chan)",
      "chan receive (nil chan)",
      "chan receive (nil chan)",
    ]);
    expect(trySelect({ s: nil.send(1), r: nil.recv() }).case).toBe("default");
    expect(nil.trySend(1)).toBe(false);
    expect(nil.tryRecv()).toEqual([undefined, false, false]);
    const ch = makeChan<number>(1, { zero: 0 });
    ch.trySend(3);
    for (let i = 0; i < 100; i++) {
      const r = trySelect({ n: nil.recv(), c: ch.recv() });
      expect(r.case).toBe("c");
      ch.trySend(3);
    }
  });

  test("select with only nil channels (or no cases) blocks forever", () => {
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* select({ a: nilChan().recv(), b: nilChan<number>().send(1) });
      })(),
    );
    mini.go(
      (function* () {
        yield* select({});
      })(),
    );
    mini.go(
      (function* () {
        yield* select({ a: null, b: undefined });
      })(),
    );
    mini.settle();
    expect(mini.parked.map((t) => t.parkedOn!.reason)).toEqual([
      "select",
      "select (no cases)",
      "select (no cases)",
    ]);
  });

  test("setting a channel variable to nil inside a select loop disables its case", async () => {
    const s = createFifoScheduler();
    const got = await s.run(function* () {
      const make = (n: number): RecvChan<number> => {
        const ch = makeChan<number>();
        s.go(function* (): Go {
          for (let i = 0; i < n; i++) yield* ch.send(i);
          ch.close();
        });
        return ch;
      };
      let a = make(5);
      let b = make(9);
      let count = 0;
      while (a !== nilChan() || b !== nilChan()) {
        const r = yield* select({ a: a.recv(), b: b.recv() });
        if (r.ok) count++;
        else if (r.case === "a") a = nilChan();
        else b = nilChan();
      }
      return count;
    });
    expect(got).toBe(14);
  });

  test("the nil channel is one object, and no other channel equals it", () => {
    expect(nilChan()).toBe(nilChan());
    expect(nilChan().recvOnly()).toBe(nilChan());
    expect(nilChan().sendOnly()).toBe(nilChan());
    expect(makeChan()).not.toBe(nilChan());
    expect(Object.isFrozen(nilChan())).toBe(true);
  });
});

describe("waiter order", () => {
  test("parked receivers get values in the order they parked; parked senders are served in the order they parked", () => {
    const ch = makeChan<number>();
    const mini = new Mini();
    const receivers = Array.from({ length: 100 }, () =>
      mini.go(
        (function* () {
          return yield* ch.recv();
        })(),
      ),
    );
    mini.settle();
    for (let i = 0; i < 100; i++) expect(ch.trySend(i)).toBe(true);
    expect(ch.trySend(100)).toBe(false);
    mini.settle();
    expect(receivers.map((t) => t.result as number)).toEqual([...Array(100).keys()]);
    for (let i = 0; i < 100; i++) {
      mini.go(
        (function* () {
          yield* ch.send(i);
        })(),
      );
    }
    mini.settle();
    for (let i = 0; i < 100; i++) expect(ch.tryRecv()[0]).toBe(i);
    checkChan(ch);
  });

  test("with a full buffer and parked senders, a receive takes the oldest buffered value and moves the first sender's value to the back of the buffer; len stays cap", () => {
    for (const cap of [1, 2, 3, 5, 64, 65]) {
      const ch = makeChan<number>(cap);
      const mini = new Mini();
      for (let i = 0; i < cap + 3; i++) {
        mini.go(
          (function* () {
            yield* ch.send(i);
          })(),
        );
      }
      mini.settle();
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 3 });
      for (let i = 0; i < cap + 3; i++) {
        expect(ch.len).toBe(i < 3 ? cap : cap + 3 - i);
        expect(ch.tryRecv()[0]).toBe(i);
        checkChan(ch);
      }
    }
  });

  test("a sender finding a parked receiver hands over directly; len stays 0 on a buffered channel", () => {
    const ch = makeChan<number>(4);
    const mini = new Mini();
    const task = mini.go(
      (function* () {
        return yield* ch.recv();
      })(),
    );
    mini.settle();
    expect(ch.trySend(8)).toBe(true);
    expect(ch.len).toBe(0);
    mini.settle();
    expect(task.result).toBe(8);
  });

  test("non-blocking ops can complete against parked peers and take the first one in line", () => {
    const ch = makeChan<string>();
    const mini = new Mini();
    for (const v of ["first", "second"]) {
      mini.go(
        (function* () {
          yield* ch.send(v);
        })(),
      );
    }
    mini.settle();
    expect(ch.tryRecv()).toEqual(["first", true, true]);
    expect(trySelect([ch.recv()])).toEqual({ case: 0, value: "second", ok: true });
    expect(ch.tryRecv()).toEqual([undefined, false, false]);
  });

  test("a select that was chosen leaves all its other queues; later peers skip it", () => {
    const chans = [makeChan<number>(), makeChan<number>(), makeChan<number>()];
    const mini = new Mini();
    const task = mini.go(
      (function* () {
        return yield* select(chans.map((c) => c.recv()));
      })(),
    );
    mini.settle();
    expect(chans.map((c) => checkChan(c).receivers)).toEqual([1, 1, 1]);
    expect(chans[1]!.trySend(5)).toBe(true);
    expect(chans.map((c) => checkChan(c).receivers)).toEqual([0, 0, 0]);
    expect(chans[0]!.trySend(6)).toBe(false);
    mini.settle();
    expect(task.result).toEqual({ case: 1, value: 5, ok: true });
  });

  test("a select may park on the same channel several times; waking by another channel removes all entries", () => {
    const a = makeChan<number>();
    const b = makeChan<number>();
    const mini = new Mini();
    mini.go(
      (function* () {
        return yield* select([a.recv(), a.recv(), a.recv(), b.recv()]);
      })(),
    );
    mini.settle();
    expect(checkChan(a).receivers).toBe(3);
    b.trySend(1);
    expect(checkChan(a).receivers).toBe(0);
    mini.go(
      (function* () {
        return yield* select([a.recv(), a.recv()]);
      })(),
    );
    mini.settle();
    expect(a.trySend(1)).toBe(true);
    expect(a.trySend(2)).toBe(false);
    mini.settle();
    expect(mini.parked.length).toBe(0);
  });
});
