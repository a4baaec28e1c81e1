/**
 * Calling waits off: at every step, in every form, by signal and by context, nothing is lost.
 */
import { getEventListeners } from "node:events";
import { type Go, go, gosched, type Op, type OpRecord, poll, type Waiter } from "@gort/sched";
import { PARKED, USED } from "@gort/sched/primitives";
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
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
  type WaitOptions,
} from "../src/index.ts";
import { fakeContext } from "./fake-context.ts";
import { program, settle, spin } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** A contended situation: what the victim does with its options, what the others do, and what must hold after it. */
interface Scene {
  victim(options: WaitOptions): Go;
  /** The same from an async function. */
  victimAsync(options: WaitOptions): Promise<void>;
  others: (() => Go)[];
  check(): void;
  /** Everybody is gone: the primitive is as new. */
  after(): void;
}

function* hold(turns: number): Go {
  for (let i = 0; i < turns; i++) yield* gosched();
}

const scenes: Record<string, () => Scene> = {
  mutex: () => {
    const mu = new Mutex();
    const use = function* (turns: number): Go {
      yield* mu.lock();
      yield* hold(turns);
      mu.unlock();
    };
    return {
      *victim(o) {
        const t = yield* mu.lock(o);
        yield* hold(2);
        t.unlock();
      },
      async victimAsync(o) {
        const t = await mu.lock(o);
        await Promise.resolve();
        t.unlock();
      },
      others: [() => use(4), () => use(3), () => use(0), () => use(2)],
      check: () => checkMutex(mu),
      after: () => expect(mu.tryLock()).toBe(true),
    };
  },
  "starving mutex": () => {
    const mu = new Mutex();
    return {
      *victim(o) {
        const t = yield* mu.lock(o);
        yield* hold(1);
        t.unlock();
      },
      async victimAsync(o) {
        (await mu.lock(o)).unlock();
      },
      others: [1, 2, 3].map(
        () =>
          function* (): Go {
            for (let i = 0; i < 2; i++) {
              yield* mu.lock();
              spin(1.05);
              yield* hold(2);
              mu.unlock();
            }
          },
      ),
      check: () => checkMutex(mu),
      after: () => expect(mu.tryLock()).toBe(true),
    };
  },
  "rwmutex writer": () => {
    const rw = new RWMutex();
    const read = function* (turns: number): Go {
      yield* rw.rLock();
      yield* hold(turns);
      rw.rUnlock();
    };
    return {
      *victim(o) {
        const t = yield* rw.lock(o);
        yield* hold(2);
        t.unlock();
      },
      async victimAsync(o) {
        (await rw.lock(o)).unlock();
      },
      others: [
        () => read(3),
        function* (): Go {
          yield* rw.lock();
          yield* hold(3);
          rw.unlock();
        },
        () => read(4),
        () => read(1),
      ],
      check: () => checkRWMutex(rw),
      after: () => expect(rw.tryLock()).toBe(true),
    };
  },
  "rwmutex reader": () => {
    const rw = new RWMutex();
    return {
      *victim(o) {
        const t = yield* rw.rLock(o);
        yield* hold(2);
        t.unlock();
      },
      async victimAsync(o) {
        (await rw.rLock(o)).unlock();
      },
      others: [1, 2, 3].map(
        (n) =>
          function* (): Go {
            yield* rw.lock();
            yield* hold(n);
            rw.unlock();
          },
      ),
      check: () => checkRWMutex(rw),
      after: () => expect(rw.tryLock()).toBe(true),
    };
  },
  semaphore: () => {
    const sem = new Semaphore(5);
    const use = function* (n: number, turns: number): Go {
      yield* sem.acquire(n);
      yield* hold(turns);
      sem.release(n);
    };
    return {
      *victim(o) {
        const permit = yield* sem.acquire(4, o);
        yield* hold(2);
        permit.release();
      },
      async victimAsync(o) {
        (await sem.acquire(4, o)).release();
      },
      others: [() => use(3, 4), () => use(2, 1), () => use(5, 2), () => use(1, 3)],
      check: () => checkSemaphore(sem),
      after: () => expect(sem.tryAcquire(5)).toBe(true),
    };
  },
  waitgroup: () => {
    const wg = new WaitGroup();
    wg.add(3);
    const work = function* (turns: number): Go {
      yield* hold(turns);
      wg.done();
    };
    return {
      *victim(o) {
        yield* wg.wait(o);
      },
      async victimAsync(o) {
        await wg.wait(o);
      },
      others: [() => work(2), () => work(5), () => work(8), () => wg.wait() as unknown as Go],
      check: () => checkWaitGroup(wg),
      after: () => expect(wg.count).toBe(0),
    };
  },
  once: () => {
    const once = new Once();
    return {
      *victim(o) {
        yield* once.do(() => hold(6), o);
      },
      async victimAsync(o) {
        await once.do(() => hold(6), o);
      },
      others: [
        function* (): Go {
          yield* once.do(() => hold(6));
        },
      ],
      check: () => checkOnce(once),
      after: () => expect(once.done).toBe(true),
    };
  },
  cond: () => {
    const mu = new Mutex();
    const c = new Cond(mu);
    let signals = 0;
    let taken = 0;
    const take = function* (o?: WaitOptions): Go {
      yield* mu.lock();
      try {
        while (signals === 0) yield* c.wait(o);
        signals--;
        taken++;
      } finally {
        mu.unlock();
      }
    };
    return {
      victim: (o) => take(o),
      async victimAsync(o) {
        await mu.lock();
        try {
          while (signals === 0) await c.wait(o);
          signals--;
          taken++;
        } finally {
          mu.unlock();
        }
      },
      others: [
        () => take(),
        () => take(),
        function* (): Go {
          for (let i = 0; i < 12 && c.queue.length < 3; i++) {
            yield* gosched();
            yield* poll(Promise.resolve()); // an async victim waits only after its microtasks ran
          }
          // As many as can be taken: two or three; exactly one wake-up each.
          while (taken < 3 && (taken < 2 || c.queue.length > 0)) {
            yield* mu.lock();
            if (signals === 0 && c.queue.length > 0) {
              signals++;
              c.signal();
            }
            mu.unlock();
            yield* hold(2);
          }
        },
      ],
      check: () => {
        checkCond(c);
        checkMutex(mu);
      },
      after: () => {
        expect(taken).toBeGreaterThanOrEqual(2);
        expect(mu.tryLock()).toBe(true);
      },
    };
  },
  errgroup: () => {
    const g = new ErrGroup();
    g.setLimit(1);
    let ran = 0;
    const work = function* (): Go {
      yield* hold(3);
      ran++;
    };
    return {
      *victim(o) {
        yield* g.go(work, o);
        yield* g.wait(o);
      },
      async victimAsync(o) {
        await g.go(work, o);
        await g.wait(o);
      },
      others: [
        function* (): Go {
          yield* g.go(work);
          yield* g.go(work);
          yield* g.wait();
        },
      ],
      check: () => checkErrGroup(g),
      after: () => {
        expect(ran).toBeGreaterThanOrEqual(2);
        expect(g.active).toBe(0);
      },
    };
  },
  singleflight: () => {
    const f = new SingleFlight<string, number>();
    const got: number[] = [];
    const load = function* (): Go<number> {
      yield* hold(5);
      return 7;
    };
    return {
      *victim(o) {
        got.push((yield* f.do("k", load, o)).value);
      },
      async victimAsync(o) {
        got.push((await f.do("k", load, o)).value);
      },
      others: [1, 2].map(
        () =>
          function* (): Go {
            got.push((yield* f.do("k", load)).value);
          },
      ),
      check: () => {},
      after: () => {
        expect(got.length).toBeGreaterThanOrEqual(2);
        expect(got.every((v) => v === 7)).toBe(true);
        expect(f.calls.size).toBe(0);
      },
    };
  },
};

