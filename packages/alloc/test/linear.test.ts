import { expect, test } from "vitest";
import { linearAlloc, linearInit } from "../src/linear.ts";

test("hands out a range from front to back at the alignment asked for, then 0, and a failed call changes nothing", () => {
  const words = new Int32Array(4);
  linearInit(words, 1, 1000, 1100);
  expect([
    linearAlloc(words, 1, 10, 8),
    linearAlloc(words, 1, 16, 16),
    linearAlloc(words, 1, 1, 1),
  ]).toEqual([1000, 1024, 1040]);
  expect(linearAlloc(words, 1, 60, 1)).toBe(0);
  expect(linearAlloc(words, 1, 59, 1)).toBe(1041);
  expect([words[0], words[3]]).toEqual([0, 0]);
});

test("addresses above 2 GiB", () => {
  const words = new Int32Array(2);
  linearInit(words, 0, 3 * 2 ** 30, 2 ** 32);
  expect(linearAlloc(words, 0, 64, 64)).toBe(3 * 2 ** 30);
  expect(linearAlloc(words, 0, 2 ** 30 - 64 - 8, 8)).toBe(3 * 2 ** 30 + 64);
  expect(linearAlloc(words, 0, 8, 8)).toBe(0);
});
