import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GoString } from "@gort/slice";
import {
  RuneError,
  append,
  appendSlice,
  compareStrings,
  concat,
  copy,
  decodeLastRune,
  decodeRune,
  fullRune,
  goString,
  isGoString,
  makeSlice,
  nilSlice,
  range,
  runeCount,
  runeLen,
  runeString,
  validRune,
  validUtf8,
} from "@gort/slice";

/** Lone surrogates replaced: `String.prototype.toWellFormed`, which Node 20 types do not know. */
const wellFormed = (s: string): string => s.replace(/[\ud800-\udfff]/gu, "\ufffd");

const oracle = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/utf8conv.json", import.meta.url), "utf8"),
) as Record<string, any>;
const caps = (
  JSON.parse(
    readFileSync(new URL("../../../apps/oracle/data/append_growth.json", import.meta.url), "utf8"),
  ) as { conv_n_bytecap_runecap: [number, number, number][] }
).conv_n_bytecap_runecap;

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (s: GoString): string => Buffer.from(s.bytes().toArray()).toString("hex");
const str = (h: string): GoString => goString(bytes(h));

describe("range over a string yields (byte offset, rune), an invalid byte U+FFFD with width 1", () => {
  test(`all ${oracle.strings.length} recorded inputs, the same runes from []rune(s)`, () => {
    for (const [h, pairs] of oracle.strings as [string, [number, number][]][]) {
      const s = str(h);
      expect([...range(s)], h).toEqual(pairs);
      expect([...s]).toEqual(pairs.map((p) => p[1]));
      expect(s.runes().toArray()).toEqual(pairs.map((p) => p[1]));
      const back = goString(s.runes());
      expect(hex(back), h).toBe(oracle.roundtrip_changed[h] ?? h);
    }
  });
  test("surrogates (ED A0 80) are three U+FFFD; overlong, F5..FF, too large and truncated forms one per byte", () => {
    for (const h of ["eda080", "c080", "f5", "ff", "f4908080", "e697", "f0808080"]) {
      const s = str(h);
      expect([...s], h).toEqual(new Array(s.len).fill(RuneError));
    }
  });
});

describe("unicode/utf8", () => {
  test("len, RuneCount, Valid, FullRune, DecodeRune, DecodeLastRune as recorded", () => {
    for (const [h, len, count, valid, full, r1, n1, r2, n2] of oracle.meta) {
      const s = str(h);
      expect(s.len).toBe(len);
      expect([runeCount(s), s.runeCount()]).toEqual([count, count]);
      expect([validUtf8(s), s.valid()]).toEqual([valid, valid]);
      expect(fullRune(s), h).toBe(full);
      expect(decodeRune(s)).toEqual([r1, n1]);
      expect(decodeLastRune(s), h).toEqual([r2, n2]);
    }
  });
  test("DecodeRune of an empty string is (U+FFFD, 0), of a bad byte (U+FFFD, 1)", () => {
    expect(decodeRune("")).toEqual([RuneError, 0]);
    expect(decodeRune(Uint8Array.of(0xff))).toEqual([RuneError, 1]);
  });
  test("string(rune) of a negative, surrogate or too large value is U+FFFD; RuneLen and ValidRune", () => {
    for (const [r, h, len, valid] of oracle.string_of_rune) {
      expect(hex(runeString(r)), String(r)).toBe(h);
      expect([runeLen(r), validRune(r)]).toEqual([len, valid]);
    }
  });
  test("string([]rune) re-encodes as recorded", () => {
    for (const [runes, h] of oracle.string_of_rune_slice) {
      expect(hex(goString(makeSlice(Int32Array, runes as number[])))).toBe(h);
    }
  });
});

