/** Programs that wait for what belongs to others: a timer on another clock, a goroutine of another scheduler. */
import { describe, expect, test } from "vitest";
import { bubble } from "../src/testing/index.ts";
import {
  after,
  afterFunc,
  Chan,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  go,
  isDeadlockError,
  Never,
  newTimer,
  now,
  onAbort,
  type Op,
  OutsideOp,
  PARKED,
  pendingOutside,
  poll,
  run,
  sleep,
  type WaitReason,
  withSignal,
} from "./helpers.ts";

interface Counts {
  readonly externals: number;
  readonly signalled: number;
}

const hostTurn = (ms: number): Promise<number> =>
  new Promise((resolve) => setTimeout(() => resolve(ms), ms));

/** What others will give by themselves, made outside of any program. */
const gifts: [string, () => () => Op<unknown>][] = [
  [
    "a timer",
    () => {
      const t = newTimer(15);
      return () => t.c.recv();
    },
  ],
  [
    "a timer, in a wait that can be called off",
    () => {
      const c = after(15);
      return () => withSignal(c.recv(), new AbortController().signal);
    },
  ],
  [
    "a goroutine that sleeps",
    () => {
      const g = go(function* () {
        yield* sleep(15);
      });
      return () => g.join();
    },
  ],
  [
    "a goroutine that waits for a promise",
    () => {
      const g = go(function* () {
        yield* poll(hostTurn(15));
      });
      return () => g.join();
    },
  ],
  [
    "an async goroutine",
    () => {
      const g = go(() => hostTurn(15));
      return () => g.join();
    },
  ],
];

describe.each(gifts)("waiting for what is outside: %s", (_name, gift) => {
  test("is no deadlock", async () => {
    for (const make of [createScheduler, () => createDeterministicScheduler({ seed: 1 })]) {
      const op = gift();
      const s = make();
      const done = await s.run(function* () {
        yield* op();
        return "done";
      });
      expect(done).toBe("done");
      expect((s as unknown as { tally: Counts }).tally.externals).toBe(0);
    }
  });

  test("is none in a bubble, whose time stands still meanwhile", async () => {
    for (const form of ["yield", "await"]) {
      const op = gift();
      const slept: number[] = [];
      await bubble(function* () {
        go(function* () {
          yield* sleep(3_600_000);
          slept.push(now());
        });
        if (form === "yield") yield* op();
        else
          yield* go(async () => {
            await op();
          }).join();
        slept.push(now());
        yield* sleep(3_600_001);
      });
      expect(slept).toEqual([0, 3_600_000]);
    }
  });

  test("leaves nothing counted when the program ends before", async () => {
    const op = gift();
    const s = createScheduler();
    await s.run(function* () {
      s.go(function* () {
        yield* op();
      });
      yield;
    });
    expect((s as unknown as { tally: Counts }).tally.externals).toBe(0);
  });
});

test("what a timer of the default clock will do by a call, as the deadline of a context, is waited for", async () => {
  const c = new Chan();
  afterFunc(15, function* () {
    c.close();
  });
  expect(await run(() => c.recv().start())).toBe(undefined);
  const again = new Chan();
  afterFunc(15, function* () {
    again.close();
  });
  await run(function* () {
    yield* again.recv();
  });
});

const failure = (p: Promise<unknown>): Promise<unknown> =>
  p.then(
    () => null,
    (e: unknown) => e,
  );

test.each(["fires", "is stopped"])(
  "a deadlock is reported once the timers outside are gone: the last one %s",
  async (how) => {
    const t = afterFunc(how === "fires" ? 20 : 3_600_000, () => {});
    let error: unknown = null;
    const ended = failure(
      run(function* () {
        yield* new Chan().recv();
      }),
    ).then((e) => (error = e));
    await hostTurn(5);
    if (how === "is stopped") {
      expect(error).toBe(null);
      t.stop();
    }
    await ended;
    expect(isDeadlockError(error)).toBe(true);
  },
);

test("a timer that was stopped, or never comes, is nothing to wait for", async () => {
  for (const stop of [true, false]) {
    const t = newTimer(stop ? 10 : Infinity);
    if (stop) t.stop();
    const error = await failure(
      run(function* () {
        yield* t.c.recv();
      }),
    );
    expect(isDeadlockError(error)).toBe(true);
  }
});

test("a timer of a program that ended serves those who wait outside", async () => {
  const s = createScheduler();
  let timer!: ReturnType<typeof newTimer>;
  const program = s.run(function* () {
    timer = newTimer(10);
    yield* sleep(1);
  });
  await hostTurn(0);
  const early = timer.c.recv().start();
  await program; // its timers are gone with it
  const late = timer.c.recv().start();
  await early;
  timer.reset(5);
  await late;
  expect(timer.stop()).toBe(false);
});

