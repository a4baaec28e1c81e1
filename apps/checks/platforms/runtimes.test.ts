/** The same program, from the tarballs, on every runtime: as an ES module and by `require()`. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { parallel, sh } from "../src/run.ts";
import { installRuntime, runtimes, type Runtime } from "../src/runtimes.ts";
import { root } from "../src/workspace.ts";

const { dir: project } = inject("project");
const binaries = new Map<Runtime, string>();

beforeAll(async () => {
  for (const file of ["program.mjs", "main.mjs", "main.cjs"]) {
    copyFileSync(join(root, "apps/checks/programs", file), join(project, file));
  }
  await parallel(runtimes, 2, async (r) => void binaries.set(r, await installRuntime(r)));
}, 300_000);

describe.each(runtimes.map((r) => [`${r.name} ${r.version}`, r] as const))("%s", (_, runtime) => {
  const run = (...args: string[]): Promise<string> =>
    sh(project, binaries.get(runtime)!, ...runtime.args, ...args);

  test("is the version it says", async () => {
    const version = await sh(project, binaries.get(runtime)!, "--version");
    expect(version.replace(/^(v|deno )/, "")).toMatch(
      new RegExp(`^${runtime.version.replaceAll(".", "\\.")}\\b`),
    );
  });

  test("runs channels, locks, contexts, a heap, maps and slices as an ES module", async () => {
    expect(await run("main.mjs")).toBe("ok\n");
  });

  test("runs them by require(), and both ways give the same instances", async () => {
    expect(await run("main.cjs")).toBe("ok\n");
  });
});
