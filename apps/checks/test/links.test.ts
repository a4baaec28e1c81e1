/** No Markdown file of the repository has a link that leads nowhere. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { deadInMarkdown, markdownFiles, slug } from "../src/links.ts";
import { root } from "../src/workspace.ts";

describe("links lead somewhere", () => {
  test.each(markdownFiles().map((path) => [relative(root, path), path]))("%s", (_, path) => {
    expect(deadInMarkdown(path, readFileSync(path, "utf8"))).toEqual([]);
  });
});

test("every page of docs, every picture and every package's README is linked from somewhere", () => {
  const linked = new Set<string>();
  const targets = /(?:\]\(\s*<?|(?:href|src)=")([^)\s>"#]+)/g;
  for (const path of markdownFiles()) {
    for (const [, target] of readFileSync(path, "utf8").matchAll(targets)) {
      linked.add(relative(root, join(path, "..", target!)));
    }
  }
  for (const path of markdownFiles().map((p) => relative(root, p))) {
    if (!/^(docs|packages)\//.test(path) || path.endsWith("CHANGELOG.md")) continue;
    const folder = path.replace(/\/README\.md$/, "");
    expect(linked.has(path) || linked.has(folder), `${path} is linked nowhere`).toBe(true);
  }
});

test("dead links are found, living ones are not", () => {
  const here = join(root, "README.md");
  const text = [
    "# A `heading`, here",
    "[a](#a-heading-here) [b](docs/faq.md) [c](https://example.org/none) `[d](none.md)`",
    "[e](#none) [f](none.md) ![g](none.svg)",
    "```sh",
    "[h](none.md)",
    "```",
  ].join("\n");
  expect(deadInMarkdown(here, text)).toEqual([
    "#none: no such heading",
    "none.md: no such file",
    "none.svg: no such file",
  ]);
  expect(slug("What it costs, in `ns`")).toBe("what-it-costs-in-ns");
});
