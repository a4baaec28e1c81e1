/** Raw loads and stores against the descriptors. */
import { describe, expect, it } from "vitest";
import * as types from "../src/index.ts";
import { makeSpace } from "./space.ts";

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
