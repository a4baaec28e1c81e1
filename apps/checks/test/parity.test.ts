/** docs/go-parity.md says what the tests say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { ORDER, danglingChanges, parityPage, parityTitles } from "../src/parity.ts";
import { root } from "../src/workspace.ts";

test("every package has parity tests", () => {
  for (const folder of ORDER) expect(parityTitles(folder).length, folder).toBeGreaterThan(5);
});

test("every change names a test that exists", () => {
  expect(danglingChanges()).toEqual([]);
});

test("docs/go-parity.md is up to date (pnpm parity writes it)", async () => {
  const path = join(root, "docs/go-parity.md");
  const page = await format(parityPage(), { ...(await resolveConfig(path)), filepath: path });
  expect(readFileSync(path, "utf8") === page).toBe(true);
});

test("code is code on it", () => {
  expect(parityPage()).not.toContain("\\`");
});
