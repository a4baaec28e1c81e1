/** A wait with options while it is parked: what it waits on besides, and that nothing of that is left. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import {
  CompetingOp,
  Never,
  type Op,
  PARKED,
  run,
  sleep,
  type WaitReason,
  withOptions,
  withSignal,
  WOKEN,
  recordOf,
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
    recordOf(op).next();
    const durable = recordOf(op).isDurable();
    recordOf(op).return();
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

/** Woken to compete, it wins from the given try on. */
class Competes extends CompetingOp<string> {
  left = 0;
  tries = 0;
  private readonly wins: number;
  constructor(wins: number) {
    super();
    this.wins = wins;
  }
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
    if (++this.tries >= this.wins) {
      this.value = "mine";
      return true;
    }
    this.state = PARKED;
    return false;
  }
  wakeUp(): void {
    this.state = WOKEN;
    this.waiter?.wake(this);
  }
}

/** Until the op waits, however long a loaded machine takes. */
async function parked(op: Op<any>): Promise<void> {
  while (recordOf(op).state !== PARKED) await new Promise((resolve) => setImmediate(resolve));
}

const forms: [string, (op: Op<string>) => Promise<string>][] = [
  ["await", async (op) => op],
  ["start", async (op) => op.start()],
  ["yield*", (op) => run(() => op[Symbol.iterator]() as never, { deadlock: "exit" })],
];

test.each(forms)("competes as its op does, and parks again when it loses: %s", async (_, use) => {
  const { signal } = new AbortController();
  const op = new Competes(2);
  const waiting = withSignal(op, signal);
  const got = use(waiting);
  await parked(op);
  expect(op.competes).toBe(true);
  op.wakeUp();
  await parked(op);
  expect([op.tries, op.state, recordOf(waiting).state]).toEqual([1, PARKED, PARKED]);
  expect(getEventListeners(signal, "abort").length).toBe(1);
  op.wakeUp();
  expect([await got, op.tries]).toEqual(["mine", 2]);
  expect(getEventListeners(signal, "abort").length).toBe(0);
});

test("where nobody competes its op is not said to", () => {
  const op = new Competes(1);
  const waiting = withSignal(op, new AbortController().signal);
  recordOf(waiting).waiter = { wake() {} };
  expect(recordOf(waiting).tryNow()).toBe(false);
  recordOf(waiting).state = PARKED;
  recordOf(waiting).park();
  expect(op.competes).toBe(false);
});

test.each(forms)("a use that is refused does not make a parked op compete: %s", async (_, use) => {
  const op = new Competes(1);
  const waiting = withSignal(op, new AbortController().signal);
  recordOf(waiting).waiter = { wake() {} };
  recordOf(waiting).state = PARKED;
  recordOf(waiting).park();
  await expect(use(op)).rejects.toThrow("operation used while it is pending");
  await expect(use(waiting)).rejects.toThrow("operation used while it is pending");
  expect([op.competes, (waiting as unknown as Competes).competes]).toEqual([false, false]);
});

test.each(forms)(
  "called off after it competed and lost it leaves, and fails: %s",
  async (_, use) => {
    const stop = new AbortController();
    const op = new Competes(9);
    const got = use(withSignal(op, stop.signal)).catch((e: unknown) => e);
    await parked(op);
    op.wakeUp();
    await parked(op);
    stop.abort("off");
    expect([await got, op.left, op.tries]).toEqual(["off", 1, 1]);
  },
);

test.each(forms)("a signal that fires as the op is parked calls it off: %s", async (_, use) => {
  const stop = new AbortController();
  class Stops extends Competes {
    override park(): void {
      stop.abort("off");
    }
  }
  const op = new Stops(1);
  expect([await use(withSignal(op, stop.signal)).catch((e: unknown) => e), op.left]).toEqual([
    "off",
    1,
  ]);
});

test("the outcome that a goroutine was ended before it took is given back by the op itself, once", () => {
  const given: unknown[] = [];
  class Gives extends Never {
    override discard(): void {
      given.push(this.value);
    }
    override discardFailure(): void {
      given.push(this.error);
    }
  }
  for (const end of [
    (op: Gives) => op.complete("value" as never),
    (op: Gives) => op.fail("failure"),
  ]) {
    const op = new Gives();
    const waiting = withSignal(op, new AbortController().signal);
    void recordOf(waiting).next();
    end(op);
    void recordOf(waiting).return();
  }
  expect(given).toEqual(["value", "failure"]);
});

test("says whether trying its op began something", () => {
  const op = Object.assign(new Never(), { began: false });
  const waiting = withSignal(op, new AbortController().signal) as Op<never> & { began: boolean };
  expect(waiting.began).toBe(false);
  op.began = true;
  expect(waiting.began).toBe(true);
});
