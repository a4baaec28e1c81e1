/** Cases that run anybody's code as they are parked or leave: nothing is missed, lost or left behind. */
import type { Op } from "@gort/sched";
import { type ContextLike, poll, withSignal } from "@gort/sched";
import { WaitQueue, withOptions } from "@gort/sched/primitives";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkChan, makeChan, prepare, select } from "../src/index.ts";
import { Leaver, Never } from "./never.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** A promise that starts its work when it is first asked, as query builders do, and never settles. */
const lazy = (start: () => void): Op<never> => {
  const never = new Promise<never>(() => {});
  return poll<never>({
    then(ok, no) {
      start();
      return never.then(ok, no);
    },
  });
};

/** A lock that is handed over. */
class Lock {
  readonly queue = new WaitQueue<Take>();
  taken = true;

  unlock(): void {
    const next = this.queue.shift();
    if (next === null) this.taken = false;
    else next.complete();
  }
}

class Take extends Never<void> {
  private readonly lock: Lock;
  constructor(lock: Lock) {
    super();
    this.lock = lock;
  }
  override tryNow(): boolean {
    if (this.lock.taken) return false;
    return (this.lock.taken = true);
  }
  override park(): void {
    this.lock.queue.push(this);
  }
  override unpark(): void {
    this.lock.queue.remove(this);
  }
  override discard(): void {
    this.lock.unlock();
  }
}

/** A context of somebody else's. */
class Ctx implements ContextLike {
  readonly done;
  private error: string | null = null;
  constructor(done = makeChan<never>()) {
    this.done = () => done;
    this.cancel = () => {
      this.error = "cancelled";
      done.close();
    };
  }
  readonly cancel: () => void;
  err() {
    return this.error;
  }
}

const outcome = async (p: unknown): Promise<unknown> => {
  try {
    const r = await p;
    return (r as { case?: unknown }).case ?? r;
  } catch (error) {
    return error;
  }
};

const none = { receivers: 0, senders: 0 };

/** Something that can become ready, and what makes it so. */
function becomes() {
  const ev = makeChan<string>(1);
  const done = makeChan<never>();
  const full = makeChan<number>(1);
  full.trySend(0);
  const mu = new Lock();
  const stop = new AbortController();
  const ctx = new Ctx();
  return [
    ["a receive", () => ev.recv(), () => ev.trySend("started")],
    ["a receive that can be called off", () => ev.recv({ ctx }), () => ev.trySend("started")],
    ["a receive in a select", () => select([ev.recv()]), () => ev.trySend("started")],
    ["a closed channel", () => done.recv(), () => done.close()],
    ["a send", () => full.send(1), () => full.tryRecv()],
    ["a lock", () => new Take(mu), () => mu.unlock()],
    [
      "a lock that can be called off",
      () => withOptions(new Take(mu), { ctx }, "lock"),
      () => mu.unlock(),
    ],
    ["a signal", () => stop.signal, () => stop.abort("x")],
    ["the end of a context", () => ctx.done().recv(), () => ctx.cancel()],
  ] as [string, () => Op<any> | AbortSignal, () => void][];
}

describe("what a case starts as it is parked is seen by the cases after it", () => {
  it.each(becomes().map(([what], i) => [what, i] as const))("%s", async (_, i) => {
    for (let round = 0; round < 10; round++) {
      for (const more of [0, 1, 2]) {
        for (const nested of [false, true]) {
          const [, make, start] = becomes()[i]!;
          const others = Array.from({ length: more }, () => makeChan().recv());
          const op = select([lazy(start), make(), ...others]);
          expect(await outcome(nested ? select({ op }) : op)).toBe(nested ? "op" : 1);
        }
      }
    }
  });

  it("the signal and the context that call it off", async () => {
    const stop = new AbortController();
    const ctx = new Ctx();
    expect(
      await outcome(
        withSignal(
          lazy(() => stop.abort("x")),
          stop.signal,
        ),
      ),
    ).toBe("x");
    expect(await outcome(withOptions(lazy(ctx.cancel), { ctx }, "w"))).toBe("cancelled");
    const both = { ctx: new Ctx(), signal: stop.signal };
    expect(await outcome(withOptions(lazy(both.ctx.cancel), { ctx: both.ctx }, "w"))).toBe(
      "cancelled",
    );
  });

  it("in a prepared select", async () => {
    const ev = makeChan<string>(1);
    const p = prepare({ q: () => lazy(() => ev.trySend("started")), ev: ev.recv() });
    for (let pass = 0; pass < 3; pass++) expect(await p).toMatchObject({ value: "started" });
    expect(checkChan(ev)).toEqual({ receivers: 0, senders: 0 });
  });
});

