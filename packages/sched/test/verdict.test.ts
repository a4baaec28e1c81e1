/** When a deadlock is reported: once nothing can happen any more, and not while another program, or anything outside, may help. */
import { describe, expect, test } from "vitest";
import {
  afterFunc,
  Chan,
  type Clock,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  currentScheduler,
  defaultScheduler,
  type Go,
  go,
  holdProgram,
  isDeadlockError,
  launch,
  Never,
  now,
  onAbort,
  pendingOutside,
  poll,
  run,
  type Scheduler,
  setDefaultScheduler,
  silent,
  sleep,
  type Tracer,
} from "./helpers.ts";
import { bubble } from "../src/testing/index.ts";
import { turnIsLong } from "../src/turn.ts";

const failure = (p: Promise<unknown>): Promise<unknown> =>
  p.then(
    () => null,
    (e: unknown) => e,
  );

const hostTurn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function* stuck(): Go {
  yield* new Never();
}

/** The host's time, as a user's clock gives it. */
const clockOfUser = (): Clock => ({
  now: () => performance.now(),
  wall: () => Date.now(),
  schedule(when, fire) {
    let open = true;
    const timer = setTimeout(
      () => {
        open = false;
        fire();
      },
      Math.max(0, when - performance.now()),
    );
    return {
      cancel() {
        clearTimeout(timer);
        const was = open;
        open = false;
        return was;
      },
    };
  },
});

const clocks: [string, () => Scheduler][] = [
  ["its own", () => createScheduler()],
  ["a user's", () => createScheduler({ clock: clockOfUser() })],
  ["that of another scheduler", () => createScheduler({ clock: createScheduler().clock })],
];

describe.each(clocks)(
  "a deadlock is reported when the last timer is gone: clock %s",
  (_n, make) => {
    /** The error of a program that does this and then waits for nobody. */
    const ending = (arrange: (s: Scheduler) => void, wait: () => Go<any> = stuck) => {
      const s = make();
      return failure(
        s.run(function* () {
          arrange(s);
          yield* wait();
        }),
      );
    };

    test("it was stopped from outside", async () => {
      const error = await ending(() => {
        const t = afterFunc(3_600_000, () => {});
        setTimeout(() => t.stop(), 5);
      });
      expect(isDeadlockError(error)).toBe(true);
    });

    test("it was stopped by an async function", async () => {
      const error = await ending((s) => {
        const t = afterFunc(3_600_000, () => {});
        s.go(async () => {
          await hostTurn(5);
          t.stop();
        });
      });
      expect(isDeadlockError(error)).toBe(true);
    });

    test("it fired and woke nobody", async () => {
      const error = await ending((s) => s.clock.schedule(s.clock.now() + 5, () => {}));
      expect(isDeadlockError(error)).toBe(true);
    });

    test("it was the earliest, and the others never come", async () => {
      const error = await ending(
        () => {
          const t = afterFunc(3_600_000, () => {});
          setTimeout(() => t.stop(), 5);
        },
        function* () {
          yield* sleep(Infinity);
        },
      );
      expect(isDeadlockError(error)).toBe(true);
    });
  },
);

test("schedulers on one clock have each their own verdict and their own timers", async () => {
  const a = createScheduler();
  const b = createScheduler({ clock: a.clock });
  const napping = b.run(function* () {
    yield* sleep(40);
    return "awake";
  });
  const error = await failure(a.run(stuck));
  expect(isDeadlockError(error)).toBe(true);
  expect(await napping).toBe("awake");
});

/** Who sends, outside of the program that receives. */
const senders: [string, (c: Chan) => unknown][] = [
  ["a program that sleeps", (c) => createScheduler().run(() => late(c))],
  [
    "a program that sleeps on a user's clock",
    (c) => createScheduler({ clock: clockOfUser() }).run(() => late(c)),
  ],
  [
    "a program that waits for a promise",
    (c) =>
      run(function* () {
        yield* poll(hostTurn(15));
        yield* c.send(1);
      }),
  ],
  [
    "an async program",
    (c) =>
      run(async () => {
        await hostTurn(15);
        await c.send(1);
      }),
  ],
  ["a goroutine of another scheduler", (c) => createScheduler().go(() => late(c))],
  [
    "a goroutine of the default scheduler that waits for a promise",
    (c) =>
      go(function* () {
        yield* poll(hostTurn(15));
        yield* c.send(1);
      }),
  ],
  [
    "an async function that a primitive started",
    (c) =>
      launch(
        null,
        async () => {
          await hostTurn(15);
          await c.send(1);
        },
        [],
      ),
  ],
  [
    "what is held outside of any program",
    (c) => {
      const release = holdProgram();
      setTimeout(() => {
        void c.send(1).start();
        release();
      }, 15);
    },
  ],
];

