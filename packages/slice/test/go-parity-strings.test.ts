import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHeap } from "@gort/gc";
import { bool, int32, isRuntimeError, string, uint8, unsafePointer } from "@gort/types";
import type { GoString } from "@gort/slice";
import {
  RuneError,
  RuneSelf,
  StringBuilder,
  UTFMax,
  append,
  appendRune,
  appendSlice,
  compareStrings,
  concat,
  copy,
  createInterner,
  decodeLastRune,
  decodeRune,
  encodeRune,
  fullRune,
  goString,
  inHeap,
  isGoString,
  makeSlice,
  nilSlice,
  range,
  runeCount,
  runeLen,
  runeStart,
  runeString,
  sliceFrom,
  sliceOf,
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
  test("EncodeRune, AppendRune, RuneStart, RuneSelf and UTFMax as recorded, panics of a short buffer included", () => {
    for (const [r, results] of oracle.encode_rune as [number, string[]][]) {
      for (const [len, want] of results.entries()) {
        const all = Uint8Array.from({ length: len + 2 }, () => 0xaa);
        const part = makeSlice(Uint8Array, [...all]).slice(1, len + 1);
        for (const p of [all.subarray(1, len + 1), part]) {
          let got: string;
          try {
            const n = encodeRune(p, r);
            expect(n).toBe(goString(runeString(r)).len);
            got = Buffer.from([...p]).toString("hex");
          } catch (e) {
            got = (e as Error).message;
            expect(isRuntimeError(e)).toBe(true);
            expect([...p].every((b) => b === 0xaa)).toBe(true);
          }
          expect(got, `${r} in ${len}`).toBe(want);
        }
        expect([part.slice(0, len + 1).get(len), all[0], all[len + 1]]).toEqual([0xaa, 0xaa, 0xaa]);
        const before = makeSlice(Uint8Array, [0x78], len + 1);
        const after = appendRune(before, r);
        expect(String(goString(after))).toBe(`x${String(runeString(r))}`);
        expect(after.array === before.array).toBe(after.len <= len + 1);
      }
    }
    const bytes = Array.from({ length: 256 }, (_, b) => b);
    expect(bytes.filter((b) => runeStart(b))).toEqual(oracle.rune_start);
    expect([RuneSelf, UTFMax]).toEqual([oracle.RuneSelf, oracle.UTFMax]);
  });
  test("AppendRune to bytes in a heap, nil ones first", () => {
    const heap = createHeap({ reserve: 1 << 22 });
    let s = nilSlice(inHeap(heap, uint8));
    for (const r of [0x61, 0xe9, 0x65e5, 0x1f600, -1]) {
      s = appendRune(s, r);
      heap.collect();
    }
    expect(String(goString(s))).toBe("aé日😀\ufffd");
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
    expect(() => decodeRune(5 as never)).toThrow("decodeRune: x is 5");
  });
  const heap = createHeap({ reserve: 1 << 22 });
  const noBytes: [string, unknown][] = [
    ["float32", makeSlice(Float32Array, [104, 105.5])],
    ["uint32", makeSlice(Uint32Array, [104])],
    ["int8", makeSlice(Int8Array, [104])],
    ["bool in a heap", makeSlice(inHeap(heap, bool), [true])],
    ["unsafe.Pointer in a heap", makeSlice(inHeap(heap, unsafePointer), 2)],
    ["string in a heap", makeSlice(inHeap(heap, string), ["a"])],
    ["JavaScript values", sliceOf(104)],
    ["an Int8Array", Int8Array.of(-61)],
    ["an Int32Array", Int32Array.of(300, 1)],
    ["a DataView", new DataView(new ArrayBuffer(2))],
    ["what only says so", { array: { [Symbol.toStringTag]: "Uint8Array" }, off: 0, len: 1 }],
    ["undefined", undefined],
    ["null", null],
    ["a symbol", Symbol("s")],
  ];
  test.each(noBytes)("bytes are asked for by their type, not by their size: %s", (_, x) => {
    const v = x as never;
    for (const [where, f] of [
      ["goString", goString],
      ["runeCount", runeCount],
      ["decodeRune", decodeRune],
      ["decodeLastRune", decodeLastRune],
      ["fullRune", fullRune],
      ["validUtf8", validUtf8],
      ["concat", concat],
      ["equals", (t: never) => goString("a").equals(t)],
      ["compare", (t: never) => goString("a").compare(t)],
      ["compareStrings", (t: never) => compareStrings("a", t)],
      ["writeString", (s: never) => new StringBuilder().writeString(s)],
      ["intern", (s: never) => createInterner().intern(s)],
      ["encodeRune", (p: never) => encodeRune(p, 65)],
      ["appendRune", (p: never) => appendRune(p, 65)],
    ] as [string, (v: never) => unknown][]) {
      expect(() => f(v)).toThrow(TypeError);
      expect(() => f(v)).toThrow(new RegExp(`^${where}: \\w+ is .*, want `));
    }
  });
  test("bytes come from arrays and slices of them, heaps and nil included", () => {
    const inMemory = makeSlice(inHeap(heap, uint8), [0xc3, 0xa9]);
    const buffer = Buffer.from("é");
    for (const x of [inMemory, buffer, sliceFrom(buffer), Uint8ClampedArray.from(buffer)]) {
      const v = x as Uint8Array;
      expect([String(goString(v)), runeCount(v), String(concat(v as never))]).toEqual([
        "é",
        1,
        "é",
      ]);
    }
    const nil = nilSlice(inHeap(heap, uint8));
    expect([goString(nil).len, runeCount(nil as never)]).toEqual([0, 0]);
    expect(String(goString(makeSlice(inHeap(heap, int32), [0xe9])))).toBe("é");
    expect(goString(nilSlice(int32)).len).toBe(0);
  });
  test("a rune is an integer", () => {
    for (const r of ["a", Symbol("r"), 1.5, NaN, 1n, undefined] as never[]) {
      const b = new StringBuilder();
      for (const [where, f] of [
        ["runeString", () => runeString(r)],
        ["writeRune", () => b.writeRune(r)],
        ["encodeRune", () => encodeRune(new Uint8Array(4), r)],
        ["appendRune", () => appendRune(makeSlice(Uint8Array, 0), r)],
      ] as const)
        expect(f).toThrow(new RegExp(`^${where}: r is .*, want an integer$`));
      expect(b.len).toBe(0);
      expect(() => runeStart(r)).toThrow(/^runeStart: b is .*, want an integer from 0 to 255$/);
      expect(() => b.writeByte(r)).toThrow(/^writeByte: b is .*, want an integer from 0 to 255$/);
    }
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
