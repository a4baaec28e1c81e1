/** Go's own recorded programs, replayed: what each step did, and who is parked after it. */
import { go, goexit, isGoexit, panic } from "@gort/sched";
import { describe, expect, it } from "vitest";
import {
  AtomicValue,
  Cond,
  ErrGroup,
  isFlightPanic,
  Mutex,
  Once,
  Pool,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
} from "../src/index.ts";
import { fakeContext } from "./fake-context.ts";
import { Env, gate, numbered, oracle, program, type Step } from "./trace.ts";

const sync = oracle("synctrace");
const xsync = oracle("xsync");

describe("mutex", () => {
  it.each(numbered<Step[]>(sync.mutex))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const mu = new Mutex();
      for (const want of steps) {
        const [kind, id] = want.op;
        let res: unknown;
        if (kind === "lock") {
          env.waiting.add(id);
          go(function* () {
            yield* mu.lock();
            env.waiting.delete(id);
            env.emit(id, "acquired");
          });
        } else if (kind === "unlock") {
          mu.unlock();
        } else {
          res = mu.tryLock();
          if (res === true) mu.unlock();
        }
        expect(yield* env.finish(want.op, res)).toEqual(want);
      }
    });
  });
});

describe("rwmutex", () => {
  it.each(numbered<Step[]>(sync.rwmutex))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const rw = new RWMutex();
      for (const want of steps) {
        const [kind, id] = want.op;
        let res: unknown;
        if (kind === "lock" || kind === "rlock") {
          env.waiting.add(id);
          go(function* () {
            yield* kind === "lock" ? rw.lock() : rw.rLock();
            env.waiting.delete(id);
            env.emit(id, kind === "lock" ? "acquired" : "racquired");
          });
        } else if (kind === "unlock") {
          rw.unlock();
        } else if (kind === "runlock") {
          rw.rUnlock();
        } else if (kind === "try") {
          res = rw.tryLock();
          if (res === true) rw.unlock();
        } else {
          res = rw.tryRLock();
          if (res === true) rw.rUnlock();
        }
        expect(yield* env.finish(want.op, res)).toEqual(want);
      }
    });
  });
});

describe("cond", () => {
  it.each(numbered<Step[]>(sync.cond))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const mu = new Mutex();
      const c = new Cond(mu);
      for (const want of steps) {
        const [kind, id] = want.op;
        if (kind === "wait") {
          env.waiting.add(id);
          go(function* () {
            yield* mu.lock();
            yield* c.wait();
            env.waiting.delete(id);
            env.emit(id, "awake");
            mu.unlock();
          });
        } else if (kind === "signal") {
          c.signal();
        } else {
          c.broadcast();
        }
        expect(yield* env.finish(want.op)).toEqual(want);
      }
    });
  });
});

describe("waitgroup", () => {
  it.each(numbered<Step[]>(sync.waitgroup))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const wg = new WaitGroup();
      for (const want of steps) {
        const [kind, id] = want.op;
        let res: unknown;
        try {
          if (kind === "add") wg.add(id);
          else if (kind === "done") wg.done();
          else {
            env.waiting.add(id);
            go(function* () {
              yield* wg.wait();
              env.waiting.delete(id);
              env.emit(id, "released");
            });
          }
        } catch (e) {
          res = { panic: (e as Error).message };
        }
        expect(yield* env.finish(want.op, res)).toEqual(want);
      }
    });
  });
});

describe("once", () => {
  it.each(numbered<Step[]>(sync.once))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const once = new Once();
      const open = gate();
      for (const want of steps) {
        const [op, id, kind] = want.op;
        if (op === "release") {
          open.open();
        } else {
          env.waiting.add(id);
          go(function* () {
            try {
              yield* once.do(function* () {
                env.emit(id, "run");
                if (kind === "panic") throw new Error("p");
                if (kind === "park" || kind === "park-panic") yield* open.wait();
                if (kind === "park-panic") throw new Error("late");
              });
              env.emit(id, "returned");
            } catch (e) {
              env.emit(id, "panicked", (e as Error).message);
            }
            env.waiting.delete(id);
          });
        }
        expect(yield* env.finish(want.op)).toEqual(want);
      }
    });
  });
});

