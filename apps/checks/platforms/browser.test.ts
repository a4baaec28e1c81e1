/** The program in headless Chromium, in a page and in a worker, from Vite's build of the tarballs. */
import { copyFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { launch, serve } from "../src/browser.ts";
import { sh } from "../src/run.ts";
import { root } from "../src/workspace.ts";

interface Report {
  expected: string;
  page: string;
  worker: string;
  isolated: boolean;
  error: string;
  violations: number;
}

const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const strict = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; worker-src 'self'; img-src data:; base-uri 'none'",
};

const { dir: project } = inject("project");
let browser: Browser | undefined;
let server: Server | undefined;
let origin = "";

beforeAll(async () => {
  for (const file of ["program.mjs", "page.mjs", "worker.mjs", "index.html"]) {
    copyFileSync(join(root, "apps/checks/programs", file), join(project, file));
  }
  const script = join(root, "apps/checks/src/build-page.ts");
  await sh(root, process.execPath, "--import", "tsx", script, project);
  const kinds = { plain: {}, isolated: isolation, strict };
  ({ server, origin } = await serve(join(project, "dist"), kinds));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(kind: string): Promise<Report & { problems: string[] }> {
  const page = await browser!.newPage();
  try {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${origin}/${kind}/index.html`);
    await page.waitForFunction(() => document.querySelector("output")?.value !== "");
    const text = await page.evaluate(() => document.querySelector("output")!.value);
    return { ...(JSON.parse(text) as Report), problems };
  } finally {
    await page.close();
  }
}

test("a page without cross-origin isolation runs channels, a heap, maps and slices, and so does its worker", async () => {
  const r = await open("plain");
  expect(r).toMatchObject({ error: "", problems: [], isolated: false, violations: 0 });
  expect([r.page, r.worker]).toEqual([r.expected, r.expected]);
});

test("a cross-origin isolated page runs them on shared memory", async () => {
  const r = await open("isolated");
  expect(r).toMatchObject({ error: "", problems: [], isolated: true, violations: 0 });
  expect([r.page, r.worker]).toEqual([r.expected, r.expected]);
});

test("under a strict content security policy they run without compiling text; only the try is reported", async () => {
  const r = await open("strict");
  expect(r).toMatchObject({ error: "", problems: [] });
  expect([r.page, r.worker]).toEqual([r.expected, r.expected]);
  expect(r.violations).toBeLessThanOrEqual(1);
});
