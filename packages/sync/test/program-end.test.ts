/** What had been granted to a goroutine whose program ends before it runs goes on to others, who may share it from outside. */
import {
  createDeterministicScheduler,
  createFifoScheduler,
  defaultScheduler,
  type Go,
  go,
  gosched,
  now,
  type Op,
  poll,
  setDefaultScheduler,
  sleep,
} from "@gort/sched";
import { describe, expect, it } from "vitest";
import {
  checkCond,
  checkErrGroup,
  checkMutex,
  checkOnce,
  checkRWMutex,
  checkSemaphore,
  checkWaitGroup,
} from "../src/check.ts";
import {
  Cond,
  ErrGroup,
  Mutex,
  Once,
  onceValue,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
} from "../src/index.ts";
import { type FakeContext, fakeContext } from "./fake-context.ts";
import { settle } from "./trace.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Something that is taken: how one waits for it, how it is granted, and whether it is free after all. */
interface Taken {
  wait(): Op<unknown>;
  grant(): void;
  free(): boolean;
}

const taken: Record<string, () => Taken> = {
  mutex: () => {
    const mu = new Mutex();
    mu.tryLock();
    return {
      wait: () => mu.lock(),
      grant: () => mu.unlock(),
      free: () => (checkMutex(mu), mu.tryLock()),
    };
  },
  "rwmutex, writer": () => {
    const rw = new RWMutex();
    rw.tryLock();
    return {
      wait: () => rw.lock(),
      grant: () => rw.unlock(),
      free: () => (checkRWMutex(rw), rw.tryLock()),
    };
  },
  "rwmutex, reader": () => {
    const rw = new RWMutex();
    rw.tryLock();
    return {
      wait: () => rw.rLock(),
      grant: () => rw.unlock(),
      free: () => (checkRWMutex(rw), rw.tryLock()),
    };
  },
  semaphore: () => {
    const sem = new Semaphore(2);
    void sem.tryAcquire(2);
    return {
      wait: () => sem.acquire(2),
      grant: () => sem.release(2),
      free: () => (checkSemaphore(sem), sem.available === 2),
    };
  },
  "semaphore, with a signal": () => {
    const sem = new Semaphore(2);
    void sem.tryAcquire(2);
    const { signal } = new AbortController();
    return {
      wait: () => sem.acquire(2, { signal }),
      grant: () => sem.release(2),
      free: () => (checkSemaphore(sem), sem.available === 2),
    };
  },
};

it.each(Object.entries(taken))(
  "what was granted to a goroutine whose program ends before it runs is free again: %s",
  async (_name, make) => {
    const { wait, grant, free } = make();
    const s = createFifoScheduler();
    await s.run(function* () {
      s.go(function* (): Go {
        yield* wait();
      });
      yield* settle();
      grant();
    });
    expect(free()).toBe(true);
  },
);

describe("a program that ends", () => {
  /**
   * A goroutine waits for the Cond and after it an async function does; `then` is the rest of the program, and gives
   * whether it holds the lock in the end. Gives whether the async function goes on, and whether it has after a signal more.
   */
  async function waiters(
    then: (c: Cond, mu: Mutex, stop: () => void) => Go<boolean>,
  ): Promise<[boolean, boolean]> {
    const mu = new Mutex();
    const c = new Cond(mu);
    const stop = new AbortController();
    let woken = false;
    const s = createFifoScheduler();
    const held = await s.run(function* () {
      s.go(function* (): Go {
        yield* mu.lock();
        yield* c.wait({ signal: stop.signal });
        mu.unlock();
      });
      yield* settle();
      mu.tryLock();
      void c.wait().then(() => {
        woken = true;
        mu.unlock();
      });
      return yield* then(c, mu, () => stop.abort());
    });
    if (held) mu.unlock();
    await turn();
    const before = woken;
    c.signal();
    await turn();
    checkCond(c);
    checkMutex(mu);
    return [before, woken];
  }

  it("hands on the signal of a waiter that has the lock by then, and did not run", async () => {
    expect(
      await waiters(function* (c) {
        c.signal();
        return false;
      }),
    ).toEqual([true, true]);
  });

  it("hands on the signal of a waiter that still queues for the lock", async () => {
    expect(
      await waiters(function* (c, mu) {
        mu.tryLock();
        c.signal();
        yield* settle();
        return true;
      }),
    ).toEqual([true, true]);
  });

  it("wakes nobody by a waiter that was called off and queues for the lock", async () => {
    expect(
      await waiters(function* (_c, mu, stop) {
        mu.tryLock();
        stop();
        yield* settle();
        return true;
      }),
    ).toEqual([false, true]);
  });
});

