import { Op } from "@gort/sched";
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