const STEPS = 26;

async function interrupted(scene: Scene, at: number, form: string, by: string): Promise<string> {
  const controller = new AbortController();
  const [ctx, cancel] = fakeContext();
  const options: WaitOptions =
    by === "signal"
      ? { signal: controller.signal }
      : by === "ctx"
        ? { ctx }
        : { signal: controller.signal, ctx };
  const stop = (): void =>
    by === "ctx" ? cancel() : controller.abort(new Error("context canceled"));
  let outcome = "";
  await program(function* () {
    const [first, ...rest] = scene.others;
    const all = [go(first!)];
    yield* gosched();
    for (const other of rest) all.push(go(other));
    if (form === "generator") {
      all.push(
        go(function* () {
          try {
            yield* scene.victim(options);
            outcome = "done";
          } catch (e) {
            outcome = (e as Error).message;
          }
        }),
      );
    } else {
      all.push(
        go(async () => {
          try {
            await scene.victimAsync(options);
            outcome = "done";
          } catch (e) {
            outcome = (e as Error).message;
          }
        }),
      );
    }
    for (let i = 0; i < at; i++) {
      yield* gosched();
      yield* poll(Promise.resolve());
      scene.check();
    }
    stop();
    scene.check();
    for (const g of all) yield* g.join();
  });
  expect(outcome).toMatch(/^(done|context canceled)$/);
  scene.check();
  scene.after();
  expect(getEventListeners(controller.signal, "abort").length).toBe(0);
  expect(ctx.queue.length).toBe(0);
  return outcome;
}

