/** Bodies on virtual time: a function under a lock may itself wait for the time that its goroutine stands in. */
import {
  createDeterministicScheduler,
  currentGoroutine,
  go,
  isDeadlockError,
  now,
  run,
  sleep,
  type Go,
} from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { describe, expect, it } from "vitest";
import { ErrGroup, Mutex, Once, onceValue, RWMutex, Semaphore, WaitGroup } from "../src/index.ts";

const forms: Record<string, () => unknown> = {
  "an async function": async () => {
    await sleep(500);
  },
  "a generator function": function* () {
    yield* sleep(500);
  },
  "a function that gives an op": () => sleep(500),
  "a function that gives another lock's routine": () =>
    new Mutex().withLock(function* () {
      expect(currentGoroutine()).not.toBe(null);
      yield* sleep(500);
    }),
};

const uses: Record<string, (body: () => any) => Go<unknown>> = {
  withLock: (body) => iterate(new Mutex().withLock(body)),
  withRLock: (body) => iterate(new RWMutex().withRLock(body)),
  withPermits: (body) => iterate(new Semaphore(1).withPermits(1, body)),
  "Once.do": (body) => iterate(new Once().do(body)),
  *"WaitGroup.go"(body) {
    const wg = new WaitGroup();
    wg.go(body);
    yield* wg.wait();
  },
  *"ErrGroup.go"(body) {
    const g = new ErrGroup();
    void g.go(body);
    yield* g.wait();
  },
  *go(body) {
    yield* go(body).join();
  },
};

function* iterate<R>(r: { [Symbol.iterator](): Iterator<any, R> }): Go<R> {
  return yield* r;
}

/** How much virtual time `body` takes. */
function* timed(steps: () => Go<unknown>): Go<number> {
  const start = now();
  yield* steps();
  return now() - start;
}

describe.each(Object.keys(uses))("%s", (use) => {
  it.each(Object.keys(forms))("of %s waits on virtual time", async (form) => {
    const main = (): Go<number> => timed(() => uses[use]!(forms[form]!));
    expect(await bubble(main)).toBe(500);
    expect(await createDeterministicScheduler({ seed: 1 }).run(main)).toBe(500);
  });
});

it("a lock in the body of the same lock is a deadlock, and reported", async () => {
  const mu = new Mutex("m");
  const error: unknown = await run(function* () {
    yield* mu.withLock(() => mu.withLock(() => 1));
  }).catch((e: unknown) => e);
  expect(isDeadlockError(error)).toBe(true);
});

describe("a routine", () => {
  it("that is awaited twice runs its function once", async () => {
    const mu = new Mutex();
    let n = 0;
    const routine = mu.withLock(async () => ++n);
    expect(await Promise.race([routine, new Promise(() => {})])).toBe(1);
    expect(await routine).toBe(1);
    expect(mu.tryLock()).toBe(true);
  });

  it("that is stepped twice is refused, whatever became of the lock's op", async () => {
    const mu = new Mutex();
    let n = 0;
    await run(function* () {
      const routine = mu.withLock(() => ++n);
      yield* routine;
      const later = mu.lock();
      expect(() => [...(routine as Iterable<unknown>)]).toThrow("operation used twice");
      yield* later;
    });
    expect(n).toBe(1);
    expect(mu.locked).toBe(true);
  });

  it("refuses options that cannot be when it is made", () => {
    const wrong = { singal: 1 } as never;
    expect(() => new Mutex().withLock(() => 1, wrong)).toThrow("singal");
    expect(() => new RWMutex().withLock(() => 1, wrong)).toThrow("singal");
    expect(() => new RWMutex().withRLock(() => 1, wrong)).toThrow("singal");
    expect(() => new Semaphore(1).withPermits(1, () => 1, 7 as never)).toThrow("options is 7");
    const seven = onceValue(function* (): Go<number> {
      return 7;
    });
    expect(() => seven(7 as never)).toThrow("options is 7");
  });
});
