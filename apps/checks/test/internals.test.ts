/** docs/internals leads to every source file, so that nobody has to guess what one is for. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readPackages, root } from "../src/workspace.ts";

/** Files that a package's page need not name, since their own name, or another page, says what they are. */
const elsewhere: Readonly<Record<string, string>> = {
  "index.ts": "the exports",
  "api.ts": "the contracts: the package's README and the site",
  "preset.ts": "the defaults: the package's README",
  "errors.ts": "the texts of errors",
  "states.ts": "the numbers of sched's op-state.ts once more",
};

/** The conformance suites, and tools for tests, are described by the READMEs. */
const suites = "testing/";

test.each(readPackages().map((p) => [p.folder, p] as const))("@gort/%s", (folder, pkg) => {
  const page = readFileSync(join(root, "docs/internals", `${folder}.md`), "utf8");
  const links = (path: string): boolean => page.includes(`(../../${path})`);
  const src = `packages/${folder}/src/`;
  const missing = pkg.src
    .map((file) => file.path)
    .filter((path) => !(basename(path) in elsewhere) && !path.startsWith(src + suites))
    // A folder with an entry point of its own is reached by that.
    .filter((path) => !links(path) && !links(join(dirname(path), "index.ts")));
  expect(missing, `to be linked from docs/internals/${folder}.md`).toEqual([]);
});
