/** The event loop: nobody starves it, nobody keeps it alive for nothing, and its end proves a deadlock. */
import { spawn } from "node:child_process";
import { createServer, connect } from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  afterFunc,
  Chan,
  checkpoint,
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Go,
  go,
  gosched,
  now,
  run,
  sleep,
  type Timer,
} from "./helpers.ts";
import { catchUncaught } from "../src/host.ts";
import { TimerHeap } from "../src/timer-heap.ts";

type FakeMethod = NonNullable<
  NonNullable<Parameters<typeof vi.useFakeTimers>[0]>["toFake"]
>[number];

/** A timer of the host's that a loop waits for; not for ever, since nothing ends a test that starves the host. */
function hostTimer(ms: number): { readonly came: boolean; readonly isAwaited: boolean } {
  let came = false;
  setTimeout(() => (came = true), ms);
  const end = performance.now() + 5000;
  return {
    get came() {
      return came;
    },
    get isAwaited() {
      return !came && performance.now() < end;
    },
  };
}

/** Runs a program in a process of its own. */
function child(source: string): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const p = spawn(
      process.execPath,
      ["--input-type=module", "-e", source.replace("@gort/sched", bundle)],
      { stdio: ["ignore", "pipe", "pipe"], timeout: 50_000 },
    );
    let out = "";
    let err = "";
    p.stdout.on("data", (d: Buffer) => (out += d.toString()));
    p.stderr.on("data", (d: Buffer) => (err += d.toString()));
    p.on("close", (code) => resolve({ code, out, err }));
  });
}

const IMPORT = `import { createScheduler, currentClock, go, run, sleep, newTimer, onAbort, Op, panic, poll } from "@gort/sched";
class Never extends Op {
  get reason() { return "chan receive"; }
  tryNow() { return false; } park() {} unpark() {} describe() { return "nothing"; }
}
`;

let dir = "";
let bundle = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "gort-sched-"));
  const outfile = join(dir, "sched.mjs");
  await build({
    entryPoints: [new URL("../src/index.ts", import.meta.url).pathname],
    bundle: true,
    format: "esm",
    platform: "node",
    conditions: ["@gort/source"],
    outfile,
    logLevel: "error",
  });
  bundle = pathToFileURL(outfile).href;
});

afterAll(() => rm(dir, { recursive: true }));

