/** A select that is refused a case somebody else waits for: whatever became of that wait, it is not the select's to end. */
import { createDeterministicScheduler, type Go, gosched, type Op, withSignal } from "@gort/sched";
import { withOptions } from "@gort/sched/primitives";
import { expect, test } from "vitest";
import { checkChan, makeChan, prepare, select } from "../src/index.ts";
import { Lock } from "./lock.ts";
import { Never } from "./never.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** An op that was asked for before it is used, as a function that was handed to a group. */
class Asked extends Never<string> {
  withdrawn = false;
  granted = false;

  override tryNow(): boolean {
    if (this.granted) this.value = "asked for";
    return this.granted;
  }

  withdraw(): boolean {
    if (!this.granted) this.withdrawn = true;
    return !this.granted;
  }
}

interface Wait {
  readonly op: Op<any>;
  /** Lets it have what it waits for. */
  grant(): void;
  /** What the goroutine that waits for it gets. */
  readonly gets: unknown;
  /** Asserted once nobody waits any more. */
  after?(): void;
}

const { signal } = new AbortController();
const neverEnds = { done: () => null, err: () => null };
const other = () => makeChan<number>().recv();

function receive(wrap: (op: Op<any>) => Op<any>, gets: unknown = 7): Wait {
  const ch = makeChan<number>();
  return {
    op: wrap(ch.recv()),
    grant: () => expect(ch.trySend(7)).toBe(true),
    gets,
    after() {
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
      expect(ch.recv() === ch.recv()).toBe(false);
    },
  };
}

const waits: [string, () => Wait][] = [
  ["a receive", () => receive((op) => op)],
  ["a receive with a signal", () => receive((op) => withSignal(op, signal))],
  ["a receive with a context", () => receive((op) => withOptions(op, { ctx: neverEnds }, "recv"))],
  ["a select", () => receive((op) => select([op, other()]), { case: 0, value: 7, ok: true })],
  [
    "a prepared select",
    () =>
      receive((op) => prepare({ op: op as never, x: other() }), { case: "op", value: 7, ok: true }),
  ],
  [
    "a prepared select of functions",
    () => {
      const ch = makeChan<number>();
      const op = prepare({ op: () => ch.recv(), x: () => other() });
      return {
        op,
        grant: () => ch.trySend(7),
        gets: { case: "op", value: 7, ok: true },
        after: () => void checkChan(ch),
      };
    },
  ],
  [
    "a send",
    () => {
      const ch = makeChan<number>();
      return {
        op: ch.send(7),
        grant: () => expect(ch.tryRecv()).toEqual([7, true, true]),
        gets: undefined,
        after: () => void checkChan(ch),
      };
    },
  ],
  [
    "a send that failed",
    () => {
      const ch = makeChan<number>();
      return { op: ch.send(7), grant: () => ch.close(), gets: "failed: send on closed channel" };
    },
  ],
  [
    "a lock that it was woken to compete for",
    () => {
      const lock = new Lock();
      lock.taken = true;
      return {
        op: lock.take(),
        grant: () => lock.free(),
        gets: "mine",
        after: () => expect([lock.taken, lock.woken]).toEqual([true, null]),
      };
    },
  ],
  [
    "what was asked for before",
    () => {
      const op = new Asked();
      return {
        op,
        grant: () => {
          op.granted = true;
          op.complete("asked for");
        },
        gets: "asked for",
        after: () => expect(op.withdrawn).toBe(false),
      };
    },
  ],
];

const uses: [string, (op: Op<any>) => Op<any>][] = [
  ["a select of one", (op) => select({ op })],
  ["a select of two", (op) => select({ op, x: other() })],
  ["a select of two, second", (op) => select({ x: other(), op })],
  ["a select of three", (op) => select([other(), op, other()])],
  ["a select in a select", (op) => select({ x: select({ op }), y: other() })],
  ["a prepared select", (op) => prepare({ op: () => op })],
  ["what calls it off", (op) => withSignal(op, signal)],
  ["a select over what calls it off", (op) => select({ x: withSignal(op, signal), y: other() })],
  ["what calls a select off", (op) => withSignal(select({ op, x: other() }), signal)],
];

const asText = (error: unknown): string => `failed: ${(error as Error).message}`;