describe("calling off a wait", () => {
  for (const [name, make] of Object.entries(scenes)) {
    for (const form of ["generator", "async"]) {
      it(`${name}: interrupted at each step of a ${form}, no permit, lock or wake-up is lost`, async () => {
        const outcomes = new Set<string>();
        for (let at = 0; at < STEPS; at++) {
          for (const by of ["signal", "ctx", "both"])
            outcomes.add(await interrupted(make(), at, form, by));
        }
        // How many steps an async wait takes depends on the host's turns: go on until one was not interrupted.
        for (let at = STEPS; !outcomes.has("done") && at < 100 * STEPS; at += STEPS)
          outcomes.add(await interrupted(make(), at, form, "both"));
        expect([...outcomes].sort()).toEqual(["context canceled", "done"]);
      });
    }
  }

  it("a wait already called off fails even if it could succeed at once, and takes nothing", async () => {
    const stop = new AbortController();
    stop.abort(new Error("before"));
    const options = { signal: stop.signal };
    const mu = new Mutex();
    const rw = new RWMutex();
    const wg = new WaitGroup();
    const ops: (() => Op<unknown>)[] = [
      () => mu.lock(options),
      () => rw.lock(options),
      () => rw.rLock(options),
      () => wg.wait(options),
      () => new ErrGroup().wait(options),
      () => new SingleFlight().do("k", () => expect.unreachable(), options),
    ];
    for (const op of ops) await expect((async () => op())()).rejects.toThrow("before");
    expect(mu.tryLock()).toBe(true);
    expect(rw.tryLock()).toBe(true);
  });

  it("a wait that succeeded is not undone by a later abort", async () => {
    const stop = new AbortController();
    const mu = new Mutex();
    const token = await mu.lock({ signal: stop.signal });
    stop.abort();
    expect(token.held).toBe(true);
    expect(mu.tryLock()).toBe(false);
  });

  it("granted and aborted in one turn, the grant stands; woken and aborted, the next waiter gets it", async () => {
    await program(function* () {
      const stop = new AbortController();
      const sem = new Semaphore(1);
      yield* sem.acquire();
      let got = "";
      go(function* () {
        try {
          yield* sem.acquire(1, { signal: stop.signal });
          got = "granted";
        } catch {
          got = "aborted";
        }
      });
      yield* settle();
      sem.release();
      stop.abort();
      yield* settle();
      expect(got).toBe("granted");

      const mu = new Mutex();
      const off = new AbortController();
      yield* mu.lock();
      const log: string[] = [];
      const locker = (name: string, options?: WaitOptions) =>
        go(function* () {
          try {
            yield* mu.lock(options);
            log.push(name);
            mu.unlock();
          } catch {
            log.push(`${name} aborted`);
          }
        });
      locker("first", { signal: off.signal });
      yield* settle();
      locker("second");
      yield* settle();
      mu.unlock();
      off.abort();
      checkMutex(mu);
      yield* settle();
      expect(log.sort()).toEqual(["first aborted", "second"]);
      expect(mu.tryLock()).toBe(true);
    });
  });

  it("as a losing case of a select, a wait leaves nothing behind; as a winning one it owns", () => {
    class Select implements Waiter {
      won: OpRecord<any> | null = null;
      private readonly cases: OpRecord<any>[];

      constructor(...cases: OpRecord<any>[]) {
        this.cases = cases;
        for (const op of cases) {
          op.waiter = this;
          op.state = PARKED;
          op.park();
        }
      }

      wake(op: OpRecord<any>): void {
        this.won = op;
        op.state = USED;
        for (const other of this.cases) if (other !== op) other.unpark();
      }
    }
    const a = new Mutex();
    const b = new RWMutex();
    const c = new Semaphore(2);
    a.tryLock();
    b.tryLock();
    c.tryAcquire(2);
    const s1 = new Select(recordOf(a.lock()), recordOf(b.lock()), recordOf(c.acquire(1)));
    const s2 = new Select(recordOf(a.lock()), recordOf(b.rLock()), recordOf(c.acquire(2)));
    c.release(2);
    expect(s1.won?.reason).toBe("semaphore.Acquire");
    expect(s2.won).toBe(null);
    b.unlock();
    expect(s2.won?.reason).toBe("sync.RWMutex.RLock");
    a.unlock();
    for (const check of [() => checkMutex(a), () => checkRWMutex(b), () => checkSemaphore(c)])
      check();
    expect([a.tryLock(), b.tryRLock(), c.available, c.waiting]).toEqual([true, true, 1, 0]);
  });
});

it("a context that is closed before it says why ends a wait all the same, with an error", async () => {
  const mu = new Mutex();
  mu.tryLock();
  for (const closed of [false, true]) {
    const [ctx, cancel] = fakeContext();
    const mute = { done: () => ctx.done(), err: () => null };
    if (closed) cancel();
    const waiting = mu.lock({ ctx: mute }).then(() => "locked", String);
    await Promise.resolve();
    cancel();
    expect(await waiting).toBe("Error: context canceled");
  }
  checkMutex(mu);
});
