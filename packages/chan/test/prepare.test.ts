import {
  type ContextLike,
  createDeterministicScheduler,
  createFifoScheduler,
  type Go,
  isOp,
  newTicker,
  type Op,
  sleep,
  withSignal,
} from "@gort/sched";
import { withOptions } from "@gort/sched/primitives";
import { describe, expect, it, test } from "vitest";
import { checkChan, makeChan, nilChan, prepare, select, trySelect } from "../src/index.ts";
import { Mini, play } from "./mini.ts";
import { Never } from "./never.ts";
import { recordOf } from "../../sched/test/record-of.ts";

test("a prepared select serves every pass of a loop, ready and blocking", async () => {
  const s = createFifoScheduler();
  const sums = await s.run(function* () {
    const a = makeChan<number>(3, { zero: 0 });
    const b = makeChan<number>(0, { zero: 0 });
    for (const ch of [a, b]) {
      s.go(function* (): Go {
        for (let i = 1; i <= 100; i++) yield* ch.send(i);
        ch.close();
      });
    }
    const next = prepare({ a: a.recv(), b: b.recv() });
    const sum = { a: 0, b: 0 };
    const open = { a: true, b: true };
    while (open.a || open.b) {
      const r = yield* next;
      if (r.ok) sum[r.case] += r.value;
      else open[r.case] = false;
      if (!r.ok && open.a !== open.b) break;
    }
    const rest = open.a ? a : b;
    for (const it = rest.range(); yield* it.next();) sum[open.a ? "a" : "b"] += it.value;
    return [sum, checkChan(a), checkChan(b)];
  });
  const empty = { receivers: 0, senders: 0 };
  expect(sums).toEqual([{ a: 5050, b: 5050 }, empty, empty]);
});

test("functions are called once per pass, in the order of the text, and null switches a case off for the pass", async () => {
  const log: string[] = [];
  const ch = makeChan<number>(2, { zero: 0 });
  let on = false;
  const p = prepare({
    out: () => {
      log.push("out");
      return on ? ch.send(1) : null;
    },
    in: ch.recv(),
    late: () => {
      log.push("late");
      return sleep(1);
    },
  });
  expect((await p).case).toBe("late");
  on = true;
  const picked = new Set<string>();
  for (let i = 0; i < 50 && picked.size < 2; i++) picked.add((await p).case);
  expect(picked).toEqual(new Set(["out", "in"]));
  expect(log.length % 2).toBe(0);
  expect(log.slice(0, 4)).toEqual(["out", "late", "out", "late"]);
});

test("functions are called as what they are, without a this", () => {
  const ch = makeChan<number>(1);
  const seen: unknown[] = [];
  const p = prepare({
    out(this: unknown) {
      seen.push(this);
      return ch.send(1);
    },
  });
  expect(p.try()).toMatchObject({ case: "out" });
  expect(seen).toEqual([undefined]);
});

test("try never waits; AbortSignals and default are cases", async () => {
  const ch = makeChan<number>(1);
  const controller = new AbortController();
  const p = prepare({ in: ch.recv(), stop: controller.signal, off: null });
  expect(p.try().case).toBe("default");
  ch.trySend(4);
  expect(p.try()).toEqual({ case: "in", value: 4, ok: true });
  controller.abort("why");
  expect(p.try()).toEqual({ case: "stop", value: "why", ok: true });
  expect(prepare({ off: null, unset: undefined }).try().case).toBe("default");
  const d = prepare({ in: ch.recv(), default: true });
  expect(d.try().case).toBe("default");
  expect((await d).case).toBe("default");
  ch.trySend(5);
  expect((await d).case).toBe("in");
  const waiting = prepare({ in: ch.recv(), default: false }).then((r) => r.case);
  ch.trySend(6);
  expect(await waiting).toBe("in");
});

test("using it while it is pending is refused, and it works again afterwards", async () => {
  const ch = makeChan<number>();
  const p = prepare({ in: ch.recv() });
  const first = p.then((r) => r.value);
  await expect(Promise.resolve(p)).rejects.toThrow("prepared select used while it is pending");
  expect(() => p.try()).toThrow("prepared select used while it is pending");
  ch.trySend(1);
  expect(await first).toBe(1);
  setImmediate(() => ch.trySend(2));
  expect((await p).value).toBe(2);
  expect(checkChan(ch).receivers).toBe(0);
});

test("as the case of two selects at once it is refused where the second one would use it; the first one waits on", async () => {
  for (const asFunction of [false, true]) {
    const ch = makeChan<number>();
    const p = prepare({ in: asFunction ? () => ch.recv() : ch.recv() });
    const never = () => makeChan().recv();
    const uses: Op<any>[] = [select({ p, x: never() }), select({ p, x: never() }), select([p])];
    const [first, ...others] = uses.map((op) => op.start());
    for (const other of others)
      await expect(other).rejects.toThrow("prepared select used while it is pending");
    expect([checkChan(ch).receivers, ch.trySend(1)]).toEqual([1, true]);
    expect(await first).toMatchObject({ case: "p", value: { case: "in", value: 1 } });
    ch.close();
    expect(await p).toMatchObject({ ok: false });
  }
});