/** An op of somebody's own: an event of the host, which nobody but the host can send. */
class Heard extends OutsideOp<string> {
  private readonly target: EventTarget;
  private readonly listener = (e: Event): void => {
    this.unpark();
    this.complete(e.type);
  };

  constructor(target: EventTarget) {
    super();
    this.target = target;
  }

  get reason(): WaitReason {
    return "IO wait";
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    this.target.addEventListener("ready", this.listener);
    super.park();
  }

  override unpark(): void {
    this.target.removeEventListener("ready", this.listener);
    super.unpark();
  }
}

const soon = (target: EventTarget): void => {
  setTimeout(() => target.dispatchEvent(new Event("ready")), 15);
};

describe("an op of one's own that waits for an event of the host", () => {
  test.each([
    ["gmp", () => createScheduler()],
    ["fifo", () => createFifoScheduler()],
    ["deterministic", () => createDeterministicScheduler({ seed: 1 })],
  ])("is no deadlock while it waits, alone or called off: %s", async (_name, make) => {
    const target = new EventTarget();
    const s = make();
    soon(target);
    const alone = await s.run(function* () {
      return yield* new Heard(target);
    });
    expect(alone).toBe("ready");
    soon(target);
    const got = await s.run(function* () {
      const heard = new Heard(target);
      return yield* withSignal(heard, new AbortController().signal);
    });
    expect(got).toBe("ready");
    const left = (s as unknown as { tally: Counts }).tally;
    expect([left.externals, left.signalled]).toEqual([0, 0]);
  });

  test("has virtual time stand still, in a bubble and elsewhere", async () => {
    const target = new EventTarget();
    const body = function* (): Go<[string, number]> {
      const late = go(function* () {
        yield* sleep(3_600_000);
      });
      const got: string = yield* new Heard(target);
      const at = now();
      yield* late.join();
      return [got, at];
    };
    soon(target);
    expect(await createDeterministicScheduler({ seed: 1 }).run(body)).toEqual(["ready", 0]);
    soon(target);
    expect(await bubble(body)).toEqual(["ready", 0]);
  });

  test("is over when its program ends, and then a deadlock is one again", async () => {
    const s = createScheduler();
    await s.run(function* () {
      s.go(function* () {
        yield* new Heard(new EventTarget());
      });
      yield;
    });
    const error = await failure(
      s.run(function* () {
        yield* new Never();
      }),
    );
    expect(isDeadlockError(error)).toBe(true);
  });

  test("that is given up from outside leaves a deadlock, which is reported then", async () => {
    const s = createScheduler();
    const heard = new Heard(new EventTarget());
    let error: unknown = null;
    const ended = failure(
      s.run(function* () {
        heard.state = PARKED;
        heard.park();
        yield* new Never();
      }),
    ).then((e) => (error = e));
    await hostTurn(5);
    expect(error).toBe(null);
    heard.unpark();
    await ended;
    expect(isDeadlockError(error)).toBe(true);
  });

  test("is not counted when it completes while it parks", async () => {
    class Now extends Heard {
      override park(): void {
        this.complete("at once");
        super.park();
      }
    }
    const s = createScheduler();
    const got = await s.run(function* () {
      return [
        yield* new Now(new EventTarget()),
        (s as unknown as { tally: Counts }).tally.externals,
      ];
    });
    expect(got).toEqual(["at once", 0]);
  });
});

describe("a callback that waits for a signal outside of programs", () => {
  test("may wake a goroutine yet", async () => {
    for (const make of [createScheduler, () => createDeterministicScheduler({ seed: 1 })]) {
      const stop = new AbortController();
      const c = new Chan();
      onAbort(stop.signal, () => c.close());
      setTimeout(() => stop.abort(), 15);
      await make().run(function* () {
        yield* c.recv();
      });
    }
  });

  test.each(["fires", "is taken back"])(
    "a deadlock is reported once it is gone: it %s",
    async (how) => {
      const stop = new AbortController();
      const off = onAbort(stop.signal, () => {});
      let error: unknown = null;
      const ended = failure(
        run(function* () {
          yield* new Never();
        }),
      ).then((e) => (error = e));
      await hostTurn(10);
      expect(error).toBe(null);
      if (how === "fires") stop.abort();
      else off();
      off();
      await ended;
      expect(isDeadlockError(error)).toBe(true);
      expect(pendingOutside(() => {})).toBe(false);
    },
  );

  test("of a goroutine of the default scheduler counts as one outside", async () => {
    const stop = new AbortController();
    const c = new Chan();
    await go(function* () {
      onAbort(stop.signal, () => c.close());
    }).join();
    setTimeout(() => stop.abort(), 15);
    await run(function* () {
      yield* c.recv();
    });
  });
});
