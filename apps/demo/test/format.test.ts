/** Numbers as the report shows them. */
import { expect, test } from "vitest";
import { bytes, plural } from "../src/format.ts";

test("sizes have the unit that fits; a heap that never collects has no goal", () => {
  expect([512, 1536, 3 << 20, 5 * 2 ** 30].map(bytes)).toEqual([
    "512 B",
    "1.5 KB",
    "3.0 MB",
    "5.00 GB",
  ]);
  expect(bytes(Infinity)).toBe("none");
});

test("one thing is not several", () => {
  expect([1, 2].map((n) => plural(n, "object"))).toEqual(["1 object", "2 objects"]);
});