test("after a panic in a pass the next pass evaluates its functions again", async () => {
  const closed = makeChan<number>();
  const open = makeChan<number>(1);
  let target = closed;
  closed.close();
  const p = prepare({ out: () => target.send(1) });
  await expect(Promise.resolve(p)).rejects.toThrow("send on closed channel");
  const mini = new Mini();
  const task = mini.go(
    (function* () {
      yield* p;
    })(),
  );
  mini.settle();
  expect((task.error as Error).message).toBe("send on closed channel");
  target = open;
  expect((await p).case).toBe("out");
  expect(open.len).toBe(1);
});

test("an abandoned goroutine leaves no case behind", () => {
  const ch = makeChan<number>();
  const p = prepare({ in: ch.recv() });
  const body = (function* (): Go {
    yield* p;
  })();
  body.next();
  expect(checkChan(ch).receivers).toBe(1);
  body.return();
  expect(checkChan(ch).receivers).toBe(0);
  expect(p.try().case).toBe("default");
});

test("a ticker's receive given as such serves every pass, beside a done channel", async () => {
  const s = createDeterministicScheduler({ seed: 1 });
  const log = await s.run(function* () {
    const ticker = newTicker(10);
    const done = makeChan<void>();
    const start = s.clock.now();
    s.go(function* (): Go {
      yield* sleep(35);
      done.close();
    });
    const next = prepare({ tick: ticker.c.recv(), done: done.recv() });
    const seen: (number | string)[] = [];
    for (;;) {
      const r = yield* next;
      if (r.case === "done") break;
      seen.push(r.value - start);
    }
    yield* sleep(10);
    const pair = prepare({ tick: ticker.c.recvOk(), off: () => null });
    const first = pair.try();
    const second = pair.try();
    const third = yield* pair;
    ticker.stop();
    return [seen, first.value?.[1], second.case, third.value[0] - start, checkChan(done).receivers];
  });
  expect(log).toEqual([[10, 20, 30], true, "default", 50, 0]);
});

test("a nil channel's receive given as such is never ready, so the done of a context that never ends can be a case", () => {
  const ch = makeChan<number>(2);
  const next = prepare({ in: ch.recv(), done: nilChan<void>().recv() });
  for (const n of [1, 2]) {
    ch.trySend(n);
    expect(next.try()).toEqual({ case: "in", value: n, ok: true });
  }
  expect(next.try().case).toBe("default");
});

test("an op that cannot serve twice is refused with the form to write", () => {
  const signal = AbortSignal.abort();
  for (const v of [makeChan<number>().recv({ signal }), nilChan<number>().send(1)]) {
    expect(() => prepare({ job: v as never })).toThrow(
      /^prepare: case job is .* or a function that makes the operation of each pass, \(\) => …$/,
    );
  }
});

test("a send, a number and other things are refused as fixed cases, by name", () => {
  const ch = makeChan<number>();
  for (const v of [ch.send(1), 1, "x", {}, sleep(1)]) {
    expect(() => prepare({ job: v as never })).toThrow(/^prepare: case job is .* want a receive/);
  }
});

test("an op that serves again serves again also after a pass that it failed", async () => {
  class Flaky extends Never<number> {
    reset(): void {
      this.state = 0;
      this.error = undefined;
    }
  }
  for (const more of [{}, { late: () => makeChan().recv() }]) {
    const [flaky, ch] = [new Flaky(), makeChan<number>()];
    const p = prepare({ flaky: flaky as never, in: ch.recv(), ...more });
    for (let pass = 0; pass < 3; pass++) {
      const waiting = p.start();
      flaky.fail(new Error(`boom ${pass}`));
      await expect(waiting).rejects.toThrow(`boom ${pass}`);
      const next = p.start();
      expect(ch.trySend(pass)).toBe(true);
      expect(await next).toMatchObject({ case: "in", value: pass });
    }
    const last = p.start();
    flaky.complete(7);
    expect(await last).toMatchObject({ case: "flaky", value: 7 });
  }
});

test("the pass of a case that lost at once is over, also with a signal: the next one calls the functions anew", async () => {
  const out = makeChan<number>(1);
  out.trySend(0);
  let k = 0;
  const p = prepare({ out: () => out.send(++k) });
  expect(trySelect({ x: withSignal(p, new AbortController().signal) }).case).toBe("default");
  out.tryRecv();
  expect((await select({ p })).case).toBe("p");
  expect([k, out.tryRecv()[0]]).toEqual([2, 2]);
});

