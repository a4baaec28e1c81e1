/** An async function that outlives its program may be waited for in another one, which is not deadlocked meanwhile. */
import { createFifoScheduler, type Go, go, isDeadlockError, type Op, sleep } from "@gort/sched";
import { pendingOutside } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import {
  Cond,
  ErrGroup,
  type Locker,
  Mutex,
  Once,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
  type WaitOptions,
} from "../src/index.ts";
import { FakeContext, fakeContext } from "./fake-context.ts";
import { program, settle } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const late = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve("late"), 15));
const settled = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await Promise.resolve();
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a program begins that waits for `late`, and how another one waits for that. */
const begun: Record<string, () => [() => Op<unknown> | void, () => Iterable<any>]> = {
  "a flight": () => {
    const flights = new SingleFlight<string, string>();
    const call = () => flights.do("k", late);
    return [call, call];
  },
  "a flight, by channels": () => {
    const flights = new SingleFlight<string, string>();
    const call = () => flights.doChan("k", late).recv();
    return [call, call];
  },
  "a flight, by a channel": () => {
    const flights = new SingleFlight<string, string>();
    return [() => flights.do("k", late), () => flights.doChan("k", late).recv()];
  },
  "a Once, used by an async function": () => {
    const once = new Once();
    return [() => void once.do(late).then(() => {}), () => once.do(() => {})];
  },
  "a WaitGroup": () => {
    const wg = new WaitGroup();
    return [() => void wg.go(late), () => wg.wait()];
  },
  "an ErrGroup": () => {
    const g = new ErrGroup();
    return [() => g.go(late), () => g.wait()];
  },
};

function* use(begin: () => Op<unknown> | void): Go {
  const op = begin();
  if (op !== undefined) yield* op;
}

describe.each(Object.entries(begun))("what a program left: %s", (_name, make) => {
  it("is waited for in another program, which is judged again when it is over", async () => {
    const [begin, wait] = make();
    await program(function* () {
      go(use, begin);
      yield* settle();
    });
    await program(function* () {
      yield* wait();
    });
    await turn();
    expect(pendingOutside(() => {})).toBe(false);
  });

  it("is waited for in another program that began before its own was over", async () => {
    const [begin, wait] = make();
    let second!: Promise<unknown>;
    await program(function* () {
      go(use, begin);
      yield* settle();
      second = createFifoScheduler().run(function* () {
        yield* wait();
      });
      yield* sleep(1);
    });
    await second;
  });
});

it("what a program left that deadlocked is no hope for others", async () => {
  const stuck = new Promise<void>(() => {});
  const s = createFifoScheduler();
  const error: unknown = await s
    .run(function* () {
      new WaitGroup().go(() => stuck);
      yield* settle();
      // The verdict on a program with an async function comes when the event loop runs empty, which it does not here.
      (s as unknown as { deadlock(): void }).deadlock();
    })
    .catch((e: unknown) => e);
  expect(isDeadlockError(error)).toBe(true);
  await turn();
  expect(pendingOutside(() => {})).toBe(false);
});

const never = (): Promise<string> => new Promise(() => {});

/** What an async function leaves that never ends, and that nobody waits for. */
const abandoned: Record<string, () => unknown> = {
  "a WaitGroup": () => new WaitGroup().go(never),
  "an ErrGroup": () => new ErrGroup().go(never),
  "an ErrGroup at its limit": () => {
    const g = new ErrGroup();
    g.setLimit(1);
    void g.go(never);
    void g.go(never);
  },
  "a flight": () => new SingleFlight<string, string>().do("k", never),
  "a flight, by a channel": () => new SingleFlight<string, string>().doChan("k", never),
  "a Once": () => go(async () => await new Once().do(never)),
  "a Mutex": () => go(async () => await new Mutex().withLock(never)),
  "a RWMutex": () => go(async () => await new RWMutex().withLock(never)),
  "a RWMutex, read": () => go(async () => await new RWMutex().withRLock(never)),
  "a Semaphore": () => go(async () => await new Semaphore(2).withPermits(1, never)),
};

it.each(Object.entries(abandoned))(
  "what never ends and nobody waits for is no hope for others: %s",
  async (_, leave) => {
    await program(function* () {
      leave();
      yield* settle();
      yield* sleep(1);
    });
    await turn();
    const error: unknown = await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      yield* mu.lock();
    }).catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
  },
);

it("a flight that fails, and one that all have left, hold nobody", async () => {
  const flights = new SingleFlight<string, string>();
  const error: unknown = await program(function* () {
    try {
      yield* flights.do("k", () => Promise.reject(new Error("bad")));
    } catch {
      // As it should.
    }
    try {
      yield* flights.do("left", () => new Promise<string>(() => {}), {
        signal: AbortSignal.timeout(1),
      });
    } catch {
      // As it should.
    }
    const mu = new Mutex();
    yield* mu.lock();
    yield* mu.lock();
  }).catch((e: unknown) => e);
  expect(isDeadlockError(error)).toBe(true);
});