describe("semaphore", () => {
  const programs = numbered<{ size: number; steps: Step[] }>(xsync.semaphore);
  it.each(programs)("recorded program %i", async (_, { size, steps }) => {
    await program(function* () {
      const env = new Env();
      const sem = new Semaphore(size);
      const cancels = new Map<number, () => void>();
      for (const want of steps) {
        const [kind, id, n, flag] = want.op;
        let res: unknown;
        if (kind === "acq") {
          const [ctx, cancel] = fakeContext();
          if (flag === "canceled-before") cancel();
          cancels.set(id, cancel);
          env.waiting.add(id);
          go(function* () {
            try {
              yield* sem.acquire(n, { ctx });
              env.waiting.delete(id);
              env.emit(id, "acquired");
            } catch (e) {
              env.waiting.delete(id);
              env.emit(id, "err", (e as Error).message);
            }
          });
        } else if (kind === "cancel") {
          cancels.get(id)!();
        } else if (kind === "try") {
          res = sem.tryAcquire(id);
        } else {
          try {
            sem.release(id);
          } catch (e) {
            res = { panic: (e as Error).message };
          }
        }
        expect(yield* env.finish(want.op, res)).toEqual(want);
      }
    });
  });
});

describe("errgroup", () => {
  const programs = numbered<{ limit: number | null; steps: Step[] }>(xsync.errgroup);
  it.each(programs)("recorded program %i", async (_, { limit, steps }) => {
    await program(function* () {
      const env = new Env();
      const [parent] = fakeContext();
      const [g, ctx] = ErrGroup.withContext(parent);
      if (limit !== null) g.setLimit(limit);
      const gates = new Map<number, { open(error: string): void }>();
      const body = (id: number) => {
        const done = gate<string>();
        gates.set(id, done);
        return function* () {
          env.emit(id, "started");
          const text = yield* done.wait();
          if (text !== "") throw new Error(text);
        };
      };
      for (const want of steps) {
        const [kind, id, text] = want.op;
        let res: unknown;
        if (kind === "go") {
          env.waiting.add(id);
          go(function* () {
            yield* g.go(body(id));
            env.waiting.delete(id);
            env.emit(id, "go-returned");
          });
        } else if (kind === "trygo") {
          res = g.tryGo(body(id));
        } else if (kind === "finish") {
          gates.get(id)!.open(text);
        } else {
          env.waiting.add(id);
          go(function* () {
            let err = "";
            try {
              yield* g.wait();
            } catch (e) {
              err = (e as Error).message;
            }
            env.waiting.delete(id);
            env.emit(id, "wait", err);
          });
        }
        const got: Step = yield* env.finish(want.op, res);
        got.ctxdone = ctx.err() !== null;
        expect(sorted(got)).toEqual(sorted(want));
      }
    });
  });
});

describe("singleflight", () => {
  it.each(numbered<Step[]>(xsync.singleflight))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const group = new SingleFlight<string, number>();
      const gates = new Map<number, { open(kind: string): void }>();
      const body = (id: number) => {
        const done = gate<string>();
        gates.set(id, done);
        return function* () {
          env.emit(id, "run");
          const kind = yield* done.wait();
          if (kind === "err") throw new Error(`err${id}`);
          if (kind === "panic") panic(`panic${id}`);
          if (kind === "goexit") goexit();
          return id * 10;
        };
      };
      for (const want of steps) {
        const [op, id, arg] = want.op;
        if (op === "do") {
          env.waiting.add(id);
          go(function* () {
            try {
              const { value, shared } = yield* group.do(arg, body(id));
              env.emit(id, "got", value, "", shared);
            } catch (e) {
              const first = (e as Error).message.split("\n")[0]!;
              if (isGoexit(e)) env.emit(id, "goexit");
              else if (isFlightPanic(e)) env.emit(id, "panicked", first);
              else env.emit(id, "got", null, first, "shared?");
            }
            env.waiting.delete(id);
          });
        } else if (op === "dochan") {
          env.waiting.add(id);
          go(function* () {
            const r = yield* group.doChan(arg, body(id)).recv();
            env.waiting.delete(id);
            if (r.ok) env.emit(id, "got", r.value, "", r.shared);
            else env.emit(id, "got", null, (r.err as Error).message, "shared?");
          });
        } else if (op === "finish") {
          gates.get(id)!.open(arg);
        } else {
          group.forget(id);
        }
        const got: Step = yield* env.finish(want.op);
        expect(got).toEqual({ ...want, ...(want.ev ? { ev: want.ev.map(errorShared) } : {}) });
      }
    });
  });
});