test("a receive given to a prepared select is its own: a pass never hands it out through recv()", async () => {
  const ch = makeChan<number>(4);
  const p = prepare({ in: ch.recv() });
  ch.trySend(1);
  await p;
  const op = ch.recv();
  ch.trySend(2);
  ch.trySend(3);
  expect((await p).value).toBe(2);
  expect(await op).toBe(3);
});

test.each([1, 2, 3, 8, 9, 12])(
  "a prepared select with a function among %i cases can be used again and again",
  (n) => {
    const chans = Array.from({ length: n }, () => makeChan<number>(1, { zero: 0 }));
    const cases = chans.map((c, i) => [`c${i}`, i === n - 1 ? () => c.recv() : c.recv()] as const);
    const step = prepare(Object.fromEntries(cases));
    play(function* () {
      for (let i = 0; i < 3 * n; i++) {
        expect(step.try().case).toBe("default");
        chans[i % n]!.trySend(i);
        expect(yield* step).toEqual({ case: `c${i % n}`, value: i, ok: true });
      }
    });
  },
);

describe("what the functions of a pass made serves that pass only", () => {
  const never = () => makeChan<number>().recv();
  const aborted = AbortSignal.abort("off");
  const live = () => new AbortController().signal;

  type Use = (p: Op<any>) => unknown;
  const passes: [string, Use][] = [
    ["called off before it began", (p) => withSignal(p, aborted)],
    ["called off by a context", (p) => withOptions(p, { ctx: endsLate() }, "p")],
    ["called off as it waited", (p) => calledOff((signal) => withSignal(p, signal))],
    ["called off in a select", (p) => calledOff((s) => withSignal(select({ p, x: never() }), s))],
    [
      "called off in one of many",
      (p) => calledOff((s) => withSignal(select([p, never(), never()]), s)),
    ],
    [
      "called off in a select in a select",
      (p) => calledOff((s) => withSignal(select([select([p])]), s)),
    ],
    ["abandoned", (p) => recordOf(select([p, never()])).return()],
    ["in a goroutine that ended", (p) => waitAndEnd(select([p, never()]))],
    ["lost", (p) => select([p, ready(), ready(), ready()])],
    ["lost in a select", (p) => select([select({ p }), ready()])],
    ["lost with a signal", (p) => select([withSignal(p, live()), ready()])],
    ["of a select that was not used", (p) => select({ p, x: never() })],
    ["of a select that could not be made", (p) => select({ p, x: 5 as never })],
  ];
  const ready = () => {
    const ch = makeChan<number>(1);
    ch.trySend(1);
    return ch.recv();
  };
  /** A context whose `err` is behind its `done`. */
  const endsLate = (): ContextLike => {
    const done = makeChan<never>();
    done.close();
    return { done: () => done, err: () => null };
  };
  const waitAndEnd = (op: Op<any>): void => {
    void recordOf(op).next();
    void recordOf(op).return();
  };
  const calledOff = (use: (signal: AbortSignal) => Op<any>): unknown => {
    const stop = new AbortController();
    const waiting = use(stop.signal).start();
    stop.abort("off");
    return waiting;
  };

  it.each(passes)("%s", async (_, use) => {
    for (let i = 0; i < 10; i++) {
      const out = makeChan<string>();
      let value: string | null = "stale";
      const p = prepare({ out: () => (value === null ? null : out.send(value)) });
      try {
        const r = use(p);
        if (!isOp(r) || r.state !== 0) await r;
      } catch {
        // Called off, or no case.
      }
      expect(checkChan(out).senders).toBe(0);
      value = "new";
      const sending = select({ p, x: never() }).start();
      expect(out.tryRecv()[0]).toBe("new");
      expect(await sending).toMatchObject({ case: "p" });
      value = null;
      expect(trySelect({ p, x: never() }).case).toBe("default");
    }
  });

  it("and what a function asked for is taken back when the pass is not used", () => {
    const taken: number[] = [];
    class Asked extends Never<void> {
      readonly id: number;
      constructor(id: number) {
        super();
        this.id = id;
      }
      withdraw(): boolean {
        taken.push(this.id);
        return true;
      }
    }
    let id = 0;
    const p = prepare({ asked: () => new Asked(++id) });
    void select({ p });
    void select({ p });
    expect(taken).toEqual([1]);
  });
});

test("a second use while the outcome of the first waits for the host's turn is a pass of its own", async () => {
  const ch = makeChan<number>(1);
  const p = prepare({ a: ch.recv(), b: makeChan<number>().recv() });
  const other = makeChan<number>(1);
  // A turn that is spent: the clock is looked at every so often.
  for (const until = performance.now() + 8; performance.now() < until;) {
    other.trySend(1);
    void other.recv().start();
  }
  for (let i = 0; i < 100; i++) {
    other.trySend(1);
    void other.recv().start();
  }
  const first = p.start();
  ch.trySend(1);
  const second = p.start();
  expect(await first).toMatchObject({ value: 1 });
  ch.trySend(2);
  expect([await second, ch.len]).toMatchObject([{ value: 2 }, 0]);
});
