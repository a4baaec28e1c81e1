import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  go,
  gosched,
  isDeadlockError,
  sleep,
} from "@gort/sched";
import { isFatalError } from "@gort/types";
import { describe, expect, it } from "vitest";
import { checkRWMutex } from "../src/check.ts";
import { RWMutex } from "../src/index.ts";
import { program, settle } from "./trace.ts";

function fatalText(f: () => void): string {
  try {
    f();
  } catch (e) {
    return isFatalError(e) ? String(e) : `not fatal: ${String(e)}`;
  }
  return "nothing thrown";
}

describe("rwmutex", () => {
  it("many readers hold together; a writer holds alone (activity counter never mixed)", async () => {
    let readersMax = 0;
    await program(function* () {
      const rw = new RWMutex();
      let activity = 0;
      const all = Array.from({ length: 12 }, (_, g) =>
        go(function* () {
          for (let i = 0; i < 100; i++) {
            if (g % 4 === 0) {
              yield* rw.lock();
              activity += 10_000;
              expect(activity).toBe(10_000);
              yield* gosched();
              activity -= 10_000;
              rw.unlock();
            } else {
              yield* rw.rLock();
              activity++;
              readersMax = Math.max(readersMax, activity);
              expect(activity).toBeLessThan(10_000);
              yield* gosched();
              activity--;
              rw.rUnlock();
            }
            checkRWMutex(rw);
          }
        }),
      );
      for (const g of all) yield* g.join();
      expect(rw.tryLock()).toBe(true);
    });
    expect(readersMax).toBeGreaterThan(1);
  });

  it("TryRLock works beside readers, fails under a writer or with a writer waiting; TryLock fails under readers or writer", async () => {
    await program(function* () {
      const rw = new RWMutex();
      expect(rw.tryRLock()).toBe(true);
      expect(rw.tryRLock()).toBe(true);
      expect(rw.tryLock()).toBe(false);
      const writer = go(function* () {
        yield* rw.lock();
      });
      yield* settle();
      expect(rw.tryRLock()).toBe(false);
      rw.rUnlock();
      rw.rUnlock();
      yield* writer.join();
      expect(rw.tryRLock()).toBe(false);
      expect(rw.tryLock()).toBe(false);
    });
  });

  it("a waiting writer blocks new readers (writer preference)", async () => {
    const log: string[] = [];
    await program(function* () {
      const rw = new RWMutex();
      yield* rw.rLock();
      go(function* () {
        yield* rw.lock();
        log.push("writer");
        rw.unlock();
      });
      yield* settle();
      go(function* () {
        yield* rw.rLock();
        log.push("reader");
        rw.rUnlock();
      });
      yield* settle();
      expect(log).toEqual([]);
      rw.rUnlock();
      yield* settle();
    });
    expect(log).toEqual(["writer", "reader"]);
  });

  it("recursive RLock behind a waiting writer deadlocks", async () => {
    const error: unknown = await createFifoScheduler()
      .run(function* () {
        const rw = new RWMutex();
        yield* rw.rLock();
        go(function* () {
          yield* rw.lock();
        });
        yield* settle();
        yield* rw.rLock();
      })
      .catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
  });

  it("when the writer unlocks, all readers that were waiting get in before the next writer", async () => {
    const log: string[] = [];
    await program(function* () {
      const rw = new RWMutex();
      yield* rw.lock();
      go(function* () {
        yield* rw.lock();
        log.push("writer 2");
      });
      yield* settle();
      for (const i of [1, 2, 3]) {
        go(function* () {
          yield* rw.rLock();
          log.push(`reader ${i}`);
        });
        yield* settle();
      }
      rw.unlock();
      checkRWMutex(rw);
      yield* settle();
      expect(log).toEqual(["reader 1", "reader 2", "reader 3"]);
      for (let i = 0; i < 3; i++) rw.rUnlock();
      yield* settle();
      expect(log[3]).toBe("writer 2");
    });
  });

  it("Unlock when unlocked or only read-locked: fatal; RUnlock when not read-locked: fatal; and nothing changes", () => {
    const rw = new RWMutex();
    const unlock = "fatal error: sync: Unlock of unlocked RWMutex";
    const rUnlock = "fatal error: sync: RUnlock of unlocked RWMutex";
    expect(fatalText(() => rw.unlock())).toBe(unlock);
    expect(fatalText(() => rw.rUnlock())).toBe(rUnlock);
    rw.tryRLock();
    expect(fatalText(() => rw.unlock())).toBe(unlock);
    rw.rUnlock();
    rw.tryLock();
    expect(fatalText(() => rw.rUnlock())).toBe(rUnlock);
    checkRWMutex(rw);
    rw.unlock();
    expect(rw.tryLock()).toBe(true);
  });

  it("RLocker().Lock is RLock: two can be held, a writer waits for both, and while the writer holds none pass", async () => {
    const log: string[] = [];
    await program(function* () {
      const rw = new RWMutex();
      const r = rw.rLocker();
      yield* r.lock();
      yield* r.lock();
      go(function* () {
        yield* rw.lock();
        log.push("writer");
        yield* settle();
        rw.unlock();
      });
      yield* settle();
      r.unlock();
      yield* settle();
      expect(log).toEqual([]);
      r.unlock();
      yield* gosched();
      yield* gosched();
      expect(log).toEqual(["writer"]);
      yield* r.lock();
      log.push("reader");
      r.unlock();
    });
    expect(log).toEqual(["writer", "reader"]);
  });

  it("calling off the writer at the front lets the readers behind it in", async () => {
    await program(function* () {
      const rw = new RWMutex();
      const stop = new AbortController();
      yield* rw.rLock();
      let message = "";
      go(function* () {
        try {
          yield* rw.lock({ signal: stop.signal });
        } catch (e) {
          message = (e as Error).message;
        }
      });
      yield* settle();
      let in1 = false;
      go(function* () {
        yield* rw.rLock();
        in1 = true;
      });
      yield* settle();
      stop.abort(new Error("no more"));
      checkRWMutex(rw);
      yield* settle();
      expect(in1).toBe(true);
      expect(message).toBe("no more");
    });
  });

  it("tokens release once, of readers and of the writer", async () => {
    const rw = new RWMutex("cache");
    const a = await rw.rLock();
    const b = await rw.rLock();
    a.unlock();
    a.unlock();
    expect(rw.describe()).toBe('sync.RWMutex "cache" read by 1');
    expect([a.held, b.held]).toEqual([false, true]);
    b[Symbol.dispose]();
    const w = await rw.lock();
    expect(rw.tryRLock()).toBe(false);
    w.unlock();
    w.unlock();
    expect(await rw.withLock(() => rw.tryRLock())).toBe(false);
    expect(await rw.withRLock(() => rw.tryRLock())).toBe(true);
    rw.rUnlock();
    expect(rw.tryLock()).toBe(true);
  });
});

