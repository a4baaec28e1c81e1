import { type Go, go, gosched, type Op, sleep } from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { checkWaitGroup } from "../src/check.ts";
import { isMisuseError, WaitGroup } from "../src/index.ts";
import { program, settle } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

describe("waitgroup", () => {
  it("Wait with counter 0 returns at once; all waiters are released when it reaches 0; not before", async () => {
    await program(function* () {
      const wg = new WaitGroup();
      yield* wg.wait();
      wg.add(2);
      let released = 0;
      for (let i = 0; i < 5; i++) {
        go(function* () {
          yield* wg.wait();
          released++;
        });
      }
      yield* settle();
      wg.done();
      yield* settle();
      expect(released).toBe(0);
      wg.done();
      checkWaitGroup(wg);
      yield* settle();
      expect(released).toBe(5);
    });
  });

  it("reusable after Wait returned (8 rounds)", async () => {
    await program(function* () {
      const wg = new WaitGroup();
      for (let round = 0; round < 8; round++) {
        let done = 0;
        wg.add(16);
        for (let i = 0; i < 16; i++) {
          go(function* () {
            yield* gosched();
            done++;
            wg.done();
          });
        }
        yield* wg.wait();
        expect(done).toBe(16);
      }
    });
  });

  it("counter below 0 panics `sync: negative WaitGroup counter` and is what it was, where Go's stays negative", () => {
    const wg = new WaitGroup();
    wg.add(1);
    let error: unknown;
    try {
      wg.add(-2);
    } catch (e) {
      error = e;
    }
    expect(isMisuseError(error)).toBe(true);
    expect((error as Error).message).toBe("sync: negative WaitGroup counter");
    checkWaitGroup(wg);
    wg.done();
    expect(() => wg.done()).toThrow("sync: negative WaitGroup counter");
  });

  it("counter above 2^31 - 1 is negative, as an int32 is in Go", () => {
    const wg = new WaitGroup();
    for (const n of [2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER, -(2 ** 40)])
      expect(() => wg.add(n)).toThrow("sync: negative WaitGroup counter");
    wg.add(2 ** 31 - 1);
    expect(() => wg.add(1)).toThrow("sync: negative WaitGroup counter");
    expect(wg.describe()).toBe(`sync.WaitGroup (counter ${2 ** 31 - 1})`);
    checkWaitGroup(wg);
    for (const bad of [1.5, NaN, "1", Infinity])
      expect(() => wg.add(bad as number)).toThrow("want an integer");
  });

  it("Add from 0 while waiters exist panics `sync: WaitGroup misuse: Add called concurrently with Wait`", () => {
    const wg = new WaitGroup();
    wg.add(1);
    let error: unknown;
    const wait = (onWake: () => void): void => {
      const op: Op<void> = wg.wait();
      recordOf(op).waiter = { wake: onWake };
      recordOf(op).state = PARKED;
      recordOf(op).park();
    };
    wait(() => {
      try {
        wg.add(1); // the second waiter is still queued, the counter is 0
      } catch (e) {
        error = e;
      }
    });
    wait(() => {});
    wg.done();
    expect((error as Error).message).toBe(
      "sync: WaitGroup misuse: Add called concurrently with Wait",
    );
    checkWaitGroup(wg);
  });

  it("new Add before old Wait returned panics in Wait: `sync: WaitGroup is reused before previous Wait has returned`", async () => {
    const text = "sync: WaitGroup is reused before previous Wait has returned";
    const messages: string[] = [];
    await program(function* () {
      const wg = new WaitGroup();
      wg.add(1);
      go(function* () {
        try {
          yield* wg.wait();
        } catch (e) {
          messages.push((e as Error).message);
        }
      });
      yield* settle();
      wg.done();
      wg.add(1);
      yield* settle();
    });
    const wg = new WaitGroup();
    wg.add(1);
    const waiting = (async () => wg.wait())();
    await sleep(0);
    wg.done();
    wg.add(1);
    await waiting.catch((e: Error) => messages.push(e.message));
    expect(messages).toEqual([text, text]);
  });

  it("a group that is at 0 again when the old Wait returns was not reused too early", async () => {
    let returned = false;
    await program(function* () {
      const wg = new WaitGroup();
      wg.add(1);
      go(function* () {
        yield* wg.wait();
        returned = true;
      });
      yield* settle();
      wg.done();
      wg.add(1);
      wg.done();
      yield* settle();
      checkWaitGroup(wg);
    });
    expect(returned).toBe(true);
  });

  it("a wait that was let go is not undone by a later abort; one that still waits is called off", async () => {
    const outcomes: string[] = [];
    await program(function* () {
      const wg = new WaitGroup();
      wg.add(1);
      const stops = [new AbortController(), new AbortController()];
      for (const { signal } of stops) {
        go(function* () {
          try {
            yield* wg.wait({ signal });
            outcomes.push("done");
          } catch (e) {
            outcomes.push((e as Error).message);
          }
        });
      }
      yield* settle();
      stops[0]!.abort(new Error("early"));
      wg.done();
      stops[1]!.abort(new Error("late"));
      checkWaitGroup(wg);
      yield* settle();
    });
    expect(outcomes).toEqual(["early", "done"]);
  });

  it("Go(f) adds, runs f in a goroutine, and is done when f returns", async () => {
    await program(function* () {
      const wg = new WaitGroup();
      const log: string[] = [];
      const g = wg.go(
        function* (a: number, b: string): Go<string> {
          yield* gosched();
          log.push("generator");
          return b + a;
        },
        1,
        "x",
      );
      wg.go(async () => {
        await Promise.resolve();
        log.push("async");
      });
      wg.go(() => void log.push("plain"));
      expect(log).toEqual([]);
      yield* wg.wait();
      expect(log.sort()).toEqual(["async", "generator", "plain"]);
      expect(yield* g.join()).toBe("x1");
    });
  });

  it("Go(f) is done also when f panics, and the panic is not swallowed", async () => {
    const wg = new WaitGroup();
    await expect(
      program(function* () {
        wg.go(function* () {
          throw new Error("inside");
        });
        yield* settle();
      }),
    ).rejects.toThrow("inside");
    expect(wg.count).toBe(0);
  });

  it("bad arguments are named", () => {
    const wg = new WaitGroup();
    expect(() => wg.add(NaN)).toThrow("WaitGroup.add: n is NaN, want an integer");
    expect(() => wg.add(1.5)).toThrow("WaitGroup.add: n is 1.5, want an integer");
    expect(() => wg.go(7 as never)).toThrow("WaitGroup.go: fn is 7, want a function");
    checkWaitGroup(wg);
    expect(wg.describe()).toBe("sync.WaitGroup (counter 0)");
  });
});
