/** Every figure in the docs is written by a command. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { figuresIn } from "../src/figures.ts";
import { markdownFiles } from "../src/links.ts";
import { root } from "../src/workspace.ts";

/** Numbers that are no measurements: bounds that the code or a check keeps. */
const constants: Readonly<Record<string, readonly string[]>> = {
  "docs/HACKING.md": ["2 %"],
  "docs/internals/types.md": ["75 %"],
};

const pages = markdownFiles()
  .map((path) => relative(root, path))
  // Written by commands as a whole, or a record of what was true at a release.
  .filter((path) => !/^docs\/benchmarks\/|^docs\/go-parity\.md$|CHANGELOG\.md$/.test(path));

test.each(pages)("%s has no measured figure in its prose", (path) => {
  expect(figuresIn(readFileSync(join(root, path), "utf8"))).toEqual(constants[path] ?? []);
});

test("figures are found in prose, not in code and not in what a command wrote", () => {
  const text = [
    "It takes 19 ns, or 0.5 to 4 µs; 1.3× as fast, 8 % of it, 3 times as slow, 12.6 kB.",
    "A step of 0.5 ms, 256 slots, 64 MiB, `5 ns`, 2 times a week.",
    "```ts\nf(); // 5 ns\n```",
    "<!-- costs: written -->\n| 5 ns |\n<!-- /costs -->",
  ].join("\n\n");
  expect(figuresIn(text)).toEqual(["19 ns", "0.5 to 4 µs", "1.3×", "8 %", "3 times as", "12.6 kB"]);
});
