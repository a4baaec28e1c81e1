import { inspect } from "node:util";
import { go, type Op } from "@gort/sched";
import { expect, test } from "vitest";
import {
  AtomicBool,
  AtomicInt32,
  AtomicInt64,
  AtomicPointer,
  AtomicUint32,
  AtomicUint64,
  AtomicValue,
  Cond,
  ErrGroup,
  Mutex,
  Once,
  Pool,
  RWMutex,
  Semaphore,
  SingleFlight,
  SyncMap,
  WaitGroup,
} from "../src/index.ts";
import { program, settle } from "./trace.ts";

test("console.log shows what the primitives say of themselves, and nothing of their insides", () => {
  const group = new ErrGroup();
  group.setLimit(3);
  const held = new Mutex("state");
  held.tryLock();
  for (const v of [
    new Mutex(),
    held,
    new RWMutex("rw"),
    new WaitGroup("w"),
    new Semaphore(2),
    group,
  ])
    expect(inspect({ v })).toBe(`{ v: ${v.describe()} }`);
});

test("console.log shows what has no more to say in one line, and what was not awaited too", async () => {
  const flights = new SingleFlight<string, number>();
  const cond = new Cond(new Mutex());
  const once = new Once();
  expect([once, cond, flights].map((v) => inspect(v))).toEqual([
    "sync.Once (not done)",
    "sync.Cond (0 waiting)",
    "singleflight.Group (0 under way)",
  ]);
  const ch = flights.doChan("k", async () => 7);
  expect([ch, flights].map((v) => inspect(v))).toEqual([
    "singleflight.ResultChan (0/1)",
    "singleflight.Group (1 under way)",
  ]);
  await ch.recv();
  const routine = once.do(() => inspect(once));
  expect(inspect(routine)).toBe("Routine: use it by `yield*` or `await`");
  await routine;
  expect(inspect(once)).toBe("sync.Once (done)");
});

