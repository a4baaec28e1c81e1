/** Hashes: agreement between memory and JavaScript, spread, avalanche. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hashBigInt64,
  hashBytes,
  hashFloat64,
  hashIdentity,
  hashInt32,
  hashInt64,
  hashString,
} from "../src/index.ts";

const utf8 = (s: string): Uint8Array => new TextEncoder().encode(s);

describe("hashString", () => {
  it("is the hash of the UTF-8 bytes, at any alignment, lone surrogates as U+FFFD", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
        .map((u) => String.fromCharCode(...u)),
    );
    fc.assert(
      fc.property(text, fc.integer(), fc.nat(7), (s, seed, pad) => {
        const bytes = utf8(s);
        const u8 = new Uint8Array(pad + bytes.length + 5).fill(0xee);
        u8.set(bytes, pad);
        expect(hashString(s, seed)).toBe(hashBytes(u8, pad, bytes.length, seed));
      }),
      { numRuns: 1500 },
    );
  });

  it("depends on every byte, the length and the seed", () => {
    const all = new Set<number>();
    for (let n = 0; n < 40; n++) all.add(hashString("\0".repeat(n), 1));
    expect(all.size).toBe(40);
    expect(hashString("a", 1)).not.toBe(hashString("a", 2));
  });
});

describe("every hash", () => {
  const hashes: [string, (i: number, seed: number) => number][] = [
    ["hashInt32", (i, s) => hashInt32(i, s)],
    ["hashInt64", (i, s) => hashInt64(i, 7, s)],
    ["hashBigInt64", (i, s) => hashBigInt64(BigInt(i) << 20n, s)],
    ["hashFloat64", (i, s) => hashFloat64(i + 0.25, s)],
    ["hashString", (i, s) => hashString(`key${i}`, s)],
  ];

  it.each(hashes)(
    "%s spreads consecutive keys over buckets, by low and by high bits",
    (_n, hash) => {
      for (const seed of [0, 1, -123456789]) {
        for (const shift of [0, 24]) {
          const counts = new Uint32Array(256);
          const n = 25_600;
          for (let i = 0; i < n; i++) counts[(hash(i, seed) >>> shift) & 255]!++;
          // Chi squared of 255 degrees of freedom: mean 255, deviation 22.6; a bijection may be more even.
          const chi = counts.reduce((sum, c) => sum + (c - 100) ** 2 / 100, 0);
          expect(chi).toBeLessThan(255 + 6 * 22.6);
        }
      }
    },
  );

  it.each(hashes)(
    "%s flips each bit of the result with half the flips of an input bit",
    (_n, hash) => {
      const flips = new Uint32Array(32);
      let trials = 0;
      for (let i = 1; i < 600; i++) {
        for (let bit = 0; bit < 16; bit++) {
          const d = hash(i, 5) ^ hash(i ^ (1 << bit), 5);
          for (let b = 0; b < 32; b++) flips[b]! += (d >>> b) & 1;
          trials++;
        }
      }
      for (const f of flips) expect(Math.abs(f / trials - 0.5)).toBeLessThan(0.06);
    },
  );

  it.each(hashes)("%s is an int32 and depends on its seed", (_n, hash) => {
    let same = 0;
    for (let i = 0; i < 1000; i++) {
      const h = hash(i, i * 7919);
      expect(h).toBe(h | 0);
      if (((hash(i, 1) ^ hash(i, 2)) & 255) === 0) same++;
    }
    expect(same).toBeLessThan(20);
  });

  it("has no collision between single integers", () => {
    const seen = new Set<number>();
    for (let i = -50_000; i < 50_000; i++) seen.add(hashInt32(i, 99));
    expect(seen.size).toBe(100_000);
  });
});

describe("special values", () => {
  it("hashes +0 and -0 alike, and a NaN differently every time", () => {
    expect(hashFloat64(0, 3)).toBe(hashFloat64(-0, 3));
    expect(new Set(Array.from({ length: 50 }, () => hashFloat64(NaN, 3))).size).toBeGreaterThan(45);
  });

  it("hashes objects by identity, registered symbols by key", () => {
    const [a, b] = [{}, {}];
    expect(hashIdentity(a, 1)).toBe(hashIdentity(a, 1));
    expect(hashIdentity(a, 1)).not.toBe(hashIdentity(b, 1));
    expect(hashIdentity(Symbol.for("x"), 1)).toBe(hashIdentity(Symbol.for("x"), 1));
    const s = Symbol("y");
    expect(hashIdentity(s, 1)).toBe(hashIdentity(s, 1));
  });

  it("has bigints of both signs agree with their halves", () => {
    expect(hashBigInt64(-1n, 4)).toBe(hashInt64(-1, -1, 4));
    expect(hashBigInt64((1n << 64n) - 1n, 4)).toBe(hashInt64(-1, -1, 4));
  });
});
