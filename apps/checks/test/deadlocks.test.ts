/** Go's recorded deadlocks, with the channels, selects and locks themselves: what the report says of who waits for what. */
import { readFileSync } from "node:fs";
import { makeChan, nilChan, select } from "@gort/chan";
import { type Go, go, isDeadlockError, run, sleep } from "@gort/sched";
import { Cond, Mutex, Once, RWMutex, WaitGroup } from "@gort/sync";
import { describe, expect, test } from "vitest";

interface Recorded {
  readonly name: string;
  readonly stderr_head: readonly string[];
  readonly goroutine_states?: readonly string[];
}
const { cases } = JSON.parse(
  readFileSync(new URL("../../oracle/data/fatals.json", import.meta.url), "utf8"),
) as { cases: Recorded[] };
const recorded = cases.filter((c) => c.name.startsWith("deadlock/"));

const programs: Record<string, () => Go> = {
  *recv() {
    yield* makeChan().recv();
  },
  *send() {
    yield* makeChan<number>().send(1);
  },
  *"recv-nil"() {
    yield* nilChan().recv();
  },
  *"send-nil"() {
    yield* nilChan<number>().send(1);
  },
  *"full-buffer"() {
    const c = makeChan<number>(1);
    yield* c.send(1);
    yield* c.send(2);
  },
  *"range-unclosed"() {
    const c = makeChan<number>(1);
    yield* c.send(1);
    for (const r = c.range(); yield* r.next(););
  },
  *"select-empty"() {
    yield* select([]);
  },
  *"select-blocked"() {
    yield* select([makeChan().recv(), makeChan().recv()]);
  },
  *"select-nil-only"() {
    yield* select([nilChan().recv(), nilChan<number>().send(1)]);
  },
  *"select-one-case"() {
    yield* select([makeChan().recv()]);
  },
  *"select-self"() {
    const c = makeChan<number>();
    yield* select([c.recv(), c.send(1)]);
  },
  *mutex() {
    const mu = new Mutex();
    yield* mu.lock();
    yield* mu.lock();
  },
  *"rwmutex-r"() {
    const mu = new RWMutex();
    yield* mu.lock();
    yield* mu.rLock();
  },
  *"rwmutex-w"() {
    const mu = new RWMutex();
    yield* mu.lock();
    yield* mu.lock();
  },
  *"rwmutex-upgrade-readers"() {
    const mu = new RWMutex();
    yield* mu.rLock();
    go(function* () {
      yield* mu.lock();
    });
    yield* sleep(2);
    yield* mu.rLock();
  },
  *waitgroup() {
    const wg = new WaitGroup();
    wg.add(1);
    yield* wg.wait();
  },
  *cond() {
    const mu = new Mutex();
    yield* mu.lock();
    yield* new Cond(mu).wait();
  },
  *"once-reentrant"() {
    const once = new Once();
    yield* once.do(() => once.do(() => {}));
  },
  *many() {
    const c = makeChan<number>();
    const wg = new WaitGroup();
    const mu = new Mutex();
    yield* mu.lock();
    go(function* () {
      yield* c.send(1);
      yield* c.send(2);
    });
    go(function* () {
      yield* nilChan().recv();
    });
    go(function* () {
      yield* mu.lock();
    });
    yield* sleep(2);
    yield* c.recv();
    wg.add(1);
    yield* wg.wait();
  },
};

/** Waits for locks and groups have names since Go 1.20; the recorded program was built by an older one. */
const old = (reason: string): string => (/^sync\.(?!Cond)/.test(reason) ? "semacquire" : reason);
/** Where main ends, which the scheduler's own tests have. */
const ends = (name: string): boolean => /main-(goexit|returns)/.test(name);

describe("a deadlock of the program", () => {
  test("every recorded one is run", () => {
    const names = recorded.map((c) => c.name.slice("deadlock/".length));
    expect(names.filter((name) => !ends(name)).sort()).toEqual(Object.keys(programs).sort());
  });

  for (const [name, program] of Object.entries(programs)) {
    test(`is reported, with what each goroutine waits for: ${name}`, async () => {
      const want = recorded.find((c) => c.name === `deadlock/${name}`)!;
      const error: unknown = await run(program).catch((e: unknown) => e);
      if (!isDeadlockError(error)) throw error;
      expect(String(error).split("\n")[0]).toBe(want.stderr_head[0]);
      const reasons = error.goroutines.map((g) => String(g.reason));
      expect(reasons.map(old).sort()).toEqual([...want.goroutine_states!].sort());
      for (const reason of reasons) expect(String(error)).toContain(` [${reason}`);
    });
  }

  test("locks, groups and once have their names of Go 1.20", async () => {
    const seen: Record<string, unknown> = {};
    for (const name of ["mutex", "rwmutex-r", "rwmutex-w", "waitgroup", "once-reentrant"]) {
      const error: unknown = await run(programs[name]!).catch((e: unknown) => e);
      seen[name] = isDeadlockError(error) && error.goroutines[0]!.reason;
    }
    expect(seen).toEqual({
      mutex: "sync.Mutex.Lock",
      "rwmutex-r": "sync.RWMutex.RLock",
      "rwmutex-w": "sync.RWMutex.Lock",
      waitgroup: "sync.WaitGroup.Wait",
      // Go's Once waits for its mutex and says so.
      "once-reentrant": "sync.Once.Do",
    });
  });
});
