/** Strings between UTF-16 and UTF-8, against Go's own conversions and the platform's encoder. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hashBytes,
  hashString,
  string,
  utf8Compare,
  utf8Length,
  utf8Read,
  utf8Write,
} from "../src/index.ts";
import { sameUtf8 } from "../src/utf8.ts";
import { makeSpace } from "./space.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 30 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
    .map((u) => String.fromCharCode(...u)),
);

describe("utf8Write", () => {
  it("writes what the platform's encoder does, and utf8Length says how much", () => {
    fc.assert(
      fc.property(text, (s) => {
        const want = new TextEncoder().encode(s);
        const u8 = new Uint8Array(want.length + 2);
        expect(utf8Length(s)).toBe(want.length);
        expect(utf8Write(u8, 1, s)).toBe(want.length);
        expect(u8.subarray(1, 1 + want.length)).toEqual(want);
      }),
      { numRuns: 1000 },
    );
  });
});

it("takes one byte more from U+0080, U+0800 and U+10000 on, here and there", () => {
  for (const [rune, bytes] of [
    [0x7f, 1],
    [0x80, 2],
    [0x7ff, 2],
    [0x800, 3],
    [0xffff, 3],
    [0x10000, 4],
    [0x10ffff, 4],
  ] as const) {
    const s = String.fromCodePoint(rune);
    const u8 = new Uint8Array(4);
    expect([utf8Length(s), utf8Write(u8, 0, s)]).toEqual([bytes, bytes]);
    expect(u8.subarray(0, bytes)).toEqual(new TextEncoder().encode(s));
    expect(utf8Read(u8, 0, bytes)).toBe(s);
    expect(hashString(s, 7)).toBe(hashBytes(u8, 0, bytes, 7));
  }
});

describe("utf8Read", () => {
  it("is the inverse for well-formed strings, long ones too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(200), (s, times) => {
        const long = s.repeat(times + 1);
        const bytes = new TextEncoder().encode(long);
        expect(utf8Read(bytes, 0, bytes.length)).toBe(long);
      }),
      { numRuns: 200 },
    );
  });

  it("shows each invalid byte as one U+FFFD, as Go's range does", () => {
    const read = (...b: number[]): string => utf8Read(Uint8Array.from(b), 0, b.length);
    expect(read(0x61, 0xff, 0x62)).toBe("a\ufffdb");
    expect(read(0xe2, 0x82)).toBe("\ufffd\ufffd");
    expect(read(0xc0, 0x80)).toBe("\ufffd\ufffd");
    expect(read(0xed, 0xa0, 0x80)).toBe("\ufffd\ufffd\ufffd");
    expect(read(0xf4, 0x90, 0x80, 0x80)).toBe("\ufffd\ufffd\ufffd\ufffd");
    expect(read(0xe0, 0x80, 0x80)).toBe("\ufffd\ufffd\ufffd");
    expect(read(0xf0, 0x80, 0x80, 0x80)).toBe("\ufffd\ufffd\ufffd\ufffd");
    expect(read(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80)).toBe("€😀");
    // A sequence that ends early, by another character or by the end of the string.
    expect(read(0xc3, 0x28)).toBe("\ufffd(");
    expect(read(0xe2, 0x82, 0x28)).toBe("\ufffd\ufffd(");
    expect(read(0xe2, 0x28, 0x82)).toBe("\ufffd(\ufffd");
    expect(read(0xf0, 0x9f, 0x98, 0x28)).toBe("\ufffd\ufffd\ufffd(");
    expect(read(0xf0, 0x9f, 0x28, 0x80)).toBe("\ufffd\ufffd(\ufffd");
    expect(read(0xf0, 0x28, 0x9f, 0x80)).toBe("\ufffd(\ufffd\ufffd");
    for (const whole of [
      [0xc3, 0xa9],
      [0xe2, 0x82, 0xac],
      [0xf0, 0x9f, 0x98, 0x80],
    ])
      for (let n = 1; n < whole.length; n++)
        // The bytes that are missing lie beyond the end.
        expect(utf8Read(Uint8Array.from(whole), 0, n)).toBe("\ufffd".repeat(n));
  });

  it("never splits a pair at the edge of its inner chunk", () => {
    for (let n = 2045; n < 2051; n++) {
      const s = "a".repeat(n) + "😀b";
      const bytes = new TextEncoder().encode(s);
      expect(utf8Read(bytes, 0, bytes.length)).toBe(s);
    }
  });
});

describe("utf8Compare", () => {
  const compareBytes = (a: string, b: string): number =>
    Buffer.compare(new TextEncoder().encode(a), new TextEncoder().encode(b));

  it("orders strings as their bytes, lone surrogates too", () => {
    // Few units, so that beginnings are often alike.
    const units = [0x61, 0xd7ff, 0xd800, 0xd801, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfffd, 0xffff];
    const near = fc
      .array(fc.constantFrom(...units), { maxLength: 5 })
      .map((u) => String.fromCharCode(...u));
    for (const strings of [near, text])
      fc.assert(
        fc.property(strings, strings, strings, (start, a, b) => {
          expect(utf8Compare(start + a, start + b)).toBe(compareBytes(start + a, start + b));
        }),
        { numRuns: 3000 },
      );
    for (const a of units)
      for (const b of units)
        for (const c of units) {
          const [s, t] = [String.fromCharCode(a, b), String.fromCharCode(a, c)];
          expect(utf8Compare(s, t)).toBe(compareBytes(s, t));
          expect(utf8Compare(s, s.slice(0, 1))).toBe(1);
          expect(utf8Compare(s, t.slice(1))).toBe(compareBytes(s, t.slice(1)));
        }
  });
});

describe("a string in memory", () => {
  it("compares as its bytes do", () => {
    const s = makeSpace();
    const [p, q] = [s.alloc(string), s.alloc(string)];
    fc.assert(
      fc.property(fc.tuple(text, text), fc.boolean(), ([a, b], twist) => {
        const c = twist ? a.replaceAll(/[\ud800-\udfff]/g, "\ufffd") : b;
        const same = new TextEncoder().encode(a).join() === new TextEncoder().encode(c).join();
        expect(sameUtf8(a, c)).toBe(same);
      }),
      { numRuns: 500 },
    );
    string.store(s, p, "");
    string.store(s, q, "");
    expect(s.memory.u32[p >>> 2]).toBe(0);
    expect(string.equal(s, p, q)).toBe(true);
    // One that begins as the other does is another string.
    string.store(s, p, "ab");
    for (const other of ["", "a", "abc", "aB", "xb"]) {
      string.store(s, q, other);
      expect([string.equal(s, p, q), string.equal(s, q, p)]).toEqual([false, false]);
    }
    string.store(s, q, "ab");
    expect(string.equal(s, p, q)).toBe(true);
  });
});