/** An error is thrown here, so it cannot say whether it was shared. */
function errorShared(event: any[]): any[] {
  return event[1] === "got" && event[3] !== "" ? [...event.slice(0, 4), "shared?"] : event;
}

/** Events of one id come in any order. */
function sorted(step: Step): Step {
  const key = (e: any[]): string => JSON.stringify(e);
  const ev = step.ev?.map((e) => e).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return ev === undefined ? step : { ...step, ev };
}

describe("pool", () => {
  const scenario = (name: string): string[] =>
    oracle("gcfin").scenarios.find((s: { name: string }) => s.name === name).events;

  it("put 1..5 on one P gives 1,5,4,3,2", () => {
    const pool = new Pool<number>();
    for (let i = 1; i <= 5; i++) pool.put(i);
    const got: string[] = [];
    for (let i = 0; i < 6; i++) got.push(String(pool.get() ?? "<nil>"));
    expect(got).toEqual(scenario("pool-get-order-one-p"));
  });

  it("items survive one GC (victim cache) and are gone after two", () => {
    const pool = new Pool<{ n: number }>();
    const item = { n: 1 };
    pool.put(item);
    pool.clean();
    const events = [`after 1 gc: ${pool.get() === item}`];
    pool.put(item);
    pool.clean();
    pool.clean();
    events.push(`after 2 more: ${pool.get() === item}`);
    expect(events).toEqual(scenario("pool-two-gcs"));
  });

  it("Put(nil) is ignored; Get on empty gives nil", () => {
    const pool = new Pool<number>();
    pool.put(null);
    pool.put(undefined);
    const events = [String(pool.get() === undefined)];
    pool.put(7);
    events.push(String(pool.get()));
    expect(events).toEqual(scenario("pool-put-nil"));
  });

  it("New is called only when empty", () => {
    let calls = 0;
    const pool = new Pool<number>(() => ++calls);
    const events = [`${pool.get()} ${pool.get()}`];
    pool.put(42);
    events.push(`${pool.get()} ${pool.get()}`);
    expect(events).toEqual(scenario("pool-new-called"));
  });
});

describe("panic texts", () => {
  const text = (name: string): string =>
    oracle("panics").cases.find((c: { name: string }) => c.name === name).text;
  const value = (...stored: unknown[]): AtomicValue => {
    const v = new AtomicValue();
    for (const x of stored) v.store(x);
    return v;
  };
  const group = (n: number): WaitGroup => {
    const wg = new WaitGroup();
    wg.add(n);
    return wg;
  };
  it.each<[string, () => unknown]>([
    ["sync/waitgroup-negative", () => group(0).done()],
    ["sync/waitgroup-add-neg", () => group(1).add(-2)],
    ["atomic/value-nil", () => value().store(null)],
    ["atomic/value-type", () => value(1).store("a")],
    ["atomic/value-swap-nil", () => value().swap(null)],
    ["atomic/value-swap-type", () => value(1).swap("a")],
    ["atomic/value-cas-nil", () => value().compareAndSwap(null, null)],
    ["atomic/value-cas-types", () => value().compareAndSwap("", true)],
    ["atomic/value-cas-type2", () => value(true).compareAndSwap(null, "")],
    [
      "sync/cond-copied",
      () => {
        const c = new Cond(new Mutex());
        const copy: Cond = Object.assign(Object.create(Cond.prototype) as Cond, c);
        copy.signal();
      },
    ],
  ])("%s", (name, f) => {
    expect(f).toThrow(text(name));
    try {
      f();
    } catch (e) {
      expect((e as Error).message).toBe(text(name));
    }
  });
});
