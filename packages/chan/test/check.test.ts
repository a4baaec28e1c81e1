/** `checkChan` tells legal channels from broken ones; the model tests call it after every step. */
import { expect, test, vi } from "vitest";
import { withSignal } from "@gort/sched";
import { checkChan, makeChan, nilChan, select } from "../src/index.ts";
import { coreOf } from "../src/channel.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const { signal } = new AbortController();

test("a select may wait for both sides of a channel, with options too, and inside of another select", () => {
  for (const options of [undefined, { signal }]) {
    const both = (): [ch: ReturnType<typeof makeChan<number>>, op: ReturnType<typeof select>] => {
      const ch = makeChan<number>();
      return [ch, select({ in: ch.recv(options), out: ch.send(1, options) })];
    };
    const [plain, op] = both();
    void op.start();
    expect(checkChan(plain)).toEqual({ receivers: 1, senders: 1 });
    const [nested, inner] = both();
    void withSignal(select({ inner, never: null }), signal).start();
    expect(checkChan(nested)).toEqual({ receivers: 1, senders: 1 });
  }
});

test("a receiver and a sender of different waits that did not meet are found, and so is a case of a select that is over", () => {
  const ch = makeChan<number>();
  void ch.recv().start();
  const other = makeChan<number>();
  const lost = other.send(1);
  void lost.start();
  coreOf(other)!.sendq.remove(lost as never);
  coreOf(ch)!.sendq.push(lost as never);
  expect(() => checkChan(ch)).toThrow("receivers and senders wait for each other");

  const third = makeChan<number>();
  const op = select({ in: third.recv({ signal }) });
  void op.start();
  recordOf(op).state = 0;
  expect(() => checkChan(third)).toThrow("a case of a select that is over is queued");
});

test("the channel of another copy of the package is checked as any, the nil channel has nothing to check", async () => {
  vi.resetModules();
  const other = await import("../src/index.ts");
  expect(other.makeChan).not.toBe(makeChan);
  const ch = other.makeChan<number>();
  void ch.recv().start();
  expect(checkChan(ch)).toEqual({ receivers: 1, senders: 0 });
  expect(checkChan(ch.sendOnly())).toEqual({ receivers: 1, senders: 0 });
  expect(checkChan(nilChan())).toEqual({ receivers: 0, senders: 0 });
});
