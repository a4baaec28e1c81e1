/** Bodies of withLock and the like in async functions: what they wait for, and what they recover. */
import {
  go,
  isDeadlockError,
  now,
  poll,
  recover,
  run,
  sleep,
  withDefer,
  type Go,
} from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { expect, test } from "vitest";
import { checkMutex } from "../src/check.ts";
import { Mutex, Once, onceValue, RWMutex, Semaphore } from "../src/index.ts";
import { DONE, PARKED } from "../src/states.ts";
import { recordOf } from "../../sched/test/record-of.ts";
import { program } from "./trace.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a generator body recovers its own panic, side by side with others", async () => {
  const out: string[] = [];
  const one = async (id: string, ms: number): Promise<void> => {
    await new Mutex().withLock(function* (): Go {
      yield* withDefer(function* (d) {
        d.defer(function* () {
          yield* sleep(ms);
          out.push(`${id} recovered ${String(recover())}`);
        });
        throw id;
      });
    });
  };
  await Promise.all([one("A", 4), one("B", 8)]);
  expect(out).toEqual(["A recovered A", "B recovered B"]);
});

type Use = (body: () => Go) => PromiseLike<unknown>;
const uses: [string, Use][] = [
  ["Mutex.withLock", (body) => new Mutex().withLock(body)],
  ["RWMutex.withRLock", (body) => new RWMutex().withRLock(body)],
  ["Semaphore.withPermits", (body) => new Semaphore(1).withPermits(1, body)],
  ["Once.do", (body) => new Once().do(body)],
  ["onceValue", (body) => onceValue(body)()],
];

test.each(uses.slice(0, 4))(
  "a generator that an async body of %s gives is run from async code too",
  async (_name, use) => {
    const log: string[] = [];
    const body = async (): Promise<Go> => {
      await turn();
      return (function* (): Go {
        yield* sleep(1);
        log.push("ran");
      })();
    };
    await use(body as never);
    log.push("over");
    expect(log).toEqual(["ran", "over"]);
  },
);

test("what a generator gives that an async body gave is the result, and its throw too", async () => {
  const mu = new Mutex();
  const give = (value: number) => async () =>
    (function* () {
      yield* sleep(1);
      if (value < 0) throw new Error("negative");
      return value;
    })();
  expect(await mu.withLock(give(7) as () => any)).toBe(7);
  await expect(Promise.resolve(mu.withLock(give(-1) as () => any))).rejects.toThrow("negative");
  checkMutex(mu);
  expect(mu.tryLock()).toBe(true);
});

test.each(uses)(
  "virtual time stands still while a body of %s waits for what is outside",
  async (_name, use) => {
    const log: string[] = [];
    const outside = new Promise((resolve) => setTimeout(resolve, 20));
    await bubble(async () => {
      const g = go(function* () {
        yield* sleep(1000);
        log.push(`slept at ${now()}`);
      });
      await use(function* () {
        yield* poll(outside);
      });
      log.push(`had it at ${now()}`);
      await g.join();
    });
    expect(log).toEqual(["had it at 0", "slept at 1000"]);
  },
);

const lockers: [string, (mu: Mutex, signal: AbortSignal) => PromiseLike<unknown>][] = [
  ["await", (mu, signal) => mu.lock({ signal })],
  ["start", async (mu, signal) => mu.lock({ signal }).start()],
  ["withLock", (mu, signal) => mu.withLock(() => {}, { signal })],
  [
    "a generator",
    (mu, signal) =>
      run(function* () {
        yield* mu.lock({ signal });
      }),
  ],
];