function* late(c: Chan): Go {
  yield* sleep(15);
  yield* c.send(1);
}

describe.each(senders)("waiting for a channel of %s", (_name, begin) => {
  test("is no deadlock, and when all is over there is nothing to wait for", async () => {
    const c = new Chan();
    begin(c);
    const got = await run(function* () {
      return yield* c.recv();
    });
    expect(got).toBe(1);
    await hostTurn(0);
    expect(pendingOutside(() => {})).toBe(false);
    expect(isDeadlockError(await failure(run(stuck)))).toBe(true);
  });
});

test("the timers of an outer program serve the inner one", async () => {
  const body = function* (): Go<unknown> {
    const c = new Chan();
    afterFunc(15, () => c.close());
    return yield* poll(run(() => c.recv().start()));
  };
  await run(body);
  await run(async () => {
    const c = new Chan();
    afterFunc(15, () => c.close());
    await run(function* () {
      yield* c.recv();
    });
  });
});

test("the signals of an outer program serve the inner one", async () => {
  await run(function* () {
    const stop = new AbortController();
    const c = new Chan();
    onAbort(stop.signal, () => c.close());
    setTimeout(() => stop.abort(), 15);
    yield* poll(
      run(function* () {
        yield* c.recv();
      }),
    );
  });
});

test("timers of a default scheduler that somebody set are waited for", async () => {
  for (const clock of [null, clockOfUser()]) {
    const mine = clock === null ? createScheduler() : createScheduler({ clock });
    const old = setDefaultScheduler(mine);
    try {
      const c = new Chan();
      afterFunc(15, () => c.close());
      await run(function* () {
        yield* c.recv();
      });
    } finally {
      setDefaultScheduler(old);
    }
  }
});

test("programs that wait for each other are deadlocked, both", async () => {
  const [a, b] = [new Chan(), new Chan()];
  const half = (from: Chan, to: Chan): Promise<unknown> =>
    failure(
      run(function* () {
        yield* sleep(5);
        yield* from.recv();
        yield* to.send(1);
      }),
    );
  const ends = await Promise.all([half(a, b), half(b, a)]);
  expect(ends.map(isDeadlockError)).toEqual([true, true]);
});

test("a panic that an async function behind a promise is about to join is joined", async () => {
  const handler = async (): Promise<string[]> => {
    const parts = [
      go(function* () {
        yield* sleep(1);
        throw new Error("part failed");
      }),
      go(function* () {
        yield* sleep(1);
      }),
    ];
    const ends = await Promise.allSettled(parts.map(async (g) => await g.join()));
    return ends.map((end) => end.status);
  };
  const got = await run(function* () {
    return yield* poll(handler());
  });
  expect(got).toEqual(["rejected", "fulfilled"]);
});

describe("virtual time that is moved while an async goroutine waits", () => {
  test("fires what is due inside of its scheduler, and tracers see it", async () => {
    let timers = 0;
    const tracer: Tracer = { ...silent, timer: () => timers++ };
    const s = createDeterministicScheduler({ seed: 1, tracer });
    const seen: unknown[] = [];
    await s.run(async () => {
      s.clock.schedule(100, () => seen.push(now(), currentScheduler() === s));
      await sleep(200);
    });
    expect([...seen, timers]).toEqual([100, true, 2]);
  });
});

describe("what outlasts its program", () => {
  test("a wait for a promise holds neither the time nor the verdict of the next one", async () => {
    const s = createDeterministicScheduler({ seed: 1 });
    const never = new Promise(() => {});
    const leave = async (): Promise<void> => {
      await s.run(function* () {
        s.go(async () => {
          await poll(never).start();
        });
        yield;
        yield;
      });
    };
    const at = await leave().then(() =>
      s.run(function* () {
        const before = s.clock.now();
        yield* sleep(100);
        return s.clock.now() - before;
      }),
    );
    expect(at).toBe(100);
    expect(isDeadlockError(await failure(s.run(stuck)))).toBe(true);
  });

  test.each([
    ["a sleeper", () => void sleep(3_600_000).start()],
    ["a wait for a promise", () => void poll(new Promise(() => {})).start()],
    ["what was held", () => void holdProgram()],
  ])("%s is not the next program's", async (_name, leave) => {
    const s = createScheduler();
    await s.run(() => leave());
    expect(isDeadlockError(await failure(s.run(stuck)))).toBe(true);
  });

  test("what was held may be released in the next program, which it does not touch", async () => {
    const s = createScheduler();
    let release!: () => void;
    await s.run(() => {
      release = holdProgram();
    });
    await s.run(function* () {
      release();
      yield* poll(hostTurn(10));
    });
  });
});

