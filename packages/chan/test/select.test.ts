import { createDeterministicScheduler, createFifoScheduler, type Go, Op, sleep } from "@gort/sched";
import { describe, expect, test } from "vitest";
import {
  type Chan,
  checkChan,
  makeChan,
  nilChan,
  prepare,
  select,
  trySelect,
} from "../src/index.ts";
import { Mini, play } from "./mini.ts";

describe("choice", () => {
  test("if several cases are ready one is chosen uniformly: 10000 trials of two ready receives, |share-0.5| <= 0.0245, whatever the order of cases in the text", async () => {
    const s = createDeterministicScheduler({ seed: 11 });
    const wins = await s.run(function* () {
      const ready = [makeChan<number>(1), makeChan<number>(1)];
      const idle = Array.from({ length: 10 }, () => makeChan<number>());
      for (const c of ready) c.trySend(1);
      let first = 0;
      for (let i = 0; i < 10_000; i++) {
        // The ready cases stand last, as in the case list that Go's own test uses.
        const r = yield* select([...idle, ...ready].map((c) => c.recv()));
        expect(r.case).toBeGreaterThanOrEqual(10);
        if (r.case === 10) first++;
        ready[r.case - 10]!.trySend(1);
      }
      return first;
    });
    expect(Math.abs(wins / 10_000 - 0.5)).toBeLessThanOrEqual(0.0245);
  });

  test("the choice is uniform among three ready of five, in every form of select", () => {
    const chans = Array.from({ length: 5 }, () => makeChan<number>(1));
    const ready = [0, 2, 3];
    for (const i of ready) chans[i]!.trySend(i);
    const prepared = prepare(Object.fromEntries(chans.map((c, i) => [`c${i}`, c.recv()] as const)));
    for (const form of ["list", "prepared"]) {
      const counts = [0, 0, 0, 0, 0];
      for (let i = 0; i < 6000; i++) {
        const r = form === "list" ? trySelect(chans.map((c) => c.recv())) : prepared.try();
        if (r.case === "default") throw new Error("default taken");
        const n = Number(String(r.case).replace("c", ""));
        counts[n]!++;
        chans[n]!.trySend(n);
      }
      expect(counts[1]! + counts[4]!).toBe(0);
      // 2000 expected, standard deviation 36.5: six of them.
      for (const i of ready) expect(Math.abs(counts[i]! - 2000)).toBeLessThan(220);
    }
  });

  test("two ready sends on one channel: in 100 picks each value appears more than 10 times, cap 0 and 100", async () => {
    for (const cap of [0, 100]) {
      const s = createDeterministicScheduler({ seed: 5 });
      const values = await s.run(function* () {
        const ch = makeChan<number>(cap, { zero: -1 });
        const got: number[] = [];
        const over = makeChan<void>();
        s.go(function* (): Go {
          for (let i = 0; i < 100; i++) got.push(yield* ch.recv());
          over.close();
        });
        for (let i = 0; i < 100; i++) yield* select({ zero: ch.send(0), one: ch.send(1) });
        yield* over.recv();
        return got;
      });
      const zeros = values.filter((v) => v === 0).length;
      expect(zeros).toBeGreaterThan(10);
      expect(100 - zeros).toBeGreaterThan(10);
    }
  });

  test("two cases on one channel that have to wait: each is chosen as often, in sends and receives, prepared too", async () => {
    const s = createDeterministicScheduler({ seed: 5 });
    const firsts = await s.run(function* () {
      const ch = makeChan<number>(0, { zero: -1 });
      const prepared = prepare({ a: ch.recv(), b: ch.recv() });
      const counts = [0, 0, 0];
      for (let i = 0; i < 600; i++) {
        s.go(function* (): Go {
          if (i % 3 === 0) yield* ch.recv();
          else yield* ch.send(i);
        });
        const r =
          i % 3 === 0
            ? yield* select({ a: ch.send(0), b: ch.send(1) })
            : yield* i % 3 === 1 ? select({ a: ch.recv(), b: ch.recv() }) : prepared;
        if (r.case === "a") counts[i % 3]!++;
      }
      return counts;
    });
    // 100 expected, standard deviation 7: four of them.
    for (const n of firsts) expect(Math.abs(n - 100)).toBeLessThan(29);
  });

  test("the same seed makes the same choices, another seed others", async () => {
    const choices = (seed: number): Promise<string> =>
      createDeterministicScheduler({ seed }).run(function* () {
        const a = makeChan<number>(1);
        const b = makeChan<number>(1);
        a.trySend(1);
        b.trySend(1);
        let out = "";
        for (let i = 0; i < 64; i++) {
          const r = yield* select({ a: a.recv(), b: b.recv() });
          out += r.case;
          (r.case === "a" ? a : b).trySend(1);
        }
        return out;
      });
    expect(await choices(1)).toBe(await choices(1));
    expect(await choices(1)).not.toBe(await choices(2));
  });

  test("exactly one case runs; a sender selecting over 4 channels never delivers one value twice in 100000 iterations", async () => {
    const s = createFifoScheduler();
    const seen = await s.run(function* () {
      const chans = Array.from({ length: 4 }, () => makeChan<number>());
      const results = makeChan<number>(0, { zero: -1 });
      const iterations = 100_000;
      s.go(function* (): Go {
        for (let i = 0; i < iterations; i++) yield* select(chans.map((c) => c.send(i)));
        for (const c of chans) c.close();
      });
      let open = 4;
      for (const c of chans) {
        s.go(function* (): Go {
          for (const r = c.range(); yield* r.next();) yield* results.send(r.value);
          if (--open === 0) results.close();
        });
      }
      const count = new Uint8Array(iterations);
      for (const r = results.range(); yield* r.next();) count[r.value]!++;
      return count;
    });
    expect(seen.every((n) => n === 1)).toBe(true);
  });

  test("which index of two identical ready cases runs is unspecified, but only one value is taken", () => {
    const ch = makeChan<number>(2);
    ch.trySend(1);
    ch.trySend(2);
    const r = trySelect([ch.recv(), ch.recv()]);
    expect([0, 1]).toContain(r.case);
    expect(r.value).toBe(1);
    expect(ch.len).toBe(1);
  });
});

