/** What calls a wait off may pass on the outcome of something itself, as a select of two contexts does: who is first counts, once. */
import { describe, expect, it } from "vitest";
import {
  Chan,
  CompetingOp,
  type ContextLike,
  Never,
  type Op,
  type WaitReason,
  withOptions,
  withSignal,
  WOKEN,
  recordOf,
} from "./helpers.ts";

/** Passes an outcome on: it claims first, and wakes later. */
class Claimer extends Never {
  discarded = 0;
  override discard(): void {
    this.discarded++;
  }
  override discardFailure(): void {
    this.discarded++;
  }
  claim(): boolean {
    return this.waiter?.claim?.(this) !== false;
  }
  grant(): void {
    this.complete("granted" as never);
  }
  /** Claims, has `between` run, and completes; false if it came too late. */
  pass(between: () => void = () => {}): boolean {
    if (!this.claim()) return false;
    between();
    this.grant();
    return true;
  }
}

const ended = (done: Op<unknown>): ContextLike => ({
  done: () => ({ recv: () => done }),
  err: () => null,
});

const outcome = (p: unknown): Promise<unknown> =>
  Promise.resolve(p).then(
    (v) => v,
    (e: unknown) => (e instanceof Error ? e.message : e),
  );

const ENDED = "context canceled";

/** A wait for `op` that `done`, or the signal of `stop`, calls off. */
function begun(op: Op<unknown>, done: Op<unknown>) {
  const stop = new AbortController();
  const wait = withOptions(op, { ctx: ended(done), signal: stop.signal }, "nap");
  return { stop, wait, over: outcome(wait.start()) };
}

describe("what claims the wait that it calls off", () => {
  it("ends it, and the wait has left its queue", async () => {
    const c = new Chan();
    const done = new Claimer();
    const { over } = begun(c.recv(), done);
    expect(c.receivers.length).toBe(1);
    expect(done.pass()).toBe(true);
    expect([await over, c.receivers.length]).toEqual([ENDED, 0]);
  });

  it("does so by a signal that calls off what waits for the end of the context", async () => {
    const stop = new AbortController();
    const { over } = begun(new Never(), withSignal(new Never(), stop.signal));
    stop.abort("off");
    expect(await over).toBe(ENDED);
  });

  it("ends one that passes its outcome on in turn, which hears of it first", async () => {
    const done = new Claimer();
    const heard: string[] = [];
    const wait = withOptions(new Never(), { ctx: ended(done) }, "nap");
    recordOf(wait).next();
    recordOf(wait).waiter = {
      claim: () => heard.push("claim") > 0,
      wake: () => void heard.push("wake"),
    };
    done.pass();
    expect(heard).toEqual(["claim", "wake"]);
    expect(() => recordOf(wait).next()).toThrow(ENDED);
  });

  it("comes too late when the wait was granted, or is over", async () => {
    const [op, done] = [new Claimer(), new Claimer()];
    const { over } = begun(op, done);
    op.pass(() => expect(done.pass()).toBe(false));
    expect([await over, op.discarded, done.pass()]).toEqual(["granted", 0, false]);
  });

  it("is not told twice when the signal fires before it wakes the wait", async () => {
    const [op, done] = [new Claimer(), new Claimer()];
    const { stop, over } = begun(op, done);
    done.pass(() => stop.abort("off"));
    expect([await over, op.discarded]).toEqual([ENDED, 0]);
  });

  it("leaves the outcome to what is granted before it wakes the wait, and gives back what it has", async () => {
    const [op, done] = [new Claimer(), new Claimer()];
    const { over } = begun(op, done);
    done.pass(() => op.grant());
    expect([await over, op.discarded, done.discarded]).toEqual(["granted", 0, 1]);
  });
});

/** An op that cleans up before it fails. */
class CleansUp extends Claimer {
  readonly told: unknown[] = [];
  abort(error: unknown): boolean {
    return this.told.push(error) > 0;
  }
}

describe("an op that cleans up", () => {
  it("is told, and says itself what became of it", async () => {
    const [op, done] = [new CleansUp(), new Claimer()];
    const { over } = begun(op, done);
    done.pass();
    expect(op.told).toMatchObject([{ message: ENDED }]);
    op.fail("cleaned up");
    expect(await over).toBe("cleaned up");
  });

  it("is told of the first only, and what else called it off is given back", async () => {
    const [op, done] = [new CleansUp(), new Claimer()];
    const { stop, over } = begun(op, done);
    done.pass(() => stop.abort("off"));
    expect([op.told, done.discarded]).toEqual([["off"], 1]);
    op.fail("cleaned up");
    expect(await over).toBe("cleaned up");
  });

  it("is not told when what it waits for was granted", async () => {
    const [op, done] = [new CleansUp(), new Claimer()];
    const { stop, over } = begun(op, done);
    op.pass(() => stop.abort("off"));
    expect([await over, op.told]).toEqual(["granted", []]);
  });

  it("is not told when it has failed, which nobody hears of who was granted something else", async () => {
    const [op, done] = [new CleansUp(), new Claimer()];
    const { wait } = begun(op, done);
    recordOf(wait).waiter = { claim: () => false, wake: () => {} };
    op.fail("lost");
    expect([op.discarded, op.told]).toEqual([1, []]);
  });
});

/** Woken, it competes for what it waits for, and loses. */
class Loser extends CompetingOp<void> {
  left = 0;
  get reason(): WaitReason {
    return "semacquire";
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {}
  override unpark(): void {
    this.left++;
  }
  override retry(): boolean {
    return false;
  }
  wakeUp(): void {
    this.state = WOKEN;
    this.waiter?.wake(this);
  }
}

describe("a wait that is woken and has not run yet", () => {
  it("fails when something calls it off that claims it, and the wake-up is passed on", async () => {
    const [op, done] = [new Loser(), new Claimer()];
    const { over } = begun(op, done);
    op.wakeUp();
    expect(done.pass()).toBe(true);
    expect([await over, op.left]).toEqual([ENDED, 1]);
  });

  it.each(["inner", "outer"])(
    "fails when it has two signals and the %s one fires",
    async (which) => {
      const stops = { inner: new AbortController(), outer: new AbortController() };
      const op = new Loser();
      const over = outcome(
        withSignal(withSignal(op, stops.inner.signal), stops.outer.signal).start(),
      );
      op.wakeUp();
      stops[which as "inner"].abort(which);
      expect([await over, op.left]).toEqual([which, 1]);
    },
  );
});