describe("a select that is decided while it parks its cases", () => {
  const pending = () => poll(new Promise<never>(() => {}));

  it("is not handed out again before it has parked them: a select made meanwhile is another one", async () => {
    for (let round = 0; round < 20; round++) {
      for (const others of [[], [pending()], [pending(), pending()]]) {
        const [ch, x, y] = [makeChan<number>(), makeChan<number>(), makeChan<number>()];
        let inner: unknown;
        const q = lazy(() => {
          ch.trySend(1);
          inner = select({ x: x.recv(), y: y.recv() }).start();
        });
        const outer = select([ch.recv(), q, ...others]).start();
        expect(await outer).toMatchObject({ case: 0, value: 1 });
        expect([checkChan(x).receivers, x.trySend(5)]).toEqual([1, true]);
        expect(await inner).toMatchObject({ case: "x", value: 5 });
      }
    }
  });

  it("a prepared one may not be used before that either", async () => {
    for (let round = 0; round < 20; round++) {
      const [ch, x] = [makeChan<number>(), makeChan<number>()];
      let inner: unknown;
      const p = prepare({
        c: ch.recv(),
        x: x.recv(),
        q: () =>
          lazy(() => {
            ch.trySend(1);
            inner ??= outcome(p.start());
          }),
        r: pending,
      });
      expect(await p.start()).toMatchObject({ case: "c", value: 1 });
      expect(String(await inner)).toContain("prepared select used while it is pending");
      expect([checkChan(ch), checkChan(x)]).toEqual([none, none]);
      const next = p.start();
      expect(await next).toMatchObject({ case: "c" });
    }
  });
});

describe("a case that another select begins to wait for as this one parks", () => {
  /** Leaves early where another case was chosen. */
  class Quits extends Never<string> {
    left = 0;
    quit(): void {
      this.left++;
    }
    override unpark(): void {
      this.left++;
    }
  }

  it.each([0, 1])("is refused here and stays there (and %i more)", async (more) => {
    const own = new Quits();
    const ch = makeChan<string>();
    const shared: [Op<any>, () => void][] = [[own, () => own.complete("mine")]];
    // Of two selects among many either may be parked first.
    if (more === 0) shared.push([select([ch.recv()]), () => ch.trySend("mine")]);
    for (const [op, grant] of shared) {
      let there: unknown;
      const q = lazy(() => (there = select([op, makeChan().recv()]).start()));
      const others = Array.from({ length: more }, () => new Never());
      const here = select([select([q]), op, ...others]);
      await expect(here.start()).rejects.toThrow(
        "select case 1 is an operation that is already in use",
      );
      expect([own.left, checkChan(ch).receivers]).toEqual([0, op === own ? 0 : 1]);
      grant();
      expect(JSON.stringify(await there)).toContain("mine");
    }
  });
});

it("a select does not receive what it sends itself, whatever its cases stand in", () => {
  const { signal } = new AbortController();
  const ch = makeChan<number>();
  const ways: ((op: Op<any>) => Op<any>)[] = [
    (op) => op,
    (op) => withSignal(op, signal),
    (op) => select([op]),
    (op) => withSignal(select([op, new Never()]), signal),
  ];
  for (const recv of ways)
    for (const send of ways) {
      for (const more of [[], [lazy(() => {})]]) {
        const op = select([...more, recv(ch.recv()), send(ch.send(1))]);
        expect(recordOf(op).next().done).toBe(false);
        expect(checkChan(ch)).toEqual({ receivers: 1, senders: 1 });
        void recordOf(op).return();
        expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
      }
    }
});