describe("default", () => {
  test("with default it never blocks, and default runs only if nothing is ready", () => {
    const ch = makeChan<number>(1);
    expect(trySelect({ r: ch.recv() })).toEqual({ case: "default", value: undefined, ok: false });
    expect(trySelect({ s: ch.send(1) }).case).toBe("s");
    expect(trySelect({ s: ch.send(1) }).case).toBe("default");
    expect(trySelect({ r: ch.recv() }).case).toBe("r");
    play(function* () {
      expect((yield* select({ r: ch.recv(), default: true })).case).toBe("default");
      expect((yield* select([ch.recv()], { default: true })).case).toBe("default");
      expect((yield* select({ default: true })).case).toBe("default");
      expect((yield* select({ s: ch.send(1), default: true })).case).toBe("s");
    });
  });

  test("trySelect never waits, whatever default says, and leaves nothing to the next select", async () => {
    for (const wait of [true, false]) {
      const [a, b] = [makeChan<string>(), makeChan<string>()];
      const cases = { put: a.send("secret"), get: b.recv(), default: wait };
      expect(trySelect(cases)).toEqual({ case: "default", value: undefined, ok: false });
      const c = makeChan<string>();
      const waiting = select({ c: c.recv() }).start();
      expect([a.tryRecv()[2], b.trySend("lost"), c.trySend("c")]).toEqual([false, false, true]);
      expect(await waiting).toEqual({ case: "c", value: "c", ok: true });
    }
  });

  test("readiness is judged at one instant: if at least one of two channels is ready at all times, default never runs", () => {
    const a = makeChan<number>(1);
    const b = makeChan<number>(1);
    let defaults = 0;
    for (let i = 0; i < 10_000; i++) {
      a.trySend(1);
      const mini = new Mini();
      mini.go(
        (function* () {
          // Moves the one value from a to b; at every instant one of them holds it.
          b.trySend(1);
          yield* select({ a: a.recv(), default: true });
        })(),
      );
      mini.go(
        (function* () {
          if (trySelect({ a: a.recv(), b: b.recv() }).case === "default") defaults++;
        })(),
      );
      mini.settle();
      a.tryRecv();
      b.tryRecv();
    }
    expect(defaults).toBe(0);
  });

  test("if a channel is filled and closed while another is read, default never runs", () => {
    let defaults = 0;
    for (let i = 0; i < 1000; i++) {
      const a = makeChan<number>(1);
      const b = makeChan<number>();
      const mini = new Mini();
      mini.go(
        (function* () {
          a.trySend(1);
          b.close();
        })(),
      );
      mini.go(
        (function* () {
          if (trySelect({ b: b.recv(), a: a.recv() }).case === "default") defaults++;
        })(),
      );
      mini.settle();
    }
    expect(defaults).toBe(0);
  });

  test("non-blocking receive racing with close of a channel holding 1 value always succeeds", () => {
    for (let i = 0; i < 1000; i++) {
      const ch = makeChan<number>(1);
      ch.trySend(1);
      const mini = new Mini();
      let ok = false;
      const bodies = [
        (function* () {
          ok = trySelect({ r: ch.recv() }).ok;
        })(),
        (function* () {
          ch.close();
        })(),
      ];
      if (i % 2 === 1) bodies.reverse();
      for (const body of bodies) mini.go(body);
      mini.settle();
      expect(ok).toBe(true);
    }
  });

  test("default: false is a select that waits", () => {
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* select({ r: makeChan().recv(), default: false });
      })(),
    );
    mini.settle();
    expect(mini.parked.length).toBe(1);
  });
});

