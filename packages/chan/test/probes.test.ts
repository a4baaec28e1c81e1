/** What goes wrong in other channel libraries, as tests: from plain async functions, the way most people use channels. */
import { createScheduler, type Go, withSignal } from "@gort/sched";
import { expect, test } from "vitest";
import { checkChan, makeChan, select, trySelect } from "../src/index.ts";

const idle = { receivers: 0, senders: 0 };

test("two channels fire in one tick: the loser's value is kept", async () => {
  for (let i = 0; i < 200; i++) {
    const a = makeChan<number>();
    const b = makeChan<number>();
    const selected = select({ a: a.recv(), b: b.recv() }).then((r) => r);
    const sends = [a.send(1).then(() => "a"), b.send(2).then(() => "b")];
    const first = await selected;
    const other = first.case === "a" ? b : a;
    expect(await other.recv()).toBe(first.case === "a" ? 2 : 1);
    expect(await Promise.all(sends)).toEqual(["a", "b"]);
    expect([checkChan(a), checkChan(b)]).toEqual([idle, idle]);
  }
});

test("overlapping selects on one channel are each served, in the order they came", async () => {
  const shared = makeChan<number>();
  const others = [makeChan<number>(), makeChan<number>(), makeChan<number>()];
  const got: string[] = [];
  const all = others.map((other, i) =>
    select({ shared: shared.recv(), other: other.recv() }).then((r) =>
      got.push(`${i}:${r.case}:${r.value}`),
    ),
  );
  await others[1]!.send(20);
  await shared.send(1);
  await shared.send(2);
  await Promise.all(all);
  expect(got.sort()).toEqual(["0:shared:1", "1:other:20", "2:shared:2"]);
  for (const ch of [shared, ...others]) expect(checkChan(ch)).toEqual(idle);
});

test("default is not taken when a channel is closed", async () => {
  const ch = makeChan<number>();
  ch.close();
  for (let i = 0; i < 50; i++) {
    expect((await select({ v: ch.recv(), default: true })).case).toBe("v");
    expect(trySelect([ch.recv()]).case).toBe(0);
  }
});

test("a select that sends on a closed channel throws instead of ending without a case", async () => {
  const ch = makeChan<number>();
  const other = makeChan<number>();
  ch.close();
  await expect((async () => select({ out: ch.send(1), in: other.recv() }))()).rejects.toThrow(
    "send on closed channel",
  );
  expect(checkChan(other)).toEqual(idle);
});

test("of 400 selects with both channels ready neither takes nearly all", async () => {
  const a = makeChan<number>(1);
  const b = makeChan<number>(1);
  let first = 0;
  for (let i = 0; i < 400; i++) {
    a.trySend(1);
    b.trySend(1);
    if ((await select([a.recv(), b.recv()])).case === 0) first++;
  }
  // Ten standard deviations each way.
  expect(Math.abs(first - 200)).toBeLessThan(100);
});

test("no waiter is left after 2000 selects that another channel won", async () => {
  const quiet = makeChan<number>();
  const busy = makeChan<number>();
  const controller = new AbortController();
  const sender = (async () => {
    for (let i = 0; i < 2000; i++) await busy.send(i);
  })();
  for (let i = 0; i < 2000; i++) {
    const r = await select({ q: quiet.recv(), b: busy.recv(), stop: controller.signal });
    expect(r.value).toBe(i);
  }
  await sender;
  expect([checkChan(quiet), checkChan(busy)]).toEqual([idle, idle]);
});

test("a receive given up by its signal takes nothing: the next value goes to the next receiver", async () => {
  const ch = makeChan<number>();
  const controller = new AbortController();
  const given = withSignal(ch.recv(), controller.signal).then(
    (v) => v,
    (e: unknown) => e,
  );
  const next = ch.recv().then((v) => v);
  await Promise.resolve();
  // In the same tick: the signal fires, then a value is sent.
  controller.abort("enough");
  expect(ch.trySend(7)).toBe(true);
  expect(await given).toBe("enough");
  expect(await next).toBe(7);
  expect(checkChan(ch)).toEqual(idle);
});

test("a value handed over before the signal fires is not lost and not delivered twice", async () => {
  const ch = makeChan<number>();
  const controller = new AbortController();
  const got = withSignal(ch.recv(), controller.signal).then((v) => v);
  await Promise.resolve();
  ch.trySend(7);
  controller.abort("late");
  expect(await got).toBe(7);
  expect(ch.tryRecv()[2]).toBe(false);
});

test("a sender blocked when the channel closes is told so; it neither hangs nor succeeds", async () => {
  const ch = makeChan<number>();
  const blocked = [1, 2, 3].map((v) =>
    ch.send(v).then(
      () => "sent",
      (e: unknown) => (e as Error).message,
    ),
  );
  await Promise.resolve();
  ch.close();
  expect(await Promise.all(blocked)).toEqual(Array(3).fill("send on closed channel"));
});

test("two async functions that play ping-pong for ever do not starve a host timer", async () => {
  const ping = makeChan<number>();
  const pong = makeChan<number>();
  let over = false;
  const end = performance.now() + 5000; // nothing else ends a test that starves the host
  const a = (async () => {
    while (!over && performance.now() < end) {
      await ping.send(1);
      await pong.recv();
    }
    ping.close();
  })();
  const b = (async () => {
    for await (const v of ping) await pong.send(v);
  })();
  setTimeout(() => (over = true), 10);
  await Promise.all([a, b]);
  expect(over).toBe(true);
});

test("two goroutines that play ping-pong for ever do not starve a host timer", async () => {
  let over = false;
  const end = performance.now() + 5000; // nothing else ends a test that starves the host
  setTimeout(() => (over = true), 10);
  const s = createScheduler();
  const rounds = await s.run(function* () {
    const ping = makeChan<number>();
    const pong = makeChan<number>();
    s.go(function* (): Go {
      for (const r = ping.range(); yield* r.next();) yield* pong.send(r.value);
    });
    let n = 0;
    while (!over && performance.now() < end) {
      yield* ping.send(n);
      yield* pong.recv();
      n++;
    }
    return n;
  });
  expect([over, rounds > 0]).toEqual([true, true]);
});

test("a million queued values cost no more each than a thousand: no shift, no splice", () => {
  const ch = makeChan<number>(2 ** 20);
  for (let i = 0; i < 2 ** 20; i++) ch.trySend(i);
  expect(ch.trySend(0)).toBe(false);
  let wrong = 0;
  for (let i = 0; i < 3 * 2 ** 20; i++) {
    if (ch.tryRecv()[0] !== i % 2 ** 20) wrong++;
    ch.trySend(i % 2 ** 20);
  }
  expect([wrong, ch.len]).toEqual([0, 2 ** 20]);
});
