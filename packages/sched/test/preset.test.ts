import { describe, expect, test } from "vitest";
import {
  aborted,
  createFifoScheduler,
  go,
  gosched,
  isDeadlockError,
  now,
  Op,
  poll,
  run,
  sleep,
  withSignal,
} from "@gort/sched";
import { WaitQueue } from "@gort/sched/primitives";

/** An op that waits until `fire` is called. */
class Gate {
  readonly queue = new WaitQueue<GateOp>();
  fire(v: number): void {
    const op = this.queue.shift();
    if (op !== null) op.complete(v);
  }
  wait(): Op<number> {
    return new GateOp(this);
  }
}
class GateOp extends Op<number> {
  readonly gate: Gate;
  constructor(gate: Gate) {
    super();
    this.gate = gate;
  }
  get reason() {
    return "chan receive" as const;
  }
  override tryNow() {
    return false;
  }
  override park() {
    this.gate.queue.push(this);
  }
  override unpark() {
    this.gate.queue.remove(this);
  }
  override describe() {
    return "the gate";
  }
}

describe("run and go", () => {
  test("run resolves with main's result, generator, async and plain", async () => {
    expect(
      await run(function* () {
        return 1;
      }),
    ).toBe(1);
    expect(await run(async () => 2)).toBe(2);
    expect(await run(() => 3)).toBe(3);
  });
  test("join returns the result or throws the panic", async () => {
    const r = await run(function* () {
      const a = go(function* (x: number) {
        yield;
        return x * 2;
      }, 21);
      const b = go(async () => {
        await sleep(2);
        throw new Error("b");
      });
      let m = "";
      try {
        yield* b.join();
      } catch (e) {
        m = (e as Error).message;
      }
      return [yield* a.join(), m, a.status];
    });
    expect(r).toEqual([42, "b", "dead"]);
  });
  test("uncaught panic rejects run", async () => {
    await expect(
      run(function* () {
        go(function* () {
          throw new TypeError("x");
        });
        yield* sleep(1000);
      }),
    ).rejects.toThrow(TypeError);
  });
  test("deadlock names what is waited on", async () => {
    const gate = new Gate();
    const e = await run(function* main() {
      yield* gate.wait();
    }).catch((e: unknown) => e);
    expect(isDeadlockError(e)).toBe(true);
    expect(String(e)).toMatch(
      /^fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 \[chan receive\]:\nmain\(\.\.\.\)\n\twaiting on the gate\ncreated by /,
    );
    expect(gate.queue.length).toBe(0);
  });
  test("sleep waits, poll polls, gosched gives way", async () => {
    const order: string[] = [];
    const s = createFifoScheduler();
    await s.run(function* () {
      const t = now();
      yield* sleep(5);
      expect(now() - t).toBeGreaterThanOrEqual(5);
      expect(yield* poll(Promise.resolve(7))).toBe(7);
      s.go(function* () {
        order.push("a");
        yield;
        order.push("b");
      });
      yield* gosched();
      order.push("m");
      yield;
      order.push("n");
    });
    expect(order).toEqual(["a", "m", "b", "n"]);
  });
  test("yield without a star explains itself", async () => {
    await expect(
      // @ts-expect-error the types refuse it too
      run(function* () {
        yield sleep(1);
      }),
    ).rejects.toThrow("yield* op");
  });
  test("signals", async () => {
    const gate = new Gate();
    const c = new AbortController();
    const p = withSignal(gate.wait(), c.signal);
    const q = (async () => await p)();
    const a = (async () => await aborted(c.signal))();
    await sleep(1);
    expect(gate.queue.length).toBe(1);
    c.abort(new Error("stop"));
    await expect(q).rejects.toThrow("stop");
    expect(gate.queue.length).toBe(0);
    expect(((await a) as Error).message).toBe("stop");
  });
  test("await op wakes in order and then() returns a promise-like", async () => {
    const gate = new Gate();
    const got: number[] = [];
    const ps = [0, 1, 2].map(async (i) => {
      got.push((await gate.wait()) * 10 + i);
    });
    await sleep(0);
    for (const i of [1, 2, 3]) gate.fire(i);
    await Promise.all(ps);
    expect(got).toEqual([10, 21, 32]);
    const v = await sleep(0)
      .then(() => 5)
      .then((x) => x + 1)
      .finally(() => {});
    expect(v).toBe(6);
    await expect(
      sleep(0).then(() => {
        throw new Error("e");
      }),
    ).rejects.toThrow("e");
  });
});
