/** The life of an op: lazy, one-shot, three ways to use it. */
import { describe, expect, test, vi } from "vitest";
import {
  Chan,
  createFifoScheduler,
  isOp,
  Never,
  Op,
  poll,
  recordOf,
  run,
  sleep,
} from "./helpers.ts";

describe("an op", () => {
  test("does nothing before it is used", async () => {
    const c = new Chan(1);
    void c.send(1);
    void c.recv();
    expect([c.buf.length, c.receivers.length]).toEqual([0, 0]);
    await c.send(2);
    expect(c.buf).toEqual([2]);
  });

  test("is one-shot: a second use is refused, in a goroutine and by await", async () => {
    const c = new Chan(5);
    const op = c.send(1);
    await op;
    await expect((async () => await op)()).rejects.toThrow("operation used twice");
    await expect(
      run(function* () {
        yield* op;
      }),
    ).rejects.toThrow("operation used twice");
    const parked = c.recv();
    c.buf.length = 0;
    recordOf(parked).next();
    await expect((async () => await parked)()).rejects.toThrow(
      "operation used while it is pending",
    );
    expect(() => recordOf(parked).next()).toThrow("operation used while it is pending");
    recordOf(parked).return(undefined);
    expect(c.receivers.length).toBe(0);
  });

  test("a goroutine that is returned or thrown into leaves the queue", () => {
    const c = new Chan();
    const seen: string[] = [];
    function* body() {
      try {
        yield* c.recv();
      } catch (e) {
        seen.push((e as Error).message);
      } finally {
        seen.push("finally");
      }
    }
    const a = body();
    a.next();
    expect(c.receivers.length).toBe(1);
    a.return();
    const b = body();
    b.next();
    b.throw(new Error("thrown in"));
    expect([c.receivers.length, seen]).toEqual([0, ["finally", "thrown in", "finally"]]);
  });

  test("a failing tryNow throws at the place of use and rejects an await", async () => {
    class Bad extends Never {
      override tryNow(): boolean {
        throw new RangeError("bad");
      }
    }
    await expect((async () => await new Bad())()).rejects.toThrow("bad");
    const caught = await run(function* () {
      try {
        yield* new Bad();
      } catch (e) {
        return (e as Error).message;
      }
      return "";
    });
    expect(caught).toBe("bad");
  });

  test("isOp knows ops and nothing else", () => {
    expect([isOp(sleep(1)), isOp(Promise.resolve()), isOp(null), isOp({}), isOp(1)]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("then", () => {
  test("never calls back synchronously, and in the order of completion", async () => {
    const c = new Chan(2);
    const log: string[] = [];
    void c.send(1).then(() => log.push("sent"));
    void c.recv().then((v) => log.push(`got ${v}`));
    expect(log).toEqual([]);
    await Promise.resolve().then(() => {});
    expect(log).toEqual(["sent", "got 1"]);
  });

  test("gives what a promise gives: chains, errors, finally, a missing callback", async () => {
    const c = new Chan(1);
    await c.send(20);
    expect(
      await c
        .recv()
        .then((v) => v! + 1)
        .then((v) => v * 2),
    ).toBe(42);
    expect(
      await poll(Promise.reject(new Error("e"))).then(null, (e: unknown) => (e as Error).message),
    ).toBe("e");
    await expect(poll(Promise.reject(new Error("f"))).then((v) => v)).rejects.toThrow("f");
    const log: string[] = [];
    await expect(
      sleep(0)
        .then(() => {
          throw new Error("g");
        })
        .finally(() => log.push("finally")),
    ).rejects.toThrow("g");
    expect(
      await sleep(0)
        .then(() => {})
        .catch(() => {}),
    ).toBe(undefined);
    expect(log).toEqual(["finally"]);
    await sleep(0).then();
    expect(await Promise.all([sleep(0), sleep(1).then(() => 5)])).toEqual([undefined, 5]);
    expect(String(sleep(0).then())).toBe("[object Promise]");
  });

  test("an error that nobody takes is an unhandled rejection, never silence", async () => {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const seen = vi.fn();
    process.on("unhandledRejection", seen);
    try {
      void poll(Promise.reject(new Error("lost"))).then(() => {});
      await sleep(5);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const l of listeners) process.on("unhandledRejection", l);
    }
    expect(seen).toHaveBeenCalledTimes(1);
    expect((seen.mock.calls[0]![0] as Error).message).toBe("lost");
  });

  test("works inside Promise.race and leaves the loser waiting, as promises do", async () => {
    const c = new Chan();
    expect(await Promise.race([c.recv(), sleep(1).then(() => "late")])).toBe("late");
    expect(c.receivers.length).toBe(1);
    const s = createFifoScheduler();
    await s.run(function* () {
      yield* c.send(1);
    });
  });
});

describe("start", () => {
  test("gives the value of a ready op at once, and the op takes effect before anything else", async () => {
    const c = new Chan(2);
    expect(c.send(1).start()).toBe(undefined);
    expect(c.buf).toEqual([1]);
    expect(c.recv().start()).toBe(1);
  });

  test("gives a promise where it has to wait, and rejects where the op fails", async () => {
    const c = new Chan(0);
    const got = c.recv().start();
    expect(got).toBeInstanceOf(Promise);
    await c.send(7);
    expect(await got).toBe(7);
    const failed = poll(Promise.reject(new Error("e"))).start();
    await expect(failed).rejects.toThrow("e");
    class Bad extends Never {
      override tryNow(): boolean {
        throw new RangeError("bad");
      }
    }
    await expect(new Bad().start()).rejects.toThrow("bad");
  });

  test("is a use: a second one is refused", async () => {
    const c = new Chan(2);
    const op = c.send(1);
    await op.start();
    await expect(op.start()).rejects.toThrow("operation used twice");
    expect(c.buf).toEqual([1]);
  });

  test("a loop over ops that are always ready lets timers fire", async () => {
    const c = new Chan(1);
    let fired = false;
    setTimeout(() => (fired = true), 1);
    for (let i = 0; !fired && i < 5_000_000; i++) {
      await c.send(i).start();
      await c.recv().start();
    }
    expect(fired).toBe(true);
  });

  test("outcomes that were put off for the host come in order", async () => {
    const c = new Chan(1);
    const order: number[] = [];
    let n = 0;
    const one = async (): Promise<void> => {
      const mine = n++;
      await c.send(mine).start();
      await c.recv().start();
      order.push(mine);
    };
    for (let i = 0; i < 2000; i++) await one();
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

test("an op that threw when it was tried is used up", async () => {
  let tries = 0;
  class Fails extends Op<void> {
    readonly reason = "sleep" as const;
    override tryNow(): boolean {
      tries++;
      throw new Error("no");
    }
    override park(): void {}
    override unpark(): void {}
  }
  for (const use of [async (op: Op<void>) => op, async (op: Op<void>) => op.start()]) {
    const op = new Fails();
    tries = 0;
    await expect(use(op)).rejects.toThrow("no");
    await expect(use(op)).rejects.toThrow("gort: operation used twice");
    expect(tries).toBe(1);
  }
});

test("an op that is printed lacks its use until that began", () => {
  const op = new Never();
  expect(op.toJSON()).toMatch(/, not used yet }$/);
  void op.then();
  expect(op.toJSON()).not.toContain("not used yet");
});
