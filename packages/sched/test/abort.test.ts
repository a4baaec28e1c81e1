/** AbortSignals: looked at first, listener always removed, nothing taken and lost. */
import { describe, expect, test, vi } from "vitest";
import { isTimed } from "../src/host.ts";
import {
  aborted,
  Chan,
  createFifoScheduler,
  Never,
  onAbort,
  run,
  sleep,
  withSignal,
  recordOf,
} from "./helpers.ts";
import { hearUncaught } from "./uncaught.ts";

/** A signal that counts its listeners. */
function counted(): { signal: AbortSignal; abort(reason?: unknown): void; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  let n = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...a: Parameters<typeof add>) => {
    n++;
    add(...a);
  };
  signal.removeEventListener = (...a: Parameters<typeof remove>) => {
    n--;
    remove(...a);
  };
  return { signal, abort: (r) => controller.abort(r), listeners: () => n };
}

describe("withSignal", () => {
  test("is the op itself without a signal", () => {
    const op = sleep(1);
    expect(withSignal(op, undefined) === op && withSignal(op, null) === op).toBe(true);
  });

  test("refuses what is no operation", () => {
    for (const wrong of [null, undefined, 5, Promise.resolve()] as never[])
      expect(() => withSignal(wrong, AbortSignal.abort())).toThrow(
        /^withSignal: op is .*, want an operation$/,
      );
  });

  test("fails at once if the signal has fired, although the op could complete", async () => {
    const c = new Chan(1);
    await c.send(1);
    const reason = new Error("gone");
    await expect(
      (async () => await withSignal(c.recv(), AbortSignal.abort(reason)))(),
    ).rejects.toBe(reason);
    expect(c.buf).toEqual([1]);
  });

  test("completing removes the listener; the value arrives", async () => {
    const c = new Chan();
    const s = counted();
    const got = (async () => await withSignal(c.recv(), s.signal))();
    await sleep(1);
    expect([s.listeners(), c.receivers.length]).toEqual([1, 1]);
    await c.send(7);
    expect(await got).toBe(7);
    expect(s.listeners()).toBe(0);
    const d = new Chan(1);
    await withSignal(d.send(1), s.signal);
    expect(s.listeners()).toBe(0);
  });

  test("aborting takes the op off its queue in the same step, in goroutines and async functions", async () => {
    const c = new Chan();
    const s = counted();
    const got = (async () => await withSignal(c.recv(), s.signal))();
    await sleep(1);
    s.abort("stop");
    expect([s.listeners(), c.receivers.length]).toEqual([0, 0]);
    await expect(got).rejects.toBe("stop");
    const t = counted();
    const error: unknown = await run(function* () {
      setTimeout(() => t.abort(new Error("from outside")), 1);
      yield* withSignal(c.recv(), t.signal);
    }).catch((e: unknown) => e);
    expect((error as Error).message).toBe("from outside");
    expect([t.listeners(), c.receivers.length]).toEqual([0, 0]);
  });

  test("a value and an abort in one tick: whoever is first wins, the value is never lost", async () => {
    for (const first of ["value", "abort"]) {
      const c = new Chan();
      const s = counted();
      const got = (async () => await withSignal(c.recv(), s.signal))().then(
        (v) => `got ${v}`,
        (e: unknown) => `aborted ${String(e)}`,
      );
      await sleep(1);
      const send = c.send(1);
      if (first === "abort") s.abort("x");
      recordOf(send).next();
      if (first === "value") s.abort("x");
      expect(await got).toBe(first === "value" ? "got 1" : "aborted x");
      expect(c.senders.length).toBe(first === "value" ? 0 : 1);
      expect(s.listeners()).toBe(0);
    }
  });

  test("a goroutine dropped at the end of its program leaves no listener", async () => {
    const c = new Chan();
    const s = counted();
    const { go } = await import("@gort/sched");
    await run(function* () {
      go(function* () {
        yield* withSignal(c.recv(), s.signal);
      });
      yield;
      expect([s.listeners(), c.receivers.length]).toEqual([1, 1]);
    });
    expect([s.listeners(), c.receivers.length]).toEqual([0, 0]);
  });
});

test("what one callback throws is uncaught, and all others hear of the signal all the same", async () => {
  const uncaught = hearUncaught();
  try {
    const s = counted();
    const heard: unknown[] = [];
    onAbort(s.signal, () => {
      throw new Error("mine");
    });
    onAbort(s.signal, () => heard.push("second"));
    const slept = run(function* () {
      yield* sleep(3_600_000, { signal: s.signal });
    }).catch((reason: unknown) => reason);
    await sleep(1);
    s.abort("stop");
    expect(heard).toEqual(["second"]);
    expect(await slept).toBe("stop");
    await sleep(1);
    expect([uncaught.errors, s.listeners()]).toEqual([[new Error("mine")], 0]);
  } finally {
    uncaught.stop();
  }
});

