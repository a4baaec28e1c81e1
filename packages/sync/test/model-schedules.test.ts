/**
 * The primitives beside their twins under the deterministic scheduler, on virtual time: goroutines that wait are called off by a
 * signal at random moments, and after every step of every goroutine the two agree and all invariants hold.
 * GORT_FUZZ sets the number of seeds, GORT_SEED the first one; a failure names its seed.
 */
import {
  checkScheduler,
  createDeterministicScheduler,
  currentGoroutine,
  type Go,
  go,
  type Goroutine,
  gosched,
  now,
  type Op,
  random,
  sleep,
  type Tracer,
  type WaitOptions,
} from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkMutex, checkRWMutex, checkSemaphore, checkWaitGroup } from "../src/check.ts";
import { Mutex, RWMutex, Semaphore, WaitGroup } from "../src/index.ts";
import { HELD } from "../src/rw-ops.ts";
import { settle } from "./trace.ts";
import { Entry, MutexTwin, RWMutexTwin, SemaphoreTwin, WaitGroupTwin } from "./twins.ts";

const first = Number(process.env.GORT_SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.GORT_FUZZ ?? 8) }, (_, i) => first + i);
const COMMANDS = 120;

/** A primitive and its twin. */
interface Pair {
  /** What may be done now, by name; each does it to both. */
  commands: Record<string, () => void>;
  /** Throws unless both agree and the invariants hold. */
  compare(): void;
  /** The goroutine of `e` is about to run. */
  runs?(e: Entry): void;
  /** `e` is called off. */
  off(e: Entry): void;
  /** Lets one out, if anybody is in; false if not. */
  release(): boolean;
  /** Everybody is gone. */
  over(): void;
}

/** Those who asked, by goroutine. */
const entries = new Map<Goroutine, Entry>();

/** Starts a goroutine that asks: `ask` tells the twin and gives the op. */
function asks(e: Entry, ask: (options: WaitOptions) => Op<unknown>, fails?: () => boolean): void {
  go(function* () {
    entries.set(currentGoroutine()!, e);
    try {
      yield* ask({ signal: e.stop.signal });
    } catch (error) {
      if (fails?.() !== true) expect([e.state, error]).toEqual(["off", "off"]);
      return;
    }
    expect(e.state).toBe("in");
    e.knows = true;
  });
}

const inside: Entry[] = [];

/** One who knows that it is in; it is out after this. */
function pickInside(): Entry | undefined {
  const list = [...entries.values()].filter((e) => e.knows && !inside.includes(e));
  const e = list[random(list.length || 1)];
  if (e !== undefined) inside.push(e);
  return e;
}

function callOff(pair: Pair, e: Entry): void {
  if (e.fixed) return;
  pair.off(e);
  e.stop.abort("off");
}

function* drive(pair: Pair): Go {
  const names = Object.keys(pair.commands);
  for (let i = 0; i < COMMANDS; i++) {
    const kind = random(names.length + 4);
    if (kind < names.length) pair.commands[names[kind]!]!();
    else if (kind === names.length) {
      const list = [...entries.values()].filter((e) => !e.stop.signal.aborted && !e.knows);
      const e = list[random(list.length || 1)];
      if (e !== undefined) callOff(pair, e);
    } else if (kind === names.length + 1) yield* sleep(random(4) * 0.4);
    else pair.release();
    for (let n = random(3); n > 0; n--) yield* gosched();
  }
  // Everybody has their turn; who can never have it is called off.
  do yield* settle();
  while (pair.release());
  for (const e of entries.values()) callOff(pair, e);
  yield* settle();
  while (pair.release()) yield* settle();
  pair.over();
}

