/** In a bubble whoever waits for a primitive of this package is durably blocked, from a goroutine and from an async function. */
import { go, now, type Op, sleep } from "@gort/sched";
import { bubble, type BubbleError } from "@gort/sched/testing";
import { describe, expect, it } from "vitest";
import {
  Cond,
  ErrGroup,
  Mutex,
  Once,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
} from "../src/index.ts";

/** A wait that will not end, and what a report calls it. */
const waits: Record<string, [reason: string, wait: () => Op<unknown>]> = {
  "Mutex.lock": ["sync.Mutex.Lock", () => taken(new Mutex()).lock()],
  "RWMutex.lock": ["sync.RWMutex.Lock", () => taken(new RWMutex()).lock()],
  "RWMutex.lock, after a reader": [
    "sync.RWMutex.Lock",
    () => {
      const rw = new RWMutex();
      rw.tryRLock();
      return rw.lock();
    },
  ],
  "RWMutex.rLock": ["sync.RWMutex.RLock", () => taken(new RWMutex()).rLock()],
  "rLocker().lock": ["sync.RWMutex.RLock", () => taken(new RWMutex()).rLocker().lock()],
  "WaitGroup.wait": [
    "sync.WaitGroup.Wait",
    () => {
      const wg = new WaitGroup();
      wg.add(1);
      return wg.wait();
    },
  ],
  "Cond.wait": ["sync.Cond.Wait", () => new Cond(taken(new Mutex())).wait()],
  "Cond.wait, woken": [
    "sync.Mutex.Lock",
    () => {
      const mu = taken(new Mutex());
      const c = new Cond(mu);
      const op = c.wait();
      go(function* () {
        yield* mu.lock();
        c.signal();
      });
      return op;
    },
  ],
  "Semaphore.acquire": ["semaphore.Acquire", () => new Semaphore(0).acquire()],
  "Semaphore.acquire, above its size": ["semaphore.Acquire", () => new Semaphore(1).acquire(2)],
  "ErrGroup.go, at the limit": [
    "errgroup.Go",
    () => {
      const g = new ErrGroup();
      g.setLimit(0);
      return g.go(() => {});
    },
  ],
  "a wait with a signal": [
    "sync.Mutex.Lock",
    () => taken(new Mutex()).lock({ signal: new AbortController().signal }),
  ],
};

/** Routines and what runs a function: the wait is for a function that waits for ever. */
const runs: Record<string, [reason: string, wait: () => PromiseLike<unknown> & Iterable<any>]> = {
  "withLock, held": ["sync.Mutex.Lock", () => taken(new Mutex()).withLock(() => {}) as never],
  "Once.do, in its own function": [
    "sync.Once.Do",
    () => {
      const once = new Once();
      return once.do(() => once.do(() => {})) as never;
    },
  ],
  "SingleFlight.do": [
    "singleflight.Do",
    () => new SingleFlight().do("k", () => taken(new Mutex()).lock()) as never,
  ],
  "SingleFlight.doChan": [
    "chan receive",
    () => new SingleFlight().doChan("k", () => taken(new Mutex()).lock()).recv() as never,
  ],
  "ErrGroup.wait": [
    "sync.WaitGroup.Wait",
    () => {
      const g = new ErrGroup();
      void g.go(() => taken(new Mutex()).lock());
      return g.wait() as never;
    },
  ],
};

function taken<L extends Mutex | RWMutex>(l: L): L {
  l.tryLock();
  return l;
}

const all = Object.entries({ ...waits, ...runs } as typeof runs);

describe.each(all)("%s", (_name, [reason, wait]) => {
  it("lets time pass and `wait` return, and is named as a leak", async () => {
    let at = -1;
    let quiet = false;
    const error: unknown = await bubble(function* (b) {
      go(function* blocked() {
        yield* wait();
      });
      yield* b.wait();
      quiet = true;
      yield* sleep(1000);
      at = now();
    }).catch((e: unknown) => e);
    expect([quiet, at]).toEqual([true, 1000]);
    const left = (error as BubbleError).goroutines;
    expect(left.find((g) => g.name === "blocked")?.reason).toBe(reason);
  });

  it("lets time pass for who awaits it in an async function", async () => {
    const at = await bubble(
      async () => {
        // What a function waits for ends with the bubble, and then the wait fails.
        void (async () => wait())().catch(() => {});
        await sleep(1000);
        return now();
      },
      { leakCheck: false },
    );
    expect(at).toBe(1000);
  });
});
