/** Files that may not be read, break off or disappear meanwhile: said, and the rest is indexed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { background } from "@gort/context";
import { createHeap } from "@gort/gc";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { index } from "../src/index-job/job.ts";
import { Store } from "../src/index-job/store.ts";
import { verify } from "../src/index-job/verify.ts";
import { createRuntime } from "../src/runtime.ts";

// Permissions do not bind the superuser, so the file system's refusals come from here.
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  const refuse = (code: string): never => {
    throw Object.assign(new Error(code), { code });
  };
  return {
    ...real,
    readdir: async (path: string, options: object) =>
      path.endsWith("closed") ? refuse("EACCES") : real.readdir(path, options as never),
    open: async (path: string) => {
      if (path.endsWith("secret.md")) refuse("EACCES");
      if (path.endsWith("vanished.md")) refuse("ENOENT");
      const handle = await real.open(path);
      if (path.endsWith("breaks.md")) handle.read = async () => refuse("EIO");
      return handle;
    },
  };
});

let dir = "";
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "gort-problems-"));
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(dir, "closed"));
  for (const name of ["good", "secret", "vanished", "breaks"]) {
    writeFileSync(join(dir, `${name}.md`), `${name} words`);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("a file that is gone when the recount comes is a difference", async () => {
  const gone = join(dir, "gone.md");
  const store = new Store(createHeap({ reserve: 1 << 20 }));
  const { exact, differences } = await verify(store, new Map([[0, gone]]));
  expect([exact, differences]).toEqual([false, [`${gone} does not exist`]]);
});

test("each problem is reported with its path, and what can be indexed is", async () => {
  const parts = {
    scheduler: "gmp",
    allocator: "tiered",
    heap: "mark-sweep",
    procs: 2,
    seed: 1,
  } as const;
  const { scheduler, heap } = createRuntime(parts);
  const report = await scheduler.run(() =>
    index(background(), {
      directory: dir,
      parts,
      scheduler,
      heap,
      maxFile: 1 << 20,
      top: 5,
      queries: ["good"],
      verify: true,
    }),
  );
  expect(report.files).toBe(1);
  expect(report.answers[0]!.best).toEqual([{ path: join(dir, "good.md"), count: 1 }]);
  expect(report.verdict?.exact).toBe(true);
  const problems = report.problems.map(
    (p) => `${p.path.slice(dir.length + 1)} ${p.text} ${p.lost}`,
  );
  expect([...new Set(problems)].sort()).toEqual([
    "breaks.md EIO true",
    "closed may not be read (permission denied) true",
    "secret.md may not be read (permission denied) true",
    "vanished.md does not exist true",
  ]);
});
