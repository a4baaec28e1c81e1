/** A bad argument is named with its value where it is given: nothing waits for ever, or does nothing, because of one. */
import { after, go, newTimer } from "@gort/sched";
import { describe, expect, test } from "vitest";
import {
  checkChan,
  fromSource,
  makeChan,
  nilChan,
  prepare,
  pump,
  select,
  toReadable,
  toWritable,
  trySelect,
} from "../src/index.ts";

class Ctx {
  private readonly over = null;
  done = () => null;
  err = () => this.over;
}

const any = (v: unknown): never => v as never;
const op = () => makeChan<number>(1).recv();

test.each<[string, () => unknown]>([
  ["makeChan: options is null, want no options but name, zero, type", () => makeChan(1, any(null))],
  ["makeChan: options is 5, want no options but", () => makeChan(1, any(5))],
  [
    "makeChan: cap is an object (Object), want an integer from 0 to 1073741824, and then the options",
    () => makeChan(any({ name: "jobs" })),
  ],
  ["makeChan: options.zeroo is 0, want no options but", () => makeChan(1, any({ zeroo: 0 }))],
  ["makeChan: options.name is 5, want a string", () => makeChan(1, any({ name: 5 }))],
  [
    "makeChan: options.type is an object (Object), want a type of @gort/types",
    () => makeChan(1, any({ type: {} })),
  ],
  ["select: cases is null, want an object or a list of operations", () => select(any(null))],
  ["select: cases is 5, want an object or a list", () => select(any(5))],
  ["select: cases is function (anonymous), want", () => select(any(() => op()))],
  ["select: cases is an object (RecvOperation), want an object or a list", () => select(any(op()))],
  ["select: cases is undefined, want an object", () => trySelect(any(undefined))],
  ["select: cases is an object (Map), want an object", () => select(any(new Map([["a", op()]])))],
  ["select: cases is an object (Promise), want", () => select(any(Promise.resolve({ a: op() })))],
  [
    "select: case a is an object (Channel), want an operation",
    () => select({ a: any(makeChan()) }),
  ],
  ["select: case default is 1, want true or false", () => select({ default: any(1) })],
  [
    "select: case default is an object (RecvOperation), want true or false",
    () => trySelect({ a: op(), default: any(op()) }),
  ],
  [
    "select: case default is an object (AbortSignal), want true or false",
    () => select({ default: any(AbortSignal.abort()) }),
  ],
  [
    "prepare: case default is an object (RecvOperation), want",
    () => prepare({ default: any(op()) }),
  ],
  [
    "prepare: case default is function (anonymous), want",
    () => prepare({ default: any(() => op()) }),
  ],
  ["(Channel), want an operation, such as its recv()", () => select([any(makeChan())])],
  ["want an operation, such as its recv()", () => select([any(after(5))])],
  ["want an operation, such as poll(promise)", () => select([any(Promise.resolve())])],
  ["want an operation, such as its c.recv()", () => select([any(newTimer(5))])],
  ["want an operation, such as its done().recv()", () => select([any(new Ctx())])],
  ["want an operation, such as its join()", () => select([any(go(() => {}))])],
  ["want an operation, such as its lock()", () => select([any({ lock() {}, unlock() {} })])],
  ["want an operation, such as its acquire()", () => select([any({ acquire() {} })])],
  ["want an operation, such as its wait()", () => select([any({ wait() {} })])],
  ["want an operation, such as its signal", () => select([any(new AbortController())])],
  ["case late is 50, want an operation, such as sleep(50)", () => select({ late: any(50) })],
  ["case late is NaN, want an operation, an AbortSignal or null", () => select({ late: any(NaN) })],
  ["case a is function op, want an operation, such as its result", () => select({ a: any(op) })],
  [
    "case 0 is an object (Object), want an operation, an AbortSignal or null",
    () => select([any({})]),
  ],
  [
    "select: case 1 is false, want an operation, an AbortSignal or null",
    () => select([op(), any(false)]),
  ],
  [
    "select: options.defualt is true, want no options but default",
    () => select([op()], any({ defualt: true })),
  ],
  ["select: options.default is 1, want true or false", () => select([op()], { default: any(1) })],
  ["prepare: cases is null, want an object of operations", () => prepare(any(null))],
  [
    "prepare: cases is an object (RecvOperation), want an object of operations",
    () => prepare(any(op())),
  ],
  ["prepare: cases is an object (Map), want an object", () => prepare(any(new Map()))],
  ["checkChan: ch is 5, want a channel", () => checkChan(any(5))],
  ["checkChan: ch is null, want a channel", () => checkChan(any(null))],
  ["fromSource: source is 5, want an iterable or a ReadableStream", () => fromSource(any(5))],
  [
    "fromSource: options.cpa is 1, want no options but cap, name, signal, ctx, onError",
    () => fromSource([1], any({ cpa: 1 })),
  ],
  [
    "fromSource: options.signal is 5, want an AbortSignal",
    () => fromSource([1], { signal: any(5) }),
  ],
  ["fromSource: options.onError is 5, want a function", () => fromSource([1], { onError: any(5) })],
  ["fromSource: options.ctx is 5, want a context", () => fromSource([1], { ctx: any(5) })],
  ["toReadable: ch is 5, want a channel", () => toReadable(any(5))],
  [
    "toReadable: options.signal is an object (AbortController), want an AbortSignal",
    () => toReadable(makeChan(), { signal: any(new AbortController()) }),
  ],
  ["toReadable: options.signal is 5, want", () => toReadable(makeChan(), { signal: any(5) })],
  ["toReadable: options.onCancel is 5, want", () => toReadable(makeChan(), { onCancel: any(5) })],
  [
    "toReadable: options.oncancel is function (anonymous), want no options but signal, ctx, onCancel",
    () => toReadable(makeChan(), any({ oncancel: (() => () => {})() })),
  ],
  ["toWritable: ch is undefined, want a channel", () => toWritable(any(undefined))],
])("%s", (text, call) => {
  expect(call).toThrow(TypeError);
  expect(call).toThrow(text);
});