it.each([
  ["a context", (ctx: FakeContext) => ({ ctx })],
  [
    "a context, in another's wait",
    (ctx: FakeContext) => ({ ctx, signal: new AbortController().signal }),
  ],
])(
  "the lock with which a wait for a Cond fails, called off by %s, is free again",
  async (_, options) => {
    const mu = new Mutex();
    const c = new Cond(mu);
    const [ctx, cancel] = fakeContext();
    const s = createFifoScheduler();
    await s.run(function* () {
      s.go(function* (): Go {
        yield* mu.lock();
        yield* c.wait(options(ctx));
      });
      yield* settle();
      cancel();
      expect(mu.locked).toBe(true);
    });
    checkMutex(mu);
    expect(mu.tryLock()).toBe(true);
  },
);

/** Runs `body` in a goroutine of a program that ends while that waits; gives what the rest of a program gives. */
async function endsWithin(body: () => Go<unknown>): Promise<void> {
  await createFifoScheduler().run(function* () {
    go(body);
    yield* settle();
  });
}

function* forEver(): Go<never> {
  for (;;) yield* sleep(1e6);
}

const ended = /the program ended before goroutine \d+ did/;

describe("what a goroutine did for others when its program ended", () => {
  it.each(["do", "doChan"] as const)(
    "fails the flight's call, and the next one starts anew: %s",
    async (how) => {
      const flights = new SingleFlight<string, string>();
      let calls = 0;
      await endsWithin(function* () {
        if (how === "do") yield* flights.do("k", () => (calls++, forEver()));
        else
          yield* flights
            .doChan("k", function* () {
              calls++;
              return yield* forEver();
            })
            .recv();
      });
      expect(flights.calls.size).toBe(0);
      expect(await flights.do("k", async () => `call ${++calls}`)).toEqual({
        value: "call 2",
        shared: false,
      });
    },
  );

  it("is told to who joined the call from outside", async () => {
    const flights = new SingleFlight<string, string>();
    const joined: PromiseLike<unknown>[] = [];
    await endsWithin(function* () {
      go(function* () {
        yield* settle();
      });
      joined.push(flights.do("k", forEver).then(() => "value", String));
      yield* flights.do("k", forEver);
    });
    expect(await joined[0]).toMatch(ended);
  });

  it("fails those who wait for its Once and those who come later", async () => {
    const once = new Once();
    const early = new Once();
    const waits: PromiseLike<string>[] = [];
    const wait = (o: Once): void => void waits.push(o.do(() => {}).then(() => "fine", String));
    await createFifoScheduler().run(function* () {
      go(() => once.do(forEver));
      go(() => early.do(forEver));
      yield* settle();
      wait(early);
      yield* settle();
    });
    wait(early);
    wait(once);
    for (const outcome of await Promise.all(waits)) expect(outcome).toMatch(ended);
    expect([once.done, early.done]).toEqual([false, false]);
    checkOnce(once);
    checkOnce(early);
  });

  it("fails every call of an onceValue", async () => {
    const config = onceValue(forEver);
    await endsWithin(function* () {
      yield* config();
    });
    await expect(config()).rejects.toThrow(ended);
    await expect(config()).rejects.toThrow(ended);
  });

  it("is watched for by a Once while others wait, and no longer", async () => {
    const once = new Once();
    const stop = new AbortController();
    await createFifoScheduler().run(function* () {
      go(() => once.do(() => settle()));
      yield* gosched();
      checkOnce(once);
      const waiting = once.do(() => {}, { signal: stop.signal }).then(String, String);
      yield* gosched();
      checkOnce(once);
      const watch = once["watching"];
      expect(watch).not.toBeNull();
      stop.abort("off");
      checkOnce(once);
      once["watching"] = watch;
      expect(() => checkOnce(once)).toThrow("once 4: watched only while others wait");
      once["watching"] = null;
      expect(yield* poll(waiting)).toBe("off");
      yield* settle();
      checkOnce(once);
    });
  });

  it("leaves a Once alone whose waiters gave up, and whose function panics", async () => {
    const once = new Once();
    const stop = new AbortController();
    const error: unknown = await createFifoScheduler()
      .run(function* () {
        go(() =>
          once.do(function* () {
            yield* settle();
            yield* settle();
            throw new Error("bad");
          }),
        );
        yield* gosched();
        void once.do(() => {}, { signal: stop.signal }).then(() => {}, String);
        yield* settle();
        stop.abort();
        yield* forEver();
      })
      .catch((e: unknown) => e);
    expect(String(error)).toBe("Error: bad");
    await once.do(() => {});
    expect(once.done).toBe(true);
  });

  it("counts as ended for a WaitGroup: at once, or when the async function is over that runs on", async () => {
    const wg = new WaitGroup();
    await endsWithin(function* () {
      wg.go(forEver);
      yield* settle();
    });
    await wg.wait();
    let finish!: () => void;
    await endsWithin(function* () {
      wg.go(() => new Promise<void>((resolve) => (finish = resolve)));
      yield* settle();
    });
    expect(wg.count).toBe(1);
    finish();
    await wg.wait();
    checkWaitGroup(wg);
  });

  it("is an error of its ErrGroup, unless an async function runs on", async () => {
    const g = new ErrGroup();
    await endsWithin(function* () {
      yield* g.go(forEver);
      yield* settle();
    });
    await expect(g.wait()).rejects.toThrow(ended);
    const h = new ErrGroup();
    let finish!: () => void;
    await endsWithin(function* () {
      yield* h.go(() => new Promise<void>((resolve) => (finish = resolve)));
      yield* settle();
    });
    expect(h.running).toBe(1);
    finish();
    await h.wait();
    checkErrGroup(h);
  });
});

