/** The documentation's site has a category for every file that an entry point exports from, and no other. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { categories } from "../../../scripts/typedoc-categories.mjs";
import { readPackages } from "../src/workspace.ts";

test.each(readPackages().map((p) => [p.folder, p] as const))("@gort/%s", (folder, pkg) => {
  const src = join(pkg.dir, "src");
  const places = Object.values(categories[folder] ?? {}).flat();
  const has = (path: string): boolean =>
    places.some((p) => (p.endsWith("/") ? path.startsWith(p) : path === p));

  const entries = ["", "testing/", "slices/", "strings/", "maps/"]
    .map((sub) => `${sub}index.ts`)
    .filter((entry) => existsSync(join(src, entry)));
  const exported = entries.flatMap((entry) => {
    const text = readFileSync(join(src, entry), "utf8");
    return [...text.matchAll(/ from "(\..*)\.ts"/g)].map((m) =>
      relative(src, join(src, dirname(entry), m[1]!)),
    );
  });
  expect(exported.length).toBeGreaterThan(0);
  const missing = exported.filter((path) => !has(path) && !path.endsWith("/index"));
  expect(missing, "to be named in scripts/typedoc-categories.mjs").toEqual([]);
  const gone = places.filter((p) => {
    const [path, name] = p.split("#") as [string, string?];
    if (!existsSync(join(src, path.endsWith("/") ? path : `${path}.ts`))) return true;
    if (name === undefined) return false;
    const text = readFileSync(join(src, `${path}.ts`), "utf8");
    return !new RegExp(`^export .*\\b${name}\\b`, "m").test(text);
  });
  expect(gone, "files and exports that are no more").toEqual([]);
});