describe("conversions", () => {
  test("[]byte(s) and []rune(s) capacities are rounded to size classes", () => {
    for (const [n, byteCap, runeCap] of caps) {
      const s = goString("a".repeat(n));
      expect([s.bytes().cap, s.runes().cap], String(n)).toEqual([byteCap, runeCap]);
      expect(s.bytes().isNil).toBe(false);
    }
  });
  test("to and from JavaScript strings; lone surrogates become U+FFFD", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (s) => {
        expect(String(goString(s))).toBe(wellFormed(s));
        expect(String(goString(goString(s).bytes()))).toBe(wellFormed(s));
      }),
    );
    expect(String(goString("a\ud800b"))).toBe("a\ufffdb");
    expect(hex(goString("\udc00\ud800"))).toBe("efbfbdefbfbd");
  });
  test("a string may hold any bytes incl. NUL and invalid UTF-8; len counts bytes", () => {
    const s = goString(Uint8Array.of(0, 0xff, 0x41, 0));
    expect([s.len, s.get(0), s.get(1), String(s)]).toEqual([4, 0, 255, "\0\ufffdA\0"]);
  });
  test("the bytes given and the bytes returned are copies: strings never change", () => {
    const given = Uint8Array.of(1, 2, 3);
    const s = goString(given);
    given[0] = 9;
    s.bytes().set(1, 9);
    expect(s.bytes().toArray()).toEqual([1, 2, 3]);
  });
  test("anything else is refused", () => {
    expect(() => goString(5 as never)).toThrow("goString: x is 5");
    expect(() => goString(new Float64Array(1) as never)).toThrow("goString: x is an object");
    expect(() => decodeRune(5 as never)).toThrow("bytes: x is 5");
  });
});

describe("slicing and comparing", () => {
  test("index and slice bounds use bytes; s[len] panics, s[len:] is empty", () => {
    const s = goString("hello");
    expect(() => s.get(5)).toThrow("runtime error: index out of range [5] with length 5");
    expect(s.slice(5).len).toBe(0);
    expect(String(goString("héllo").slice(1, 3))).toBe("é");
    expect(s.at(-1)).toBe(111);
    expect(() => s.at(-6)).toThrow("index out of range [-6]");
  });
  test("a slice shares the bytes", () => {
    const s = goString("hello world");
    expect(s.slice(6).array).toBe(s.array);
    expect(s.slice()).toBe(s);
  });
  test("comparison is by bytes: \\uffff < \\U00010000", () => {
    const sorted = (oracle.strings_sorted_bytewise as string[]).map(str);
    for (const [i, a] of sorted.entries()) {
      for (const [j, b] of sorted.entries()) {
        expect(a.compare(b)).toBe(Math.sign(i - j));
        expect(compareStrings(a, b)).toBe(Math.sign(i - j));
        expect(a.equals(b)).toBe(i === j);
      }
    }
    expect(compareStrings("\uffff", "\u{10000}")).toBe(-1);
  });
  test("JavaScript strings compare like their UTF-8 forms, lone surrogates included", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 6 }),
        fc.string({ unit: "binary", maxLength: 6 }),
        (a, b) => {
          // `binary` units include lone surrogates, which count as U+FFFD.
          const want = Buffer.compare(Buffer.from(a), Buffer.from(b));
          expect(compareStrings(goString(a), goString(b))).toBe(want);
          if (wellFormed(a) === a && wellFormed(b) === b) expect(compareStrings(a, b)).toBe(want);
        },
      ),
    );
  });
  test("concatenation", () => {
    expect(String(concat("a", goString("é"), "", "z"))).toBe("aéz");
    expect(String(goString("x").concat("y", "z"))).toBe("xyz");
    expect(concat().len).toBe(0);
    expect(JSON.stringify([goString("é")])).toBe('["é"]');
    expect([isGoString(goString("")), isGoString("")]).toEqual([true, false]);
  });
});

describe("strings as bytes", () => {
  test("append([]byte, string...) appends the bytes", () => {
    const s = appendSlice(append(nilSlice(Uint8Array), 1), "hé");
    expect(s.toArray()).toEqual([1, 0x68, 0xc3, 0xa9]);
    expect(appendSlice(s, goString("!").slice()).len).toBe(5);
  });
  test("copy from a string to []byte clips the same way", () => {
    const s = makeSlice(Uint8Array, 3);
    expect(copy(s, "abcdef")).toBe(3);
    expect(s.toArray()).toEqual([97, 98, 99]);
    expect(copy(s, goString("xyz").slice(2))).toBe(1);
    expect(s.toArray()).toEqual([122, 98, 99]);
  });
  test("only byte slices take strings", () => {
    expect(() => appendSlice(makeSlice(Float64Array, 0), "a")).toThrow(
      /want a slice of bytes for a string/,
    );
  });
});
