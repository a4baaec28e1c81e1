/** Goroutines whose operations never have to wait give way all the same: to each other and to the host. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { makeChan, prepare, select } from "@gort/chan";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createRecorder,
  createScheduler,
  currentScheduler,
  go,
  type Go,
  run,
  sleep,
} from "@gort/sched";
import { drive, steppedOn } from "@gort/sched/primitives";
import { describe, expect, test, vi } from "vitest";
import { Mutex, RWMutex, Semaphore } from "@gort/sync";

const schedulers = {
  fifo: () => createFifoScheduler(),
  gmp: () => createScheduler(),
  "gmp, four Ps": () => createScheduler({ procs: 4 }),
  deterministic: () => createDeterministicScheduler({ seed: 1 }),
};

/** Each goes on while it may, without ever having to wait. */
const loops: Record<string, (on: () => boolean) => Go> = {
  *"lock and unlock"(on) {
    const mu = new Mutex();
    while (on()) {
      yield* mu.lock();
      mu.unlock();
    }
  },
  *"a lock for writing"(on) {
    const rw = new RWMutex();
    while (on()) {
      yield* rw.lock();
      rw.unlock();
    }
  },
  *"a lock for reading"(on) {
    const rw = new RWMutex();
    while (on()) {
      yield* rw.rLock();
      rw.rUnlock();
    }
  },
  *"permits that are free"(on) {
    const sem = new Semaphore(3);
    while (on()) {
      yield* sem.acquire(2);
      sem.release(2);
    }
  },
  *"a buffered channel"(on) {
    const ch = makeChan<number>(1);
    while (on()) {
      yield* ch.send(1);
      yield* ch.recv();
    }
  },
  *"a closed channel"(on) {
    const ch = makeChan<number>();
    ch.close();
    while (on()) yield* ch.recvOk();
  },
  *"a range over a channel that it fills"(on) {
    const ch = makeChan<number>(1);
    yield* ch.send(1);
    for (const more = ch.range(); yield* more.next();) {
      if (!on()) return;
      yield* ch.send(1);
    }
  },
  *"a select with a ready case"(on) {
    const ch = makeChan<number>();
    ch.close();
    while (on()) yield* select({ a: ch.recv(), b: makeChan<number>().recv() });
  },
  *"a select with default"(on) {
    const quit = makeChan<never>();
    while (on()) yield* select({ quit: quit.recv(), default: true });
  },
  *"a prepared select"(on) {
    const ch = makeChan<number>();
    ch.close();
    const either = prepare({ a: ch.recv(), b: ch.recv() });
    while (on()) yield* either;
  },
  *"sleep(0)"(on) {
    while (on()) yield* sleep(0);
  },
  *"join of who has ended"(on) {
    const g = go(function* () {});
    while (on()) yield* g.join();
  },
  *"a hog that computes between two locks"(on) {
    const mu = new Mutex();
    while (on()) {
      yield* mu.lock();
      for (const end = performance.now() + 0.1; performance.now() < end;);
      mu.unlock();
    }
  },
};

/** For ever, as far as a test goes: without preemption a loop ends only then. */
const FOR_EVER_MS = 5000;

describe.each(Object.entries(loops))("%s", (_, loop) => {
  test.each(Object.entries(schedulers))("gives way under %s", async (_, make) => {
    const end = performance.now() + FOR_EVER_MS;
    let host = false;
    let other = false;
    setTimeout(() => (host = true), 5);
    await make().run(function* () {
      go(function* () {
        other = true;
      });
      yield* loop(() => !(host && other) && performance.now() < end);
    });
    expect({ host, other }).toEqual({ host: true, other: true });
  });
});

test("a goroutine of a group gives way where no scheduler was made", async () => {
  const script = `
    import { Mutex, WaitGroup } from "@gort/sync";
    const wg = new WaitGroup();
    const mu = new Mutex();
    const end = performance.now() + ${FOR_EVER_MS};
    let host = false;
    let other = false;
    setTimeout(() => (host = true), 5);
    wg.go(function* () {
      while (!(host && other) && performance.now() < end) {
        yield* mu.lock();
        mu.unlock();
      }
    });
    wg.go(function* () {
      other = true;
    });
    await wg.wait();
    console.log(host, other);`;
  const args = ["--conditions=@gort/source", "--import", "tsx", "--input-type=module", "-e"];
  const options = { cwd: new URL("../", import.meta.url), timeout: 50_000 };
  const { stdout } = await promisify(execFile)(process.execPath, [...args, script], options);
  expect(stdout.trim()).toBe("true true");
});