test("console.log shows a SyncMap as a Map, without moving anything inside", () => {
  const m = new SyncMap<string, unknown>();
  expect(inspect(m)).toBe("SyncMap(0) {}");
  m.store("a", 1);
  m.range(() => true);
  m.store("b", { deep: { er: [2] } });
  m.delete("a");
  m.store("c", m);
  const { misses, amended, read } = m;
  expect(inspect(m)).toMatch(
    /^SyncMap\(2\) \{\s+'b' => \{ deep: \{ er: \[Array\] \} \},\s+'c' => /,
  );
  expect([m.misses, m.amended]).toEqual([misses, amended]);
  expect(m.read).toBe(read);
});

test("a pool is called Pool", () => {
  expect(Pool.name).toBe("Pool");
  expect(new Pool().constructor.name).toBe("Pool");
});

/** How to use it, so that it is held, and then so that somebody waits. Never ending, but for the flights. */
const used: Record<string, () => [v: object, hold: () => unknown, wait: () => unknown]> = {
  Mutex: () => {
    const v = new Mutex("m");
    return [v, () => v.tryLock(), () => v.lock()];
  },
  RWMutex: () => {
    const v = new RWMutex("rw");
    return [v, () => v.tryRLock(), () => v.lock()];
  },
  "rLocker()": () => {
    const rw = new RWMutex();
    const v = rw.rLocker();
    return [v, () => rw.tryLock(), () => v.lock()];
  },
  WaitGroup: () => {
    const v = new WaitGroup("w");
    return [v, () => v.add(1), () => v.wait()];
  },
  Once: () => {
    const v = new Once();
    return [v, () => void v.do(() => new Promise(() => {})).then(), () => v.do(() => {})];
  },
  Cond: () => {
    const mu = new Mutex();
    const v = new Cond(mu);
    return [v, () => mu.tryLock(), () => v.wait()];
  },
  Semaphore: () => {
    const v = new Semaphore(1);
    return [v, () => v.tryAcquire(), () => v.acquire()];
  },
  ErrGroup: () => {
    const v = ErrGroup.withSignal()[0];
    v.setLimit(0);
    return [v, () => v.go(() => {}), () => v.wait()];
  },
  SingleFlight: () => {
    const v = new SingleFlight<string, number>();
    const call = (): Promise<number> => new Promise(() => {});
    return [v, () => v.do("k", call).start(), () => v.do("k", call)];
  },
  ResultChan: () => {
    const v = new SingleFlight<string, number>().doChan("k", () => new Promise(() => {}));
    return [v, () => {}, () => v.recv()];
  },
  Pool: () => {
    const v = new Pool<{ self?: unknown }>();
    const item: { self?: unknown } = {};
    item.self = item;
    return [v, () => v.put(item), () => {}];
  },
  SyncMap: () => {
    const v = new SyncMap<string, unknown>();
    return [v, () => v.store("self", v), () => {}];
  },
  Routine: () => {
    const mu = new Mutex();
    mu.tryLock();
    const v = mu.withLock(() => {});
    return [v, () => {}, () => v];
  },
};

test.each(Object.entries(used))(
  "JSON.stringify shows nothing of a %s, idle, held or waited for, from a goroutine and an async function",
  async (_name, make) => {
    for (const inGoroutine of [false, true]) {
      const [v, hold, wait] = make();
      const seen = [JSON.stringify({ v })];
      const look = (): void => void seen.push(JSON.stringify({ v }));
      await program(function* () {
        hold();
        look();
        if (inGoroutine)
          go(function* () {
            yield* (wait() as Op<unknown> | undefined) ?? [];
          });
        else void (wait() as Op<unknown> | undefined)?.then(() => {});
        yield* settle();
        look();
      });
      expect(seen).toEqual(Array(3).fill('{"v":{}}'));
    }
  },
);

test("what an atomic holds is shown in JSON as it would be alone", () => {
  const user = { password: "secret", toJSON: (key: string) => `user ${key}` };
  const big = new AtomicInt64();
  for (const value of [new Date(0), new Mutex(), big, user, [1], null, "text", { n: 1 }]) {
    const alone = JSON.stringify({ v: value });
    const v = new AtomicValue<unknown>();
    if (value !== null) {
      v.store(value);
      expect(JSON.stringify({ v })).toBe(alone);
    }
    if (typeof value === "object") {
      const p = new AtomicPointer<object>(value);
      expect(JSON.stringify({ v: p })).toBe(alone);
    }
  }
});

test("an atomic that holds itself, by whatever way, is refused by JSON.stringify as any circle is", () => {
  const p = new AtomicPointer<object>();
  const q = new AtomicPointer<object>(p);
  const v = new AtomicValue<object>();
  const circular = /^TypeError: .*circular/i;
  const refused = (): void => {
    for (const x of [p, q, { q }, v]) {
      let error: unknown;
      try {
        JSON.stringify(x);
      } catch (e) {
        error = e;
      }
      expect(String(error)).toMatch(circular);
    }
  };
  v.store(q);
  p.store(p);
  refused();
  p.store(q);
  refused();
  p.store({ q });
  refused();
  p.store({ n: 1 });
  expect(JSON.stringify({ p, q, v })).toBe('{"p":{"n":1},"q":{"n":1},"v":{"n":1}}');
});

test("JSON.stringify shows the value of an atomic, as of a plain field", () => {
  const big = new AtomicInt64();
  big.add(-(2n ** 62n));
  const v = new AtomicValue<unknown>();
  const of = {
    i: new AtomicInt32(-1),
    u: new AtomicUint32(-1),
    big,
    wide: new AtomicUint64(2n ** 64n - 1n),
    b: new AtomicBool(true),
    p: new AtomicPointer({ n: 1 }),
    nil: new AtomicPointer(),
    v,
  };
  const fields = `"i":-1,"u":4294967295,"big":"-4611686018427387904","wide":"18446744073709551615","b":true,"p":{"n":1},"nil":null`;
  expect(JSON.stringify(of)).toBe(`{${fields}}`);
  v.store([1, 2]);
  expect(JSON.stringify(of)).toBe(`{${fields},"v":[1,2]}`);
});
