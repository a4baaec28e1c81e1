import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
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
