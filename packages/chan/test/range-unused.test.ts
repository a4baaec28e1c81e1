/** A range loop that lacks its `yield*` ends with an error; every use of a range that waits goes on as before. */
import {
  createDeterministicScheduler,
  type Go,
  go,
  newTicker,
  type Op,
  run,
  sleep,
  withSignal,
} from "@gort/sched";
import type { Type } from "@gort/types";
import { describe, expect, test } from "vitest";
import {
  checkChan,
  makeChan,
  nilChan,
  prepare,
  type RecvChan,
  select,
  trySelect,
} from "../src/index.ts";

const UNUSED =
  'gort: range: next() was called again before it was waited for; write "yield* r.next()"';

/** A condition that TypeScript accepts: an op is truthy. */
function endless(loop: { next(): unknown }): number {
  let passes = 0;
  try {
    for (; loop.next();) passes++;
  } catch (error) {
    expect((error as Error).message).toBe(UNUSED);
    return passes;
  }
  return -1;
}

test("a range loop without its yield* throws at the second pass, with values or without, and on the nil channel soon", () => {
  for (const ch of [makeChan<number>(2), makeChan<number>()]) {
    ch.trySend(1);
    expect(endless(ch.range())).toBe(1);
    expect(ch.len).toBe(Math.min(1, ch.cap));
  }
  expect(endless(nilChan<number>().range())).toBe(100);
});

test("the error leaves the range as it was: the next call is served", async () => {
  const ch = makeChan<number>(2);
  ch.trySend(1);
  ch.trySend(2);
  ch.close();
  const r = ch.range();
  expect(endless(r)).toBe(1);
  const got = await run(function* () {
    const values = [];
    for (; yield* r.next();) values.push(r.value);
    return values;
  });
  expect(got).toEqual([1, 2]);
});

