/** Words kept while others are written over them. */
import { expect, it } from "vitest";
import { array, int, ptr, slice, string, struct, uint8, type Type } from "../src/index.ts";
import { isParted, restoreWords, savedWords } from "../src/saved-words.ts";
import { makeSpace } from "./space.ts";

it("puts back what was there, every pointer of every value through the barrier and nothing else", () => {
  const s = makeSpace();
  const T = struct({ n: int, p: ptr(int), m: int });
  const at = s.alloc(T, 3);
  for (let i = 0; i < 3; i++) T.store(s, at + i * T.size, { n: i, p: 64 + 4 * i, m: -i });
  const words = savedWords(s, T, at, 3);
  s.memory.u8.fill(0xff, at, at + 3 * T.size);
  s.writes.length = 0;
  restoreWords(s, T, at, words);
  expect([0, 1, 2].map((i) => T.load(s, at + i * T.size))).toEqual([
    { n: 0, p: 64, m: 0 },
    { n: 1, p: 68, m: -1 },
    { n: 2, p: 72, m: -2 },
  ]);
  expect(s.writes).toEqual([0, 1, 2].map((i) => [at + i * T.size + 4, 64 + 4 * i]));
});

it("puts back the bytes of types that are no words", () => {
  const s = makeSpace();
  const T = array(uint8, 3);
  const at = s.alloc(T, 3);
  s.memory.u8.set([1, 2, 3, 4, 5, 6, 7, 8, 9], at);
  const bytes = savedWords(s, T, at + 3, 1);
  s.memory.u8.fill(0xff, at + 2, at + 7);
  restoreWords(s, T, at + 3, bytes);
  expect([...s.memory.u8.subarray(at, at + 9)]).toEqual([1, 2, 255, 4, 5, 6, 255, 8, 9]);
});

it("is for values of several parts with pointers, and for what somebody else's descriptor writes", () => {
  const other: Type = { ...string, store: () => undefined };
  const types = [struct({ s: string }), struct({ n: int }), string];
  expect(types.map(isParted)).toEqual([true, false, false]);
  const opaque = [other, array(other, 1), struct({ n: int, o: other }), slice(other)];
  expect(opaque.map(isParted)).toEqual([true, true, true, false]);
});
