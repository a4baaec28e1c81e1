/** Go's package `strings` on Go strings, against what Go itself gives. */
import { readFileSync } from "node:fs";
import { isMisuseError } from "@gort/types";
import { describe, expect, test } from "vitest";
import * as subpath from "@gort/slice/strings";
import {
  checkSlice,
  goString,
  isGoString,
  makeSlice,
  sliceOf,
  strings,
  type GoString,
  type Slice,
} from "@gort/slice";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (s: GoString): string => Buffer.from(s.bytes().toArray()).toString("hex");

test("the subpath and the namespace are the same functions", () => {
  expect({ ...subpath }).toEqual({ ...strings });
});

/** The cap and the strings of a list, null if it is nil. */
type List = [number, string[]] | null;
type Row = [
  ...[s: string, t: string, n: number],
  ...[index: number, lastIndex: number, indexByte: number | null, count: number],
  ...[hasPrefix: boolean, hasSuffix: boolean, cut: [string, string, boolean]],
  ...[trimPrefix: string, trimSuffix: string, trimSpace: string],
  ...[split: List, splitN: List, fields: List, join: string, repeat: string | null],
];
const { rows, spaces } = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/stringfuncs.json", import.meta.url), "utf8"),
) as { rows: Row[]; spaces: number[] };

const list = (s: Slice<GoString>): List => {
  checkSlice(s);
  return s.isNil ? null : [s.cap, [...s].map(hex)];
};

/** What our functions give for the arguments of a row. */
function ours(s: GoString | string, t: GoString | string, n: number): unknown[] {
  const [before, after, found] = strings.cut(s, t);
  const first = goString(t).len === 0 ? null : strings.indexByte(s, goString(t).get(0));
  return [
    ...[n, strings.index(s, t), strings.lastIndex(s, t), first, strings.count(s, t)],
    ...[strings.hasPrefix(s, t), strings.hasSuffix(s, t), [hex(before), hex(after), found]],
    ...[strings.trimPrefix(s, t), strings.trimSuffix(s, t), strings.trimSpace(s)].map(hex),
    ...[strings.split(s, t), strings.splitN(s, t, n), strings.fields(s)].map(list),
    hex(strings.join(strings.fields(s), t)),
    n < 0 ? null : hex(strings.repeat(t, n)),
  ];
}

describe("what Go gives", () => {
  test(`for ${rows.length} pairs of strings, valid or not`, () => {
    for (const [s, t, ...want] of rows)
      expect(ours(goString(bytes(s)), goString(bytes(t)), want[0]), `${s} ${t}`).toEqual(want);
  });
  test("for parts of larger strings, whose bytes around them do not count", () => {
    for (const [s, t, ...want] of rows.slice(0, 200)) {
      const all = goString(bytes(`${t}${s}${t}${t}${s}`));
      const [n, m] = [s.length / 2, t.length / 2];
      expect(ours(all.slice(m, m + n), all.slice(m + n, 2 * m + n), want[0])).toEqual(want);
    }
  });
  test("for JavaScript strings that are text", () => {
    let tried = 0;
    for (const [s, t, ...want] of rows) {
      const [a, b] = [goString(bytes(s)), goString(bytes(t))];
      if (!a.valid() || !b.valid()) continue;
      tried++;
      expect(ours(String(a), String(b), want[0]), `${s} ${t}`).toEqual(want);
      expect(strings.contains(String(a), b)).toBe(want[1] >= 0);
    }
    expect(tried).toBeGreaterThan(300);
  });
  test("of white space", () => {
    for (let c = 0; c < 0x10000; c++)
      if (strings.trimSpace(String.fromCharCode(c)).len === 0) expect(spaces).toContain(c);
    for (const c of spaces) {
      const text = `${String.fromCodePoint(c)}x${String.fromCodePoint(c)}`;
      expect(String(strings.trimSpace(text))).toBe("x");
    }
  });
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
  test("what Go panics with", () => {
    const panics = (f: () => unknown): string => {
      try {
        return String(f());
      } catch (e) {
        expect(isMisuseError(e)).toBe(true);
        return (e as Error).message;
      }
    };
    expect(panics(() => repeat("", -1))).toBe("strings: negative Repeat count");
    expect(panics(() => repeat("ab", 2 ** 30))).toBe("strings: Repeat output length overflow");
    const many = new Array<GoString>(2 ** 11).fill(strings.repeat("a", 2 ** 20));
    expect(panics(() => join(many, ""))).toBe("strings: Join output length overflow");
    expect(panics(() => repeat("", 2 ** 40))).toBe("");
  });
});
