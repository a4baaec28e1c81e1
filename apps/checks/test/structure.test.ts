/** The shape of the repository, as tests: who may import whom, what a file and a manifest look like. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import ratchet from "../ratchet.json" with { type: "json" };
import { areas } from "../../../scripts/changelog.mjs";
import { cycles, freeIdentifiers, readPackages, resolveImport, root } from "../src/workspace.ts";

const packages = readPackages();

/** Direct and transitive dependencies that the design allows, besides `types`. */
const allowed: Record<string, string[]> = {
  types: [],
  alloc: [],
  gc: ["alloc"],
  slice: ["gc", "alloc"],
  map: ["gc", "alloc"],
  sched: [],
  chan: ["sched"],
  sync: ["sched"],
  context: ["chan", "sched"],
};

const hostGlobals = new Set([
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "MessageChannel",
  "queueMicrotask",
  "requestAnimationFrame",
  "performance",
  "Date",
]);

/** The files that may name the host's clock, each with its reason. */
const hostFiles: Record<string, string> = {
  "packages/sched/src/host.ts": "the one place for host timers and queues",
  "packages/gc/src/clock.ts":
    "the default of the `now` option: the memory column has no scheduler to ask",
};

test("there are nine packages", () => {
  expect(packages.map((p) => p.folder).sort()).toEqual(Object.keys(allowed).sort());
});

describe.each(packages.map((p) => [p.folder, p] as const))("@gort/%s", (folder, pkg) => {
  test("imports only what the design allows, and declares exactly what it imports", () => {
    const used = new Set<string>();
    for (const file of pkg.src) {
      for (const { from } of file.imports) {
        if (from.startsWith(".")) {
          const target = resolveImport(file, from);
          expect(target, `${file.path} leaves its package`).toMatch(
            new RegExp(`^packages/${folder}/src/`),
          );
          continue;
        }
        const [, name] = /^(@gort\/[a-z]+)(?:\/primitives)?$/.exec(from) ?? [];
        expect(name, `${file.path} imports ${from}`).toBeDefined();
        used.add(name!);
      }
    }
    const may = ["types", ...allowed[folder]!].map((name) => `@gort/${name}`);
    for (const name of used) expect(may, `${pkg.manifest.name} imports ${name}`).toContain(name);
    const declared = Object.keys(pkg.manifest.dependencies ?? {}).sort();
    expect(declared).toEqual([...used].sort());
    for (const range of Object.values(pkg.manifest.dependencies ?? {})) {
      expect(range).toBe("workspace:^");
    }
  });

  test("names host timers and clocks only where that is allowed", () => {
    for (const file of pkg.src) {
      if (hostFiles[file.path] !== undefined) continue;
      expect(freeIdentifiers(file.ast, hostGlobals), file.path).toEqual([]);
    }
  });

  test("has no cycle of value imports", () => {
    const edges = new Map<string, string[]>();
    for (const file of pkg.src) {
      edges.set(
        file.path,
        file.imports
          .filter((i) => !i.typeOnly && i.from.startsWith("."))
          .map((i) => resolveImport(file, i.from)),
      );
    }
    expect(cycles(edges)).toEqual([]);
  });

  test("relative imports name files that exist", () => {
    for (const file of pkg.src) {
      for (const { from } of file.imports) {
        if (from.startsWith(".")) {
          expect(existsSync(join(root, resolveImport(file, from))), `${file.path}: ${from}`).toBe(
            true,
          );
        }
      }
    }
  });

  test("every source file opens with what it is", () => {
    for (const file of pkg.src) {
      if (file.path.endsWith("index.ts")) continue;
      expect(/^(\/\*\*|\/\/) ?/.test(file.text), `${file.path} has no header`).toBe(true);
    }
  });

  test("index.ts re-exports and does nothing else", () => {
    for (const file of pkg.src.filter((f) => f.path.endsWith("/index.ts"))) {
      for (const node of file.ast.statements) {
        expect(ts.isExportDeclaration(node), `${file.path}: ${node.getText().slice(0, 60)}`).toBe(
          true,
        );
      }
    }
  });

  test("api.ts holds contracts and constants, no code", () => {
    const api = pkg.src.find((f) => f.path === `packages/${folder}/src/api.ts`);
    expect(api, "src/api.ts").toBeDefined();
    for (const node of api!.ast.statements) {
      const fine =
        ts.isInterfaceDeclaration(node) ||
        ts.isTypeAliasDeclaration(node) ||
        ts.isExportDeclaration(node) ||
        (ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true) ||
        (ts.isVariableStatement(node) &&
          node.declarationList.declarations.every(
            (d) =>
              d.initializer === undefined ||
              ts.isNumericLiteral(d.initializer) ||
              ts.isStringLiteral(d.initializer),
          ));
      expect(fine, `${api!.path}: ${node.getText().slice(0, 60)}`).toBe(true);
    }
  });

  test("has a README with the headings that all have, in their order", () => {
    const text = readFileSync(join(pkg.dir, "README.md"), "utf8");
    expect([...text.matchAll(/^## (.*)$/gm)].map((m) => m[1])).toEqual([
      "What is in it",
      "When not",
      "What it costs",
      "Errors",
      "Interop",
      "FAQ",
    ]);
  });

  test("has what a published package needs", () => {
    const { manifest } = pkg;
    expect(manifest.name).toBe(`@gort/${folder}`);
    expect(manifest.private).toBeUndefined();
    expect(manifest.type).toBe("module");
    expect(manifest.license).toBe("MIT");
    expect(manifest.homepage).toMatch(new RegExp(`/packages/${folder}#readme$`));
    expect(manifest.repository).toMatchObject({ directory: `packages/${folder}` });
    expect(manifest.bugs).toMatch(/^https:.*\/issues$/);
    expect(manifest.keywords).toContain(folder);
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.engines).toEqual({ node: ">=20.19" });
    expect(manifest.publishConfig).toMatchObject({ access: "public" });
    expect(manifest.peerDependencies).toBeUndefined();
    for (const file of ["README.md", "LICENSE", "tsup.config.ts", "tsconfig.json"]) {
      expect(existsSync(join(pkg.dir, file)), file).toBe(true);
    }
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === "string") continue;
      expect(Object.keys(target), subpath).toEqual(["@gort/source", "types", "default"]);
      expect(existsSync(join(pkg.dir, target["@gort/source"]!)), target["@gort/source"]).toBe(true);
    }
  });
});

