import { describe, expect, test } from "vitest";
import { createMemory } from "@gort/alloc";
import { Core } from "../src/core.ts";
import { clearPointerBits, zeroBytes } from "../src/zero.ts";

describe.each(["shared", "array"] as const)("over a %s buffer", (backing) => {
  const c = new Core(createMemory({ reserve: 2 ** 20, backing }), 1);
  const base = c.firstPage * 8192;

  test("clears exactly the bytes asked for", () => {
    for (const bytes of [8, 16, 24, 64, 72, 256, 264, 1000, 8192]) {
      c.u8.fill(0xff, base, base + 8192 + 128);
      zeroBytes(c, base + 64, bytes);
      expect(c.u8.subarray(base, base + 64).every((b) => b === 0xff)).toBe(true);
      expect(c.u8.subarray(base + 64, base + 64 + bytes).every((b) => b === 0)).toBe(true);
      expect(c.u8[base + 64 + bytes]).toBe(0xff);
    }
  });

  test("clears exactly the pointer bits of a range, wherever it begins and ends", () => {
    const bitAt = (p: number): number =>
      (c.i32[c.pointerWords + (p >>> 7)]! >>> ((p >>> 2) & 31)) & 1;
    for (let from = 0; from < 256; from += 8) {
      for (const bytes of [8, 16, 24, 48, 80, 112, 128, 136, 256, 384, 1000]) {
        c.i32.fill(-1, c.pointerWords + (base >>> 7), c.pointerWords + (base >>> 7) + 20);
        clearPointerBits(c, base + from, bytes);
        for (let p = base; p < base + 1280; p += 4) {
          const want = p >= base + from && p < base + from + bytes ? 0 : 1;
          if (bitAt(p) !== want)
            throw new Error(`bit of ${p - base} after clearing ${bytes} bytes from ${from}`);
        }
      }
    }
    expect(bitAt(base + 1280)).toBe(1);
  });
});
