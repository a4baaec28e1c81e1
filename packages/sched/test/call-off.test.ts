/** The options of a wait: what is accepted, what is refused and how, and that a wait called off leaves nothing behind. */
import { describe, expect, test } from "vitest";
import type { ContextLike, Op } from "@gort/sched";
import {
  Chan,
  checkScheduler,
  CompetingOp,
  createScheduler,
  newTimer,
  PARKED,
  run,
  sleep,
  WaitQueue,
  withOptions,
  withSignal,
  WOKEN,
  recordOf,
} from "./helpers.ts";

/** A context over a channel of the tests. `signal` must not be asked for: that makes one. */
class Ctx implements ContextLike {
  readonly ch = new Chan();
  error: Error | null = null;
  signals = 0;
  get signal(): AbortSignal {
    this.signals++;
    return new AbortController().signal;
  }
  done(): { recv(): Op<unknown> } {
    return this.ch;
  }
  err(): Error | null {
    return this.error;
  }
  end(): void {
    this.error = new Error("context canceled");
    this.ch.close();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const outcome = (op: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(op).then(
    (v) => v,
    (e: unknown) => (e instanceof Error ? e.message : e),
  );

const never = { signal: undefined, ctx: null };

test.each([undefined, {}, never, { signal: null }, Object.create(null)])(
  "options that name neither signal nor context leave the op as it is: %j",
  (options) => {
    const op = sleep(1);
    expect(withOptions(op, options as never, "nap")).toBe(op);
  },
);

const any = (v: unknown): never => v as never;

test.each<[string, unknown]>([
  ["nap: options is null, want { signal } or { ctx }", null],
  ["nap: options is 5, want { signal } or { ctx }", 5],
  [
    "nap: options is an object (AbortSignal), want { signal } or { ctx }",
    new AbortController().signal,
  ],
  ["nap: options.signal is 5, want an AbortSignal", { signal: 5 }],
  [
    "nap: options.signal is an object (Object), want an AbortSignal",
    { signal: { aborted: false } },
  ],
  ["(AbortController), want an AbortSignal, such as its signal", { signal: new AbortController() }],
  ["nap: options.ctx is an object (Object), want a context", { ctx: { done: () => null } }],
  ["nap: options.ctx is an object (AbortSignal), want a context", { ctx: AbortSignal.abort() }],
  ["nap: options.sginal is 1, want no options but signal, ctx", { sginal: 1 }],
  ["nap: options.timeout is 5, want no options but signal, ctx", { signal: null, timeout: 5 }],
])("what cannot be is refused with its name and value: %s", (text, options) => {
  expect(() => withOptions(sleep(1), any(options), "nap")).toThrow(TypeError);
  expect(() => withOptions(sleep(1), any(options), "nap")).toThrow(text);
});

test("withSignal refuses what is no signal", () => {
  expect(() => withSignal(sleep(1), any(5))).toThrow(
    "withSignal: signal is 5, want an AbortSignal",
  );
});

test("withOptions refuses what is no operation", () => {
  const signal = new AbortController().signal;
  for (const [wrong, shown] of [
    [null, "null"],
    [5, "5"],
    [Promise.resolve(), "an object (Promise)"],
  ])
    expect(() => withOptions(any(wrong), { signal }, "mine")).toThrow(
      `mine: op is ${shown as string}, want an operation`,
    );
});

/** A lock without an order: whoever is woken takes it if nobody was faster. */
class Lock {
  taken = true;
  readonly queue = new WaitQueue<Take>();
  release(): void {
    this.taken = false;
    this.wakeOne();
  }
  wakeOne(): void {
    const op = this.queue.shift();
    if (op === null) return;
    op.state = WOKEN;
    op.waiter?.wake(op);
  }
}

class Take extends CompetingOp<string> {
  readonly lock: Lock;
  constructor(lock: Lock) {
    super();
    this.lock = lock;
  }
  get reason(): "semacquire" {
    return "semacquire";
  }
  override tryNow(): boolean {
    if (this.lock.taken) return false;
    this.lock.taken = true;
    this.value = "mine";
    return true;
  }
  override park(): void {
    this.lock.queue.push(this);
  }
  override unpark(): void {
    if (this.state === WOKEN) this.lock.wakeOne();
    else this.lock.queue.remove(this);
  }
  override retry(): boolean {
    if (this.tryNow()) return true;
    this.lock.queue.unshift(this);
    this.state = PARKED;
    return false;
  }
}

test.each([
  ["await", true, (op: Op<string>) => outcome(op)],
  ["await", false, (op: Op<string>) => outcome(op)],
  ["start", true, (op: Op<string>) => outcome(op.start() as Promise<string>)],
  [
    "yield*",
    true,
    (op: Op<string>) =>
      outcome(
        run(function* () {
          return yield* op;
        }),
      ),
  ],
])(
  "called off between its wake-up and its turn a wait fails, and the wake-up goes on: %s, barging %s",
  async (_form, barging, use) => {
    const lock = new Lock();
    const stop = new AbortController();
    const first = use(withSignal(new Take(lock), stop.signal));
    await turn();
    const second = outcome(new Take(lock));
    await turn();
    expect(lock.queue.length).toBe(2);
    lock.release();
    stop.abort("stop");
    lock.taken = barging;
    expect(await first).toBe("stop");
    await turn();
    expect(lock.queue.length).toBe(barging ? 1 : 0);
    if (barging) lock.release();
    expect(await second).toBe("mine");
    expect(lock.queue.length).toBe(0);
  },
);

/** A wait that must have its lock again before it is over, however it is over: as that of a condition. */
class Wait extends CompetingOp<string> {
  readonly lock: Lock;
  readonly cond: WaitQueue<Wait>;
  private relock: Op<unknown> | null = null;
  private failure: unknown = null;
  constructor(lock: Lock, cond: WaitQueue<Wait>) {
    super();
    this.lock = lock;
    this.cond = cond;
  }
  get reason(): "semacquire" {
    return "semacquire";
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {
    this.cond.push(this);
    this.lock.release();
  }
  override unpark(): void {
    if (this.relock === null) this.cond.remove(this);
    else recordOf(this.relock).unpark();
  }
  /** Takes the lock, then is over. */
  over(failure: unknown): void {
    this.failure = failure;
    const op = (this.relock = new Take(this.lock));
    op.waiter = { wake: () => this.look() };
    if (op.tryNow()) this.end();
    else {
      op.state = PARKED;
      op.park();
    }
  }
  private look(): void {
    if (recordOf(this.relock!).retry()) this.end();
  }
  private end(): void {
    if (this.failure === null) this.complete("signalled");
    else this.fail(this.failure);
  }
  abort(error: unknown): boolean {
    if (this.relock !== null) return false;
    this.cond.remove(this);
    this.over(error);
    return true;
  }
}

describe("a wait that cleans up before it fails, called off twice over", () => {
  /** `lock` taken, and a wait for it that two can call off. */
  const twice = (): {
    lock: Lock;
    queue: WaitQueue<Wait>;
    inner: AbortController;
    outer: AbortController;
    wait: Op<string>;
  } => {
    const lock = new Lock();
    const queue = new WaitQueue<Wait>();
    const inner = new AbortController();
    const outer = new AbortController();
    const called = withOptions(new Wait(lock, queue), { signal: inner.signal }, "wait");
    return { lock, queue, inner, outer, wait: withSignal(called, outer.signal) };
  };

  test.each([
    ["inner", "await"],
    ["outer", "await"],
    ["inner", "yield*"],
    ["outer", "yield*"],
  ] as const)(
    "the %s one is told, and fails once the lock is taken again: %s",
    async (who, form) => {
      for (const busy of [false, true]) {
        const t = twice();
        const ended = outcome(
          form === "await"
            ? t.wait
            : run(
                function* () {
                  return yield* t.wait;
                },
                { deadlock: "exit" },
              ),
        );
        await turn();
        expect([t.queue.length, t.lock.taken]).toEqual([1, false]);
        t.lock.taken = busy;
        t[who].abort(who);
        // The other one comes too late, or the same moment.
        t[who === "inner" ? "outer" : "inner"].abort("late");
        expect(t.queue.length).toBe(0);
        if (busy) {
          await turn();
          expect(t.lock.queue.length).toBe(1);
          t.lock.release();
        }
        expect(await ended).toBe(who);
        expect([t.lock.taken, t.lock.queue.length]).toEqual([true, 0]);
      }
    },
  );

  test("what was signalled before stands", async () => {
    const t = twice();
    const ended = outcome(t.wait);
    await turn();
    t.lock.taken = true;
    t.queue.shift()!.over(null);
    t.outer.abort("late");
    t.inner.abort("late");
    t.lock.release();
    expect(await ended).toBe("signalled");
    expect([t.lock.taken, t.lock.queue.length]).toEqual([true, 0]);
  });
});

test("an op that completes while it is parked leaves nothing where its wait could be called off", async () => {
  class Soon extends Take {
    override park(): void {
      this.complete("soon");
    }
  }
  const lock = new Lock();
  const ctx = new Ctx();
  expect(await withOptions(new Soon(lock), { ctx }, "soon")).toBe("soon");
  expect(ctx.ch.receivers.length).toBe(0);
});

test("an op that was used, or that somebody waits on, is refused untouched by what would call it off", async () => {
  const { signal } = new AbortController();
  const used = sleep(0);
  await used;
  expect(await outcome(withSignal(used, signal))).toMatch("operation used twice");
  expect(await outcome(withSignal(used, AbortSignal.abort("off")))).toMatch("operation used twice");
  const c = new Chan();
  const s = createScheduler();
  await s.run(function* () {
    const op = c.recv();
    const g = s.go(function* () {
      return yield* op;
    });
    yield;
    expect(() => recordOf(withSignal(op, signal)).next()).toThrow(
      "operation used while it is pending",
    );
    checkScheduler(s);
    yield* c.send(7);
    expect(yield* g.join()).toBe(7);
  });
});

describe("a context", () => {
  test.each<[string, (ctx: Ctx) => object]>([
    ["itself", (ctx) => ctx],
    ["as { ctx }", (ctx) => ({ ctx })],
  ])("%s ends a parked wait with its error, and its signal is not asked for", async (_, form) => {
    const ctx = new Ctx();
    const c = new Chan();
    const waiting = outcome(withOptions(c.recv(), form(ctx), "recv").start() as Promise<unknown>);
    await sleep(1);
    expect([c.receivers.length, ctx.ch.receivers.length]).toEqual([1, 1]);
    ctx.end();
    expect(await waiting).toBe("context canceled");
    expect([c.receivers.length, ctx.ch.receivers.length, ctx.signals]).toEqual([0, 0, 0]);
    c.buf.push(1);
    expect(await outcome(withOptions(c.recv(), form(ctx), "recv"))).toBe("context canceled");
    expect(c.buf).toEqual([1]);
  });

  test("whose done channel is closed before its err says so does not leave a wait parked", async () => {
    const ctx = new Ctx();
    ctx.ch.close();
    let asked = 0;
    ctx.err = () => (asked++ === 0 ? null : new Error("late"));
    const c = new Chan();
    expect(await outcome(withOptions(c.recv(), { ctx }, "recv"))).toBe("late");
    expect(c.receivers.length).toBe(0);
  });

  test("that never ends is no hindrance", async () => {
    for (const none of [null, undefined as never]) {
      const ctx: ContextLike = { done: () => none, err: () => undefined };
      expect(await outcome(withOptions(sleep(1), { ctx }, "sleep"))).toBe(undefined);
    }
  });
});

describe("sleep and timers", () => {
  test("sleep called off by a signal wakes at once, with its reason", async () => {
    const c = new AbortController();
    const from = Date.now();
    const asleep = run(function* () {
      try {
        yield* sleep(60_000, { signal: c.signal });
      } catch (e) {
        return e;
      }
      return "slept";
    });
    await sleep(1);
    c.abort("wake up");
    expect(await asleep).toBe("wake up");
    expect(Date.now() - from).toBeLessThan(60_000);
    expect(await outcome(sleep(0, { signal: AbortSignal.abort("before") }))).toBe("before");
    expect(await outcome(sleep(1, { signal: new AbortController().signal }))).toBe(undefined);
  });

  test("sleep and the receives of a timer refuse unknown options", () => {
    expect(() => sleep(1, any({ sginal: 1 }))).toThrow("sleep: options.sginal is 1");
    const t = newTimer(1000);
    expect(() => t.c.recv(any(5))).toThrow("TimerChan.recv: options is 5");
    expect(() => t.c.recvOk(any({ signal: 5 }))).toThrow("TimerChan.recvOk: options.signal is 5");
    t.stop();
  });

  test("a receive from a timer that is called off leaves the timer set", async () => {
    const t = newTimer(5);
    const c = new AbortController();
    const first = outcome(t.c.recv({ signal: c.signal }).start() as Promise<unknown>);
    c.abort("off");
    expect(await first).toBe("off");
    expect((await t.c.recvOk({ signal: new AbortController().signal }))[1]).toBe(true);
  });
});