describe("a signal that fires by itself", () => {
  test("is told from others, those that follow it too, and from what is no signal", async () => {
    const timed = AbortSignal.timeout(3_600_000);
    const { signal } = new AbortController();
    expect([timed, AbortSignal.any([signal, timed])].map(isTimed)).toEqual([true, true]);
    expect(isTimed(AbortSignal.any([AbortSignal.any([timed])]))).toBe(true);
    const no = [
      signal,
      AbortSignal.any([signal]),
      AbortSignal.abort(),
      {},
      { [Symbol("kTimeout")]: 5 },
    ];
    const odd = [
      { [Symbol("kSourceSignals")]: 5 },
      new Proxy({}, { ownKeys: () => expect.fail("not to be looked at") }),
    ];
    expect([...no, ...odd].map(isTimed)).toEqual([...no, ...odd].map(() => false));
  });

  test("arms no fake timer, which would have time run ahead with whoever runs them all", async () => {
    vi.useFakeTimers();
    try {
      const stop = onAbort(AbortSignal.timeout(3_600_000), () => {});
      expect(vi.getTimerCount()).toBe(0);
      stop();
    } finally {
      vi.useRealTimers();
    }
  });

  test("holds the host by one timer while somebody waits, which is the host's to clear if fakes come", () => {
    const before = process.getActiveResourcesInfo().filter((r) => r === "Timeout").length;
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((r) => r === "Timeout").length - before;
    const signal = AbortSignal.timeout(3_600_000);
    const [a, b] = [onAbort(signal, () => {}), onAbort(signal, () => {})];
    expect(timers()).toBe(1);
    a();
    expect(timers()).toBe(1);
    vi.useFakeTimers();
    try {
      b();
    } finally {
      vi.useRealTimers();
    }
    expect(timers()).toBe(0);
  });
});

describe("aborted", () => {
  test("completes with the reason, now or later, and is no deadlock while it waits", async () => {
    expect(await aborted(AbortSignal.abort("now"))).toBe("now");
    const s = counted();
    const r = await run(function* () {
      setTimeout(() => s.abort("later"), 5);
      return yield* aborted(s.signal);
    });
    expect([r, s.listeners()]).toEqual(["later", 0]);
  });
});

describe("one signal", () => {
  test("has one listener for all who wait, so that Node warns of no leak, and none when nobody waits", async () => {
    const warnings: Error[] = [];
    const warn = (w: Error): void => void warnings.push(w);
    process.on("warning", warn);
    const s = counted();
    const asleep = Array.from({ length: 200 }, () => withSignal(sleep(60_000), s.signal).start());
    expect(s.listeners()).toBe(1);
    const chans = Array.from({ length: 200 }, () => new Chan(0));
    const receives = chans.map((c) => withSignal(c.recv(), s.signal).start());
    expect(s.listeners()).toBe(1);
    for (const c of chans) await c.send(1);
    await Promise.all(receives.map((r) => Promise.resolve(r)));
    expect(s.listeners()).toBe(1);
    s.abort("off");
    const ends = await Promise.allSettled(asleep.map((a) => Promise.resolve(a)));
    expect(ends.every((e) => e.status === "rejected" && e.reason === "off")).toBe(true);
    expect(s.listeners()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  test("leaves nothing behind after many waits, one after the other and side by side", async () => {
    const s = counted();
    const c = new Chan(0);
    for (let i = 0; i < 5000; i++) {
      const got = [c, c].map((each) => withSignal(each.recv(), s.signal).start());
      await c.send(i);
      await c.send(i);
      expect(await got[1]).toBe(i);
    }
    expect(s.listeners()).toBe(0);
  });

  test("calls who asked by onAbort in their order, but those who left, also while it fires", async () => {
    const s = counted();
    const log: string[] = [];
    onAbort(s.signal, () => {
      log.push("first");
      third();
    });
    const second = onAbort(s.signal, () => log.push("second"));
    const third = onAbort(s.signal, () => log.push("third"));
    onAbort(s.signal, () => log.push("fourth"));
    second();
    second();
    expect(s.listeners()).toBe(1);
    s.abort();
    expect([log, s.listeners()]).toEqual([["first", "fourth"], 0]);
    expect(() => onAbort(5 as never, () => {})).toThrow(
      "onAbort: signal is 5, want an AbortSignal",
    );
    expect(() => onAbort(new AbortController().signal, null as never)).toThrow(
      "onAbort: fn is null, want a function",
    );
  });

  test("that fired is nothing to wait for any more: a deadlock after it is reported", async () => {
    const stop = new AbortController();
    const main = createFifoScheduler().run(function* () {
      setTimeout(() => stop.abort("now"), 1);
      expect(yield* aborted(stop.signal)).toBe("now");
      yield* new Never();
    });
    await expect(main).rejects.toThrow("all goroutines are asleep - deadlock!");
  });
});