it("a generator that an async function gave, and that ends with its program, is an end for groups and flights", async () => {
  const before = defaultScheduler();
  const s = createFifoScheduler();
  setDefaultScheduler(s);
  try {
    const flights = new SingleFlight<string, unknown>();
    const g = new ErrGroup();
    const given: any = async () => forEver();
    const joined: Promise<unknown>[] = [];
    await s.run(function* () {
      void g.go(given);
      joined.push(flights.do("k", given).then(() => "value", String));
      yield* poll(turn());
      yield* settle();
    });
    await expect(g.wait()).rejects.toThrow(ended);
    expect(await joined[0]).toMatch(ended);
    expect(flights.calls.size).toBe(0);
    checkErrGroup(g);
  } finally {
    setDefaultScheduler(before);
  }
});

describe("a function that waits for its turn in an ErrGroup", () => {
  it("runs where it was handed in, though a goroutine of a program that ends makes way for it", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    let over = 0;
    const program = createFifoScheduler().run(function* () {
      yield* g.go(settle);
      yield* settle();
      yield* settle();
      yield* settle();
    });
    await Promise.resolve();
    void g.go(function* () {
      yield* sleep(2);
      over++;
    });
    void g.go(async () => {
      await turn();
      over++;
    });
    await program;
    await g.wait();
    expect(over).toBe(2);
    checkErrGroup(g);
  });

  it("runs in its bubble, though one outside made way for it", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    let finish!: () => void;
    void g.go(() => new Promise<void>((resolve) => (finish = resolve)));
    await turn();
    const took = await createDeterministicScheduler().run(function* () {
      const start = now();
      void g.go(function* () {
        yield* sleep(1e6);
      });
      finish();
      yield* poll(turn());
      yield* g.wait();
      return now() - start;
    });
    expect(took).toBe(1e6);
  });

  it.each(["on the scheduler of its program", "outside"])(
    "is never started once the program is over in which it was handed in: others end %s",
    async (where) => {
      const g = new ErrGroup();
      g.setLimit(1);
      let ran = 0;
      let finish!: () => void;
      // Made here: the function may begin after the host had its turn.
      const gate = new Promise<void>((resolve) => (finish = resolve));
      const first = where === "outside" ? () => gate : forEver;
      if (where === "outside") void g.go(first);
      const awaited: Promise<string>[] = [];
      let given!: Op<void>;
      await createFifoScheduler().run(function* () {
        if (where !== "outside") void g.go(first);
        given = g.go(function* () {
          ran++;
        });
        void g.go(() => ran++);
        const waiting = g.go(async () => ran++);
        awaited.push((async () => await waiting)().then(() => "started", String));
        yield* settle();
      });
      // Handed in outside: this one is.
      void g.go(async () => void (ran += 100));
      finish();
      await expect(g.wait()).rejects.toThrow(/^gort: the program ended before /);
      await expect((async () => await given)()).rejects.toThrow(
        "before a function of the ErrGroup",
      );
      expect(await awaited[0]).toMatch("before a function of the ErrGroup was started");
      expect(ran).toBe(100);
      checkErrGroup(g);
    },
  );

  it("is not started if its turn comes as the program ends on whose scheduler it was to run", async () => {
    const before = defaultScheduler();
    const s = createFifoScheduler();
    setDefaultScheduler(s);
    try {
      const g = new ErrGroup();
      g.setLimit(1);
      let ran = false;
      const queued = turn().then(() => void g.go(async () => (ran = true)));
      await s.run(function* () {
        void g.go(forEver);
        yield* poll(queued);
        expect(g.queue.length).toBe(1);
        g.setLimit(-1);
      });
      await expect(g.wait()).rejects.toThrow(ended);
      expect([ran, g.running]).toEqual([false, 0]);
      checkErrGroup(g);
    } finally {
      setDefaultScheduler(before);
    }
  });

  it("is not started if it is called off by then, though nobody waited for that", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    const stop = new AbortController();
    let ran = false;
    let finish!: () => void;
    void g.go(() => new Promise<void>((resolve) => (finish = resolve)));
    await turn();
    void g.go(() => (ran = true), { signal: stop.signal });
    stop.abort();
    finish();
    await g.wait();
    expect(ran).toBe(false);
    checkErrGroup(g);
  });
});