describe("a process", () => {
  test("idle goroutines, unread timers and parked async functions do not keep it alive", async () => {
    const r = await child(`${IMPORT}
      go(function* () { yield* new Never(); });
      void (async () => { await new Never(); })();
      newTimer(1e9);
      process.on("exit", () => console.log("exit"));`);
    expect([r.code, r.out, r.err]).toEqual([0, "exit\n", ""]);
  });

  test("each program of a scheduler is reported when it is stuck as the event loop runs empty", async () => {
    const r = await child(`${IMPORT}
      const s = createScheduler();
      const stuck = () => s.run(async () => { await new Never(); }).catch((e) => console.log(e.name));
      await stuck();
      await stuck();`);
    expect([r.code, r.out]).toEqual([0, "fatal error\nfatal error\n"]);
  });

  test("a pending sleep does keep it alive", async () => {
    const r = await child(`${IMPORT}
      go(function* () { yield* sleep(30); console.log("slept"); });`);
    expect([r.code, r.out]).toEqual([0, "slept\n"]);
  });

  test("a context's deadline outside of any program keeps it alive until it is cancelled", async () => {
    const r = await child(`${IMPORT}
      const clock = currentClock();
      clock.schedule(clock.now() + 60_000, () => {}, true).cancel();
      clock.schedule(clock.now() + 30, () => console.log("over"), true);`);
    expect([r.code, r.out]).toEqual([0, "over\n"]);
  });

  const SIGNALS = `import { aborted, go, onAbort, Op, run, sleep, withSignal } from "@gort/sched";
class Never extends Op {
  get reason() { return "chan receive"; }
  tryNow() { return false; } park() {} unpark() {}
}
`;

  test("a wait for AbortSignal.timeout keeps it alive as a sleep does, and is no deadlock", async () => {
    const r = await child(`${SIGNALS}
      const why = (op) => Promise.resolve(op).then(String, (e) => e.name);
      const timed = (signal) => run(function* () { yield* withSignal(new Never(), signal); });
      console.log(await run(function* () { yield* aborted(AbortSignal.timeout(20)); return "fired"; }));
      console.log(await why(timed(AbortSignal.timeout(20))));
      const either = AbortSignal.any([new AbortController().signal, AbortSignal.timeout(20)]);
      console.log(await why(timed(either)));
      console.log(await why(withSignal(new Never(), AbortSignal.timeout(20))));
      console.log(await new Promise((resolve) => onAbort(AbortSignal.timeout(20), () => resolve("heard"))));`);
    expect([r.code, r.out, r.err]).toEqual([
      0,
      "fired\nTimeoutError\nTimeoutError\nTimeoutError\nheard\n",
      "",
    ]);
  });

  test("a signal that only code can abort does not, nor one of AbortSignal.timeout that nobody waits for any more", async () => {
    const r = await child(`${SIGNALS}
      const long = AbortSignal.timeout(3_600_000);
      const nobody = AbortSignal.any([new AbortController().signal]);
      const end = await run(function* () { yield* aborted(nobody); }).catch(String);
      console.log(end.split("\\n")[0]);
      await run(function* () {
        go(function* () { yield* withSignal(new Never(), long); }); // killed
        yield* sleep(5, { signal: long });
      });
      onAbort(long, () => {})();
      process.on("exit", () => console.log("exit"));`);
    expect([r.code, r.out, r.err]).toEqual([
      0,
      "fatal error: all goroutines are asleep - deadlock!\nexit\n",
      "",
    ]);
  });

  test("an uncaught panic outside any program is an uncaught exception with Go's text", async () => {
    const r = await child(`${IMPORT}
      go(function* worker() { panic("boom"); });
      setTimeout(() => console.log("not reached"), 1000);`);
    expect([r.code, r.out]).toEqual([1, ""]);
    expect(r.err).toContain("panic: boom\n\ngoroutine 1 [running]:\n");
    expect(r.err).toContain("worker");
  });

  test("sched: the end of the event loop proves the deadlock of async goroutines", async () => {
    const r = await child(`${IMPORT}
      try {
        await run(async function main() {
          const g = go(async function worker() { await sleep(5); await new Never(); });
          await g.join();
        });
      } catch (e) { console.log(String(e)); }`);
    expect(r.out).toContain("fatal error: all goroutines are asleep - deadlock!");
    expect(r.out).toContain("goroutine 1 [await]:\nmain(...)");
    expect(r.out).toContain("goroutine 2 [await]:\nworker(...)");
    expect(r.out).toContain("async function [join]:\n\twaiting on goroutine 2 (worker)");
    expect(r.code).toBe(0);
  });

  test("it proves one while a callback outside still waits for a signal that nobody sends", async () => {
    const r = await child(`${IMPORT}
      onAbort(new AbortController().signal, () => {});
      try {
        await run(function* main() { yield* new Never(); });
      } catch (e) { console.log(String(e).split("\\n")[0]); }`);
    expect([r.code, r.out]).toEqual([0, "fatal error: all goroutines are asleep - deadlock!\n"]);
  });

  test("a program that waits for another one hears of its deadlock instead of being deadlocked too", async () => {
    const r = await child(`${IMPORT}
      const inner = () => run(function* () { yield* new Never(); });
      const first = (e) => String(e).split("\\n")[0];
      console.log(await run(function* () {
        try { yield* poll(inner()); } catch (e) { return "heard of " + first(e); }
      }));
      console.log(await run(async () => inner().catch((e) => "caught " + first(e))));`);
    const text = "fatal error: all goroutines are asleep - deadlock!";
    expect([r.code, r.out, r.err]).toEqual([0, `heard of ${text}\ncaught ${text}\n`, ""]);
  });

  test("what outlived its program, as a deadline does, keeps the process for a program that waits, and for nobody else", async () => {
    const r = await child(`${IMPORT}
      const began = performance.now();
      let rung = () => {};
      await run(function* () {
        const clock = currentClock();
        clock.schedule(clock.now() + 30, () => rung(), true);
        clock.schedule(clock.now() + 3_600_000, () => {}, true);
      });
      class Rung extends Op {
        get reason() { return "select"; }
        tryNow() { return false; }
        park() { rung = () => this.complete("rung"); }
        unpark() {}
      }
      console.log(await run(function* () { return yield* new Rung(); }));
      process.on("exit", () => console.log(performance.now() - began < 60_000));`);
    expect([r.code, r.out, r.err]).toEqual([0, "rung\ntrue\n", ""]);
  });

  test("many programs at once wait for the end of the event loop with one listener, and each gets its verdict", async () => {
    const r = await child(`${IMPORT}
      let most = 0;
      const look = () => { most = Math.max(most, process.listenerCount("beforeExit")); };
      process.once("beforeExit", look);
      const programs = Array.from({ length: 12 }, () => run(async () => { await new Never(); }));
      const ends = await Promise.allSettled(programs);
      console.log(ends.filter((e) => String(e.reason).includes("deadlock!")).length);
      console.log(most, process.listenerCount("beforeExit"));`);
    expect([r.code, r.out, r.err]).toEqual([0, "12\n1 0\n", ""]);
  });
});