describe("the turn of a writer of an RWMutex", () => {
  /** What Go 1.19 prints on one P is what is expected of each. */
  async function log(main: (rw: RWMutex, log: (text: string) => void) => Go): Promise<string[]> {
    const lines: string[] = [];
    await createScheduler().run(function* () {
      const rw = new RWMutex();
      yield* rw.lock();
      yield* main(rw, (text) => lines.push(text));
      yield* settle();
      checkRWMutex(rw);
      expect(rw.tryLock()).toBe(true);
    });
    return lines;
  }

  function* readers(n: number, rw: RWMutex, log: (text: string) => void): Go {
    for (let i = 0; i < n; i++) {
      go(function* () {
        yield* rw.rLock();
        log(`r${i}`);
        rw.rUnlock();
      });
      yield* settle();
    }
  }

  function* writers(n: number, rw: RWMutex, log: (text: string) => void): Go {
    for (let i = 0; i < n; i++) {
      go(function* () {
        yield* rw.lock();
        log(`w${i}`);
        rw.unlock();
      });
      yield* settle();
    }
  }

  it("is free until the writer that was woken runs: the one that unlocks can lock again at once", async () => {
    const lines = await log(function* (rw, log) {
      yield* writers(3, rw, log);
      rw.unlock();
      checkRWMutex(rw);
      yield* rw.lock();
      log("again");
      checkRWMutex(rw);
      rw.unlock();
    });
    expect(lines).toEqual(["again", "w0", "w1", "w2"]);
  });

  it("is free until then for tryLock, and for one who reads, for whom the woken writer waits", async () => {
    const lines = await log(function* (rw, log) {
      yield* writers(1, rw, log);
      rw.unlock();
      log(`tryLock ${rw.tryLock()}`);
      yield* settle();
      rw.unlock();
      log(`tryRLock ${rw.tryRLock()}`);
      yield* settle();
      log(`tryRLock ${rw.tryRLock()}`);
      rw.rUnlock();
    });
    expect(lines).toEqual(["tryLock true", "tryRLock true", "tryRLock false", "w0"]);
  });

  it("comes after the readers that waited, who run in their order when a writer was woken after them", async () => {
    const together = await log(function* (rw, log) {
      yield* readers(3, rw, log);
      yield* writers(2, rw, log);
      rw.unlock();
      log(`tryRLock ${rw.tryRLock()}`);
      rw.rUnlock();
    });
    expect(together).toEqual(["tryRLock true", "r0", "r1", "r2", "w0", "w1"]);
    const alone = await log(function* (rw, log) {
      yield* readers(3, rw, log);
      rw.unlock();
    });
    expect(alone).toEqual(["r2", "r0", "r1"]);
  });

  it("is contended for by async functions too", async () => {
    const rw = new RWMutex();
    await rw.lock();
    const lines: string[] = [];
    const waiting = rw.withLock(async () => lines.push("waiter")).then();
    await Promise.resolve();
    rw.unlock();
    expect(rw.tryLock()).toBe(true);
    lines.push("again");
    await Promise.resolve();
    checkRWMutex(rw);
    rw.unlock();
    await waiting;
    expect(lines).toEqual(["again", "waiter"]);
  });

  it("is handed to a writer that waited more than 1 ms and loses, ahead of everybody", async () => {
    await createDeterministicScheduler({ seed: 1 }).run(function* () {
      const rw = new RWMutex();
      const lines: string[] = [];
      yield* rw.lock();
      yield* writers(2, rw, (text) => lines.push(text));
      yield* sleep(1.5);
      rw.unlock();
      yield* rw.lock();
      yield* settle();
      expect([rw.starving, lines]).toEqual([true, []]);
      rw.unlock();
      expect([rw.tryLock(), rw.tryRLock()]).toEqual([false, false]);
      checkRWMutex(rw);
      yield* settle();
      expect([rw.starving, lines]).toEqual([false, ["w0", "w1"]]);
      expect(rw.tryLock()).toBe(true);
    });
  });

  it("goes to the next one if the woken one is called off, or ended, before it runs", async () => {
    await createFifoScheduler().run(function* () {
      const rw = new RWMutex();
      const lines: string[] = [];
      yield* rw.lock();
      const stop = new AbortController();
      go(function* () {
        try {
          yield* rw.lock({ signal: stop.signal });
        } catch {
          lines.push("off");
        }
      });
      yield* settle();
      yield* writers(1, rw, (text) => lines.push(text));
      rw.unlock();
      stop.abort();
      checkRWMutex(rw);
      yield* settle();
      expect(lines.sort()).toEqual(["off", "w0"]);
      yield* rw.lock();
      const ended = rw.lock()[Symbol.iterator]();
      ended.next();
      yield* writers(1, rw, (text) => lines.push(text));
      rw.unlock();
      ended.return!();
      checkRWMutex(rw);
      yield* settle();
      expect(lines).toEqual(["off", "w0", "w0"]);
    });
  });
});
