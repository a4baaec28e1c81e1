/** Calls made while a plain function runs, before it throws or returns. */
import { createDeterministicScheduler, goexit, isPanicError, panic, run, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { describe, expect, it } from "vitest";
import { isFlightPanic, type ResultChan, SingleFlight } from "../src/index.ts";
import { program, settle } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const outcome = (p: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(p).then(
    (v) => v,
    (e: unknown) => e,
  );

/** A plain function that is joined in both ways before it ends. */
function joined(end: () => string): {
  flights: SingleFlight<string, string>;
  start: () => unknown;
  others: () => [Promise<unknown>, ResultChan<string>];
} {
  const flights = new SingleFlight<string, string>();
  let others: [Promise<unknown>, ResultChan<string>];
  const fn = (): string => {
    const never = (): string => "not this one";
    others = [
      outcome(flights.do("k", never).start() as Promise<unknown>),
      flights.doChan("k", never),
    ];
    return end();
  };
  return { flights, start: () => flights.do("k", fn).start(), others: () => others };
}

describe("SingleFlight with a plain function", () => {
  it("that throws: those who joined meanwhile get the error", async () => {
    const error = new Error("x");
    const { flights, start, others } = joined(() => {
      throw error;
    });
    expect(await outcome(start() as Promise<unknown>)).toBe(error);
    const [did, ch] = others();
    expect(await did).toBe(error);
    expect(ch.tryRecv()).toEqual([{ ok: false, err: error, shared: true }, true, true]);
    expect(flights.calls.size).toBe(0);
  });

  it("that returns: those who joined meanwhile get the value", async () => {
    const { start, others } = joined(() => "v");
    expect(start()).toEqual({ value: "v", shared: true });
    const [did, ch] = others();
    expect(await did).toEqual({ value: "v", shared: true });
    expect(ch.tryRecv()).toEqual([{ ok: true, value: "v", shared: true }, true, true]);
  });

  it("that panics: it reaches every do, and ends the program if somebody waits on a doChan", async () => {
    const seen: unknown[] = [];
    const running = program(function* () {
      const { start, others } = joined(() => panic("boom"));
      void outcome(start() as Promise<unknown>).then((e) => seen.push(e));
      void others()[0].then((e) => seen.push(e));
      yield* settle();
      throw new Error("the program went on");
    });
    const ended = await outcome(running);
    await Promise.resolve();
    expect(String(ended)).toContain("boom");
    expect(String(ended)).not.toContain("went on");
    expect(seen.map(isFlightPanic)).toEqual([true, true]);
    expect(seen[0]).toBe(seen[1]);
    expect(seen.some(isPanicError)).toBe(false);
  });

  it("that panics with nobody on a doChan: only the callers get it", async () => {
    const flights = new SingleFlight<string, string>();
    const inGoroutine = program(function* () {
      yield* flights.do("k", () => panic("boom"));
    });
    await expect(inGoroutine).rejects.toThrow("boom");
    const alone = await outcome(flights.do("k", () => panic("again")).start() as Promise<unknown>);
    expect(isFlightPanic(alone)).toBe(true);
  });

  it("that forgets its key and throws does not end the newer call", async () => {
    const flights = new SingleFlight<string, number>();
    let runs = 0;
    let open!: () => void;
    const slow = (): Promise<number> => {
      runs++;
      return new Promise((resolve) => (open = () => resolve(runs)));
    };
    let newer!: PromiseLike<{ value: number }> | { value: number };
    const fn = (): number => {
      flights.forget("k");
      newer = flights.do("k", slow).start();
      throw new Error("x");
    };
    expect(await outcome(flights.do("k", fn).start() as Promise<unknown>)).toMatchObject({
      message: "x",
    });
    const joins = flights.do("k", slow).start();
    // It begins after the host's turn if that is due.
    for (let turns = 0; turns < 100 && runs === 0; turns++)
      await new Promise((resolve) => setImmediate(resolve));
    open();
    expect([(await newer).value, (await joins).value, runs]).toEqual([1, 1, 1]);
  });
});

it("a call that ends by goexit gives a doChan nothing, as in Go, and its key is free again", async () => {
  await program(function* () {
    const flights = new SingleFlight<string, number>();
    const first = flights.doChan("k", function* () {
      yield;
      return goexit();
    });
    const joined = flights.doChan("k", () => 1);
    yield* settle();
    expect([first.tryRecv(), joined.tryRecv()]).toEqual([
      [undefined, false, false],
      [undefined, false, false],
    ]);
    const third = flights.doChan("k", () => 2);
    yield* settle();
    expect(third.tryRecv()).toEqual([{ ok: true, value: 2, shared: false }, true, true]);
  });
});

it("a result that was received by somebody who ended before it could look goes to the next one", async () => {
  const ch = new SingleFlight<string, number>().doChan("k", () => 7);
  for (let turns = 0; turns < 100 && ch.len === 0; turns++)
    await new Promise((resolve) => setImmediate(resolve));
  for (const op of [recordOf<unknown>(ch.recv()), recordOf<unknown>(ch.recvOk())]) {
    expect([op.tryNow(), ch.len]).toEqual([true, 0]);
    op.discard();
    expect(ch.len).toBe(1);
  }
  expect(ch.tryRecv()).toEqual([{ ok: true, value: 7, shared: false }, true, true]);
});

describe("a flight of an async function, and a program that waits for it", () => {
  const host = (): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(5), 5));

  it("is no deadlock: in a program of generators, in a bubble, on virtual time", async () => {
    function* main() {
      const flights = new SingleFlight<string, number>();
      return yield* flights.do("k", host);
    }
    const five = { value: 5, shared: false };
    expect(await run(main)).toEqual(five);
    expect(await bubble(main)).toEqual(five);
    expect(await createDeterministicScheduler({ seed: 1 }).run(main)).toEqual(five);
  });

  it("may itself wait for virtual time", async () => {
    const slept = await bubble(function* () {
      const flights = new SingleFlight<string, number>();
      return yield* flights.do("k", async () => {
        await sleep(60_000);
        return 7;
      });
    });
    expect(slept).toEqual({ value: 7, shared: false });
  });

  it("holds the program no longer than it lasts", async () => {
    const flights = new SingleFlight<string, number>();
    const dead = run(function* () {
      yield* flights.do("k", host);
      yield* flights.doChan("k", host).recv();
      yield* new SingleFlight<string, number>().doChan("k", () => goexit()).recv();
    });
    await expect(dead).rejects.toThrow("all goroutines are asleep - deadlock!");
  });
});

