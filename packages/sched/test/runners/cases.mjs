/** What a bubble has to do under any test runner: plain functions that throw, so that no runner is needed to read them. */
/* eslint-disable require-yield -- goroutines that end without waiting */
import assert from "node:assert/strict";
import { go, newTimer, now, sleep, wall } from "@gort/sched";
import { currentBubble } from "@gort/sched/primitives";
import { bubble } from "@gort/sched/testing";

export const cases = {
  "an hour of virtual time passes at once, in a generator goroutine": async () => {
    const began = Date.now();
    await bubble(function* () {
      yield* sleep(3_600_000);
      assert.equal(now(), 3_600_000);
      assert.equal(wall(), Date.UTC(2000, 0, 1, 1));
    });
    assert.ok(Date.now() - began < 60_000);
  },
  "and in async functions, with goroutines started after an await": async () => {
    const log = [];
    await bubble(async (b) => {
      await sleep(1000);
      for (const ms of [30, 10, 20]) {
        b.scheduler.go(async () => {
          await sleep(ms);
          log.push(ms);
        });
      }
      await b.wait();
      assert.deepEqual(log, []);
      await sleep(100);
    });
    assert.deepEqual(log, [10, 20, 30]);
  },
  "the same seed gives the same order": async () => {
    const orderOf = (seed) =>
      bubble(
        function* () {
          const order = [];
          const all = [0, 1, 2, 3, 4, 5].map((i) =>
            go(function* () {
              order.push(i);
            }),
          );
          for (const g of all) yield* g.join();
          return order.join("");
        },
        { seed },
      );
    const orders = new Set();
    for (let seed = 0; seed < 20; seed++) {
      assert.equal(await orderOf(seed), await orderOf(seed));
      orders.add(await orderOf(seed));
    }
    assert.ok(orders.size > 5);
  },
  "a goroutine left behind is named": async () => {
    const stuck = bubble(function* () {
      go(function* leaker() {
        yield* sleep(Infinity);
      });
    });
    await assert.rejects(
      stuck,
      /main bubble goroutine has exited[^]*leaker[^]*replay with: GORT_SEED=\d+/,
    );
  },
  "async functions that wait for each other are reported, and the tests after it run": async () => {
    const stuck = bubble(async () => void (await sleep(Infinity)), { patience: 100 });
    await assert.rejects(stuck, /all goroutines in bubble are blocked[^]*async function \[sleep\]/);
  },
  "its timers are not for code outside": async () => {
    let t;
    await bubble(() => {
      t = newTimer(5);
      assert.notEqual(currentBubble(), null);
      return sleep(10);
    });
    assert.equal(currentBubble(), null);
    assert.throws(() => t.stop(), { message: "stop of synctest timer from outside bubble" });
    assert.throws(() => t.reset(1), { message: "reset of synctest timer from outside bubble" });
    assert.throws(() => t.c.tryRecv(), {
      message: "receive on synctest channel from outside bubble",
    });
  },
};

/** Fails on purpose, to see what the runner prints. */
export const failing = () =>
  bubble(
    function* () {
      yield* sleep(1);
      throw new Error("on purpose");
    },
    { seed: 77 },
  );
