import { createFifoScheduler, createScheduler, type Go, go, gosched, run } from "@gort/sched";
import { describe, expect, test } from "vitest";
import { int32, isRuntimeError } from "@gort/types";
import { type Chan, checkChan, isChan, makeChan, nilChan, select } from "../src/index.ts";
import { Mini, play } from "./mini.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const text = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return "no panic";
};

describe("basics", () => {
  test("len/cap: make(10) 0/10; after 3 sends 3/10; unbuffered 0/0; nil 0/0", () => {
    const ch = makeChan<number>(10);
    expect([ch.len, ch.cap]).toEqual([0, 10]);
    for (let i = 0; i < 3; i++) ch.trySend(i);
    expect([ch.len, ch.cap]).toEqual([3, 10]);
    const unbuffered = makeChan<number>();
    expect([unbuffered.len, unbuffered.cap]).toEqual([0, 0]);
    expect([nilChan().len, nilChan().cap]).toEqual([0, 0]);
  });

  test.each([-1, -(2 ** 40), 1e12, 2 ** 53, Infinity, -Infinity])(
    "make with negative or huge size %d panics `makechan: size out of range`, and the cause names argument and value",
    (cap) => {
      let error: Error | undefined;
      try {
        makeChan(cap);
      } catch (e) {
        error = e as Error;
      }
      expect(error?.message).toBe("makechan: size out of range");
      expect(isRuntimeError(error)).toBe(true);
      expect((error?.cause as Error).message).toContain(`cap is ${cap}`);
    },
  );

  test.each([NaN, 1.5, "3", 3n, {}, null])("cap %s is refused by name and value", (cap) => {
    expect(text(() => makeChan(cap as number))).toMatch(
      /^makeChan: cap is .*, want an integer from 0/,
    );
  });

  test("a capacity of millions costs nothing until it is used, and holds that many values in order", () => {
    const ch = makeChan<number>(2 ** 30);
    let right = 0;
    for (let i = 0; i < 100_000; i++) if (ch.trySend(i)) right++;
    checkChan(ch);
    for (let i = 0; i < 100_000; i++) if (ch.tryRecv()[0] === i) right++;
    checkChan(ch);
    expect(right).toBe(200_000);
  });

  test("buffered values come out in send order, for every capacity 0..199", () => {
    for (let cap = 0; cap < 200; cap++) {
      const ch = makeChan<number>(cap, { zero: -1 });
      const got: number[] = [];
      play(
        function* () {
          for (let i = 0; i < 300; i++) yield* ch.send(i);
          ch.close();
        },
        function* () {
          for (let i = 0; i < 300; i++) got.push(yield* ch.recv());
        },
      );
      expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i));
    }
  });

  test("unbuffered send does not finish before its receiver took the value", () => {
    const ch = makeChan<number>();
    const log: string[] = [];
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* ch.send(1);
        log.push("sent");
      })(),
    );
    mini.settle();
    expect(log).toEqual([]);
    log.push(`took ${ch.tryRecv()[0]}`);
    mini.settle();
    expect(log).toEqual(["took 1", "sent"]);
  });

  test("receive on empty blocks; send on full blocks; both complete once the other side acts", () => {
    for (let cap = 0; cap < 20; cap++) {
      const ch = makeChan<number>(cap);
      const mini = new Mini();
      const receiver = mini.go(
        (function* () {
          return yield* ch.recv();
        })(),
      );
      mini.settle();
      expect(receiver.over).toBe(false);
      ch.trySend(7);
      mini.settle();
      expect(receiver.result).toBe(7);
      for (let i = 0; i < cap; i++) ch.trySend(i);
      const sender = mini.go(
        (function* () {
          yield* ch.send(99);
          return "sent";
        })(),
      );
      mini.settle();
      expect(sender.over).toBe(false);
      expect(ch.tryRecv()[0]).toBe(cap === 0 ? 99 : 0);
      mini.settle();
      expect(sender.result).toBe("sent");
      checkChan(ch);
    }
  });

  test("zero-size elements work, buffered or not", async () => {
    for (const cap of [0, 3]) {
      const n = await run(function* () {
        const ch = makeChan<void>(cap);
        go(function* (): Go {
          for (let i = 0; i < 10; i++) yield* ch.send();
          ch.close();
        });
        let count = 0;
        for (const r = ch.range(); yield* r.next();) count++;
        return count;
      });
      expect(n).toBe(10);
    }
  });

  test("4 senders x 1000 and 4 receivers: every value arrives exactly 4 times in total", async () => {
    for (const cap of [0, 1, 10]) {
      const s = createScheduler();
      const seen = new Map<number, number>();
      await s.run(function* () {
        const ch = makeChan<number>(cap, { zero: 0 });
        const done = makeChan<void>();
        for (let p = 0; p < 4; p++) {
          s.go(function* () {
            for (let i = 0; i < 1000; i++) yield* ch.send(i);
          });
        }
        for (let p = 0; p < 4; p++) {
          s.go(function* () {
            for (let i = 0; i < 1000; i++) {
              const v = yield* ch.recv();
              seen.set(v, (seen.get(v) ?? 0) + 1);
            }
            yield* done.send();
          });
        }
        for (let p = 0; p < 4; p++) yield* done.recv();
      });
      expect(seen.size).toBe(1000);
      for (const count of seen.values()) expect(count).toBe(4);
    }
  });

  test("an operand to the left of a receive is read before the wait, as JavaScript reads it", () => {
    const ch = makeChan(0, { zero: 0 });
    let [stale, total] = [0, 0];
    const add = function* (): Go {
      stale += yield* ch.recv();
      total += 1;
    };
    play(add, add, function* () {
      yield* ch.send(1);
      yield* ch.send(1);
    });
    expect([stale, total]).toEqual([1, 2]);
  });

  test("a value received is what was sent: objects by reference, copies are up to the sender", () => {
    const sent = { p: [1] };
    const buffered = makeChan<typeof sent>(1);
    buffered.trySend(sent);
    sent.p.push(2);
    expect(buffered.tryRecv()[0]).toBe(sent);
    const direct = makeChan<typeof sent>();
    const got: unknown[] = [];
    play(
      function* () {
        got.push(yield* direct.recv(), (yield* select({ direct: direct.recv() })).value);
      },
      function* () {
        yield* direct.send(sent);
        yield* direct.send({ ...sent });
      },
    );
    expect([got[0] === sent, got[1] === sent]).toEqual([true, false]);
    expect(got[1]).toEqual(sent);
  });

  test("send of `false || true` sends true; `<-cc <- 2` sends on the channel received from cc", async () => {
    const c = makeChan<boolean>(1, { zero: false });
    const f = (): boolean => false;
    await c.send(f() || true);
    expect(await c.recv()).toBe(true);
    const cc = makeChan<Chan<number>>(1);
    const inner = makeChan<number>(1);
    await cc.send(inner);
    await (await cc.recv())!.send(2);
    expect(await inner.recv()).toBe(2);
  });

  test("10000 goroutines daisy-chained by unbuffered channels pass one value through", async () => {
    const s = createScheduler();
    const out = await s.run(function* () {
      const leftmost = makeChan<number>(0, { zero: 0 });
      let right = leftmost;
      let left = leftmost;
      for (let i = 0; i < 10_000; i++) {
        right = makeChan<number>(0, { zero: 0 });
        s.go(
          function* (l: Chan<number, number>, r: Chan<number, number>): Go {
            yield* l.send(1 + (yield* r.recv()));
          },
          left,
          right,
        );
        left = right;
      }
      s.go(function* (): Go {
        yield* right.send(1);
      });
      return yield* leftmost.recv();
    });
    expect(out).toBe(10_001);
  });

  test("multi-consumer: 23 workers over a queue of 271828 items preserve count and sum", async () => {
    const s = createFifoScheduler();
    const items = 271_828;
    const [count, sum] = await s.run(function* () {
      const q = makeChan<number>(19, { zero: 0 });
      const r = makeChan<number>(19, { zero: 0 });
      let working = 23;
      for (let w = 0; w < 23; w++) {
        s.go(function* (): Go {
          for (const it = q.range(); yield* it.next();) {
            if (it.value % 7 === w % 7) yield* gosched();
            yield* r.send(it.value);
          }
          if (--working === 0) r.close();
        });
      }
      s.go(function* (): Go {
        for (let i = 0; i < items; i++) yield* q.send(i % 97);
        q.close();
      });
      let n = 0;
      let total = 0;
      for (const it = r.range(); yield* it.next();) {
        n++;
        total += it.value;
      }
      return [n, total];
    });
    let want = 0;
    for (let i = 0; i < items; i++) want += i % 97;
    expect([count, sum]).toEqual([items, want]);
  });

  test("undefined and null are values like any other", async () => {
    const ch = makeChan<undefined | null>(2);
    await ch.send(undefined);
    await ch.send(null);
    expect(await ch.recvOk()).toEqual([undefined, true]);
    expect(ch.tryRecv()).toEqual([null, true, true]);
    expect(ch.tryRecv()).toEqual([undefined, false, false]);
    ch.close();
    expect(ch.tryRecv()).toEqual([undefined, false, true]);
  });

  test("a described type gives its zero value on close, fresh for each receive where mutable", () => {
    const n = makeChan(1, { type: int32 });
    n.close();
    expect(n.tryRecv()).toEqual([0, false, true]);
    const point = { ...int32, zero: () => ({ x: 0 }) } as unknown as typeof int32;
    const ch = makeChan(0, { type: point });
    ch.close();
    expect(ch.tryRecv()[0]).toEqual({ x: 0 });
    expect(ch.tryRecv()[0]).not.toBe(ch.tryRecv()[0]);
  });

  test("names appear in texts; String works on channels, views and nil", () => {
    const ch = makeChan<number>(4, { name: "jobs" });
    ch.trySend(1);
    expect(ch.name).toBe("jobs");
    expect(String(ch)).toBe('chan "jobs" (len 1, cap 4)');
    expect(String(ch.recvOnly())).toBe('<-chan "jobs" (len 1, cap 4)');
    expect(String(ch.sendOnly())).toBe('chan<- "jobs" (len 1, cap 4)');
    expect(String(nilChan())).toBe("nil chan");
    expect(recordOf(ch.recv()).describe()).toBe('chan "jobs" (len 1, cap 4)');
  });

  test("an op used twice is refused", async () => {
    const ch = makeChan<number>(2);
    const op = ch.send(1);
    await op;
    await expect(Promise.resolve(op)).rejects.toThrow("used twice");
    const s = createFifoScheduler();
    await expect(
      s.run(function* () {
        const recv = ch.recv();
        yield* recv;
        yield* recv;
      }),
    ).rejects.toThrow("used twice");
    expect(ch.len).toBe(0);
  });

  test("an operation that was made but never used changes nothing", () => {
    const ch = makeChan<number>(1);
    void ch.send(1);
    void ch.recv();
    expect(ch.len).toBe(0);
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
  });
});