test("the nil channel and views are channels", () => {
  const ch = makeChan<number>();
  for (const c of [nilChan<number>(), ch, ch.recvOnly(), ch.sendOnly()])
    expect(checkChan(c)).toEqual({ receivers: 0, senders: 0 });
});

describe("pump", () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      "pump: source is null, want an iterable or a ReadableStream",
      () => pump(any(null), makeChan()),
    ],
    ["pump: to is 5, want a channel", () => pump([1], any(5))],
    [
      "pump: options is null, want no options but signal, ctx, keepOpen",
      () => pump([1], makeChan(1), any(null)),
    ],
    ["pump: options.kepOpen is true", () => pump([1], makeChan(1), any({ kepOpen: true }))],
    [
      "pump: options.ctx is an array of 2, want a context, such as its first element",
      () => pump([1], makeChan(1), { ctx: any([{}, () => {}]) }),
    ],
    [
      "pump: options.signal is 5, want an AbortSignal",
      () => pump([1], makeChan(1), { signal: any(5) }),
    ],
    [
      "pump: options.keepOpen is 1, want true or false",
      () => pump([1], makeChan(1), { keepOpen: any(1) }),
    ],
    [
      "pump: options.ctx is an object (AbortSignal), want a context",
      () => pump([1], makeChan(1), { ctx: any(AbortSignal.abort()) }),
    ],
    [
      "pump: options is an object (Ctx), want no options but signal, ctx, keepOpen",
      () => pump([1], makeChan(1), any(new Ctx())),
    ],
  ])("%s", async (text, call) => {
    await expect(call()).rejects.toThrow(text);
  });

  test("a source that was refused a channel is not begun", async () => {
    let begun = 0;
    const source = { [Symbol.iterator]: () => [1][(begun++, Symbol.iterator)]() };
    await expect(pump(source, any(5))).rejects.toThrow("pump: to is 5");
    expect(begun).toBe(0);
  });
});