test("a generator that is driven gives way to the host", async () => {
  const end = performance.now() + FOR_EVER_MS;
  let host = false;
  setTimeout(() => (host = true), 5);
  await drive(loops["lock and unlock"]!(() => !host && performance.now() < end));
  expect(host).toBe(true);
});

test("the quit channel of a polling loop is heard", async () => {
  const passes = await run(function* () {
    const quit = makeChan<never>();
    go(function* () {
      yield* sleep(5);
      quit.close();
    });
    for (let passes = 0; ; passes++) {
      const r = yield* select({ quit: quit.recv(), default: true });
      if (r.case === "quit") return passes;
    }
  });
  expect(passes).toBeGreaterThan(0);
});

test("a tracer is told that it was preempted, and what it was about to do is done once", async () => {
  const tracer = createRecorder({ limit: 100_000 });
  const ch = makeChan<number>(1);
  let sent = 0;
  let received = 0;
  await createDeterministicScheduler({ seed: 3, tracer }).run(function* () {
    go(function* () {
      for (let i = 0; i < 1000; i++) yield;
    });
    for (; sent < 5000; sent++) {
      yield* ch.send(sent);
      if ((yield* ch.recv()) === sent) received++;
    }
  });
  expect(received).toBe(sent);
  expect([...tracer.events()].some((e) => e.kind === "stop" && e.why === "preempted")).toBe(true);
});

test("a deterministic scheduler preempts at the same places each time", async () => {
  const once = async (): Promise<string> => {
    const order: string[] = [];
    await createDeterministicScheduler({ seed: 9 }).run(function* () {
      const mu = new Mutex();
      const worker = function* (name: string): Go {
        for (let i = 0; i < 500; i++) {
          yield* mu.lock();
          mu.unlock();
          if (i % 50 === 0) order.push(`${name}${i}`);
        }
      };
      const all = ["a", "b", "c"].map((name) => go(worker, name));
      for (const g of all) yield* g.join();
    });
    return order.join(" ");
  };
  const first = await once();
  expect(first).not.toMatch(/^a0 a50 .* b0 b50 .* c0/);
  // Whatever the clock says.
  const now = performance.now.bind(performance);
  let ahead = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + ahead++);
  try {
    expect(await once()).toBe(first);
  } finally {
    clock.mockRestore();
  }
});

/** Uses more operations than any step may without being asked, none of which has to wait. */
function* busy(): Go<string> {
  for (let i = 0; i < 5000; i++) yield* sleep(0);
  return "done";
}

describe("who steps a generator by hand", () => {
  /** The bare yields that come of `busy`. */
  const yields = (): number => {
    const steps = busy();
    let n = 0;
    while (steps.next().done !== true) n++;
    return n;
  };

  test("is given nothing that it did not write where nobody could pass it on", async () => {
    expect(yields()).toBe(0);
    const seen = await createDeterministicScheduler({ seed: 1 }).run(function* () {
      const s = currentScheduler();
      /** With somebody who waits for a turn. */
      const beside = (): number => {
        s.go(function* () {});
        return yields();
      };
      const plain = yield* go(beside).join();
      const async = yield* go(async () => beside()).join();
      let timer = -1;
      s.clock.schedule(s.clock.now(), () => (timer = beside()));
      yield* sleep(1);
      return { plain, async, timer };
    });
    expect(seen).toEqual({ plain: 0, async: 0, timer: 0 });
  });

  test("passes on, in a goroutine, what says that its time is up", async () => {
    let others = 0;
    const result = await createDeterministicScheduler({ seed: 1 }).run(function* () {
      go(function* () {
        for (;;) {
          others++;
          yield;
        }
      });
      const steps = busy();
      for (let r; ; yield r.value) {
        r = steps.next();
        expect(steppedOn(r)).toBe(null);
        if (r.done === true) return r.value;
      }
    });
    expect(result).toBe("done");
    expect(others).toBeGreaterThan(10);
  });
});