test("a program is released once by each that holds it", async () => {
  const got = await run(function* () {
    const release = holdProgram();
    release();
    release();
    return yield* poll(hostTurn(10).then(() => "late"));
  });
  expect(got).toBe("late");
});

test("the default scheduler waits for no program, and none for it once it is at rest", async () => {
  await defaultScheduler()
    .go(function* () {
      yield* sleep(1);
    })
    .join();
  await hostTurn(0);
  expect(pendingOutside(() => {})).toBe(false);
});

test("a program that waits for a goroutine outside of programs that gives way again and again is not deadlocked", async () => {
  const c = new Chan();
  const main = createScheduler().run(function* () {
    return yield* c.recv();
  });
  createFifoScheduler({ slice: 1 }).go(function* () {
    for (const end = performance.now() + 30; performance.now() < end;) yield;
    yield* c.send(7);
  });
  expect(await main).toBe(7);
});

test("the verdict on a program does not wait for a bubble", async () => {
  let end = (): void => {};
  const inside = bubble(function* () {
    yield* poll(new Promise<void>((resolve) => (end = resolve)));
  });
  const stuck = createScheduler().run(function* () {
    yield* new Chan().recv();
  });
  const late = setTimeout(() => end(), 5000); // else nothing would end it
  await expect(stuck).rejects.toThrow("all goroutines are asleep");
  clearTimeout(late);
  end();
  await inside;
});

test("after a panic that a hook took, of an async function, main that waits for nothing is deadlocked at once", async () => {
  const s = createScheduler({ onPanic() {} });
  const main = s.run(function* () {
    s.go(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("taken");
    });
    yield* new Chan().recv();
  });
  await expect(main).rejects.toThrow("all goroutines are asleep");
});

test("a program that ended outside of a slice keeps no verdict waiting", async () => {
  await createScheduler().run(() => new Promise((resolve) => setTimeout(resolve, 5)));
  const stuck = createScheduler().run(function* () {
    yield* new Chan().recv();
  });
  await expect(stuck).rejects.toThrow("all goroutines are asleep");
});

test("a timer ahead on somebody's clock outside of programs may wake a goroutine yet", async () => {
  const clock: Clock = {
    now: () => performance.now(),
    wall: () => Date.now(),
    schedule: (when, fire) => {
      const timer = setTimeout(fire, when - performance.now());
      return { cancel: () => (clearTimeout(timer), true) };
    },
  };
  const c = new Chan();
  createScheduler({ clock }).go(function* () {
    yield* sleep(20);
    yield* c.send(1);
  });
  const main = createScheduler().run(function* () {
    return yield* c.recv();
  });
  expect(await main).toBe(1);
});

test("a goroutine that is woken, and runs after a turn of the host, is not deadlocked", async () => {
  const c = new Chan();
  const main = createFifoScheduler().run(function* () {
    return yield* c.recv();
  });
  for (let i = 0; i < 20; i++) await Promise.resolve(); // it waits, and the verdict is due
  turnIsLong(performance.now());
  for (const end = performance.now() + 20; performance.now() < end;);
  turnIsLong(performance.now());
  void c.send(1).start();
  expect(await main).toBe(1);
});

test("a callback for a signal that a goroutine of the default scheduler asked for may wake another program's", async () => {
  const stop = new AbortController();
  const c = new Chan();
  go(function* () {
    onAbort(stop.signal, () => void c.send(1).start());
  });
  const main = createFifoScheduler().run(function* () {
    return yield* c.recv();
  });
  setTimeout(() => stop.abort(), 20);
  expect(await main).toBe(1);
});

test("the verdict on a bubble does not wait for what is outside of it", async () => {
  const timer = afterFunc(5000, () => {});
  const start = performance.now();
  const stuck = bubble(function* () {
    yield* new Chan().recv();
  });
  await expect(stuck).rejects.toThrow("deadlock: all goroutines in bubble are blocked");
  expect(timer.stop()).toBe(true);
  expect(performance.now() - start).toBeLessThan(5000);
});
