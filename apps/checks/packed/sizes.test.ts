/** Each import of the list, bundled alone by esbuild and by Vite, stays within its budget in sizes.json. */
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import budget from "../sizes.json" with { type: "json" };
import { imports } from "../src/single-imports.ts";
import { compare, slack, table, type Sizes } from "../src/sizes.ts";
import { sh } from "../src/run.ts";
import { root } from "../src/workspace.ts";

const { dir: project } = inject("project");
let sizes: Sizes = {};

beforeAll(async () => {
  // In a process of its own: bundlers look at the environment, and ours is a test runner's.
  const script = join(root, "apps/checks/src/write-sizes.ts");
  const json = await sh(root, process.execPath, "--import", "tsx", script, "--measure", project);
  sizes = JSON.parse(json) as Sizes;
  const { under } = compare(sizes, budget);
  console.log(table(sizes));
  for (const line of under) console.log(`well under its budget (pnpm sizes --write): ${line}`);
}, 300_000);

describe.each(Object.entries(imports))("%s", (from, names) => {
  test.each(names)("%s stays within its budget", (name) => {
    const of = (all: Sizes): Sizes => ({ [from]: { [name]: all[from]![name]! } });
    expect(compare(of(sizes), of(budget)).over, "grown? pnpm sizes --write").toEqual([]);
  });
});

test("every budget is of an import that is measured", () => {
  expect(Object.keys(budget)).toEqual(Object.keys(imports));
  for (const [from, names] of Object.entries(budget)) {
    expect(Object.keys(names), from).toEqual(imports[from]);
  }
});

test("a bundle that grew by more than the slack is found, one that shrank is reported", () => {
  const at = (bytes: number): Sizes => ({
    "@gort/chan": { makeChan: { esbuild: bytes, vite: bytes } },
  });
  expect(slack(5000)).toBe(100);
  expect(compare(at(5100), at(5000))).toEqual({ over: [], under: [] });
  expect(compare(at(5101), at(5000)).over).toHaveLength(2);
  expect(compare(at(4599), at(5000)).under).toHaveLength(2);
  expect(compare({}, at(5000)).over).toHaveLength(1);
  expect(compare(at(5000), {}).over).toHaveLength(2);
});
