/** A bad argument is named with its value, and changes nothing. */
import { expect, it } from "vitest";
import { checkMutex } from "../src/check.ts";
import {
  Cond,
  ErrGroup,
  Mutex,
  Once,
  onceFunc,
  onceValue,
  onceValues,
  Pool,
  RWMutex,
  Semaphore,
  SingleFlight,
  SyncMap,
  WaitGroup,
} from "../src/index.ts";
import { fakeContext } from "./fake-context.ts";

const bad: any = undefined;
const mu = new Mutex();
const sem = new Semaphore(1);
const g = new ErrGroup();
const wants = "want { signal } or { ctx }";

it.each<[string, () => unknown]>([
  ["Mutex.lock: options is null, " + wants, () => mu.lock(null as any)],
  ["Mutex.lock: options is 5, " + wants, () => mu.lock(5 as any)],
  [
    "Mutex.lock: options is an object (AbortSignal), " + wants,
    () => mu.lock(AbortSignal.abort() as any),
  ],
  ["Mutex.lock: options.signal is 5, want an AbortSignal", () => mu.lock({ signal: 5 as any })],
  ["Mutex.lock: options.ctx is an object (Object), want", () => mu.lock({ ctx: {} as any })],
  [
    "Mutex.lock: options.sginal is 1, want no options but signal, ctx",
    () => mu.lock({ sginal: 1 } as any),
  ],
  ["RWMutex.lock: options.signal is 5", () => new RWMutex().lock({ signal: 5 as any })],
  ["RWMutex.rLock: options is 5", () => new RWMutex().rLock(5 as any)],
  ["Semaphore.acquire: options is 5", () => new Semaphore(1).acquire(1, 5 as any)],
  ["WaitGroup.wait: options is 5", () => new WaitGroup().wait(5 as any)],
  ["Cond.wait: options is 5", () => new Cond(mu).wait(5 as any)],
  ["ErrGroup.go: options is 5", () => new ErrGroup().go(() => {}, 5 as any)],
  ["ErrGroup.wait: options is 5", () => new ErrGroup().wait(5 as any)],
  ["SingleFlight.do: options.x is 1", () => new SingleFlight().do("k", () => 1, { x: 1 } as any)],
  ["Mutex.withLock: fn is undefined, want a function", () => mu.withLock(bad)],
  ["RWMutex.withLock: fn is undefined, want a function", () => new RWMutex().withLock(bad)],
  ["RWMutex.withRLock: fn is undefined, want a function", () => new RWMutex().withRLock(bad)],
  ["Semaphore.withPermits: fn is undefined, want", () => new Semaphore(1).withPermits(1, bad)],
  ["Once.do: fn is undefined, want a function", () => new Once().do(bad)],
  ["Once.do: options is 5, " + wants, () => new Once().do(() => {}, 5 as any)],
  ["Once.do: options.x is 1, want no options but", () => new Once().do(() => {}, { x: 1 } as any)],
  ["onceFunc: f is undefined, want a function", () => onceFunc(bad)],
  ["onceValue: f is undefined, want a function", () => onceValue(bad)],
  ["onceValues: f is undefined, want a function", () => onceValues(bad)],
  ["Cond: l is undefined, want a locker, such as a Mutex", () => new Cond(bad)],
  ["Cond: l is an object (Object), want a locker", () => new Cond({ unlock() {} } as any)],
  ["WaitGroup.add: n is 3n, want an integer", () => new WaitGroup().add(3n as any)],
  ["ErrGroup.withSignal: parent is 5, want an AbortSignal", () => ErrGroup.withSignal(5 as any)],
  ["Pool: options is 5, want a function or { new, shard }", () => new Pool(5 as any)],
  [
    "Pool: options.create is function create, want no options but new, shard",
    () => new Pool({ create: () => 1 } as any),
  ],
  ["Pool: options.new is 5, want a function", () => new Pool({ new: 5 as any })],
  [
    "Pool: shard() is -1, want an integer from 0 to 1023",
    () => new Pool({ shard: () => -1 }).put(1),
  ],
  [
    "Pool: shard() is 1000000000000, want an integer from 0 to 1023",
    () => new Pool({ shard: () => 1e12 }).put(1),
  ],
  ["Mutex: name is null, want a string", () => new Mutex(null as any)],
  ["RWMutex: name is 5, want a string", () => new RWMutex(5 as any)],
  ["WaitGroup: name is 1n, want a string", () => new WaitGroup(1n as any)],
  ["Semaphore: name is Symbol(s), want a string", () => new Semaphore(1, Symbol("s") as any)],
  ["WaitGroup.go: fn is undefined, want a function", () => new WaitGroup().go(bad)],
  ["SyncMap.range: f is undefined, want a function", () => new SyncMap().range(bad)],
  ["SingleFlight.do: fn is undefined, want a function", () => new SingleFlight().do("k", bad)],
])("%s", (text, call) => {
  expect(call).toThrow(text);
  checkMutex(mu);
  expect(mu.locked).toBe(false);
});

it.each<[string, () => unknown, () => unknown]>([
  ["Semaphore: size", () => new Semaphore(-1), () => new Semaphore("3" as any)],
  ["Semaphore.acquire: n", () => sem.acquire(NaN), () => sem.acquire("3" as any)],
  ["Semaphore.release: n", () => sem.release(0.5), () => sem.release({} as any)],
  ["WaitGroup.add: n", () => new WaitGroup().add(1.5), () => new WaitGroup().add("3" as any)],
  ["ErrGroup.setLimit: n", () => g.setLimit(NaN), () => g.setLimit("3" as any)],
])("%s: another number is a RangeError, no number a TypeError", (text, number, other) => {
  expect(number).toThrow(RangeError);
  expect(other).toThrow(TypeError);
  for (const call of [number, other]) expect(call).toThrow(`${text} is `);
});

it("a context itself will do as the options", async () => {
  const held = new Mutex();
  held.tryLock();
  const [ctx, cancel] = fakeContext();
  const waiting = held.lock(ctx as any).then(
    () => "locked",
    (e: Error) => e.message,
  );
  await Promise.resolve();
  cancel();
  expect(await waiting).toBe("context canceled");
});
