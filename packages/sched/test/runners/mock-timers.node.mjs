/** The mock timers of `node:test`, which replace `setTimeout`, `setImmediate` and `Date`, but not `performance`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterFunc, createScheduler, newTicker, now, run, sleep } from "@gort/sched";

const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

test("a sleep in an async function ends with the tick that reaches it, and not before", async (t) => {
  t.mock.timers.enable();
  for (let i = 0; i < 3; i++) {
    let done = false;
    const asleep = sleep(1000).then(() => (done = true));
    await settle();
    t.mock.timers.tick(999);
    await settle();
    assert.equal(done, false);
    t.mock.timers.tick(1);
    await asleep;
  }
});

test("goroutines sleep by them, and every deadline comes in its order", async (t) => {
  t.mock.timers.enable();
  const log = [];
  const start = now();
  const note = (what) => log.push(`${what} ${Math.round((now() - start) / 10) * 10}`);
  const program = run(function* () {
    afterFunc(700, () => note("late"));
    yield* sleep(500);
    note("slept");
    yield* sleep(500);
    note("slept");
  });
  await settle();
  t.mock.timers.tick(500);
  await settle();
  // Set in between: it is counted from here.
  afterFunc(100, () => note("early"));
  t.mock.timers.tick(100);
  await settle();
  t.mock.timers.tick(99);
  await settle();
  assert.deepEqual(log, ["slept 500", "early 600"]);
  t.mock.timers.tick(1);
  await settle();
  t.mock.timers.tick(300);
  await program;
  assert.deepEqual(log, ["slept 500", "early 600", "late 700", "slept 1000"]);
});

test("setTimeout alone: a timer that fires says what time it is", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const s = createScheduler();
  const ticker = newTicker(100);
  let ticks = 0;
  const program = s.run(function* () {
    for (; ticks < 3; ticks++) yield* ticker.c.recv();
    ticker.stop();
  });
  for (let i = 1; i <= 3; i++) {
    await settle();
    t.mock.timers.tick(100);
    await settle();
    assert.equal(ticks, i);
  }
  await program;
});

test("runAll reaches every deadline that is set", (t) => {
  t.mock.timers.enable();
  const log = [];
  for (const ms of [5000, 100]) afterFunc(ms, () => log.push(ms));
  t.mock.timers.runAll();
  return settle().then(() => assert.deepEqual(log, [100, 5000]));
});

test("time goes on by the host's own when they are gone, and never back", async (t) => {
  const before = now();
  t.mock.timers.enable();
  void sleep(5000).start();
  t.mock.timers.tick(5000);
  await settle();
  const faked = now();
  assert.ok(faked - before >= 5000);
  t.mock.timers.reset();
  const after = now();
  assert.ok(after >= faked && after - faked < 1000, `${faked} ${after}`);
  await sleep(5);
  assert.ok(now() - after >= 5 && now() - after < 4000);
});
