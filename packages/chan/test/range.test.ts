import { createFifoScheduler, type Go } from "@gort/sched";
import { expect, test } from "vitest";
import { checkChan, makeChan, nilChan, prepare } from "../src/index.ts";
import { Mini } from "./mini.ts";

test("range in a goroutine gives every value and ends when the channel is closed and drained", async () => {
  for (const cap of [0, 1, 7]) {
    const s = createFifoScheduler();
    const got = await s.run(function* () {
      const ch = makeChan<number>(cap);
      s.go(function* (): Go {
        for (let i = 0; i < 50; i++) yield* ch.send(i);
        ch.close();
      });
      const values: number[] = [];
      for (const r = ch.range(); yield* r.next();) values.push(r.value);
      return values;
    });
    expect(got).toEqual([...Array(50).keys()]);
  }
});

test("leaving a range early neither closes the channel nor takes another value", async () => {
  const ch = makeChan<number>(5);
  for (let i = 0; i < 5; i++) ch.trySend(i);
  for await (const v of ch) if (v === 1) break;
  expect(ch.len).toBe(3);
  expect(ch.trySend(9)).toBe(true);
  const mini = new Mini();
  mini.go(
    (function* () {
      for (const r = ch.range(); yield* r.next();) if (r.value === 3) break;
    })(),
  );
  mini.settle();
  expect(mini.tasks[0]!.over).toBe(true);
  expect(ch.len).toBe(2);
});

test("range evaluates the channel once: setting the variable to another channel does not change the loop", () => {
  let ch = makeChan<number>(2);
  ch.trySend(1);
  ch.trySend(2);
  ch.close();
  const mini = new Mini();
  const task = mini.go(
    (function* () {
      let n = 0;
      for (const r = ch.range(); yield* r.next(); n++) ch = nilChan();
      return n;
    })(),
  );
  mini.settle();
  expect(task.result).toBe(2);
});

test("for await gives every value, undefined and null included, with producers that block", async () => {
  const ch = makeChan<number | null | undefined>();
  const values = [1, undefined, null, 0, 2];
  const producer = (async () => {
    for (const v of values) await ch.send(v);
    ch.close();
  })();
  const got: unknown[] = [];
  for await (const v of ch) got.push(v);
  await producer;
  expect(got).toEqual(values);
});

test("two async loops over one channel share its values", async () => {
  const ch = makeChan<number>(4);
  const got: number[] = [];
  const worker = async (): Promise<void> => {
    for await (const v of ch) got.push(v);
  };
  const workers = [worker(), worker()];
  for (let i = 0; i < 100; i++) await ch.send(i);
  ch.close();
  await Promise.all(workers);
  expect(got.sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
});

test("a cursor used by two goroutines at once is refused; several in turn are fine", () => {
  const ch = makeChan<number>();
  const r = ch.range();
  const mini = new Mini();
  const body = function* (): Go {
    while (yield* r.next());
  };
  mini.go(body());
  const second = mini.go(body());
  mini.settle();
  expect((second.error as Error).message).toBe("gort: range used by two goroutines at once");
  ch.close();
  mini.settle();
  expect(mini.parked.length).toBe(0);
  checkChan(ch);
});

test("the iterator of a channel ends for good, and can be returned before it starts", async () => {
  const ch = makeChan<number>(1);
  const it = ch[Symbol.asyncIterator]();
  ch.trySend(1);
  expect(await it.return!("x")).toEqual({ done: true, value: "x" });
  expect(await it.next()).toEqual({ done: true, value: undefined });
  expect(ch.len).toBe(1);
  expect(it[Symbol.asyncIterator]()).toBe(it);
});

test("for await over a channel that is always ready lets host timers fire", async () => {
  const ch = makeChan<number>(1);
  let fired = false;
  setTimeout(() => (fired = true), 1);
  ch.trySend(0);
  for await (const v of ch) {
    if (fired) break;
    ch.trySend(v + 1);
  }
  expect(fired).toBe(true);
});

test("several next() of one iterator at once are served in order", async () => {
  const ch = makeChan<number>();
  const it = ch[Symbol.asyncIterator]();
  const three = [it.next(), it.next(), it.next()];
  await ch.send(1);
  await ch.send(2);
  ch.close();
  expect(await Promise.all(three)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: undefined },
  ]);
});

test("a range that has a value for one goroutine is refused to another, and the value is not lost", () => {
  const ch = makeChan<number>(1);
  const r = ch.range();
  const mini = new Mini();
  const first = mini.go(
    (function* () {
      yield* r.next();
      return r.value;
    })(),
  );
  mini.settle();
  ch.trySend(1);
  ch.trySend(2);
  expect(() => r.next()).toThrow("gort: range used by two goroutines at once");
  mini.settle();
  expect([first.result, ch.tryRecv()[0]]).toEqual([1, 2]);
});

test("a prepared select over a range leaves what it received in the range", () => {
  const ch = makeChan<number>(1);
  ch.trySend(5);
  const r = ch.range();
  const next = prepare({ next: () => r.next() });
  expect([next.try().value, r.value]).toEqual([true, 5]);
  ch.trySend(6);
  const owned = prepare({ next: r.next() as never });
  expect([(owned.try() as { value: unknown }).value, r.value]).toEqual([true, 6]);
});

test("return of an async iterator ends a next that still waits, and the values stay in the channel", async () => {
  for (const ch of [makeChan<number>(), makeChan<number>(2), nilChan<number>()]) {
    const it = ch[Symbol.asyncIterator]();
    const waiting = [it.next(), it.next(), it.next()];
    expect(await it.return!()).toEqual({ done: true, value: undefined });
    for (const next of waiting) expect(await next).toEqual({ done: true, value: undefined });
    expect(ch.trySend(1)).toBe(ch.cap > 0);
    if (ch !== nilChan<number>()) checkChan(ch);
  }
});

test("return of an async iterator leaves the receives of others alone, which its own may have become", async () => {
  const ch = makeChan<number>();
  const it = ch[Symbol.asyncIterator]();
  const mine = it.next();
  ch.trySend(1);
  expect(await mine).toEqual({ done: false, value: 1 });
  const others = [ch.recv().start(), ch[Symbol.asyncIterator]().next()];
  await it.return!();
  expect([ch.trySend(2), ch.trySend(3)]).toEqual([true, true]);
  expect([await others[0], await others[1]]).toEqual([2, { done: false, value: 3 }]);
  // Some that waited have their value, one does not.
  const again = ch[Symbol.asyncIterator]();
  const nexts = [again.next(), again.next()];
  ch.trySend(4);
  await again.return!();
  expect(await Promise.all(nexts)).toEqual([
    { done: false, value: 4 },
    { done: true, value: undefined },
  ]);
  expect(ch.trySend(5)).toBe(false);
  checkChan(ch);
});
