/** Every job of gort at a tiny size, so that no benchmark rots; what is measured is never a test. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measure } from "../src/child.ts";
import gort from "../src/contenders/gort.ts";
import other from "../src/contenders/gort-other.ts";
import native from "../src/contenders/native.ts";
import type { JobSpec } from "../src/jobs.ts";
import { groupOf, groups, jobs } from "../src/jobs.ts";
import { figure, losses, markdown, page } from "../src/report.ts";
import type { JobResult } from "../src/run.ts";
import { ratios, spread } from "../src/stats.ts";
import { targets } from "../src/targets.ts";
import { verdicts } from "../src/verdicts.ts";

const tiny = (job: JobSpec): number =>
  ({ "gc/trees": 5, "latency/timer": 40, "chan/sieve": 20, "context/deep": 50 })[job.id] ?? 300;

const folder = new URL("../peers/", import.meta.url);
const adapters = readdirSync(folder).filter((f) => f.endsWith(".mjs"));
const texts = adapters.map((f) => [f, readFileSync(new URL(f, folder), "utf8")] as const);

test.each(jobs.map((job) => [job.id, job] as const))(
  "%s runs, and agrees with JavaScript",
  async (id, job) => {
    const n = tiny(job);
    const ours = await measure(gort.jobs[id]!, n);
    expect(Number.isFinite(ours.value ?? ours.ms)).toBe(true);
    expect(ours.value ?? ours.ms).toBeGreaterThanOrEqual(0);
    const results = [ours.check];
    for (const c of [native, other]) {
      if (c.jobs[id] !== undefined) results.push((await measure(c.jobs[id], n)).check);
    }
    for (const check of results) expect(check).toBe(ours.check);
  },
);

test("every job is in a group and has gort in it; every job of gort is in the list", () => {
  expect(
    Object.keys(gort.jobs)
      .filter((id) => !jobs.some((j) => j.id === id))
      .sort(),
  ).toEqual(["map/string-delete", "map/struct-delete"]);
  for (const job of jobs) {
    expect(groups.map((g) => g.id)).toContain(groupOf(job.id));
    expect(Object.keys(gort.jobs)).toContain(job.id);
    expect(job.quick).toBeLessThanOrEqual(job.n);
  }
});

test("targets name jobs and contenders that there are", () => {
  const names = texts.map(([, text]) => /\n? *name: "([^"]+)"/.exec(text)![1]!);
  const known = [...names, "JavaScript", "Go", "Go (wasm)", "fastest", "fairest"];
  for (const t of targets) {
    expect(jobs.map((j) => j.id)).toContain(t.job);
    if (t.rival !== undefined) expect(known).toContain(t.rival);
    expect(t.rival === undefined ? t.atMost : t.atLeast).toBeGreaterThan(0);
  }
});

test("adapters of libraries name jobs that there are, and libraries that are installed with them", () => {
  const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const ids = new Set([...jobs.map((j) => j.id), ...Object.keys(gort.jobs)]);
  for (const [file, text] of texts) {
    for (const [, id] of text.matchAll(/"([a-z-]+\/[a-z0-9-]+)":/g)) {
      expect(ids, `${file} does ${id}`).toContain(id);
    }
    const name = /package: "([^"]+)"/.exec(text)![1]!;
    expect(Object.keys(manifest.dependencies)).toContain(name);
  }
});

test("medians, ratios of pairs, figures", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 2, 3]).median).toBe(2.5);
  expect(spread([]).median).toBeNaN();
  expect(ratios([10, 20, 30], [5, 5])).toEqual([2, 4]);
  expect([0.001234, 1.234, 12.34, 1234.5, Infinity, NaN].map(figure)).toEqual([
    "0.0012",
    "1.23",
    "12.3",
    "1,235",
    "never",
    "–",
  ]);
});

test("a missed target and a lost job are said", () => {
  const job = jobs.find((j) => j.id === "chan/buffered")!;
  const row = (name: string, value: number) => ({
    name,
    value: spread([value]),
    ratio: spread([value / 100]),
    notes: [],
  });
  const result: JobResult = {
    job,
    n: 1000,
    rows: [row("gort", 100), row("Go", 50), row("medium", 600)],
    noise: spread([1]),
  };
  const judged = verdicts([result], new Set(["medium"]));
  expect(judged.map((v) => [v.text, v.met])).toEqual([
    ["at least 0.8× Go", false],
    ["at least 5× the fastest library, medium", true],
  ]);
  expect(losses([result])).toEqual([
    "- buffered (100) send + receive: Go needs less, by a factor of 2.00.",
  ]);
  const text = page(groups[0]!, ["a machine"], [result], { head: ["a"], body: [["b|c"]] }, [
    "x.svg",
  ]);
  expect(text).toContain("![Channels](x.svg)");
  expect(text).toContain("b\\|c");
  expect(markdown({ head: ["a", "b"], body: [["1", "2"]] })).toBe(
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
  );
});