async function agree(make: () => Pair): Promise<void> {
  for (const seed of seeds) {
    entries.clear();
    inside.length = 0;
    let wrong: { readonly error: unknown } | null = null;
    let pair: Pair | null = null;
    const look = (): void => {
      if (pair === null || wrong !== null) return;
      try {
        pair.compare();
      } catch (error) {
        wrong = { error };
      }
    };
    const tracer: Tracer = {
      create() {},
      start(_at, g) {
        look();
        // Only now the step before is over for the scheduler too.
        try {
          checkScheduler(s);
        } catch (error) {
          wrong ??= { error };
        }
        const e = entries.get(g);
        if (e !== undefined) pair!.runs?.(e);
      },
      stop: look,
      block: look,
      unblock() {},
      end: look,
      steal() {},
      timer() {},
      proc() {},
    };
    const s = createDeterministicScheduler({ seed, tracer });
    try {
      await s.run(() => drive((pair = make())));
      if (wrong !== null) throw (wrong as { error: unknown }).error;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** A signal or none, so that locks are taken in both ways. */
function sometimes(options: WaitOptions, e: Entry): WaitOptions | undefined {
  e.fixed = random(3) === 0;
  return e.fixed ? undefined : options;
}

/** After each of many steps, so that `expect` would take most of the time. */
function same(real: object, twin: object): void {
  if (JSON.stringify(real) !== JSON.stringify(twin)) expect(real).toEqual(twin);
}

describe("a primitive and its twin under seeded schedules", () => {
  it("mutex: both modes, woken waiters that compete, and those who are called off in between", async () => {
    let starved = false;
    let lost = false;
    await agree(() => {
      const mu = new Mutex();
      const twin = new MutexTwin();
      const tried = new Entry();
      return {
        commands: {
          lock() {
            const e = new Entry();
            asks(e, (options) => {
              const o = sometimes(options, e);
              twin.lock(e, now());
              return mu.lock(o);
            });
          },
          again() {
            this.lock!();
          },
          tryLock() {
            const got = twin.tryLock();
            expect(mu.tryLock()).toBe(got);
            if (got) tried.knows = true;
          },
        },
        compare() {
          checkMutex(mu);
          same(
            {
              locked: mu.locked,
              starving: mu.starving,
              queue: mu.queue.length,
              woken: mu.woken !== null,
            },
            {
              locked: twin.locked,
              starving: twin.starving,
              queue: twin.queue.length,
              woken: twin.woken !== null,
            },
          );
          starved ||= twin.starving;
        },
        runs(e) {
          const was = twin.woken === e;
          twin.runs(e, now());
          lost ||= was && e.state === "waits";
        },
        off(e) {
          twin.off(e);
        },
        release() {
          if (tried.knows) tried.knows = false;
          else if (pickInside() === undefined) return false;
          twin.unlock(now());
          mu.unlock();
          return true;
        },
        over() {
          expect(mu.tryLock()).toBe(true);
          mu.unlock();
        },
      };
    });
    expect([starved, lost]).toEqual([true, true]);
  });

  it("rwmutex: a writer alone, readers together, who waits for whom, and writers that compete for their turn", async () => {
    let starved = false;
    let lost = false;
    await agree(() => {
      const rw = new RWMutex();
      const twin = new RWMutexTwin();
      const writes = new Set<Entry>();
      const [tried, triedToRead] = [new Entry(), new Entry()];
      const reader = (): void => {
        const e = new Entry();
        asks(e, (options) => {
          const o = sometimes(options, e);
          twin.rLock(e);
          return rw.rLock(o);
        });
      };
      const writer = (): void => {
        const e = new Entry();
        writes.add(e);
        asks(e, (options) => {
          const o = sometimes(options, e);
          twin.lock(e, now());
          return rw.lock(o);
        });
      };
      const unlock = (): void => {
        twin.unlock(now());
        rw.unlock();
      };
      const rUnlock = (): void => {
        twin.rUnlock();
        rw.rUnlock();
      };
      return {
        commands: {
          lock: writer,
          rLock: reader,
          again: reader,
          lockAgain: writer,
          tryLock() {
            const got = twin.tryLock();
            expect(rw.tryLock()).toBe(got);
            if (got) tried.knows = true;
          },
          tryRLock() {
            if (triedToRead.knows) return;
            triedToRead.knows = twin.tryRLock();
            expect(rw.tryRLock()).toBe(triedToRead.knows);
          },
        },
        compare() {
          checkRWMutex(rw);
          same(
            {
              readers: rw.readers,
              writing: rw.writer === HELD,
              pending: rw.pending !== null,
              writers: rw.queue.length,
              woken: rw.woken !== null,
              starving: rw.starving,
              queue: rw.waitingReaders.length,
            },
            {
              readers: twin.readers,
              writing: twin.writing,
              pending: twin.pending !== null,
              writers: twin.turn.queue.length,
              woken: twin.turn.woken !== null,
              starving: twin.turn.starving,
              queue: twin.queue.length,
            },
          );
          starved ||= twin.turn.starving;
        },
        runs(e) {
          const was = twin.turn.woken === e;
          twin.runs(e, now());
          lost ||= was && twin.turn.queue.includes(e);
        },
        off(e) {
          twin.off(e, now());
        },
        release() {
          if (tried.knows) {
            tried.knows = false;
            unlock();
            return true;
          }
          if (triedToRead.knows) {
            triedToRead.knows = false;
            rUnlock();
            return true;
          }
          const e = pickInside();
          if (e === undefined) return false;
          if (writes.has(e)) unlock();
          else rUnlock();
          return true;
        },
        over() {
          expect(rw.tryLock()).toBe(true);
          rw.unlock();
        },
      };
    });
    expect([starved, lost]).toEqual([true, true]);
  });

  it("semaphore: first come first served, by weight, also above its size", async () => {
    await agree(() => {
      const sem = new Semaphore(5);
      const twin = new SemaphoreTwin(5);
      const acquire = (): void => {
        const e = new Entry(random(7));
        asks(e, (options) => {
          const o = e.n > 5 ? options : sometimes(options, e);
          twin.acquire(e);
          return sem.acquire(e.n, o);
        });
      };
      return {
        commands: { acquire, again: acquire },
        compare() {
          checkSemaphore(sem);
          same([sem.available, sem.waiting], [twin.free, twin.queue.length]);
        },
        off(e) {
          twin.off(e);
        },
        release() {
          const e = pickInside();
          if (e === undefined) return false;
          twin.release(e.n);
          sem.release(e.n);
          return true;
        },
        over() {
          expect(sem.available).toBe(5);
        },
      };
    });
  });

  it("waitgroup: all are let go at 0, and find out if it was reused before they ran", async () => {
    let reused = 0;
    await agree(() => {
      const wg = new WaitGroup();
      const twin = new WaitGroupTwin();
      const wait = (): void => {
        const e = new Entry();
        asks(
          e,
          (options) => {
            const o = sometimes(options, e);
            twin.wait(e);
            return wg.wait(o);
          },
          () => twin.reused.has(e) && ++reused > 0,
        );
      };
      return {
        commands: {
          add() {
            twin.add(1);
            wg.add(1);
          },
          wait,
          again: wait,
        },
        compare() {
          checkWaitGroup(wg);
          same([wg.count, wg.queue.length], [twin.count, twin.waiting.length]);
        },
        runs(e) {
          twin.runs(e);
        },
        off(e) {
          twin.off(e);
        },
        release() {
          if (twin.count === 0) return false;
          twin.add(-1);
          wg.done();
          return true;
        },
        over() {
          expect(wg.count).toBe(0);
        },
      };
    });
    expect(reused).toBeGreaterThan(0);
  });
});
