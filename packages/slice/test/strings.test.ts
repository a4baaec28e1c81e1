/** The functions of `strings` beyond their results: sharing, lists, arguments, and how long they take. */
import { describe, expect, test } from "vitest";
import * as subpath from "@gort/slice/strings";
import {
  decodeLastRune,
  decodeRune,
  fullRune,
  goString,
  isGoString,
  makeSlice,
  sliceOf,
  strings,
  type GoString,
} from "@gort/slice";

test("the subpath and the namespace are the same functions", () => {
  expect({ ...subpath }).toEqual({ ...strings });
});

test("parts share the bytes of the string they are of", () => {
  const s = goString(" a,b ");
  const parts = [
    ...strings.split(s, ","),
    ...strings.split(s, ""),
    ...strings.fields(s),
    ...strings.cut(s, ",").slice(0, 2),
    strings.trimSpace(s),
    strings.trimPrefix(s, " "),
    strings.trimSuffix(s, " "),
  ] as GoString[];
  for (const part of parts) expect(part.array).toBe(s.array);
  expect(strings.trimPrefix(s, "x")).toBe(s);
  expect(strings.join([s], ",")).toBe(s);
});

test("of a JavaScript string no more is encoded than the rune that is asked for", () => {
  for (const end of ["é", "😀", "\ud83d", "\ude00", "a", "\ud83d\ud83d", "\ude00\ude00", "語"]) {
    const text = end + "x".repeat(1 << 20) + end;
    const bytes = goString(text).bytes();
    const before = process.memoryUsage().arrayBuffers;
    const got = [decodeRune(text), decodeLastRune(text), fullRune(text)];
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(text.length);
    expect(got).toEqual([decodeRune(bytes), decodeLastRune(bytes), fullRune(bytes)]);
  }
});

test("lists are slices of Go strings: they grow, and their zero is the empty string", () => {
  const s = strings.splitN("a,b", ",", 4);
  expect([s.len, s.cap]).toEqual([2, 4]);
  expect(s.slice(0, 4).get(3).len).toBe(0);
  expect(isGoString(s.backing.zero())).toBe(true);
  expect(String(s.append(goString("c"), goString("d")))).toBe("[a b c d]");
});

test("join takes slices, arrays and other iterables, of both kinds of strings", () => {
  const abc = ["a", goString("é"), "😀"];
  for (const elems of [abc, sliceOf(...abc), new Set(abc), abc.values()])
    expect(String(strings.join(elems, "-"))).toBe("a-é-😀");
  expect(strings.join([], "-").len).toBe(0);
  for (const elems of ["abc", goString("abc"), null, undefined, 5, {}])
    expect(() => strings.join(elems as never, "-")).toThrow(/^join: elems is .*, want a slice of/);
  expect(() => strings.join(["a", 5 as never], "-")).toThrow("join: element is 5, want a string");
});

test("finding takes linear time where one string nearly is in the other everywhere", () => {
  const a = strings.repeat("a", 200_000);
  const b = a.slice(0, 100_000).concat("b");
  expect(strings.index(a, b)).toBe(-1);
  expect(strings.lastIndex(a, b)).toBe(-1);
  expect(strings.count(a, a.slice(1))).toBe(1);
  expect(strings.lastIndex(a, a.slice(100_000))).toBe(100_000);
});

test("a prefix or suffix of a JavaScript string is looked for at its end alone", () => {
  const s = "é" + "x".repeat(1e6) + "😀";
  for (let i = 0; i < 2000; i++) {
    if (!strings.hasPrefix(s, "éx") || strings.hasPrefix(s, goString("éé"))) throw new Error(s);
    if (!strings.hasSuffix(s, goString("x😀")) || strings.hasSuffix(s, "éé")) throw new Error(s);
  }
});

test("prefixes and suffixes of JavaScript strings are those of their bytes, of half pairs, too", () => {
  const units = ["", "a", "é", "\ufffd", "😀", "\ud83d", "\ude00"];
  const texts = units.flatMap((a) => units.flatMap((b) => units.map((c) => a + b + c)));
  const bytes = texts.map((t) => goString(t));
  const parts = [...new Set(texts)].filter((t) => t.length < 4).map((t) => goString(t));
  parts.push(goString(Uint8Array.of(0xf0, 0x9f)), goString(Uint8Array.of(0x98, 0x80)));
  texts.forEach((t, i) => {
    const s = bytes[i]!;
    for (const part of parts) {
      const n = part.len;
      const begins = n <= s.len && s.slice(0, n).equals(part);
      const ends = n <= s.len && s.slice(s.len - n).equals(part);
      if (strings.hasPrefix(t, part) !== begins) expect([t, String(part)]).toBe(begins);
      if (strings.hasSuffix(t, part) !== ends) expect([t, String(part)]).toBe(ends);
    }
  });
});

describe("what is wrong is named", () => {
  const { index, lastIndex, indexByte, contains, hasPrefix, hasSuffix, count, cut } = strings;
  const { trimPrefix, trimSuffix, trimSpace, split, splitN, fields, join, repeat } = strings;
  const two = { index, lastIndex, contains, hasPrefix, hasSuffix, count, cut };
  const more = { trimPrefix, trimSuffix, split };
  test.each(Object.entries({ ...two, ...more }))("%s", (name, f) => {
    for (const bad of [5, null, undefined, Uint8Array.of(1), makeSlice(Uint8Array, 1)] as never[]) {
      expect(() => f(bad, "a")).toThrow(new RegExp(`^${name}: s is .*, want a string`));
      expect(() => f("a", bad)).toThrow(new RegExp(`^${name}: \\w+ is .*, want a string`));
    }
  });
  test("the others", () => {
    for (const [f, text] of [
      [() => trimSpace(5 as never), "trimSpace: s is 5, want a string"],
      [() => fields(5 as never), "fields: s is 5, want a string"],
      [() => splitN("a", "b", 1.5), "splitN: n is 1.5, want an integer"],
      [() => splitN("a", "b", 1n as never), "splitN: n is 1n, want"],
      [() => splitN(5 as never, "b", 0), "splitN: s is 5, want a string"],
      [() => indexByte("a", 256), "indexByte: b is 256, want an integer from 0 to 255"],
      [() => repeat("a", 0.5), "repeat: count is 0.5, want an integer"],
      [() => repeat(5 as never, 1), "repeat: s is 5, want a string"],
      [() => join([], 5 as never), "join: sep is 5, want a string"],
    ] as [() => unknown, string][])
      expect(f).toThrow(text);
  });
});