describe("an async function that runs a body", () => {
  const holders: Record<string, () => [() => PromiseLike<unknown>, () => any]> = {
    once: () => {
      const once = new Once();
      return [() => once.do(late), () => once.do(() => {})];
    },
    withLock: () => {
      const mu = new Mutex();
      return [() => mu.withLock(late), () => mu.lock()];
    },
    "withLock of a RWMutex": () => {
      const rw = new RWMutex();
      return [() => rw.withLock(late), () => rw.rLock()];
    },
    withRLock: () => {
      const rw = new RWMutex();
      return [() => rw.withRLock(late), () => rw.lock()];
    },
    withPermits: () => {
      const sem = new Semaphore(2);
      return [() => sem.withPermits(1, late), () => sem.acquire(2)];
    },
  };
  it.each(Object.entries(holders))(
    "is waited for: %s, outside and in the program",
    async (_, make) => {
      for (const inside of [false, true]) {
        const [hold, wait] = make();
        const begin = async (): Promise<void> => void (await hold());
        if (!inside) void begin();
        await turn();
        await program(function* () {
          if (inside) void begin();
          yield* sleep(1);
          yield* wait();
        });
        await turn();
        expect(pendingOutside(() => {})).toBe(false);
      }
    },
  );
});

it("an async function that ran its body is no hope for who waits for the lock later", async () => {
  const mu = new Mutex();
  await mu.withLock(late);
  const error: unknown = await program(function* () {
    yield* mu.lock();
    yield* mu.lock();
  }).catch((e: unknown) => e);
  expect(isDeadlockError(error)).toBe(true);
});

it("who waits for his turn in a group is not deadlocked while an async function has it", async () => {
  const g = new ErrGroup();
  g.setLimit(1);
  await program(function* () {
    yield* g.go(late);
  });
  let started = false;
  await program(function* () {
    yield* g.go(() => void (started = true));
    yield* settle();
  });
  expect(started).toBe(true);
});

describe("who waits for a condition, while an async function holds the lock,", () => {
  const lockers: Record<string, () => [Locker, (fn: () => Promise<void>) => PromiseLike<void>]> = {
    Mutex: () => {
      const mu = new Mutex();
      return [mu, (fn) => mu.withLock(fn)];
    },
    RWMutex: () => {
      const rw = new RWMutex();
      return [rw, (fn) => rw.withLock(fn)];
    },
    "rLocker()": () => {
      const rw = new RWMutex();
      return [rw.rLocker(), (fn) => rw.withRLock(fn)];
    },
  };
  it.each(Object.entries(lockers))("is not deadlocked: %s", async (_name, make) => {
    const [l, hold] = make();
    const changed = new Cond(l);
    let ready = false;
    const waits = program(function* () {
      yield* l.lock();
      while (!ready) yield* changed.wait();
      l.unlock();
    });
    await settled();
    await hold(async () => {
      await late();
      ready = true;
      changed.signal();
    });
    await waits;
    await turn();
    expect(pendingOutside(() => {})).toBe(false);
  });
});

it("a lock counts who waits for a condition of it until he is signalled, called off or ended", async () => {
  const mu = new Mutex();
  const changed = new Cond(mu);
  const stop = new AbortController();
  const waits = (options?: WaitOptions) =>
    function* (): Go {
      yield* mu.lock();
      try {
        yield* changed.wait(options);
      } catch {
        // Called off, with the lock held.
      }
      mu.unlock();
    };
  await program(function* () {
    go(waits());
    go(waits({ signal: stop.signal }));
    go(waits());
    go(waits());
    yield* settle();
    expect(mu.conds).toBe(4);
    changed.signal();
    expect(mu.conds).toBe(3);
    stop.abort();
    yield* settle();
    expect(mu.conds).toBe(2);
  });
  expect(mu.conds).toBe(0);
  await expect(changed.wait().start()).rejects.toThrow("unlock of unlocked mutex");
  expect(mu.conds).toBe(0);
});

it("the context of an ErrGroup whose function outlives its program is waited for", async () => {
  const [g, ctx] = ErrGroup.withContext(new FakeContext());
  await program(function* () {
    void g.go(async () => {
      await late();
      throw new Error("disk full");
    });
    yield* settle();
  });
  await program(function* () {
    yield* ctx.done().recv();
  });
  await turn();
  expect(pendingOutside(() => {})).toBe(false);
});

it("a context that says that nobody waits for it does not count", async () => {
  let awaited = true;
  const parent = new FakeContext();
  const derive = Symbol.for("gort.context.derive") as never;
  (parent as unknown as Record<symbol, unknown>)[derive] = () => {
    const [child, cancel] = fakeContext();
    return [Object.assign(child, { isAwaited: () => awaited }), cancel];
  };
  const [g] = ErrGroup.withContext(parent);
  let end!: () => void;
  await program(function* () {
    void g.go(() => new Promise<void>((resolve) => (end = resolve)));
    yield* settle();
  });
  expect(pendingOutside(() => {})).toBe(true);
  awaited = false;
  expect(pendingOutside(() => {})).toBe(false);
  end();
  await turn();
});

it("a wait for a condition that is refused counts once, though it is taken off twice", async () => {
  const mu = new Mutex();
  const op = new Cond(mu).wait();
  expect(() => recordOf(op).park()).toThrow("unlock of unlocked mutex");
  recordOf(op).unpark();
  expect(mu.conds).toBe(0);
});
