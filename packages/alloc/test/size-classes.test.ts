import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { divide32, generateClasses, render } from "../scripts/generate-size-classes.ts";
import { NUM_SIZE_CLASSES } from "../src/size-classes.generated.ts";
import { classObjects, classPages, classSize } from "../src/size-classes.ts";
import { MAX_SMALL_SIZE, NUM_SPC, TINY_CLASS, TINY_SIZE, TINY_SPC } from "../src/words.ts";

const normal = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/, \]/g, "]")
    .replace(/\[ /g, "[")
    .replace(/,\]/g, "]")
    .replace(/ \]/g, "]");

test("the generated file is what the generator writes", () => {
  const file = readFileSync(new URL("../src/size-classes.generated.ts", import.meta.url), "utf8");
  expect(normal(file)).toBe(normal(render(generateClasses())));
});

test("the words that repeat numbers of the table agree with it", () => {
  expect(TINY_CLASS).toBe(NUM_SIZE_CLASSES);
  expect(TINY_SPC).toBe(2 * NUM_SIZE_CLASSES + 1);
  expect(NUM_SPC).toBe(TINY_SPC + 1);
  expect(classSize[NUM_SIZE_CLASSES - 1]).toBe(MAX_SMALL_SIZE);
  expect([classSize[TINY_CLASS], classPages[TINY_CLASS], classObjects[TINY_CLASS]]).toEqual([
    TINY_SIZE,
    1,
    512,
  ]);
});

test("objects of a class are aligned to the largest power of two that divides its size", () => {
  for (const { size, minAlign } of generateClasses()) {
    expect(size % minAlign).toBe(0);
    expect(minAlign).toBe(Math.min(size & -size, 8192));
  }
});

test("the worst waste of a class is what its smallest request and its tail lose", () => {
  const rows = generateClasses();
  expect(rows[0]!.maxWaste).toBeCloseTo(0.875);
  expect(rows[4]!.maxWaste).toBeCloseTo(((48 - 33) * 170 + 32) / 8192);
  // From 1 KiB up no class wastes more than an eighth of its span to rounding and an eighth to its tail.
  for (const row of rows.slice(8)) expect(row.maxWaste).toBeLessThan(0.17);
});

test("a 32-bit divisor exists for every multiple of 8 up to 32 KiB over 10 pages", () => {
  for (let size = 8; size <= 2048; size += 8) expect(divide32(size, 81920).shift).toBeLessThan(32);
});