describe("a ResultChan", () => {
  it("has all that a receive-only channel has", async () => {
    const flights = new SingleFlight<string, number>();
    const result = { ok: true, value: 5, shared: false };
    const make = async (): Promise<ResultChan<number>> => {
      const ch = flights.doChan("k", () => 5);
      await Promise.resolve();
      await Promise.resolve();
      return ch;
    };
    const ch = await make();
    expect([ch.name, ch.cap, ch.recv().ok]).toEqual(["", 1, true]);
    const op = ch.recvOk();
    expect(await op).toEqual([result, true]);
    expect([op.ok, ch.tryRecv()]).toEqual([true, [undefined, false, false]]);
    for await (const r of await make()) {
      expect(r).toEqual(result);
      break;
    }
    const second = await make();
    const seen = await run(function* () {
      const loop = second.range();
      expect(yield* loop.next()).toBe(true);
      return loop.value;
    });
    expect(seen).toEqual(result);
    const unused = (await make()).range();
    const loop = (r: { next(): unknown }): void => {
      for (; r.next(););
    };
    expect(() => loop(unused)).toThrow(
      "gort: range: next() was called again before it was waited for",
    );
    const next = unused.next();
    expect([await next, next.ok, unused.value]).toEqual([true, true, result]);
  });
});