describe("both directions", () => {
  test("a select with send and receive on the same unbuffered channel blocks alone", () => {
    const ch = makeChan<number>();
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* select({ s: ch.send(1), r: ch.recv() });
      })(),
    );
    mini.settle();
    expect(mini.parked.length).toBe(1);
    checkChan(ch);
  });

  test.each([0, 10])(
    "two goroutines both selecting send/recv on one channel (cap %d) never deadlock, and unbuffered never receive their own value",
    async (cap) => {
      const s = createDeterministicScheduler({ seed: 3 });
      await s.run(function* () {
        const ch = makeChan<number>(cap, { zero: -1 });
        const done = makeChan<void>();
        for (const p of [0, 1]) {
          s.go(function* (): Go {
            for (let i = 0; i < 1000; i++) {
              const r = yield* p === 0 || i % 2 === 0
                ? select({ s: ch.send(p), r: ch.recv() })
                : select({ r: ch.recv(), s: ch.send(p) });
              if (r.case === "r" && cap === 0) expect(r.value).not.toBe(p);
            }
            yield* done.send();
          });
        }
        yield* done.recv();
        // Whoever is left may wait for a partner that is gone: be the partner.
        for (;;) {
          const r = yield* select({ done: done.recv(), r: ch.recv(), s: ch.send(7) });
          if (r.case === "done") break;
        }
      });
    },
  );

  test("plain op, one-case select and two-case select interoperate in all 9 sender/receiver pairings", () => {
    const never = nilChan<number>();
    const senders: ((ch: Chan<number>) => Go)[] = [
      function* (ch) {
        yield* ch.send(42);
      },
      function* (ch) {
        yield* select({ s: ch.send(42) });
      },
      function* (ch) {
        yield* select({ s: ch.send(42), n: never.send(1) });
      },
    ];
    const receivers: ((ch: Chan<number>) => Go<number | undefined>)[] = [
      function* (ch) {
        return yield* ch.recv();
      },
      function* (ch) {
        return (yield* select({ r: ch.recv() })).value;
      },
      function* (ch) {
        return (yield* select({ r: ch.recv(), n: never.recv() })).value;
      },
    ];
    for (const send of senders) {
      for (const recv of receivers) {
        for (const senderFirst of [true, false]) {
          const ch = makeChan<number>();
          const mini = new Mini();
          const first = mini.go(senderFirst ? send(ch) : recv(ch));
          mini.settle();
          const second = mini.go(senderFirst ? recv(ch) : send(ch));
          mini.settle();
          expect((senderFirst ? second : first).result).toBe(42);
          expect(mini.parked.length).toBe(0);
          checkChan(ch);
        }
      }
    }
  });
});

