/** A wait with options as it is left: what runs, throws or is granted meanwhile is nobody else's, and nothing is lost. */
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Chan,
  type ContextLike,
  type Op,
  Never,
  sleep,
  withOptions,
  withSignal,
  recordOf,
} from "./helpers.ts";
import { hearUncaught, type Uncaught } from "./uncaught.ts";

/** Never ready; runs code when it leaves. */
class Leaver extends Never {
  private readonly atLeave: () => void;
  constructor(atLeave: () => void) {
    super();
    this.atLeave = atLeave;
  }
  override unpark(): void {
    this.atLeave();
  }
}

/** A context of somebody else's that runs code when a wait for its end is left. */
const leaving = (atLeave: () => void): ContextLike => ({
  done: () => ({ recv: () => new Leaver(atLeave) }),
  err: () => null,
});

/** Waits until it is granted; counts how often it was left and given back. */
class Grant extends Never {
  left = 0;
  discarded = 0;
  failuresDiscarded = 0;
  override unpark(): void {
    this.left++;
  }
  override discard(): void {
    this.discarded++;
  }
  override discardFailure(): void {
    this.failuresDiscarded++;
  }
  grant(): void {
    this.complete("granted" as never);
  }
}

const outcome = (p: unknown): Promise<unknown> =>
  Promise.resolve(p).then(
    (v) => v,
    (e: unknown) => (e instanceof Error ? e.message : e),
  );

describe("an op that throws as it leaves", () => {
  let uncaught: Uncaught;
  beforeEach(() => (uncaught = hearUncaught()));
  afterEach(() => uncaught.stop());

  const bad = (): Op<never> =>
    new Leaver(() => {
      throw new Error("late");
    });

  it("called off by a signal: the wait fails with its reason, the error is the host's", async () => {
    const stop = new AbortController();
    const waits = [bad(), new Never(), bad()].map((op) => outcome(withSignal(op, stop.signal)));
    await sleep(0);
    stop.abort("off");
    expect(await Promise.all(waits)).toEqual(["off", "off", "off"]);
    expect(uncaught.errors).toMatchObject([{ message: "late" }, { message: "late" }]);
  });

  it("called off by a context: the same, and the channel closes for all who wait", async () => {
    const done = new Chan();
    let error: Error | null = null;
    const ctx = { done: () => done, err: () => error };
    const waits = [new Never(), bad(), new Never()].map((op) =>
      outcome(withOptions(op, { ctx }, "nap").start()),
    );
    error = new Error("ended");
    done.close();
    expect(await Promise.all(waits)).toEqual(["ended", "ended", "ended"]);
    expect([uncaught.errors.length, done.receivers.length]).toEqual([1, 0]);
  });

  it("of a context, as the wait completes: it completes", async () => {
    const ctx = leaving(() => {
      throw new Error("late");
    });
    const op = new Grant();
    const waiting = withOptions(op, { ctx }, "nap").start();
    op.grant();
    expect(await waiting).toBe("granted");
    expect(uncaught.errors).toMatchObject([{ message: "late" }]);
  });
});

describe("what is granted as the wait is left", () => {
  it("is given back if its goroutine ended", () => {
    const op = new Grant();
    const waiting = withOptions(op, { ctx: leaving(() => op.grant()) }, "nap");
    void recordOf(waiting).next();
    void recordOf(waiting).return();
    expect([op.discarded, op.left]).toEqual([1, 0]);
  });

  it("is given back if its goroutine is ended by what runs then", () => {
    for (const fails of [false, true]) {
      const op = new Grant();
      const waiting = withOptions(
        op,
        { ctx: leaving(() => void recordOf(waiting).return()) },
        "nap",
      );
      void recordOf(waiting).next();
      if (fails) op.fail(new Error("no"));
      else op.grant();
      expect([op.discarded, op.failuresDiscarded]).toEqual(fails ? [0, 1] : [1, 0]);
    }
  });

  it("stands if it was called off, and is told once", async () => {
    const stop = new AbortController();
    const op = new Grant();
    const options = { signal: stop.signal, ctx: leaving(() => op.grant()) };
    const waiting = withOptions(op, options, "nap");
    let told = 0;
    void recordOf(waiting).next();
    recordOf(waiting).waiter = { wake: () => void told++ };
    stop.abort("off");
    expect([told, recordOf(waiting).next().value]).toEqual([1, "granted"]);
    expect([op.discarded, op.failuresDiscarded, op.left]).toEqual([0, 0, 0]);
  });

  it("by the wait that calls it off in turn is given back", async () => {
    const stop = new AbortController();
    const op = new Grant();
    const inner = withOptions(op, { ctx: leaving(() => op.grant()) }, "nap");
    const waiting = outcome(withSignal(inner, stop.signal).start());
    stop.abort("off");
    expect([await waiting, op.discarded]).toEqual(["off", 1]);
  });
});

/** Leaves its queue when it is told to, as a receive does. */
class Quits extends Grant {
  quit(): void {
    this.left++;
    this.state = 0;
  }
}

describe("an op that leaves its queue before anybody's code runs", () => {
  it("does so before the context that calls it off is left, and once", () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const ways: ((op: Quits) => void)[] = [
      (op) => {
        const waiting = withOptions(op, { ctx: leaving(() => seen.push(op.left)) }, "nap");
        void recordOf(waiting).next();
        void recordOf(waiting).return();
      },
      (op) => {
        const ctx = leaving(() => seen.push(op.left));
        const waiting = withOptions(op, { ctx, signal: stop.signal }, "nap");
        void outcome(waiting.start());
        stop.abort("off");
      },
    ];
    for (const way of ways) {
      const op = new Quits();
      way(op);
      expect([op.left, seen.pop()]).toEqual([1, 1]);
    }
  });
});

it("an op that completes as it is parked leaves nothing on its signal", async () => {
  class Soon extends Never {
    override park(): void {
      this.complete("soon" as never);
    }
  }
  const { signal } = new AbortController();
  expect(await withSignal(new Soon(), signal)).toBe("soon");
  expect(getEventListeners(signal, "abort").length).toBe(0);
});

const late = new Error("late");
const closed = new Chan();
closed.close();
const ended: [what: string, options: { signal?: AbortSignal; ctx?: ContextLike }][] = [
  ["the signal has fired", { signal: AbortSignal.abort(late) }],
  ["the context has ended", { ctx: { done: () => closed, err: () => late } }],
  ["the context is about to say why it ended", { ctx: endsLate() }],
];

/** A context whose `err` is behind its `done`. */
function endsLate(): ContextLike {
  let asked = 0;
  return { done: () => closed, err: () => (asked++ % 2 === 0 ? null : late) };
}

it.each(ended)(
  "what was asked for before the wait and granted stands, though %s",
  async (_, options) => {
    for (const granted of [true, false]) {
      // Asked whether it may be called off, the op may find that it was granted.
      class Asked extends Never {
        granted = false;
        withdraw(): boolean {
          this.granted = granted;
          if (granted) this.value = "granted" as never;
          return !granted;
        }
        override tryNow(): boolean {
          return this.granted;
        }
        override park(): void {
          if (this.granted) this.complete("granted" as never);
        }
      }
      expect(await outcome(withOptions(new Asked(), options, "nap"))).toBe(
        granted ? "granted" : "late",
      );
    }
  },
);
