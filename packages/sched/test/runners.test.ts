/** Bubbles and fake timers under the other test runners, without plugins: `node --test` and jest as real child processes. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const fixture = (name: string): string => join(folder, "test/runners", name);

interface Result {
  readonly code: number;
  readonly out: string;
}

function node(args: string[], fails: boolean): Promise<Result> {
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    GORT_SEED: "",
    GORT_RUNNER_FAILS: fails ? "1" : "0",
  };
  delete (env as Record<string, string>).NODE_TEST_CONTEXT;
  return new Promise((resolve) => {
    // Before the test's own limit, so that a child that hangs is ended and its output shown.
    const options = { cwd: folder, env, timeout: 50_000 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out: stdout + stderr });
    });
  });
}

describe("bubble under node:test", () => {
  const args = [
    "--conditions=@gort/source",
    "--import",
    "tsx",
    "--test",
    fixture("bubble.node.mjs"),
  ];

  test("passes", async () => {
    const { code, out } = await node(args, false);
    expect(out).toMatch(/pass 6\b/);
    expect(code).toBe(0);
  }, 60_000);

  test("a failure ends with the line that repeats it", async () => {
    const { code, out } = await node(args, true);
    expect(out).toMatch(/on purpose[^]*replay with: GORT_SEED=77/);
    expect(out).toMatch(/fail 1\b/);
    expect(code).toBe(1);
  }, 60_000);
});

test("fake timers: those of node:test", async () => {
  const name = fixture("mock-timers.node.mjs");
  const args = ["--conditions=@gort/source", "--import", "tsx", "--test", name];
  const { code, out } = await node(args, false);
  expect(out).toMatch(/pass 5\b/);
  expect(code).toBe(0);
}, 60_000);

describe("bubble under jest", () => {
  let out: string;
  let args: string[];

  beforeAll(async () => {
    // Jest has no TypeScript of its own: the package as a build would give it.
    out = await mkdtemp(join(folder, "node_modules/.gort-jest-"));
    await build({
      entryPoints: {
        index: join(folder, "src/index.ts"),
        primitives: join(folder, "src/primitives.ts"),
        testing: join(folder, "src/testing/index.ts"),
      },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "neutral",
      target: "es2022",
      conditions: ["@gort/source"],
      outExtension: { ".js": ".mjs" },
      outdir: out,
    });
    const config = join(out, "jest.config.json");
    await writeFile(
      config,
      JSON.stringify({
        rootDir: folder,
        testMatch: ["<rootDir>/test/runners/*.jest.mjs"],
        moduleFileExtensions: ["mjs", "js"],
        transform: {},
        watchman: false,
        moduleNameMapper: {
          "^@gort/sched$": join(out, "index.mjs"),
          "^@gort/sched/primitives$": join(out, "primitives.mjs"),
          "^@gort/sched/testing$": join(out, "testing.mjs"),
        },
      }),
    );
    const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
    args = ["--experimental-vm-modules", jest, "--runInBand", "--no-cache", "--config", config];
  });

  afterAll(() => rm(out, { recursive: true, force: true }));

  test("passes", async () => {
    const r = await node(args, false);
    expect(r.out).toMatch(/Tests:\s+6 passed, 6 total/);
    expect(r.code).toBe(0);
  }, 60_000);

  test("a failure ends with the line that repeats it", async () => {
    const r = await node(args, true);
    expect(r.out).toMatch(/on purpose[^]*replay with: GORT_SEED=77/);
    expect(r.out).toMatch(/Tests:\s+1 failed, 6 passed, 7 total/);
    expect(r.code).toBe(1);
  }, 60_000);
});