describe("a type whose zero value cannot be made", () => {
  const flaky = (failures: number) =>
    makeChan<number>(1, {
      type: {
        zero: () => {
          if (failures-- > 0) throw new Error("no zero");
          return 0;
        },
      } as never,
    });
  const outcome = (p: unknown) => Promise.resolve(p).catch((e: Error) => e.message);

  test("fails the receiver that it was made for; the others wake, and the channel is closed", async () => {
    const ch = flaky(1);
    const waits = [1, 2, 3].map(() => outcome(ch.recv().start()));
    ch.close();
    expect(await Promise.all(waits)).toEqual(["no zero", 0, 0]);
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
    expect(() => ch.close()).toThrow("close of closed channel");
  });

  test("rejects a receive that is started on the closed channel, as one that is awaited", async () => {
    const ch = flaky(2);
    ch.close();
    expect(await outcome(ch.recv().start())).toBe("no zero");
    expect(await outcome(ch.recv())).toBe("no zero");
    expect(await outcome(ch.recv().start())).toBe(0);
  });
});

describe("direction", () => {
  test("a direction-restricted view forbids the other operations; close on a receive-only view is rejected", () => {
    const ch = makeChan<number>(1);
    const r = ch.recvOnly() as Chan<number>;
    const s = ch.sendOnly() as Chan<number>;
    const noSend = "invalid operation: cannot send to receive-only channel";
    const noRecv = "invalid operation: cannot receive from send-only channel";
    expect(text(() => r.send(1))).toBe(noSend);
    expect(text(() => r.trySend(1))).toBe(noSend);
    expect(text(() => r.sendOnly())).toBe(noSend);
    expect(text(() => r.close())).toBe("invalid operation: cannot close receive-only channel");
    expect(text(() => s.recv())).toBe(noRecv);
    expect(text(() => s.recvOk())).toBe(noRecv);
    expect(text(() => s.tryRecv())).toBe(noRecv);
    expect(text(() => s.range())).toBe(noRecv);
    expect(text(() => s.recvOnly())).toBe(noRecv);
    expect(text(() => s[Symbol.asyncIterator]())).toBe(noRecv);
    expect(s.trySend(5)).toBe(true);
    expect([r.len, r.cap, s.len, s.cap]).toEqual([1, 1, 1, 1]);
    expect(r.tryRecv()[0]).toBe(5);
    s.close();
    expect(r.tryRecv()).toEqual([undefined, false, true]);
  });

  test("a view is always the same object", () => {
    const ch = makeChan<number>();
    expect(ch.recvOnly()).toBe(ch.recvOnly());
    expect(ch.sendOnly()).toBe(ch.sendOnly());
    expect((ch.recvOnly() as Chan<number>).recvOnly()).toBe(ch.recvOnly());
  });

  test("isChan knows channels, views and nil, and nothing else", () => {
    const ch = makeChan();
    for (const c of [ch, ch.recvOnly(), ch.sendOnly(), nilChan()]) expect(isChan(c)).toBe(true);
    for (const c of [null, undefined, 1, {}, [], () => {}]) expect(isChan(c)).toBe(false);
  });
});
