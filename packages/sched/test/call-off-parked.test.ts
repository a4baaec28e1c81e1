/** A wait with options while it is parked: what it waits on besides, and that nothing of that is left. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import {
  CompetingOp,
  Never,
  type Op,
  run,
  sleep,
  type WaitReason,
  withOptions,
  WOKEN,
} from "./helpers.ts";

/** A wait that somebody outside of a bubble can end. */
class Outside extends Never {
  override isDurable(): boolean {
    return false;
  }
}

test("is durable only if what ends its context is, too", () => {
  const during = (done: Op<unknown>): boolean => {
    const ctx = { done: () => ({ recv: () => done }), err: () => null };
    const op = withOptions(new Never(), { ctx }, "nap");
    op.next();
    const durable = op.isDurable();
    op.return();
    return durable;
  };
  expect([during(new Never()), during(new Outside())]).toEqual([true, false]);
});

/** Woken to compete, it finds that it was misused. */
class Misused extends CompetingOp<void> {
  get reason(): WaitReason {
    return "semacquire";
  }
  override tryNow(): boolean {
    return false;
  }
  override park(): void {}
  override unpark(): void {}
  override retry(): boolean {
    throw new Error("misused");
  }
  wakeUp(): void {
    this.state = WOKEN;
    this.waiter?.wake(this);
  }
}

test("listens to its signal no longer when it throws as it competes", async () => {
  const { signal } = new AbortController();
  const op = new Misused();
  const waiting = run(function* () {
    yield* withOptions(op, { signal }, "nap");
  });
  const error = waiting.catch((e: unknown) => e);
  await sleep(1);
  expect(getEventListeners(signal, "abort").length).toBe(1);
  op.wakeUp();
  expect(String(await error)).toContain("misused");
  expect(getEventListeners(signal, "abort").length).toBe(0);
});
