import { createFifoScheduler, type Go, Op } from "@gort/sched";
import { expect, test } from "vitest";
import { makeChan } from "../src/index.ts";

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
