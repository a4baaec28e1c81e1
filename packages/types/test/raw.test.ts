/** Raw loads and stores against the descriptors. */
import { describe, expect, it } from "vitest";
import * as types from "../src/index.ts";
import { makeMemory, makeSpace } from "./space.ts";

describe("raw access", () => {
  const s = makeSpace();
  const m = s.memory;
  const p = s.alloc(types.int64, 2);

  it("wraps integers as Go's conversions do", () => {
    types.storeInt8(m, p, 300);
    expect([types.loadInt8(m, p), types.loadUint8(m, p)]).toEqual([44, 44]);
    types.storeInt8(m, p, -1);
    expect([types.loadInt8(m, p), types.loadUint8(m, p)]).toEqual([-1, 255]);
    types.storeInt16(m, p, 0x1ffff);
    expect([types.loadInt16(m, p), types.loadUint16(m, p)]).toEqual([-1, 65535]);
    types.storeInt32(m, p, 2 ** 32 - 1);
    expect([types.loadInt32(m, p), types.loadUint32(m, p), types.loadPtr(m, p)]).toEqual([
      -1,
      2 ** 32 - 1,
      2 ** 32 - 1,
    ]);
    types.storeInt64(m, p, 2n ** 64n - 1n);
    expect([types.loadInt64(m, p), types.loadUint64(m, p)]).toEqual([-1n, 2n ** 64n - 1n]);
  });

  it("reads what descriptors store", () => {
    types.float64.store(s, p, 0.1);
    expect(types.loadFloat64(m, p)).toBe(0.1);
    types.storeFloat64(m, p, -2.5);
    expect(types.float64.load(s, p)).toBe(-2.5);
    types.storeFloat32(m, p, 0.1);
    expect(types.loadFloat32(m, p)).toBe(Math.fround(0.1));
  });
});

it("what the host would refuse without a name is refused by name", () => {
  const m = makeMemory(64);
  const symbol = Symbol("s") as never;
  const cases: [() => unknown, string][] = [
    [() => types.storeInt8(m, 8, symbol), "storeInt8: v is Symbol(s), want a number"],
    [() => types.storeInt16(m, 8, 1n as never), "storeInt16: v is 1n, want a number"],
    [() => types.storeInt32(m, 8, symbol), "storeInt32: v is Symbol(s), want a number"],
    [() => types.storeInt64(m, 8, 1 as never), "storeInt64: v is 1, want a bigint"],
    [() => types.storeFloat32(m, 8, 2n as never), "storeFloat32: v is 2n, want a number"],
    [() => types.storeFloat64(m, 8, symbol), "storeFloat64: v is Symbol(s), want a number"],
    [() => types.storeInt32(m, 8n as never, 1), "storeInt32: p is 8n, want a pointer"],
    [() => types.loadInt16(m, symbol), "loadInt16: p is Symbol(s), want a pointer"],
    [() => types.loadFloat64(m, 8n as never), "loadFloat64: p is 8n, want a pointer"],
    [() => types.loadInt64(m, symbol), "loadInt64: p is Symbol(s), want a pointer"],
    [() => types.loadPtr(m, 4n as never), "loadPtr: p is 4n, want a pointer"],
  ];
  for (const [run, text] of cases) expect(run).toThrow(text);
  expect(m.u8.every((b) => b === 0)).toBe(true);
  // What is not about these is left as it is.
  expect(() => types.storeInt32(null as never, 8, 1)).toThrow(/null/);
});