describe("a range whose op was not used up is served again", () => {
  test("after a break and a resume, by await, start and yield*", async () => {
    const ch = makeChan<number>(8);
    for (let i = 0; i < 6; i++) ch.trySend(i);
    const r = ch.range();
    const got: number[] = [];
    await run(function* () {
      for (; yield* r.next();) if (got.push(r.value) === 2) break;
      for (; yield* r.next();) if (got.push(r.value) === 4) break;
    });
    while (await r.next()) if (got.push(r.value) === 5) break;
    expect(await r.next().start()).toBe(true);
    got.push(r.value);
    ch.close();
    expect(await r.next()).toBe(false);
    expect(await r.next()).toBe(false);
    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("after the goroutine was preempted at it", async () => {
    const ch = makeChan<number>(1);
    const passes = await createDeterministicScheduler().run(function* (): Go<number> {
      let stop = false;
      let n = 0;
      go(function* () {
        yield;
        stop = true;
      });
      ch.trySend(1);
      for (const r = ch.range(); !stop && (yield* r.next()); n++) ch.trySend(1);
      return n;
    });
    expect(passes).toBeGreaterThan(10);
  });

  test("when it lost a select, that waited or not, with others and in another select", async () => {
    const ch = makeChan<number>();
    const out = makeChan<number>(64);
    const { signal } = new AbortController();
    const r = ch.range();
    await run(function* () {
      for (let i = 0; i < 8; i++) {
        expect((yield* select({ n: r.next(), out: out.send(i) })).case).toBe("out");
        expect((yield* select({ n: r.next(), late: sleep(0) })).case).toBe("late");
        expect((yield* select({ n: r.next(), default: true })).case).toBe("default");
        expect(trySelect({ n: r.next() }).case).toBe("default");
        expect(trySelect([r.next(), out.send(i), out.send(i)]).case).not.toBe(0);
        const called = (): Op<boolean> => withSignal(r.next(), signal);
        expect((yield* select({ n: called(), out: out.send(i) })).case).toBe("out");
        expect((yield* select({ n: called(), default: true })).case).toBe("default");
        expect(trySelect({ n: called() }).case).toBe("default");
        const inner = select({ n: r.next(), never: nilChan().recv() });
        expect((yield* select({ inner, out: out.send(i) })).case).toBe("out");
      }
    });
    ch.close();
    expect(await r.next()).toBe(false);
    checkChan(ch);
  });

  test("when it lost a pass of a prepared select, whose function makes it or which owns it", async () => {
    const ch = makeChan<number>(1);
    const r = ch.range();
    const out = makeChan<number>(256);
    for (const next of [() => () => r.next(), () => r.next()]) {
      const p = prepare({ n: next(), out: () => out.send(1), also: () => out.send(2) });
      await run(function* () {
        for (let i = 0; i < 16; i++) {
          expect(p.try().case).not.toBe("n");
          expect((yield* p).case).not.toBe("n");
          expect((yield* select({ p })).case).toBe("p");
        }
      });
    }
    ch.trySend(7);
    expect([await r.next(), r.value]).toEqual([true, 7]);
  });

  test("after a prepared select that owned its op", async () => {
    const ch = makeChan<number>(4);
    const r = ch.range();
    const p = prepare({ n: r.next(), out: nilChan().recv() });
    for (let i = 0; i < 4; i++) ch.trySend(i);
    const passes = await run(function* () {
      const n = [];
      for (let i = 0; i < 2; i++) {
        expect((yield* p).case).toBe("n");
        n.push(r.value);
      }
      for (let i = 0; i < 2 && (yield* r.next()); i++) n.push(r.value);
      return n;
    });
    expect(passes).toEqual([0, 1, 2, 3]);
  });

  test("when trying it threw", async () => {
    const type = {
      zero() {
        throw new Error("zero!");
      },
    };
    const ch = makeChan(0, { type: type as unknown as Type<number> });
    ch.close();
    const r = ch.range();
    for (let i = 0; i < 3; i++)
      await expect(
        run(function* () {
          yield* r.next();
        }),
      ).rejects.toThrow("zero!");
  });

  test("when a select refused another of its cases", async () => {
    const ch = makeChan<number>(1);
    const r = ch.range();
    for (let i = 0; i < 3; i++)
      expect(() => select({ n: r.next(), bad: 5 as never })).toThrow(TypeError);
    ch.trySend(1);
    expect(await r.next()).toBe(true);
  });

  test("when it was called off, before and while it waited", async () => {
    const ch = makeChan<number>();
    const r = ch.range();
    for (let i = 0; i < 2; i++) {
      await expect(withSignal(r.next(), AbortSignal.abort("early"))).rejects.toBe("early");
      const stop = new AbortController();
      const waits = withSignal(r.next(), stop.signal).start();
      stop.abort("late");
      await expect(waits).rejects.toBe("late");
    }
    const sent = ch.send(3).start();
    expect([await r.next(), r.value]).toEqual([true, 3]);
    await sent;
    checkChan(ch);
  });

  test("when its goroutine was ended while it waited", async () => {
    const ch = makeChan<number>();
    const r = ch.range();
    const body = (function* (): Go<boolean> {
      return yield* r.next();
    })();
    body.next();
    body.return(false);
    const sent = ch.send(4).start();
    expect([await r.next(), r.value]).toEqual([true, 4]);
    await sent;
  });
});

test("a timer's channel is ranged over as any: ok and value, and a loop without its yield* throws", async () => {
  const times: RecvChan<number> = newTicker(1).c;
  const r = times.range();
  expect(endless(r)).toBe(100);
  const op = r.next();
  expect([await op, op.ok, typeof r.value]).toEqual([true, true, "number"]);
  const out = makeChan<number>(64);
  const p = prepare({ tick: () => r.next(), out: () => out.send(1) });
  for (let i = 0; i < 32; i++) p.try();
  const chosen = await select({ tick: r.next(), never: nilChan().recv() });
  expect([chosen.case, chosen.ok]).toEqual(["tick", true]);
});
