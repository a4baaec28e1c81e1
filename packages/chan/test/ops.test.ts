import { createFifoScheduler, type Go, Op, run, withSignal } from "@gort/sched";
import { expect, test } from "vitest";
import { type Chan, checkChan, makeChan, prepare, select } from "../src/index.ts";
import { recordOf } from "../../sched/test/record-of.ts";

class Bare extends Op<void> {
  get reason(): "semacquire" {
    return "semacquire";
  }
  tryNow(): boolean {
    return false;
  }
  park(): void {}
  unpark(): void {}
}

test("the ops of channels have the fields of Op, in its order, with what they begin with", () => {
  const bare = Object.entries(new Bare());
  const ch = makeChan<number>(1);
  for (const op of [ch.recv(), ch.send(1), ch.recvOk()]) {
    const own = Object.entries(op).slice(0, bare.length);
    expect(own.map(([name]) => name)).toEqual(bare.map(([name]) => name));
    for (const [name, value] of own)
      if (name !== "value") expect([name, value]).toEqual(bare.find(([of]) => of === name));
    expect(op).toBeInstanceOf(Op);
  }
});

test("`ok` of a receive says after yield* whether the value was sent: buffered, from a parked sender, handed over, closed", async () => {
  const s = createFifoScheduler();
  const sender = (ch: { send(v: number): Op<void> }, v: number) =>
    s.go(function* (): Go {
      yield* ch.send(v);
    });
  const got = await s.run(function* () {
    const out: [number | undefined, boolean][] = [];
    const ch = makeChan<number>();
    const receive = function* (from = ch): Go {
      const op = from.recv();
      out.push([yield* op, op.ok]);
    };
    const buffered = makeChan<number>(1);
    yield* buffered.send(1);
    yield* receive(buffered);
    sender(ch, 2);
    yield;
    yield* receive(); // the sender is parked
    sender(ch, 3);
    yield* receive(); // the sender comes later
    ch.close();
    yield* receive();
    return out;
  });
  expect(got).toEqual([
    [1, true],
    [2, true],
    [3, true],
    [undefined, false],
  ]);
});

const sends: [string, (op: Op<void>) => unknown, unknown][] = [
  ["await", async (op) => op, undefined],
  ["start", (op) => op.start(), undefined],
  ["yield*", (op) => run(() => op[Symbol.iterator]() as never), undefined],
  ["with a signal", (op) => withSignal(op, new AbortController().signal).start(), undefined],
  [
    "as a case",
    async (op) => select({ s: op, never: makeChan().recv() }),
    { case: "s", value: undefined, ok: true },
  ],
  ["as the only case", async (op) => select([op]), { case: 0, value: undefined, ok: true }],
  [
    "as a case of three",
    async (op) => select([null, op, makeChan().recv(), makeChan().recv()]),
    { case: 1, value: undefined, ok: true },
  ],
  [
    "as a case of a prepared select",
    async (op) => prepare({ s: () => op }),
    { case: "s", value: undefined, ok: true },
  ],
];

test.each(sends)("a send gives undefined and its op keeps nothing: %s", async (_, use, gives) => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const ways: [cap: number, take: (ch: Chan<object>) => unknown][] = [
    [1, () => null], // into the buffer
    [0, async (ch) => (await turn(), ch.recv())], // parked, taken by a receiver
  ];
  for (const [cap, take] of ways) {
    const ch = makeChan<object>(cap);
    const op = ch.send({ big: true });
    const [got] = await Promise.all([use(op), take(ch)]);
    expect(got).toEqual(gives);
    expect(recordOf(op).value).toBe(undefined);
    checkChan(ch);
  }
  const ch = makeChan<object>();
  const receiver = ch.recv().start();
  expect(await use(ch.send({ big: true }))).toEqual(gives);
  expect(await receiver).toEqual({ big: true });
  checkChan(ch);
});

test("a send that fails as its channel is closed keeps nothing either", async () => {
  const ch = makeChan<object>();
  const op = ch.send({ big: true });
  const failed = op.start();
  ch.close();
  expect(recordOf(op).value).toBe(undefined);
  await expect(failed).rejects.toThrow("send on closed channel");
});

test("a receive whose zero value cannot be made is used up by each use of it", async () => {
  const type = {
    zero(): never {
      throw new Error("no zero");
    },
  };
  const ch = makeChan(0, { type: type as never });
  ch.close();
  const op = ch.recv();
  await expect(op.start()).rejects.toThrow("no zero");
  await expect(op.start()).rejects.toThrow("operation used twice");
});