test.each(waits)("leaves the wait of whoever waits as it is: %s", async (_, make) => {
  for (const [name, use] of uses)
    for (const grantFirst of [true, false])
      for (let seed = 0; seed < 4; seed++) {
        const wait = make();
        const { op, grant } = wait;
        const second = use(op);
        let got: unknown = "nothing";
        let refused: unknown;
        const s = createDeterministicScheduler({ seed });
        await s.run(function* (): Go<void> {
          const owner = s.go(function* (): Go<void> {
            try {
              got = yield* op;
            } catch (error) {
              got = asText(error);
            }
          });
          while (recordOf(op).state === 0 || recordOf(op).waiter === null) yield* gosched();
          if (grantFirst) grant();
          try {
            yield* second;
          } catch (error) {
            refused = asText(error);
          }
          if (!grantFirst) grant();
          yield* owner.join();
        });
        expect([name, refused, got]).toEqual([
          name,
          expect.stringMatching(/in use|pending|twice/),
          wait.gets,
        ]);
        wait.after?.();
      }
});

test("leaves the wait of whoever began it while the select was looking at what calls the op off", async () => {
  for (const cases of [1, 2, 3]) {
    const ch = makeChan<number>();
    const op = ch.recv();
    let owner: unknown = null;
    const ctx = {
      err: () => null,
      done: () => {
        owner ??= op.start();
        return null;
      },
    };
    const c = withOptions(op, { ctx }, "recv");
    const late = select([c, other(), other()].slice(0, cases));
    await expect(late.start()).rejects.toThrow(/in use|pending/);
    expect([checkChan(ch).receivers, ch.trySend(7)]).toEqual([1, true]);
    expect(await owner).toBe(7);
  }
});

test("leaves the cases of a select that somebody waits for, which is its own case too", async () => {
  for (const list of [false, true]) {
    const ch = makeChan<number>();
    const p = prepare({ got: () => ch.recv() });
    const shared = list ? select([p, other(), other()]) : select({ p });
    const [first, second] = [select([shared]), select([shared])];
    const waiting = first.start();
    await expect(second.start()).rejects.toThrow("select case 0 is an operation that is already");
    expect([checkChan(ch).receivers, ch.trySend(7)]).toEqual([1, true]);
    expect(JSON.stringify(await waiting)).toContain('"value":7');
  }
});

test("a select that the function of a prepared one gives again after it lost is refused, and does not wait for nothing", async () => {
  for (const more of [0, 1]) {
    const [a, b] = [makeChan<number>(), makeChan<number>(1)];
    const kept = select([a.recv(), ...Array.from({ length: more }, other)]);
    const p = prepare({ kept: () => kept, b: b.recv() });
    const pass = p.start();
    b.trySend(1);
    expect(await pass).toMatchObject({ case: "b", value: 1 });
    await expect(kept.start()).rejects.toThrow("operation used twice");
    await expect(p.start()).rejects.toThrow("select case kept is an operation that is already");
    expect(checkChan(a).receivers).toBe(0);
  }
});

test("a select that was refused as the case of a prepared one is used up", async () => {
  const ch = makeChan<number>();
  const op = ch.recv();
  const kept = select([op]);
  const waiting = op.start();
  await expect(prepare({ kept: () => kept }).start()).rejects.toThrow("already in use");
  await expect(kept.start()).rejects.toThrow("operation used twice");
  expect(ch.trySend(7)).toBe(true);
  expect(await waiting).toBe(7);
});

test("a prepared select whose pass for one select another use took makes a pass anew", async () => {
  const ch = makeChan<number>(3);
  let calls = 0;
  let op: Op<any> | null = null;
  const p = prepare({ got: () => (calls++, op ?? ch.recv()) });
  const later = select({ p, x: other() });
  for (const v of [1, 2]) ch.trySend(v);
  expect(await p).toMatchObject({ value: 1 });
  expect([await later, calls]).toMatchObject([{ case: "p", value: { value: 2 } }, 3]);
  // A pass that was refused had no cases at all.
  const again = select({ p, x: other() });
  op = ch.recv();
  const waiting = op.start();
  await expect(p.start()).rejects.toThrow("select case got is an operation that is already in use");
  await expect(again.start()).rejects.toThrow("already in use");
  expect([checkChan(ch).receivers, ch.trySend(3), await waiting]).toEqual([1, true, 3]);
});
