/**
 * Groups used from async code alone: every form a body may have, and no scheduler is made for them. Nothing in this file
 * may call `go` or `run`, which would make one.
 */
import { describe, expect, it } from "vitest";
import { isOp, sleep } from "@gort/sched";
import {
  ErrGroup,
  Mutex,
  Once,
  onceFunc,
  onceValue,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
} from "../src/index.ts";

const bodies: Record<string, (value: string) => () => any> = {
  plain: (value) => () => value,
  async: (value) => async () => {
    await Promise.resolve();
    return value;
  },
  generator: (value) =>
    function* () {
      yield* sleep(1);
      return value;
    },
  "plain that gives a generator": (value) => () =>
    (function* () {
      yield* sleep(1);
      return value;
    })(),
  "async that gives a generator": (value) => async () =>
    (function* () {
      yield* sleep(1);
      return value;
    })(),
  "plain that gives what calls back at once, and again": (value) => () => ({
    then(resolve: (v: string) => void, reject: (e: unknown) => void) {
      resolve(value);
      resolve("again");
      reject(new Error("too late"));
    },
  }),
  "plain that gives an op": (value) => {
    const mu = new Mutex(value);
    return () => mu.lock();
  },
};

/** The same body, with `end` called at its very end. */
function ending(body: () => unknown, end: () => void): () => any {
  const atEnd = (r: unknown): unknown => {
    if (isOp(r) || typeof (r as { next?: unknown } | null)?.next === "function")
      return (function* () {
        const value: unknown = yield* r as Generator<any, unknown, any>;
        yield* sleep(2);
        end();
        return value;
      })();
    const then = (r as { then?: unknown } | null)?.then;
    if (typeof then === "function") return Promise.resolve(r).then(atEnd);
    end();
    return r;
  };
  return () => atEnd(body());
}

const failures: Record<string, () => () => any> = {
  plain: () => () => {
    throw new Error("bad");
  },
  async: () => async () => {
    await Promise.resolve();
    throw new Error("bad");
  },
  generator: () =>
    function* () {
      yield* sleep(1);
      throw new Error("bad");
    },
  "plain that gives a generator": () => () =>
    (function* () {
      yield* sleep(1);
      throw new Error("bad");
    })(),
};

describe.each(Object.keys(bodies))("a body that is %s", (form) => {
  const make = bodies[form]!;

  it("is run and waited for by a WaitGroup", async () => {
    const wg = new WaitGroup();
    const g = wg.go(make("v"));
    expect(wg.count).toBe(1);
    await wg.wait();
    expect(wg.count).toBe(0);
    await g.join();
  });

  it("is run and waited for by an ErrGroup, at once and when its turn comes", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    const ran: number[] = [];
    for (let i = 0; i < 3; i++) {
      void g.go(make("v"));
      void g.go(() => ran.push(i));
    }
    await g.wait();
    expect(ran).toEqual([0, 1, 2]);
  });

  it("is over for an ErrGroup when all of it is, and not before", async () => {
    const g = new ErrGroup();
    let over = 0;
    const values = ["a", "b", "c"];
    for (const value of values) {
      const r: unknown = make(value);
      void g.go(ending(r as () => unknown, () => over++));
    }
    await g.wait();
    expect(over).toBe(values.length);
  });

  it("gives its value through a SingleFlight, by do and by doChan", async () => {
    if (form === "plain that gives an op") return;
    const flights = new SingleFlight<string, string>();
    expect(await flights.do("k", make("v"))).toEqual({ value: "v", shared: false });
    expect(await flights.doChan("k", make("v")).recv()).toEqual({
      ok: true,
      value: "v",
      shared: false,
    });
  });
});

describe.each(Object.keys(failures))("a throw in a body that is %s", (form) => {
  const make = failures[form]!;

  it("is the error of an ErrGroup, which cancels the signal", async () => {
    const [g, signal] = ErrGroup.withSignal();
    void g.go(make());
    await expect(g.wait()).rejects.toThrow("bad");
    expect((signal.reason as Error).message).toBe("bad");
  });

  it("is the error of a SingleFlight", async () => {
    const flights = new SingleFlight<string, string>();
    await expect(flights.do("k", make())).rejects.toThrow("bad");
    const r = await flights.doChan("k", make()).recv();
    expect(r.ok ? "" : (r.err as Error).message).toBe("bad");
    expect(flights.calls.size).toBe(0);
  });

  it("reaches who joins a goroutine of a WaitGroup, and the group is done", async () => {
    const wg = new WaitGroup();
    const g = wg.go(make());
    await expect(g.join()).rejects.toThrow("bad");
    await wg.wait();
  });
});

const asyncGenerator = async function* () {} as unknown as () => void;
const what = "is an async generator function, want a generator, an async or a plain function";
const refusing: [string, string, (fn: any) => unknown][] = [
  ["ErrGroup.go", "fn", (fn) => new ErrGroup().go(fn)],
  ["ErrGroup.tryGo", "fn", (fn) => new ErrGroup().tryGo(fn)],
  ["Mutex.withLock", "fn", (fn) => new Mutex().withLock(fn)],
  ["RWMutex.withLock", "fn", (fn) => new RWMutex().withLock(fn)],
  ["RWMutex.withRLock", "fn", (fn) => new RWMutex().withRLock(fn)],
  ["Semaphore.withPermits", "fn", (fn) => new Semaphore(1).withPermits(1, fn)],
  ["Once.do", "fn", (fn) => new Once().do(fn)],
  ["SingleFlight.do", "fn", (fn) => new SingleFlight().do("k", fn)],
  ["SingleFlight.doChan", "fn", (fn) => new SingleFlight().doChan("k", fn)],
  ["onceFunc", "f", onceFunc],
  ["onceValue", "f", onceValue],
];

it.each(refusing)(
  "an async generator function is refused by %s: nobody would run it",
  (where, name, use) => {
    expect(() => use(asyncGenerator)).toThrow(new TypeError(`${where}: ${name} ${what}`));
  },
);

const giving: [string, (fn: () => any) => PromiseLike<unknown>][] = [
  [
    "ErrGroup.go",
    async (fn) => {
      const g = new ErrGroup();
      await g.go(fn);
      await g.wait();
    },
  ],
  ["Mutex.withLock", (fn) => new Mutex().withLock(fn)],
  ["Once.do", (fn) => new Once().do(fn)],
  ["SingleFlight.do", (fn) => new SingleFlight().do("k", fn)],
  [
    "SingleFlight.doChan",
    async (fn) => {
      const r = await new SingleFlight().doChan("k", fn).recv();
      if (!r.ok) throw r.err;
    },
  ],
];

it.each(giving)("and so is one that a function given to %s returns", async (_, use) => {
  for (const fn of [() => asyncGenerator(), async () => asyncGenerator()])
    await expect(Promise.resolve(use(fn))).rejects.toThrow(`fn ${what}`);
});

it("a throw in a generator that an async body gave is the group's error, and the flight's", async () => {
  const body = async (): Promise<unknown> => failures.generator!()();
  const g = new ErrGroup();
  void g.go(body);
  await expect(g.wait()).rejects.toThrow("bad");
  await expect(new SingleFlight().do("k", body)).rejects.toThrow("bad");
});

it("no scheduler was made for any of this", () => {
  const ambient = (globalThis as any)[Symbol.for("gort.ambient")];
  expect(ambient.fallback).toBe(null);
});
