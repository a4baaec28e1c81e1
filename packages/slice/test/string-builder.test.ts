import fc from "fast-check";
import { isFatalError } from "@gort/types";
import { expect, test } from "vitest";
import { StringBuilder, createInterner, goString, runeString } from "@gort/slice";

/** Lone surrogates replaced: `String.prototype.toWellFormed`, which Node 20 types do not know. */
const wellFormed = (s: string): string => s.replace(/[\ud800-\udfff]/gu, "\ufffd");

test("builds what concatenation gives, and strings taken earlier do not change", () => {
  const step = fc.oneof(
    fc.string({ unit: "grapheme" }).map((s) => ({ s })),
    fc.integer({ min: -1, max: 0x110001 }).map((r) => ({ r })),
    fc.integer({ min: 0, max: 127 }).map((b) => ({ b })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const b = new StringBuilder();
      let want = "";
      const taken: [string, string][] = [];
      for (const x of steps) {
        if ("s" in x) {
          b.writeString(x.s);
          want += x.s;
        } else if ("r" in x) {
          b.writeRune(x.r);
          want += String(runeString(x.r));
        } else {
          b.writeByte(x.b);
          want += String.fromCharCode(x.b);
        }
        const s = b.string();
        taken.push([want, ""]);
        taken.at(-1)![1] = String(s);
        expect(s.len).toBe(b.len);
        expect(b.cap).toBeGreaterThanOrEqual(b.len);
      }
      for (const [w, got] of taken) expect(got).toBe(wellFormed(w));
      expect(String(b)).toBe(wellFormed(want));
    }),
  );
});

test("reset and grow", () => {
  const b = new StringBuilder();
  b.grow(100);
  expect(b.cap).toBeGreaterThanOrEqual(100);
  b.writeString("abc");
  const s = b.string();
  b.reset();
  b.writeString("xyz");
  expect([String(s), String(b)]).toEqual(["abc", "xyz"]);
  expect(() => b.writeByte(256)).toThrow("writeByte: b is 256");
  expect(() => b.grow(-1)).toThrow("negative count");
  let err: unknown;
  try {
    b.grow(1e12);
  } catch (e) {
    err = e;
  }
  expect([isFatalError(err), (err as Error).message, String(b)]).toEqual([
    true,
    "out of memory",
    "xyz",
  ]);
});

test("an interner gives one object for equal bytes and keeps only those bytes", () => {
  const names = createInterner();
  const long = goString("x".repeat(1000) + "key");
  const a = names.intern(long.slice(1000));
  expect(names.intern("key")).toBe(a);
  expect(names.intern(Uint8Array.from([107, 101, 121]))).toBe(a);
  expect(a.array.length).toBe(3);
  expect(names.intern("other")).not.toBe(a);
  expect(names.size).toBe(2);
  for (let i = 0; i < 2000; i++) names.intern(`n${i}`);
  for (let i = 0; i < 2000; i++) expect(String(names.intern(`n${i}`))).toBe(`n${i}`);
  expect(names.size).toBe(2002);
  // Two that have one hash are two.
  const [one, two] = [names.intern("costarring"), names.intern("liquid")];
  expect([String(one), String(two)]).toEqual(["costarring", "liquid"]);
  expect([names.intern("costarring"), names.intern("liquid")]).toEqual([one, two]);
  expect(names.intern("liquid")).toBe(two);
  names.clear();
  expect(names.size).toBe(0);
  expect(names.intern("key")).not.toBe(a);
});
