/**
 * The same programs under many seeded schedules, on virtual time, with waits that time out at random moments.
 * GORT_FUZZ sets the number of seeds, GORT_SEED the first one; a failure names its seed.
 */
import { createDeterministicScheduler, type Go, go, gosched, random, sleep } from "@gort/sched";
import { describe, expect, it } from "vitest";
import {
  checkCond,
  checkMutex,
  checkRWMutex,
  checkSemaphore,
  checkWaitGroup,
} from "../src/check.ts";
import { Cond, Mutex, RWMutex, Semaphore, WaitGroup } from "../src/index.ts";

const first = Number(process.env.GORT_SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.GORT_FUZZ ?? 25) }, (_, i) => first + i);

/** Runs `main` under each seed. */
async function underEachSeed(main: () => Go<number>): Promise<Set<number>> {
  const results = new Set<number>();
  for (const seed of seeds) {
    try {
      results.add(await createDeterministicScheduler({ seed }).run(main));
    } catch (e) {
      throw new Error(`seed ${seed}: ${(e as Error).message}`, { cause: e });
    }
  }
  return results;
}

/** A signal that aborts after a random while, or never. */
function impatience(): AbortSignal | undefined {
  if (random(3) > 0) return undefined;
  const stop = new AbortController();
  const after = random(6);
  go(function* () {
    yield* sleep(after);
    stop.abort(new Error("impatient"));
  });
  return stop.signal;
}

/** Runs `body`, true unless it was called off. */
function* tolerant(body: () => Go): Go<boolean> {
  try {
    yield* body();
    return true;
  } catch (e) {
    if ((e as Error).message !== "impatient") throw e;
    return false;
  }
}

function* work(): Go {
  const n = random(4);
  if (n === 0) yield* sleep(random(3));
  else for (let i = 0; i < n; i++) yield* gosched();
}

describe("under seeded schedules", () => {
  it("mutex: alone inside, everybody served or called off, starvation mode comes and goes", async () => {
    let starved = false;
    const results = await underEachSeed(function* () {
      const mu = new Mutex();
      const wg = new WaitGroup();
      let inside = 0;
      let served = 0;
      for (let g = 0; g < 6; g++) {
        wg.go(function* () {
          for (let i = 0; i < 12; i++) {
            const got = yield* tolerant(function* () {
              const token = yield* mu.lock({ signal: impatience() });
              if (inside++ !== 0) throw new Error("two inside");
              yield* work();
              starved ||= mu.starving;
              inside--;
              token.unlock();
            });
            if (got) served++;
            checkMutex(mu);
          }
        });
      }
      yield* wg.wait();
      expect(mu.tryLock()).toBe(true);
      return served;
    });
    expect(starved).toBe(true);
    expect(results.size).toBeGreaterThan(1);
  });

  it("rwmutex: a writer is alone, readers are together", async () => {
    let together = 0;
    await underEachSeed(function* () {
      const rw = new RWMutex();
      const wg = new WaitGroup();
      let readers = 0;
      let writers = 0;
      for (let g = 0; g < 8; g++) {
        wg.go(function* () {
          for (let i = 0; i < 10; i++) {
            yield* tolerant(function* () {
              if (g % 3 === 0) {
                const token = yield* rw.lock({ signal: impatience() });
                if (++writers !== 1 || readers > 0) throw new Error("a writer is not alone");
                yield* work();
                writers--;
                token.unlock();
              } else {
                const token = yield* rw.rLock({ signal: impatience() });
                together = Math.max(together, ++readers);
                if (writers > 0) throw new Error("a reader beside a writer");
                yield* work();
                readers--;
                token.unlock();
              }
            });
            checkRWMutex(rw);
          }
        });
      }
      yield* wg.wait();
      expect(rw.tryLock()).toBe(true);
      return readers;
    });
    expect(together).toBeGreaterThan(1);
  });

  it("semaphore: never above its size, all permits back", async () => {
    await underEachSeed(function* () {
      const sem = new Semaphore(5);
      const wg = new WaitGroup();
      let used = 0;
      for (let g = 0; g < 6; g++) {
        wg.go(function* () {
          for (let i = 0; i < 12; i++) {
            const n = random(6);
            yield* tolerant(function* () {
              const permit = yield* sem.acquire(n, { signal: impatience() });
              used += n;
              if (used > 5) throw new Error("too many permits");
              yield* work();
              used -= n;
              permit.release();
            });
            checkSemaphore(sem);
          }
        });
      }
      yield* wg.wait();
      expect(sem.available).toBe(5);
      return used;
    });
  });

  it("waitgroup: nobody gets past it early; the impatient leave, the others are all let go", async () => {
    const results = await underEachSeed(function* () {
      const wg = new WaitGroup();
      let served = 0;
      for (let round = 0; round < 6; round++) {
        let working = 0;
        for (let i = 1 + random(4); i > 0; i--) {
          working++;
          wg.go(function* () {
            yield* work();
            working--;
            checkWaitGroup(wg);
          });
        }
        const waiters = [];
        for (let i = random(5); i > 0; i--) {
          waiters.push(
            go(function* () {
              const got = yield* tolerant(function* () {
                yield* wg.wait({ signal: impatience() });
                if (working > 0) throw new Error(`${working} at work yet`);
              });
              if (got) served++;
              checkWaitGroup(wg);
            }),
          );
        }
        yield* wg.wait();
        for (const g of waiters) yield* g.join();
        expect(wg.queue.length).toBe(0);
      }
      return served;
    });
    expect(results.size).toBeGreaterThan(1);
  });

  it("cond: a bounded queue loses and doubles nothing", async () => {
    await underEachSeed(function* () {
      const mu = new Mutex();
      const notEmpty = new Cond(mu);
      const notFull = new Cond(mu);
      const queue: number[] = [];
      const got: number[] = [];
      const wg = new WaitGroup();
      const total = 40;
      for (let p = 0; p < 2; p++) {
        wg.go(function* () {
          for (let i = p; i < total; i += 2) {
            yield* mu.lock();
            while (queue.length >= 3) yield* notFull.wait();
            queue.push(i);
            notEmpty.signal();
            mu.unlock();
            yield* work();
          }
        });
      }
      for (let c = 0; c < 3; c++) {
        wg.go(function* () {
          while (got.length < total) {
            yield* mu.lock();
            yield* tolerant(function* () {
              while (queue.length === 0 && got.length < total)
                yield* notEmpty.wait({ signal: impatience() });
            });
            const item = queue.shift();
            if (item !== undefined) {
              got.push(item);
              notFull.signal();
            }
            if (got.length === total) notEmpty.broadcast();
            mu.unlock();
            checkCond(notEmpty);
            checkMutex(mu);
            yield* work();
          }
        });
      }
      yield* wg.wait();
      expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
      return got.length;
    });
  });
});