describe("evaluation", () => {
  test("channel and send-value expressions of all cases are evaluated once each, in source order, before choosing; receive targets only after the choice", () => {
    const log: string[] = [];
    const ch = (name: string): Chan<number> => {
      log.push(name);
      return makeChan<number>(name === "c2" ? 1 : 0);
    };
    const val = (name: string, v: number): number => {
      log.push(name);
      return v;
    };
    play(function* () {
      const r = yield* select({
        a: ch("c1").send(val("v1", 1)),
        b: ch("c2").send(val("v2", 2)),
        c: ch("c3").recv(),
      });
      log.push(`chose ${r.case}`);
    });
    expect(log).toEqual(["c1", "v1", "c2", "v2", "c3", "chose b"]);
  });

  test("send operands are evaluated on every pass, also for nil channels and when default is taken", () => {
    let evaluations = 0;
    const f = (): number => ++evaluations;
    const nil = nilChan<number>();
    for (let i = 0; i < 5; i++) {
      expect(trySelect({ a: nil.send(f()) }).case).toBe("default");
    }
    const pass = prepare({ a: () => nil.send(f()), default: true });
    for (let i = 0; i < 5; i++) expect(pass.try().case).toBe("default");
    expect(evaluations).toBe(10);
  });

  test("a case operand function that changes the channel variable does not affect the operands already evaluated", () => {
    let ch = makeChan<number>(1);
    const first = ch;
    const change = (): number => {
      ch = nilChan();
      return 7;
    };
    expect(trySelect({ a: ch.send(change()) }).case).toBe("a");
    expect(first.len).toBe(1);
    expect(ch).toBe(nilChan());
  });

  test("break inside a case leaves the select only", () => {
    const ch = makeChan<number>(3, { zero: 0 });
    for (const v of [1, 2, 3]) ch.trySend(v);
    const after: number[] = [];
    for (let i = 0; i < 3; i++) {
      const r = trySelect({ v: ch.recv() });
      switch (r.case) {
        case "v":
          if (r.value === 2) break;
          after.push(r.value);
          break;
        case "default":
          throw new Error("empty");
      }
    }
    expect(after).toEqual([1, 3]);
  });

  test("receive forms x=, x:=, x,ok=, map element and interface targets all work in select", async () => {
    const ch = makeChan<number>(5, { zero: 0 });
    for (let i = 1; i <= 5; i++) ch.trySend(i);
    const target: { x?: unknown } = {};
    target.x = (await select({ v: ch.recv() })).value;
    expect(target.x).toBe(1);
    const { value: y } = await select({ v: ch.recv() });
    expect(y).toBe(2);
    const { value: z, ok } = await select({ v: ch.recv() });
    expect([z, ok]).toEqual([3, true]);
    const m = new Map<string, number>();
    m.set("k", (await select({ v: ch.recv() })).value);
    expect(m.get("k")).toBe(4);
    const pair = await select({ v: ch.recvOk() });
    expect(pair).toEqual({ case: "v", value: [5, true], ok: true });
  });

  test("an op that is in use already, or stands in two cases, is refused and nothing is left parked", () => {
    const ch = makeChan<number>();
    const op = ch.recv();
    expect(() => select({ a: op, b: op })).toThrow(
      "select case b is an operation that is already in use",
    );
    const mini = new Mini();
    mini.go(
      (function* () {
        yield* op;
      })(),
    );
    mini.settle();
    expect(() => trySelect([op])).toThrow("select case 0 is an operation that is already in use");
    expect(checkChan(ch)).toEqual({ receivers: 1, senders: 0 });
  });

  test.each([1, "x", {}, true, () => {}])(
    "a case that is no operation (%s) is refused by name",
    (v) => {
      expect(() => select({ job: v as never })).toThrow(/^select: case job is .*want an operation/);
    },
  );
});

