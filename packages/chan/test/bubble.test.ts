import { sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { expect, test } from "vitest";
import { type Chan, checkChan, makeChan, select } from "../src/index.ts";

test("bubble: using a bubble's channel from outside panics `send on synctest channel from outside bubble` (receive and close likewise)", async () => {
  let leaked!: Chan<number>;
  await bubble(function* () {
    leaked = makeChan<number>(1);
    yield* leaked.send(1);
    expect(yield* leaked.recv()).toBe(1);
    leaked.trySend(2);
    expect(leaked.tryRecv()).toEqual([2, true, true]);
  });
  expect(() => leaked.send(1)).toThrow("send on synctest channel from outside bubble");
  expect(() => leaked.trySend(1)).toThrow("send on synctest channel from outside bubble");
  expect(() => leaked.recv()).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.recvOk()).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.tryRecv()).toThrow("receive on synctest channel from outside bubble");
  expect(() => select([leaked.recv()])).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.close()).toThrow("close of synctest channel from outside bubble");
  expect([leaked.len, leaked.cap]).toEqual([0, 1]);
  expect(checkChan(leaked)).toEqual({ receivers: 0, senders: 0 });
});

test("bubble: a send that was made inside is refused outside, when it is used", async () => {
  let leaked!: Chan<number>;
  let op!: PromiseLike<void>;
  await bubble(function* () {
    leaked = makeChan<number>(1);
    op = leaked.send(1);
    yield* sleep(1);
  });
  await expect(op).rejects.toThrow("send on synctest channel from outside bubble");
  expect(leaked.len).toBe(0);
});

test("bubble: a channel made outside may be used inside and outside", async () => {
  const ch = makeChan<number>(1);
  await bubble(function* () {
    yield* ch.send(1);
  });
  expect(await ch.recv()).toBe(1);
});

test("bubble: async functions and timers of the bubble use its channels", async () => {
  const got = await bubble(async () => {
    const ch = makeChan<number>();
    const sender = (async () => {
      await sleep(5);
      await ch.send(3);
      ch.close();
    })();
    let sum = 0;
    for await (const v of ch) sum += v;
    await sender;
    return sum;
  });
  expect(got).toBe(3);
});