test.each(
  lockers.flatMap(([name, lock]) => [true, false].map((barging) => [name, barging, lock] as const)),
)(
  "woken and called off before its turn a wait fails, and the next one gets the lock: %s, barging %s",
  async (_name, barging, lock) => {
    const mu = new Mutex();
    mu.tryLock();
    const stop = new AbortController();
    const first = lock(mu, stop.signal).then(
      () => "locked",
      (e: unknown) => e,
    );
    await turn();
    const second = mu.lock().then(() => "locked");
    await turn();
    mu.unlock();
    stop.abort("stop");
    const barged = barging && mu.tryLock();
    checkMutex(mu);
    expect(await first).toBe("stop");
    await turn();
    if (barged) mu.unlock();
    expect(await second).toBe("locked");
    mu.unlock();
    checkMutex(mu);
    expect(mu.tryLock()).toBe(true);
  },
);

test.each<[string, () => Mutex | RWMutex]>([
  ["Mutex", () => new Mutex()],
  ["RWMutex", () => new RWMutex()],
])(
  "woken and called off while another one has taken the %s, a wait lets no case of a select have it too",
  async (_name, make) => {
    const l = make();
    l.tryLock();
    const stop = new AbortController();
    const first = l.lock({ signal: stop.signal }).start();
    const second = recordOf(l.lock());
    expect(second.tryNow()).toBe(false);
    second.state = PARKED;
    second.park();
    l.unlock();
    expect(l.tryLock()).toBe(true);
    stop.abort("stop");
    await expect(first).rejects.toBe("stop");
    expect(second.state).toBe(PARKED);
    l.unlock();
    expect(second.state).toBe(DONE);
  },
);

test.each<[string, (body: () => any) => PromiseLike<unknown> & Iterable<any>]>([
  ["withLock", (body) => new Mutex().withLock(body) as any],
  ["Once.do", (body) => new Once().do(body) as any],
])(
  "a body of %s that gives an op waits for it in its goroutine: a deadlock is seen",
  async (_name, use) => {
    const held = new Mutex("held");
    const error: unknown = await program(function* () {
      held.tryLock();
      yield* use(() => held.lock());
    }).catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
    expect(String(error)).toContain("[sync.Mutex.Lock]");
  },
);

test("a body that promises a generator has that run in its goroutine, and holds the lock until it is over", async () => {
  const mu = new Mutex();
  let held = false;
  const got: unknown = await program(function* () {
    return yield* mu.withLock(async () =>
      (function* (): Go<number> {
        yield;
        held = mu.locked;
        return 5;
      })(),
    );
  });
  expect([got, held, mu.locked]).toEqual([5, true, false]);
});

/** Leaves a body in the middle, in a program that then waits for ever. */
const left: Record<string, () => Go<unknown>> = {
  "whose thenable throws": function* () {
    const odd = {
      then(): never {
        throw new Error("odd");
      },
    };
    const mu = new Mutex();
    let thrown: unknown;
    try {
      yield* mu.withLock(() => odd as PromiseLike<never>);
    } catch (e) {
      thrown = e;
    }
    expect([String(thrown), mu.locked]).toEqual(["Error: odd", false]);
  },
  "that is stepped by hand and given up": function* () {
    const mu = new Mutex();
    const steps = mu.withLock(() => new Promise<never>(() => {}))[Symbol.iterator]();
    expect(steps.next().done).toBe(false);
    expect(mu.locked).toBe(true);
    steps.return!(undefined);
    expect(mu.locked).toBe(false);
  },
};

test.each(Object.entries(left))(
  "a body %s is waited for no longer: a deadlock is reported at once",
  async (_name, leave) => {
    const error: unknown = await program(function* () {
      yield* leave();
      const never = new Mutex();
      yield* never.lock();
      yield* never.lock();
    }).catch((e: unknown) => e);
    expect(isDeadlockError(error)).toBe(true);
  },
);

test("who waits for permits that an async function holds while it awaits the host is not deadlocked", async () => {
  const sem = new Semaphore(1);
  const held = sem.withPermits(1, () => new Promise<void>((resolve) => setTimeout(resolve, 20)));
  const first = held.then(() => "given back");
  const got = await program(function* () {
    yield* sem.acquire();
    return "taken";
  });
  expect([await first, got]).toEqual(["given back", "taken"]);
});