describe("any operation is a case", () => {
  test("timers, joins and selects can be cases, and the losers leave nothing behind", async () => {
    const s = createDeterministicScheduler({ seed: 1 });
    await s.run(function* () {
      const ch = makeChan<number>();
      const late = yield* select({ v: ch.recv(), late: sleep(50) });
      expect(late.case).toBe("late");
      expect(checkChan(ch).receivers).toBe(0);
      const g = s.go(function* (): Go<string> {
        yield* sleep(1);
        return "result";
      });
      const joined = yield* select({ end: g.join(), never: nilChan<number>().recv() });
      expect(joined.case === "end" && joined.value).toBe("result");
      s.go(function* (): Go {
        yield* ch.send(5);
      });
      const nested = yield* select({ inner: select({ v: ch.recv() }), late: sleep(1000) });
      expect(nested).toEqual({ case: "inner", value: { case: "v", value: 5, ok: true }, ok: true });
      expect(s.clock.now()).toBeLessThan(1000);
    });
  });

  test("a channel or a promise as a case: the error says what to write", () => {
    const says = (v: unknown) => () => select({ job: v as never });
    expect(says(makeChan())).toThrow("want an operation, such as its recv()");
    expect(says(Promise.resolve())).toThrow("want an operation, such as poll(promise)");
  });

  test("an AbortSignal as a case: ready once aborted, its value the reason, its listener gone when another case won", async () => {
    const controller = new AbortController();
    const ch = makeChan<number>(1, { zero: 0 });
    let listeners = 0;
    const signal = controller.signal;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const first = select({ v: ch.recv(), stop: signal });
    queueMicrotask(() => ch.trySend(3));
    expect(await first).toEqual({ case: "v", value: 3, ok: true });
    expect(listeners).toBe(0);
    const second = select({ v: ch.recv(), stop: signal });
    queueMicrotask(() => controller.abort("enough"));
    expect(await second).toEqual({ case: "stop", value: "enough", ok: true });
    expect(checkChan(ch).receivers).toBe(0);
    expect(trySelect({ stop: signal }).case).toBe("stop");
  });

  test("a case whose op fails makes the select fail, and the other cases leave their queues", () => {
    const ch = makeChan<number>();
    const other = makeChan<number>();
    const mini = new Mini();
    const task = mini.go(
      (function* () {
        yield* select({ out: ch.send(1), in: other.recv() });
      })(),
    );
    mini.settle();
    ch.close();
    mini.settle();
    expect((task.error as Error).message).toBe("send on closed channel");
    expect(checkChan(other).receivers).toBe(0);
  });

  test("an op that stands twice among many cases is refused, wherever the second stands", () => {
    for (const at of [1, 7, 8, 9, 20, 999]) {
      const ops = Array.from({ length: 1000 }, () => makeChan<number>().recv());
      ops[at] = ops[0]!;
      expect(() => trySelect(ops)).toThrow(`case ${at} is an operation that is already in use`);
    }
    const chans = Array.from({ length: 1000 }, () => makeChan<number>(1));
    chans[998]!.trySend(5);
    expect(trySelect(chans.map((c) => c.recv()))).toEqual({ case: 998, value: 5, ok: true });
    for (const c of chans) expect(checkChan(c)).toEqual({ receivers: 0, senders: 0 });
  });

  test("a select inside the evaluation of another's cases is a select of its own", () => {
    const a = makeChan<number>(2);
    const b = makeChan<number>(2);
    a.trySend(1);
    a.trySend(2);
    play(function* () {
      const inner = () => trySelect([a.recv()]).value as number;
      const r = yield* select({ out: b.send(inner()) });
      expect([r.case, b.tryRecv()[0]]).toEqual(["out", 1]);
      const first = select({ v: a.recv() });
      const second = select({ w: b.recv(), default: true });
      expect((yield* second).case).toBe("default");
      expect((yield* first).value).toBe(2);
    });
  });

  test("a select uses its cases up: one that lost is refused a second time", () => {
    const quit = makeChan<number>();
    const jobs = makeChan<number>(1);
    const stop = quit.recv();
    play(function* () {
      jobs.trySend(1);
      expect((yield* select({ job: jobs.recv(), stop })).value).toBe(1);
      jobs.trySend(2);
      expect(() => select({ job: jobs.recv(), stop })).toThrow("already in use");
      expect(jobs.len).toBe(1);
    });
    expect(checkChan(quit).receivers).toBe(0);
  });

  test("select: a case that lost gave nothing: the value of a send that lost is sent by nobody", () => {
    const full = makeChan<number>(0);
    const ready = makeChan<number>(1);
    play(function* () {
      for (let i = 0; i < 3; i++) {
        ready.trySend(i);
        const r = yield* select({ out: full.send(100 + i), got: ready.recv() });
        expect([r.case, r.value]).toEqual(["got", i]);
      }
      expect(full.tryRecv()).toEqual([undefined, false, false]);
    });
    expect(checkChan(full)).toEqual({ receivers: 0, senders: 0 });
  });
});

