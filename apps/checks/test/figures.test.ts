/** Every figure in the docs is written by a command. */
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import budget from "../sizes.json" with { type: "json" };
import { figuresIn } from "../src/figures.ts";
import { markdownFiles } from "../src/links.ts";
import { slack } from "../src/sizes.ts";
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

test("no changeset has a measured figure", () => {
  const dir = join(root, ".changeset");
  const files = readdirSync(dir).filter((name) => name.endsWith(".md"));
  const found = files.map(
    (name) => [name, figuresIn(readFileSync(join(dir, name), "utf8"))] as const,
  );
  expect(found.filter(([, figures]) => figures.length > 0)).toEqual([]);
});

test("figures are found in prose, not in code and not in what a command wrote", () => {
  const text = [
    "It takes 19 ns, or 0.5 to 4 µs; 1.3× as fast, 8 % of it, 3 times as slow, 12.6 kB.",
    "It takes a tenth less time, or half the work.",
    "A step of 0.5 ms, half of a queue, 256 slots, 64 MiB, `5 ns`, 2 times a week.",
    "```ts\nf(); // 5 ns\n```",
    "<!-- costs: written -->\n| 5 ns |\n<!-- /costs -->",
  ].join("\n\n");
  expect(figuresIn(text)).toEqual([
    "19 ns",
    "0.5 to 4 µs",
    "1.3×",
    "8 %",
    "3 times as",
    "12.6 kB",
    "a tenth less",
    "half the work",
  ]);
});

test("the page of sizes tells those of today (pnpm bench sizes --write)", () => {
  const page = readFileSync(join(root, "docs/benchmarks/sizes.md"), "utf8");
  const rows = [...page.matchAll(/^\| \{ (\w+) \} +\| (@gort\/\w+) .* ([\d.]+) kB +\|$/gm)];
  const told = rows.map(([, name, from, kb]) => [`${from} ${name}`, Number(kb) * 1000] as const);
  const kept = Object.entries(budget).flatMap(([from, names]) =>
    Object.entries(names).map(([name, size]) => [`${from} ${name}`, size.esbuild] as const),
  );
  expect(told.map(([id]) => id)).toEqual(kept.map(([id]) => id));
  const sizes = new Map(told);
  const rounding = 50;
  const stale = kept.filter(([id, n]) => Math.abs(sizes.get(id)! - n) > slack(n) + rounding);
  expect(stale).toEqual([]);
});
