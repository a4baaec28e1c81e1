/** The tarballs as a user gets them: contents, metadata, and all ways to load them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyProject, packAll, readJson, sh, type Packed } from "../src/packed.ts";
import { readPackages, type Manifest } from "../src/workspace.ts";

const names = readPackages().map((p) => p.folder);
const entries = readPackages().flatMap((p) =>
  Object.keys(p.manifest.exports ?? {})
    .filter((subpath) => subpath !== "./package.json")
    .map((subpath) => p.manifest.name + subpath.slice(1)),
);

let tarballs = "";
let project = "";
let packed: Packed[] = [];

beforeAll(async () => {
  tarballs = mkdtempSync(join(tmpdir(), "gort-packed-"));
  packed = await packAll(tarballs);
  project = await emptyProject(packed);
}, 300_000);

afterAll(() => {
  for (const dir of [tarballs, project]) if (dir) rmSync(dir, { recursive: true, force: true });
});

describe.each(names)("@gort/%s", (name) => {
  const find = (): Packed => packed.find((p) => p.pkg.folder === name)!;

  test("publint --strict has nothing to say", async () => {
    const { pkg } = find();
    const { messages } = await publint({ pkgDir: pkg.dir, pack: "pnpm", strict: true });
    expect(messages.map((m) => formatMessage(m, pkg.manifest as never))).toEqual([]);
  });

  test("attw finds the types wherever they are looked for", async () => {
    // One ESM build that `require()` loads is the design, so that one rule does not apply; node10 resolution
    // knows no `exports` at all and no Node that we support.
    const rules = ["--ignore-rules", "cjs-resolves-to-esm", "--profile", "node16"];
    await sh(tarballs, "attw", find().tarball, ...rules);
  });

  test("the tarball holds the build, the sources and the papers, and no workspace ranges", () => {
    const dir = join(project, "node_modules/@gort", name);
    const manifest = readJson<Manifest>(join(dir, "package.json"));
    for (const [dep, range] of Object.entries(manifest.dependencies ?? {})) {
      expect(range, dep).toMatch(/^\^\d+\.\d+\.\d+$/);
    }
  });

  test("has no third-party dependency", () => {
    for (const dep of Object.keys(find().pkg.manifest.dependencies ?? {})) {
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

test.each(["nodenext", "bundler"])("TypeScript, moduleResolution %s: types infer", async (mode) => {
  writeFileSync(
    join(project, "user.mts"),
    entries.map((e, i) => `import * as m${i} from ${JSON.stringify(e)};`).join("\n") +
      `\nexport const all = [${entries.map((_, i) => `m${i}`).join(", ")}];
import { makeChan, select } from "@gort/chan";
import { run } from "@gort/sched";
const ch = makeChan<number>(1);
export const sum: Promise<number> = run(function* () {
  yield* ch.send(20);
  const [n, ok] = yield* ch.recvOk();
  return ok ? n + 1 : 0;
});
export async function f(): Promise<string> {
  const r = await select({ got: ch.recv(), sent: ch.send(1) });
  switch (r.case) {
    case "got": return r.ok ? r.value.toFixed(1) : "closed";
    case "sent": return r.case;
  }
}
// @ts-expect-error a channel of numbers takes no string
void ch.send("no");
`,
  );
  const options = {
    strict: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2023", "dom", "dom.asynciterable", "esnext.disposable"],
    module: mode === "bundler" ? "esnext" : mode,
    moduleResolution: mode,
    types: [],
  };
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["user.mts"] }),
  );
  await sh(project, "tsc", "-p", "tsconfig.json");
});