describe("what is left behind", () => {
  test("10^6 selects leave nothing on any queue, ready or parked", () => {
    const a = makeChan<number>(1);
    const b = makeChan<number>();
    const c = makeChan<number>();
    for (let i = 0; i < 500_000; i++) {
      a.trySend(i);
      trySelect({ a: a.recv(), b: b.recv() });
    }
    play(
      function* () {
        for (let i = 0; i < 500_000; i++) yield* select({ b: b.recv(), c: c.recv() });
      },
      function* () {
        for (let i = 0; i < 500_000; i++) yield* c.send(i);
      },
    );
    for (const ch of [a, b, c]) expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
  });

  test("100000 blocking selects leave no memory behind (< 110000 bytes growth)", async () => {
    const gc = (globalThis as { gc?: () => void }).gc ?? (await exposeGc());
    const dummy = makeChan<boolean>();
    const c = makeChan<number>();
    const rounds = (n: number): void => {
      play(
        function* () {
          for (let i = 0; i < n; i++) yield* c.send(i);
        },
        function* () {
          for (let i = 0; i < n; i++) yield* select({ c: c.recv(), d: dummy.recv() });
        },
      );
    };
    rounds(100_000);
    gc();
    gc();
    const before = process.memoryUsage().heapUsed;
    rounds(100_000);
    gc();
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(110_000);
  });

  test("many parked selects on one shared channel stay linear: each enqueue and dequeue is O(1)", () => {
    // With a search per removal this would take 2 * 10^10 steps, and the test would time out.
    const shared = makeChan<number>();
    const own = Array.from({ length: 200_000 }, () => makeChan<number>());
    const mini = new Mini();
    for (const ch of own) {
      mini.go(
        (function* () {
          yield* select({ shared: shared.recv(), own: ch.recv() });
        })(),
      );
    }
    mini.settle();
    expect(checkChan(shared).receivers).toBe(200_000);
    for (let i = own.length - 1; i >= 0; i--) own[i]!.trySend(1);
    expect(checkChan(shared).receivers).toBe(0);
    mini.settle();
    expect(mini.tasks.every((t) => t.over)).toBe(true);
  });

  test("4 senders, 4 receivers, one select-sender and one select-receiver over 4 channels (caps 0,0,2,3), N each, finish without deadlock", async () => {
    for (const seed of [1, 2, 3]) {
      const s = createDeterministicScheduler({ seed });
      const N = 500;
      const left = await s.run(function* () {
        const c = [0, 0, 2, 3].map((cap) => makeChan<number>(cap));
        const done = makeChan<void>(10);
        for (let k = 0; k < 4; k++) {
          s.go(function* (): Go {
            for (let i = 0; i < N; i++) yield* c[k]!.send(0);
            yield* done.send();
          });
          s.go(function* (): Go {
            for (let i = 0; i < N; i++) yield* c[k]!.recv();
            yield* done.send();
          });
        }
        s.go(function* (): Go {
          const n = [0, 0, 0, 0];
          const c1: Chan<number>[] = [...c];
          for (let i = 0; i < 4 * N; i++) {
            const r = yield* select(([3, 2, 0, 1] as const).map((k) => c1[k]!.send(0)));
            const k = [3, 2, 0, 1][r.case]!;
            if (++n[k]! === N) c1[k] = nilChan();
          }
          yield* done.send();
        });
        s.go(function* (): Go {
          const n = [0, 0, 0, 0];
          const c1: Chan<number>[] = [...c];
          for (let i = 0; i < 4 * N; i++) {
            const r = yield* select(([0, 1, 2, 3] as const).map((k) => c1[k]!.recv()));
            if (++n[r.case]! === N) c1[r.case] = nilChan();
          }
          yield* done.send();
        });
        for (let i = 0; i < 10; i++) yield* done.recv();
        return c.map((ch) => [ch.len, checkChan(ch)]);
      });
      expect(left).toEqual(Array(4).fill([0, { receivers: 0, senders: 0 }]));
    }
  });
});

