/** Go's package `strings` on Go strings: what Go itself gives, recorded. */
import { readFileSync } from "node:fs";
import { isMisuseError } from "@gort/types";
import { describe, expect, test } from "vitest";
import { checkSlice, goString, strings, type GoString, type Slice } from "@gort/slice";

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (s: GoString): string => Buffer.from(s.bytes().toArray()).toString("hex");

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

describe("strings: looking, splitting, trimming, joining and repeating give what Go gives", () => {
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
  test("splitting by nothing gives runes, and an invalid byte by itself as it is", () => {
    const parts = strings.split(goString(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xc3)), "");
    expect([...parts].map(hex)).toEqual(["61", "ff", "c3a9", "c3"]);
  });
  test("white space is Unicode's", () => {
    for (let c = 0; c < 0x10000; c++)
      if (strings.trimSpace(String.fromCharCode(c)).len === 0) expect(spaces).toContain(c);
    for (const c of spaces) {
      const text = `${String.fromCodePoint(c)}x${String.fromCodePoint(c)}`;
      expect(String(strings.trimSpace(text))).toBe("x");
    }
  });
  test("repeat and join panic with Go's texts", () => {
    const panics = (f: () => unknown): string => {
      try {
        return String(f());
      } catch (e) {
        expect(isMisuseError(e)).toBe(true);
        return (e as Error).message;
      }
    };
    expect(panics(() => strings.repeat("", -1))).toBe("strings: negative Repeat count");
    expect(panics(() => strings.repeat("ab", 2 ** 30))).toBe(
      "strings: Repeat output length overflow",
    );
    const many = new Array<GoString>(2 ** 11).fill(strings.repeat("a", 2 ** 20));
    expect(panics(() => strings.join(many, ""))).toBe("strings: Join output length overflow");
    expect(panics(() => strings.repeat("", 2 ** 40))).toBe("");
  });
});
