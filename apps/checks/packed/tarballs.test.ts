/** The tarballs as a user gets them: contents, metadata, and the two ways Node loads them. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { stripped } from "../../../scripts/strip-internal.mjs";
import { entryPoints, readJson } from "../src/packed.ts";
import { sh } from "../src/run.ts";
import { readPackages, type Manifest } from "../src/workspace.ts";

const { packed, dir: project } = inject("project");
const entries = entryPoints();

describe.each(readPackages().map((p) => [p.folder, p] as const))("@gort/%s", (folder, pkg) => {
  const { tarball } = packed.find((p) => p.folder === folder)!;
  const installed = join(project, "node_modules/@gort", folder);

  test("publint --strict has nothing to say", async () => {
    const file = readFileSync(tarball);
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((m) => formatMessage(m, pkg.manifest as never))).toEqual([]);
  });

  test("attw finds the types wherever they are looked for", async () => {
    // One ESM build that `require()` loads is the design, so that one rule does not apply; node10 resolution
    // knows no `exports` at all and no Node that we support.
    const rules = ["--ignore-rules", "cjs-resolves-to-esm", "--profile", "node16"];
    await sh(project, "attw", tarball, ...rules);
  });

  test("the tarball holds the build, the sources and the papers, and no workspace ranges", () => {
    const names = readdirSync(installed);
    for (const name of ["LICENSE", "README.md", "dist", "package.json", "src"]) {
      expect(names).toContain(name);
    }
    if (existsSync(join(pkg.dir, "CHANGELOG.md"))) expect(names).toContain("CHANGELOG.md");
    for (const name of ["test", "bench", "node_modules", "tsconfig.json"]) {
      expect(names).not.toContain(name);
    }
    const manifest = readJson<Manifest>(join(installed, "package.json"));
    for (const [dep, range] of Object.entries(manifest.dependencies ?? {})) {
      const version = readJson<Manifest>(
        join(project, "node_modules", dep, "package.json"),
      ).version;
      expect(range, dep).toBe(`^${version}`);
    }
  });

  test("every file that the manifest names is there, with a source map that finds its sources", () => {
    for (const [subpath, target] of Object.entries(pkg.manifest.exports ?? {})) {
      const targets = typeof target === "string" ? [target] : Object.values(target);
      for (const path of targets) expect(existsSync(join(installed, path)), subpath).toBe(true);
    }
    const dist = join(installed, "dist");
    const maps = readdirSync(dist).filter((name) => name.endsWith(".js.map"));
    expect(maps.length).toBeGreaterThan(0);
    for (const name of maps) {
      for (const source of readJson<{ sources: string[] }>(join(dist, name)).sources) {
        expect(existsSync(join(dist, source)), `${name} names ${source}`).toBe(true);
      }
    }
  });

  test("the declarations show no member that is internal", () => {
    const dist = join(installed, "dist");
    const names = readdirSync(dist).filter((name) => name.endsWith(".d.ts"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const text = readFileSync(join(dist, name), "utf8");
      expect(stripped(text) === text, name).toBe(true);
    }
  });

  test("has no third-party dependency", () => {
    for (const dep of Object.keys(pkg.manifest.dependencies ?? {})) {
      expect(dep).toMatch(/^@gort\//);
    }
  });
});

const program = (load: (entry: string) => string): string =>
  entries.map((entry, i) => `const m${i} = ${load(entry)};`).join("\n") +
  `\nfor (const m of [${entries.map((_, i) => `m${i}`).join(", ")}]) {
     if (Object.keys(m).length === 0) throw new Error("an entry exports nothing");
   }
   const { makeChan } = ${load("@gort/chan")};
   const { run, go } = ${load("@gort/sched")};
   run(function* () {
     const ch = makeChan();
     go(function* () { yield* ch.send("handed over"); });
     console.log(yield* ch.recv());
   });\n`;

test("ESM: every entry imports and works", async () => {
  writeFileSync(
    join(project, "esm.mjs"),
    program((e) => `await import(${JSON.stringify(e)})`),
  );
  expect(await sh(project, "node", "esm.mjs")).toBe("handed over\n");
});

test("CommonJS: every entry loads by require() and works", async () => {
  writeFileSync(
    join(project, "cjs.cjs"),
    program((e) => `require(${JSON.stringify(e)})`),
  );
  expect(await sh(project, "node", "--no-warnings", "cjs.cjs")).toBe("handed over\n");
});
