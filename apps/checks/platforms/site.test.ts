/**
 * The documentation's site, as built by `npm run docs`: no dead link, and it works in a real browser from the disk, light, dark and narrow,
 * with its search. The pictures it leaves in docs/artefacts are to be looked at.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch } from "../src/browser.ts";
import { deadInSite, htmlFiles, markdownFiles } from "../src/links.ts";
import { readPackages, root } from "../src/workspace.ts";

const site = join(root, "docs/api");
const artefacts = join(root, "docs/artefacts");
let browser: Browser | undefined;

beforeAll(async () => {
  expect(existsSync(join(site, "index.html")), "run `npm run docs` first").toBe(true);
  mkdirSync(artefacts, { recursive: true });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  console.log(`pictures of the site: ${artefacts}`);
});

/** Opens a page of the site from the disk, and gives what went wrong in it. */
async function open(path: string, options: object = {}): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser!.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("requestfailed", (request) => {
    // From the disk, browsers refuse pictures out of other files; typedoc's script puts its icons into the page instead.
    if (!request.url().endsWith("/assets/icons.svg")) wrong.push(request.url());
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) wrong.push(`asks for ${request.url()}`);
  });
  await page.goto(pathToFileURL(join(site, path)).href);
  await page.waitForFunction(
    () => document.querySelectorAll("#tsd-nav-container a, .tsd-navigation a").length > 20,
  );
  return { page, wrong };
}

async function picture(page: Page, name: string): Promise<void> {
  const path = join(artefacts, `${name}.png`);
  await page.screenshot({ path });
  expect(statSync(path).size).toBeGreaterThan(10_000);
}

/** Mean brightness of the page's background, 0 to 255. */
const brightness = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g)!.map(Number);
    return (r! + g! + b!) / 3;
  });

const wider = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test("no link of the site is dead", () => {
  expect(deadInSite(site)).toEqual([]);
});

test("every file of the repository that the site names is there, at a line that it has", () => {
  const link = /href="https:\/\/github\.com\/gort-dev\/gort\/blob\/main\/([^"#]+)(?:#L(\d+))?"/g;
  const lines = new Map<string, number>();
  let links = 0;
  for (const path of htmlFiles(site)) {
    for (const [, file, line] of readFileSync(path, "utf8").matchAll(link)) {
      links++;
      if (!lines.has(file!)) {
        expect(existsSync(join(root, file!)), `${path} names ${file}`).toBe(true);
        lines.set(file!, readFileSync(join(root, file!), "utf8").split("\n").length);
      }
      expect(Number(line ?? 1), file).toBeLessThanOrEqual(lines.get(file!)!);
    }
  }
  expect(links).toBeGreaterThan(500);
});

test("what the site has copies of are pictures; a link to a source leads to the repository", () => {
  const copies = readdirSync(join(site, "media"));
  expect(copies.filter((name) => !name.endsWith(".svg"))).toEqual([]);
  const page = readFileSync(join(site, "documents/Inside_gort.Inside_chan.html"), "utf8");
  expect(page).toContain('/blob/main/packages/chan/src/core.ts"');
});

test("every page of docs, and how to contribute, is in the site", () => {
  const docs = markdownFiles().filter((path) => path.startsWith(join(root, "docs") + sep));
  expect(htmlFiles(join(site, "documents")).length).toBe(docs.length + 1);
});

test("every export has a category", () => {
  const other = htmlFiles(join(site, "modules")).filter((path) =>
    readFileSync(path, "utf8").includes(">Other<"),
  );
  expect(other, "name their files in scripts/typedoc-categories.mjs").toEqual([]);
});

test("the site has every package, guide, benchmark and page of how it is made in its navigation", async () => {
  const { page, wrong } = await open("index.html", { colorScheme: "light" });
  const titles = await page.$$eval("#tsd-nav-container a, .tsd-navigation a", (links) =>
    links.map((a) => (a.textContent ?? "").replaceAll("\u200b", "").trim()),
  );
  for (const { manifest } of readPackages()) expect(titles).toContain(manifest.name);
  for (const title of [
    "Architecture",
    "Guides",
    "Benchmarks",
    "Go parity",
    "Inside gort",
    "Contributing",
  ]) {
    expect(titles).toContain(title);
  }
  expect(wrong).toEqual([]);
  expect(await brightness(page)).toBeGreaterThan(200);
  await picture(page, "home-light");
  await page.close();
});

test("it is dark for those who have it dark", async () => {
  const { page, wrong } = await open("index.html", { colorScheme: "dark" });
  expect(await brightness(page)).toBeLessThan(80);
  await picture(page, "home-dark");
  await page.close();
  expect(wrong).toEqual([]);
});

describe.each([
  ["a function", "functions/_gort_chan.select.html"],
  ["a class", "classes/_gort_sync.Mutex.html"],
  ["a package", "modules/_gort_chan.html"],
  ["a guide", "documents/Guides.I_know_Go.html"],
  ["inside a package", "documents/Inside_gort.Inside_sched.html"],
  ["benchmarks", "documents/Benchmarks.Channels.html"],
])("%s", (name, path) => {
  test.each([
    ["wide", { colorScheme: "light" }],
    ["narrow", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
  ])("%s", async (width, options) => {
    const { page, wrong } = await open(path, options);
    const file = `${name.replaceAll(" ", "-")}-${width}`;
    await picture(page, file);
    const broken = await page.$$eval("img", (images) =>
      images.filter((i) => i.complete && i.naturalWidth === 0).map((i) => i.src),
    );
    expect(broken).toEqual([]);
    expect(await wider(page), "the page scrolls sideways").toBe(0);
    await page.close();
    expect(wrong).toEqual([]);
  });
});

test("search finds what is typed", async () => {
  const { page, wrong } = await open("index.html");
  await page.keyboard.press("/");
  await page.keyboard.type("withTimeout", { delay: 20 });
  const first = page.locator("#tsd-search-results li a").first();
  await first.waitFor();
  expect((await first.textContent())!.replaceAll("\u200b", "")).toContain("withTimeout");
  await picture(page, "search");
  await first.click();
  await page.waitForURL(/withTimeout\.html/);
  await page.close();
  expect(wrong).toEqual([]);
});