test("packages have no cycle among them", () => {
  const edges = new Map(
    packages.map((p) => [p.manifest.name, Object.keys(p.manifest.dependencies ?? {})]),
  );
  expect(cycles(edges)).toEqual([]);
});

test("the exception list of host files is not stale", () => {
  for (const path of Object.keys(hostFiles)) {
    const file = packages.flatMap((p) => p.src).find((f) => f.path === path);
    expect(file, path).toBeDefined();
    expect(freeIdentifiers(file!.ast, hostGlobals).length, path).toBeGreaterThan(0);
  }
});

test("source files that people write stay under 400 lines; those that do not may only shrink", () => {
  const limits = ratchet as Record<string, number>;
  for (const file of packages.flatMap((p) => p.src)) {
    if (file.path.endsWith(".generated.ts")) continue;
    expect(file.lines, `${file.path}: split it`).toBeLessThanOrEqual(limits[file.path] ?? 400);
  }
  for (const [path, limit] of Object.entries(limits)) {
    const file = packages.flatMap((p) => p.src).find((f) => f.path === path);
    expect(file?.lines, `ratchet.json: ${path} shrank or went; lower its limit`).toBe(limit);
  }
});

test("changesets ties no versions together", () => {
  const config = JSON.parse(readFileSync(join(root, ".changeset/config.json"), "utf8"));
  expect(config.fixed).toEqual([]);
  expect(config.linked).toEqual([]);
});

test("every changeset is one sentence for one package; its file is named <package>-<area>-<words>", () => {
  const dir = join(root, ".changeset");
  const names = packages.map((p) => p.manifest.name);
  for (const file of readdirSync(dir).filter((name) => name.endsWith(".md"))) {
    const text = readFileSync(join(dir, file), "utf8");
    const match = /^---\n"(@gort\/[a-z]+)": (minor|patch)\n---\n\n(.+)\n$/.exec(text);
    expect(match, `.changeset/${file}`).not.toBeNull();
    expect(names).toContain(match![1]);
    // Changelogs have the order of the files' names: `<package>-<area>-<words>`.
    expect(`@gort/${file}`.startsWith(`${match![1]}-`), `.changeset/${file}`).toBe(true);
    expect(Object.keys(areas), `.changeset/${file}`).toContain(file.split("-")[1]);
    expect(match![3], `.changeset/${file}`).toMatch(/^[A-Z`@].*\.$/);
  }
});
