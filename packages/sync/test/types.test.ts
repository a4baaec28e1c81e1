/** What a user's editor shows: types that must be inferred without an annotation. */
import { type Go, type Goroutine, type Op, sleep } from "@gort/sched";
import { describe, expectTypeOf, test } from "vitest";
import {
  AtomicInt64,
  AtomicPointer,
  AtomicValue,
  type Body,
  type ChanResult,
  Cond,
  ErrGroup,
  type FlightResult,
  isFlightPanic,
  type Locker,
  type LockToken,
  Mutex,
  Once,
  onceFunc,
  onceValue,
  onceValues,
  type Permit,
  Pool,
  type Routine,
  RWMutex,
  Semaphore,
  SingleFlight,
  SyncMap,
  WaitGroup,
} from "../src/index.ts";

describe("types", () => {
  test("locks give tokens, by yield* and by await", () => {
    const mu = new Mutex();
    const body = function* (): Go {
      expectTypeOf(yield* mu.lock()).toEqualTypeOf<LockToken>();
      expectTypeOf(yield* new RWMutex().rLock()).toEqualTypeOf<LockToken>();
      expectTypeOf(yield* new Semaphore(2).acquire(2)).toEqualTypeOf<Permit>();
      expectTypeOf(yield* new Cond(mu).wait()).toEqualTypeOf<void>();
      expectTypeOf(yield* mu.withLock(() => "x")).toEqualTypeOf<string>();
    };
    expectTypeOf(body).returns.toEqualTypeOf<Go>();
    const f = async () => {
      const token = await mu.lock();
      expectTypeOf(token).toExtend<Disposable>();
      return token.held;
    };
    expectTypeOf(f).returns.toEqualTypeOf<Promise<boolean>>();
    expectTypeOf<Mutex>().toExtend<Locker>();
    expectTypeOf<RWMutex>().toExtend<Locker>();
    expectTypeOf(new RWMutex().rLocker()).toEqualTypeOf<Locker>();
  });

  test("a body under a lock gives its result, whichever kind of function it is", () => {
    const mu = new Mutex();
    expectTypeOf(mu.withLock(() => 1)).toEqualTypeOf<Routine<number>>();
    expectTypeOf(mu.withLock(async () => "a")).toEqualTypeOf<Routine<string>>();
    const steps = mu.withLock(function* () {
      yield* mu.lock();
      return true;
    });
    expectTypeOf(steps).toEqualTypeOf<Routine<boolean>>();
    const f = async () => await new Semaphore(1).withPermits(1, async () => [1]);
    expectTypeOf(f).returns.toEqualTypeOf<Promise<number[]>>();
    expectTypeOf(new Once().do(() => 5)).toEqualTypeOf<Routine<void>>();
    const never = (): never => {
      throw new Error("never");
    };
    expectTypeOf(mu.withLock(never)).toEqualTypeOf<Routine<never>>();
    expectTypeOf(mu.withLock((): any => 1)).toEqualTypeOf<Routine<any>>();
  });

  test("a body under a lock may give a promise or not", () => {
    const mu = new Mutex();
    const rw = new RWMutex();
    const cache = new Map<string, number>();
    const load = async () => "loaded";
    const mixed = () => cache.get("k") ?? load();
    for (const routine of [
      mu.withLock(mixed),
      rw.withLock(mixed),
      rw.withRLock(mixed),
      new Semaphore(1).withPermits(1, mixed),
    ])
      expectTypeOf(routine).toEqualTypeOf<Routine<number | string>>();
    const refused = () => {
      // @ts-expect-error what it yields is no operation
      void mu.withLock(function* () {
        yield 5;
        return 1;
      });
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });

  test("functions that run once keep their kind", () => {
    expectTypeOf(onceFunc(() => {})).toEqualTypeOf<() => void>();
    expectTypeOf(onceFunc(async () => {})).toEqualTypeOf<() => Promise<void>>();
    expectTypeOf(onceFunc(async () => 5)()).toEqualTypeOf<Promise<number>>();
    expectTypeOf(onceFunc(() => sleep(1))()).toEqualTypeOf<Routine<void>>();
    const five = onceFunc(function* (): Go<number> {
      return 5;
    });
    expectTypeOf(five()).toEqualTypeOf<Routine<number>>();
    const mu = new Mutex();
    expectTypeOf(onceValue(() => mu.withLock(() => 1))()).toEqualTypeOf<Routine<number>>();
    expectTypeOf(onceValue(() => 1)).toEqualTypeOf<() => number>();
    expectTypeOf(onceValue(async () => ({ port: 1 }))()).toEqualTypeOf<Promise<{ port: number }>>();
    const [low, high] = onceValues(() => [1, "many"])();
    expectTypeOf(low).toEqualTypeOf<number>();
    expectTypeOf(high).toEqualTypeOf<string>();
    const never = (): never => {
      throw new Error("never");
    };
    expectTypeOf(onceFunc(never)).toEqualTypeOf<() => never>();
    expectTypeOf(onceValue(never)).toEqualTypeOf<() => never>();
    expectTypeOf(onceValue((): any => 1)).toEqualTypeOf<() => any>();
    const both = onceValues(() => mu.withLock(() => [1, "many"] as const));
    expectTypeOf(both()).toEqualTypeOf<Routine<readonly [1, "many"]>>();
    expectTypeOf(onceValues(async () => [1, "many"])()).toEqualTypeOf<Promise<[number, string]>>();
    const pair = onceValues(function* () {
      yield;
      return [1, "many"] as const;
    });
    expectTypeOf(pair()).toEqualTypeOf<Routine<readonly [1, "many"]>>();
    const steps = onceValue(function* (): Go<number> {
      yield;
      return 1;
    });
    expectTypeOf(steps()).toEqualTypeOf<Routine<number>>();
  });

  test("groups: a goroutine of its result, an op to wait for, a signal", () => {
    const wg = new WaitGroup();
    expectTypeOf(wg.go(async (n: number) => n > 1, 5)).toEqualTypeOf<Goroutine<boolean>>();
    expectTypeOf(wg.wait()).toEqualTypeOf<Op<void>>();
    const g = new ErrGroup();
    expectTypeOf(g.go(async () => {})).toEqualTypeOf<Op<void>>();
    expectTypeOf(g.tryGo(() => {})).toEqualTypeOf<boolean>();
    const some = (x: boolean, later: () => Promise<number>, body: Body<unknown>): void => {
      for (const fn of [async () => {}, function* (): Go {}, () => {}]) void g.go(fn);
      void g.go(() => x && later());
      void g.go(body);
    };
    expectTypeOf(some).returns.toEqualTypeOf<void>();
    expectTypeOf(g.wait()).toEqualTypeOf<Op<void>>();
    expectTypeOf(ErrGroup.withSignal()).toEqualTypeOf<[group: ErrGroup, signal: AbortSignal]>();
    const refused = () => {
      // @ts-expect-error a promise was started already: a function is wanted
      void g.go(Promise.resolve());
      // @ts-expect-error a generator waits by yield*, not by yield
      void g.go(function* () {
        yield Promise.resolve();
      });
      // @ts-expect-error a star is missing
      g.tryGo(function* () {
        yield sleep(1);
      });
      // @ts-expect-error an argument is missing
      wg.go((n: number) => n);
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });

  test("single flights give value and shared, on a channel a union by ok", () => {
    const flights = new SingleFlight<number, string>();
    const f = async () => await flights.do(1, async () => "v");
    expectTypeOf(f).returns.toEqualTypeOf<Promise<FlightResult<string>>>();
    const g = async () => {
      const r = await flights.doChan(1, () => "v").recv();
      expectTypeOf(r).toEqualTypeOf<ChanResult<string>>();
      if (r.ok) expectTypeOf(r.value).toEqualTypeOf<string>();
      else expectTypeOf(r.err).toEqualTypeOf<unknown>();
      return r.shared;
    };
    expectTypeOf(g).returns.toEqualTypeOf<Promise<boolean>>();
    const refused = () => {
      // @ts-expect-error the function gives another type than the group's
      void flights.do(1, () => 5);
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });

  test("an error that a guard says no to is an error still", () => {
    const f = (e: Error) => {
      if (isFlightPanic(e)) return;
      expectTypeOf(e).toEqualTypeOf<Error>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[Error]>();
  });

  test("maps, pools and atomics", () => {
    const m = new SyncMap<string, number>();
    const [value, ok] = m.load("a");
    if (ok) expectTypeOf(value).toEqualTypeOf<number>();
    else expectTypeOf(value).toEqualTypeOf<undefined>();
    for (const entry of m) expectTypeOf(entry).toEqualTypeOf<[key: string, value: number]>();
    expectTypeOf(new Pool(() => new Uint8Array(1)).get()).toExtend<Uint8Array>();
    expectTypeOf(new Pool<string>().get()).toEqualTypeOf<string | undefined>();
    expectTypeOf(new AtomicInt64().add(1n)).toEqualTypeOf<bigint>();
    expectTypeOf(new AtomicPointer<Date>().load()).toEqualTypeOf<Date | null>();
    expectTypeOf(new AtomicValue<string>().load()).toEqualTypeOf<string | undefined>();
  });
});