describe("the event loop is not starved", () => {
  test("a spinning pair of generator goroutines lets host timers, sockets and file reads through", async () => {
    const server = createServer((socket) => socket.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const done = { timer: 0, socket: "", file: 0 };
    const s = createScheduler();
    await s.run(function* () {
      setTimeout(() => done.timer++, 10);
      connect(port, "127.0.0.1").on("data", (d: Buffer) => (done.socket += d.toString()));
      void readFile(new URL(import.meta.url)).then((b) => (done.file = b.length));
      const a = new Chan();
      const b = new Chan();
      s.go(function* () {
        for (;;) {
          yield* a.recv();
          yield* b.send(1);
        }
      });
      while (done.timer === 0 || done.socket === "" || done.file === 0) {
        yield* a.send(1);
        yield* b.recv();
      }
    });
    server.close();
    expect([done.timer, done.socket]).toEqual([1, "hello"]);
  });

  test("two async functions that wake each other for ever let a host timer through", async () => {
    const a = new Chan();
    const b = new Chan();
    const timer = hostTimer(10);
    const echo = (async () => {
      for (;;) {
        if ((await a.recv()) === undefined) return;
        await b.send(1);
      }
    })();
    let rounds = 0;
    while (timer.isAwaited) {
      await a.send(1);
      await b.recv();
      rounds++;
    }
    a.close();
    await echo;
    expect([timer.came, rounds > 0]).toEqual([true, true]);
  });

  test("an async function and a generator goroutine that wake each other do so too", async () => {
    const a = new Chan();
    const b = new Chan();
    const timer = hostTimer(10);
    go(function* () {
      while ((yield* a.recv()) !== undefined) yield* b.send(1);
    });
    while (timer.isAwaited) {
      await a.send(1);
      await b.recv();
    }
    a.close();
    expect(timer.came).toBe(true);
  });

  test("ops that complete at once do not starve it from an async function", async () => {
    const c = new Chan(1);
    const timer = hostTimer(10);
    while (timer.isAwaited) {
      await c.send(1);
      await c.recv();
      await gosched();
    }
    expect(timer.came).toBe(true);
  });

  test("virtual time that jumps on and on lets the host through", async () => {
    const timer = hostTimer(10);
    const jumps = await createDeterministicScheduler({ seed: 1 }).run(function* () {
      let n = 0;
      for (; timer.isAwaited; n++) yield* sleep(1000);
      return n;
    });
    expect([timer.came, jumps > 0]).toEqual([true, true]);
  });

  test("a flood of due timers lets the host through", async () => {
    const s = createScheduler({ slice: 1 });
    let turns = 0;
    let fired = 0;
    await s.run(function* () {
      const tick = (): void => {
        turns++;
        if (fired < 50_000) setImmediate(tick);
      };
      setImmediate(tick);
      for (let i = 0; i < 50_000; i++) s.clock.schedule(0, () => fired++);
      while (fired < 50_000) yield* sleep(0.001);
    });
    expect(turns).toBeGreaterThan(1);
  });

  test("checkpoints of an async function let the host through", async () => {
    const timer = hostTimer(10);
    while (timer.isAwaited) await checkpoint();
    expect(timer.came).toBe(true);
  });

  test("sched: AfterFunc callback runs even when two goroutines keep one P busy forever", async () => {
    const ran = await run(function* () {
      let hit = false;
      afterFunc(5, () => (hit = true));
      go(function* () {
        for (;;) yield;
      });
      while (!hit) yield;
      return hit;
    });
    expect(ran).toBe(true);
  });
});

describe("hosts without setImmediate", () => {
  test("a MessageChannel serves instead, and setTimeout where there is none", async () => {
    const spin = (): Promise<number> =>
      createScheduler({ slice: 0.1 }).run(function* () {
        let stop = false;
        let n = 0;
        setTimeout(() => (stop = true), 5);
        for (; !stop; n++) yield;
        return n;
      });
    try {
      vi.stubGlobal("setImmediate", undefined);
      expect(await spin()).toBeGreaterThan(0);
      vi.stubGlobal("MessageChannel", undefined);
      expect(await spin()).toBeGreaterThan(0);
      vi.stubGlobal("performance", undefined);
      expect(await spin()).toBeGreaterThan(0);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("fake timers", () => {
  test("globals are read at call time, so timers faked later are honoured", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
    try {
      const start = now();
      let woke = -1;
      const p = (async () => {
        await sleep(60_000);
        woke = now() - start;
      })();
      await Promise.resolve().then(() => {});
      await vi.advanceTimersByTimeAsync(59_999);
      expect(woke).toBe(-1);
      await vi.advanceTimersByTimeAsync(2);
      await p;
      expect(woke).toBeGreaterThanOrEqual(60_000);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each<FakeMethod[]>([
    ["setTimeout", "clearTimeout"],
    ["setTimeout", "clearTimeout", "Date"],
  ])("fakes that leave performance alone move time all the same (%s, %s)", async (...toFake) => {
    const start = now();
    vi.useFakeTimers({ toFake });
    try {
      for (let i = 1; i <= 3; i++) {
        const asleep = sleep(60_000).start();
        let woke = false;
        afterFunc(60_050, () => (woke = true));
        await vi.advanceTimersByTimeAsync(60_000);
        await asleep;
        expect(woke).toBe(false);
        // Without a fake clock of any kind it is a fake timer's word against the host's clock, which went on meanwhile.
        await vi.advanceTimersByTimeAsync(100);
        expect(woke).toBe(true);
        expect(now() - start).toBeGreaterThanOrEqual(i * 60_050);
      }
    } finally {
      vi.useRealTimers();
    }
    const after = now();
    expect(after - start).toBeLessThan(4 * 60_000);
    await sleep(2);
    expect(now() - after).toBeGreaterThanOrEqual(2);
  });

  test.each<FakeMethod[]>([["queueMicrotask"], ["queueMicrotask", "setImmediate"]])(
    "a panic goes to the host although its queues are fakes: %s",
    async (...toFake) => {
      const caught: unknown[] = [];
      const uncatch = catchUncaught((error) => caught.push(error))!;
      vi.useFakeTimers({ toFake });
      try {
        go(function* () {
          throw new Error("lost");
        });
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        vi.useRealTimers();
        uncatch();
      }
      expect(caught.map(String)).toEqual(["Error: lost"]);
    },
  );

  const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const hostSetTimeout = setTimeout;

  /** Sets a timer under fakes, which fires after a hundred milliseconds of theirs and not before, whatever is `meanwhile`. */
  const fakeHundred = async (meanwhile?: () => Promise<void>): Promise<void> => {
    vi.useFakeTimers();
    try {
      let faked = 0;
      afterFunc(100, () => faked++);
      await meanwhile?.();
      await vi.advanceTimersByTimeAsync(99);
      expect(faked).toBe(0);
      await vi.advanceTimersByTimeAsync(2);
      expect(faked).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  };

  test("a timer that is set while fakes come and go fires all the same, by the host's own time", async () => {
    let ran = 0;
    afterFunc(30, () => ran++);
    const asleep = sleep(40).start();
    await settle(1);
    await fakeHundred();
    await asleep;
    expect(ran).toBe(1);
  });

  test("a host timer that comes while there are fakes moves none of their time", async () => {
    let ran = 0;
    afterFunc(5, () => ran++);
    for (const end = performance.now() + 10; performance.now() < end;);
    await fakeHundred(() => new Promise<void>((resolve) => hostSetTimeout(resolve, 10)));
    await sleep(1);
    expect(ran).toBe(1);
  });

  test("a timer set between two slices of a busy program comes when fakes are moved in the same turn", async () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let over = false;
    try {
      const s = createFifoScheduler({ slice: 1 });
      const program = s.run(function* () {
        while (!over) yield;
      });
      for (let n = 0; n < 3; n++) await turn();
      let rang = false;
      s.clock.schedule(s.clock.now() + 50_000, () => (rang = true));
      vi.advanceTimersByTime(50_000);
      for (let n = 0; n < 5; n++) await turn();
      over = true;
      await program;
      expect(rang).toBe(true);
    } finally {
      over = true;
      vi.useRealTimers();
    }
  });

  test("a fake timer that nobody waited for does not keep later ones from firing", async () => {
    for (const ms of [20, 2000]) {
      vi.useFakeTimers();
      const left = afterFunc(ms, () => {});
      vi.useRealTimers();
      await sleep(5);
      let ran = 0;
      afterFunc(1, () => ran++);
      await settle(40);
      expect(ran).toBe(1);
      left.stop();
    }
  });

  test("what was set under fakes that are gone fires by the host's own time, though nothing else is set, and hides no deadlock", async () => {
    vi.useFakeTimers();
    let ran = 0;
    afterFunc(60, () => ran++);
    const asleep = sleep(50).start();
    vi.useRealTimers();
    const stuck = run(function* () {
      yield* new Chan().recv();
    });
    await expect(stuck).rejects.toThrow("all goroutines are asleep");
    await asleep;
    await settle(20);
    expect(ran).toBe(1);
  });

  test.each([
    ["runOnlyPendingTimers", ["setTimeout", "clearTimeout", "Date", "performance"]],
    ["runOnlyPendingTimers", ["setTimeout", "clearTimeout"]],
    ["runAllTimers", ["setTimeout", "clearTimeout", "Date", "performance"]],
  ] as const)("%s of %s fires every deadline that is set", async (how, toFake) => {
    vi.useFakeTimers({ toFake: [...toFake] });
    try {
      const log: string[] = [];
      for (const ms of [5000, 100, 3000]) afterFunc(ms, () => log.push(`${ms}`));
      const stopped = afterFunc(9000, () => log.push("stopped"));
      expect(vi.getTimerCount()).toBe(2);
      stopped.stop();
      const start = performance.now();
      vi[how]();
      if (toFake.length > 2) expect(performance.now() - start).toBe(5000);
      await Promise.resolve();
      expect(log).toEqual(["100", "3000", "5000"]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("the latest deadline of fakes is that of a timer that is still set", async () => {
    vi.useFakeTimers();
    try {
      /** How far time moves when it moves to the last fake, with a timer that comes after 50 ms. */
      const moves = (): number => {
        const near = afterFunc(50, () => {});
        const start = performance.now();
        vi.runOnlyPendingTimers();
        near.stop();
        return performance.now() - start;
      };
      const far = afterFunc(9000, () => {});
      const middle = afterFunc(3000, () => {});
      far.reset(5000);
      middle.reset(4000);
      far.stop();
      expect(moves()).toBe(4000);
      afterFunc(Infinity, () => {});
      expect(moves()).toBe(50);
      const program = createScheduler().run(function* () {
        go(function* () {
          yield* sleep(7000);
        });
        yield* sleep(500);
      });
      await vi.advanceTimersByTimeAsync(1000);
      await program;
      expect(moves()).toBe(50);
    } finally {
      vi.useRealTimers();
    }
  });

  test("it is not looked for at each timer that is set or stopped, and right in the next job at the latest", async () => {
    const look = vi.spyOn(TimerHeap.prototype, "latest");
    vi.useFakeTimers();
    try {
      const set = (n: number): Timer[] =>
        Array.from({ length: n }, (_, i) => afterFunc(1000 + i, () => {}));
      for (const t of set(2000)) t.stop();
      for (const t of set(2000).reverse()) t.stop();
      const left = set(1);
      for (const t of set(2000).reverse()) t.stop();
      expect(look.mock.calls.length).toBeLessThan(200);
      await Promise.resolve();
      const start = performance.now();
      vi.runOnlyPendingTimers();
      expect(performance.now() - start).toBe(1000);
      left[0]!.stop();
    } finally {
      vi.useRealTimers();
      look.mockRestore();
    }
  });

  test("fakes that were cleared keep later deadlines from nothing", async () => {
    vi.useFakeTimers();
    try {
      let ran = 0;
      const cleared = afterFunc(50, () => ran++);
      vi.clearAllTimers();
      afterFunc(100, () => ran++);
      afterFunc(500, () => {}).stop();
      const later = afterFunc(300, () => {});
      vi.advanceTimersByTime(100);
      await Promise.resolve();
      expect(ran).toBe(2);
      expect(vi.getTimerCount()).toBe(1);
      later.stop();
      expect(cleared.stop()).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([0, undefined])(
    "a setTimeout that calls at once, and gives %s, makes sleeps short",
    async (given) => {
      const stub = vi.spyOn(globalThis, "setTimeout").mockImplementation(((fn: () => void) => {
        fn();
        return given;
      }) as never);
      const start = performance.now();
      try {
        const asleep = [sleep(60_000).start(), sleep(30_000).start()];
        await sleep(90_000);
        for (const other of asleep) await other;
        await run(function* () {
          yield* sleep(60_000);
        });
      } finally {
        stub.mockRestore();
      }
      expect(performance.now() - start).toBeLessThan(5000);
      const before = now();
      await sleep(2);
      expect(now() - before).toBeGreaterThanOrEqual(2);
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );

  test("work that was under way when the fakes went goes on, although nobody moved their time", async () => {
    vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "clearTimeout"] });
    const ping = new Chan(0);
    const pong = new Chan(0);
    let n = 0;
    const rounds = (async () => {
      for (;;) {
        await ping.recv();
        n++;
        await pong.send(n);
      }
    })();
    void rounds;
    const s = createFifoScheduler();
    const spinning = s.go(function* (): Go {
      for (const end = performance.now() + 20; performance.now() < end;) yield;
    });
    for (let i = 0; i < 200; i++) {
      await ping.send(i);
      await pong.recv();
    }
    vi.useRealTimers();
    for (let i = 0; i < 2000; i++) {
      await ping.send(i);
      await pong.recv();
    }
    expect(n).toBe(2200);
    await spinning.join();
  });
});

describe("host timers", () => {
  test("none is armed while goroutines run", async () => {
    const arm = vi.spyOn(globalThis, "setTimeout");
    try {
      await createFifoScheduler({ slice: 1000 }).run(function* () {
        for (let i = 100; i > 0; i--) afterFunc(1e6 + i, () => {});
        yield;
      });
      expect(arm.mock.calls.length).toBeLessThan(5);
    } finally {
      arm.mockRestore();
    }
  });

  test("the end of a program takes off the one that was armed for it, whoever brings it about", async () => {
    const arm = vi.spyOn(globalThis, "setTimeout");
    const clear = vi.spyOn(globalThis, "clearTimeout");
    try {
      await createFifoScheduler().run(async () => {
        afterFunc(1e6, () => {});
        await new Promise((resolve) => setTimeout(resolve, 5));
      });
      const armed = arm.mock.calls.findIndex(([, ms]) => ms! > 9e5);
      expect(clear).toHaveBeenCalledWith(arm.mock.results[armed]!.value);
    } finally {
      arm.mockRestore();
      clear.mockRestore();
    }
  });
});

describe("fakes that come while a timer is armed", () => {
  const real = setTimeout;
  afterEach(() => void vi.useRealTimers());

  test("move what was set before them and what is set after it", async () => {
    const s = createFifoScheduler();
    const fired: number[] = [];
    s.clock.schedule(s.clock.now() + 1e6, () => fired.push(1));
    vi.useFakeTimers();
    s.clock.schedule(s.clock.now() + 2e6, () => fired.push(2));
    await vi.advanceTimersByTimeAsync(2e6 + 1);
    expect(fired).toEqual([1, 2]);
  });

  test("are not moved by it", async () => {
    const s = createFifoScheduler();
    const fired: number[] = [];
    s.clock.schedule(s.clock.now() + 5, () => fired.push(1));
    vi.useFakeTimers();
    const start = s.clock.now();
    s.clock.schedule(start + 1000, () => fired.push(2));
    await new Promise((resolve) => real(resolve, 20));
    expect([s.clock.now() - start, fired]).toEqual([0, []]);
  });

  test("go no further than the last timer that comes", () => {
    vi.useFakeTimers();
    const s = createFifoScheduler();
    const start = Date.now();
    for (const ms of [10, 20]) {
      const at = s.clock.now() + ms;
      s.clock.schedule(at, () => {});
      s.clock.schedule(Infinity, () => {});
      s.clock.schedule(at + 1, () => {});
      vi.runOnlyPendingTimers();
    }
    expect(Date.now() - start).toBeLessThan(100);
  });
});