test("a select whose object served before gives back nothing that was won then", () => {
  const log: string[] = [];
  class Held extends Op<number> {
    get reason(): "sleep" {
      return "sleep";
    }
    tryNow(): boolean {
      this.value = 1;
      return true;
    }
    park(): void {}
    unpark(): void {}
    override discard(): void {
      log.push("given back");
    }
  }
  for (const other of [1, 2, 3]) {
    const ch = makeChan<number>();
    expect(trySelect({ held: new Held() })).toEqual({ case: "held", value: 1, ok: true });
    const cases = [ch, ...Array.from({ length: other }, () => makeChan<number>())];
    const body = (function* (): Go {
      yield* select(cases.map((c) => c.recv()));
    })();
    body.next();
    expect(ch.trySend(1)).toBe(true);
    body.return();
  }
  expect(log).toEqual([]);
});

test("a case that cannot wait throws, and the cases before it leave their queues", async () => {
  /** As a wait on a condition without its lock: only waiting goes wrong. */
  class Refused extends Op<void> {
    get reason(): "select" {
      return "select";
    }
    tryNow(): boolean {
      return false;
    }
    park(): void {
      throw new Error("not held");
    }
    unpark(): void {}
  }
  for (const others of [1, 3]) {
    for (const form of ["goroutine", "async"]) {
      const chans = Array.from({ length: others }, () => makeChan<number>());
      const make = (): Op<unknown> => select([...chans.map((c) => c.recv()), new Refused()]);
      const use =
        form === "async"
          ? async () => await make()
          : () =>
              createFifoScheduler().run(function* () {
                yield* make();
              });
      await expect(use()).rejects.toThrow("not held");
      for (const ch of chans) {
        expect(ch.trySend(1)).toBe(false);
        checkChan(ch);
      }
    }
  }
});

async function exposeGc(): Promise<() => void> {
  const v8 = await import("node:v8");
  const vm = await import("node:vm");
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as () => void;
}
