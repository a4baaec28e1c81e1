/** What users can import is documented: a text for everything, an example that runs for every function and class. */
import { expect, test } from "vitest";
import { readPublicApi } from "../src/public-api.ts";

const api = readPublicApi();

test("the public API of all packages is read", () => {
  const names = api.map((entry) => entry.name);
  for (const name of [
    "chan: makeChan",
    "slice: slices.sort",
    "sched: Op.start",
    "alloc: Allocator.alloc",
  ])
    expect(names).toContain(name);
});

test("every exported function and class has an example", () => {
  const without = api.filter((e) => (e.kind === "function" || e.kind === "class") && !e.hasExample);
  expect(without.map((e) => `${e.where} ${e.name}`)).toEqual([]);
});

test("every export and every member of an exported class or interface says what it is", () => {
  const without = api.filter((e) => e.text.trim() === "");
  expect(without.map((e) => `${e.where} ${e.name}`)).toEqual([]);
});

test("every @param names a parameter that is there", () => {
  const stray = api.filter((e) => e.strayParams.length > 0);
  expect(stray.map((e) => `${e.where} ${e.name}: ${e.strayParams.join(", ")}`)).toEqual([]);
});

test("what overrides a member that editors are not to offer is marked as well", () => {
  expect(api.filter((e) => e.isUnmarked).map((e) => `${e.where} ${e.name}`)).toEqual([]);
});