describe("a wait with a context of one's own that runs code as it is left", () => {
  const leaving = (atLeave: () => void): ContextLike => ({
    done: () => ({ recv: () => new Leaver(atLeave) }),
    err: () => null,
  });

  it("keeps the value that completed it", async () => {
    for (const more of [[], [makeChan().recv()]]) {
      const [a, b] = [makeChan<number>(), makeChan<number>(1)];
      const ctx = leaving(() => b.trySend(7));
      const waiting = select([a.recv({ ctx }), b.recv(), ...more]).start();
      expect(a.trySend(1)).toBe(true);
      expect(await waiting).toMatchObject({ case: 0, value: 1 });
      expect(b.len).toBe(1);
    }
  });

  it("keeps the lock that completed it", async () => {
    const mu = new Lock();
    const b = makeChan<number>(1);
    const ctx = leaving(() => b.trySend(7));
    const waiting = select({ l: withOptions(new Take(mu), { ctx }, "lock"), b: b.recv() }).start();
    mu.unlock();
    expect(await waiting).toMatchObject({ case: "l" });
    expect(mu.taken).toBe(true);
  });

  it("leaves first if another case was chosen: nothing is sent to it, no lock is kept", async () => {
    for (const more of [0, 1]) {
      for (const nested of [false, true]) {
        const [a, b, mu] = [makeChan<number>(), makeChan<number>(), new Lock()];
        let sent: boolean | null = null;
        const ctx = leaving(() => (sent = a.trySend(9)));
        const lockCtx = leaving(() => mu.unlock());
        const own = [a.recv({ ctx }), withOptions(new Take(mu), { ctx: lockCtx }, "lock")];
        for (const op of own) {
          const others = Array.from({ length: more }, () => makeChan().recv());
          const lost = nested ? select([op]) : op;
          const waiting = select([lost, b.recv(), ...others]).start();
          expect(b.trySend(1)).toBe(true);
          expect(await waiting).toMatchObject({ case: 1, value: 1 });
        }
        expect([sent, mu.taken]).toEqual([false, false]);
      }
    }
  });

  it("leaves first if what calls it off in turn does: nothing is sent to it", async () => {
    const a = makeChan<number>();
    let sent: boolean | null = null;
    const ctx = leaving(() => (sent = a.trySend(9)));
    const stop = new AbortController();
    const waiting = withSignal(a.recv({ ctx }), stop.signal).start();
    stop.abort("off");
    expect([await outcome(waiting), sent]).toEqual(["off", false]);
  });

  it("is called off if that came first", async () => {
    const [a, b] = [makeChan<number>(), makeChan<number>(1)];
    const stop = new AbortController();
    const options = { ctx: leaving(() => b.trySend(7)), signal: stop.signal };
    const waiting = select({ a: a.recv(options), b: b.recv() }).start();
    stop.abort("off");
    expect([await outcome(waiting), b.len]).toEqual(["off", 1]);
    expect([checkChan(a).receivers, checkChan(b).receivers]).toEqual([0, 0]);
  });

  it("ends with its goroutine", () => {
    const a = makeChan<number>();
    const ctx = leaving(() => void recordOf(op).return());
    const op = a.recv({ ctx });
    void recordOf(op).next();
    expect([a.trySend(1), checkChan(a).receivers]).toEqual([true, 0]);
  });
});

describe("a case that throws after another one was chosen", () => {
  let errors: unknown[];
  let others: NodeJS.UncaughtExceptionListener[];
  const note = (error: unknown): void => void errors.push((error as Error).message);
  const late = (): never => {
    throw new Error("late");
  };
  beforeEach(() => {
    errors = [];
    others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", note);
  });
  afterEach(() => {
    process.off("uncaughtException", note);
    for (const other of others) process.on("uncaughtException", other);
  });

  it.each([0, 1])(
    "as it leaves: the value arrives, the error is the host's (and %i more)",
    async (n) => {
      const a = makeChan<number>();
      const more = Array.from({ length: n }, () => makeChan().recv());
      const waiting = select([new Leaver(late), a.recv(), ...more]).start();
      expect(a.trySend(1)).toBe(true);
      expect(await waiting).toMatchObject({ case: 1, value: 1 });
      await new Promise((resolve) => setImmediate(resolve));
      expect(errors).toEqual(["late"]);
    },
  );

  it("as it is parked: the same", async () => {
    const a = makeChan<number>();
    const q = lazy(() => {
      a.trySend(1);
      late();
    });
    expect(await select({ q, a: a.recv() })).toMatchObject({ case: "a", value: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual(["late"]);
  });

  it("as it is made fresh for the next pass after it failed: the pass fails with its own error", async () => {
    class Broken extends Never<number> {
      reset(): void {
        late();
      }
    }
    const broken = new Broken();
    const waiting = prepare({ broken: broken as never, in: makeChan<number>().recv() }).start();
    broken.fail(new Error("boom"));
    await expect(waiting).rejects.toThrow("boom");
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual(["late"]);
  });
});
