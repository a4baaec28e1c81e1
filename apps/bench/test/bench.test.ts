/** Every job of gort at a tiny size, so that no benchmark rots; what is measured is never a test. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { measure, report } from "../src/child.ts";
import { readOptions } from "../src/cli.ts";
import { crossovers } from "../src/crossover.ts";
import type { Entrant } from "../src/contender-list.ts";
import gort from "../src/contenders/gort.ts";
import other from "../src/contenders/gort-other.ts";
import native from "../src/contenders/native.ts";
import type { JobBody } from "../src/job.ts";
import type { JobSpec } from "../src/jobs.ts";
import { groupOf, groups } from "../src/groups.ts";
import { jobs, leaderOf } from "../src/jobs.ts";
import { merge, mergeGrowth } from "../src/kept.ts";
import { optional } from "../src/large-pages.ts";
import { nodeBinary } from "../src/nodes.ts";
import { processorWait } from "../src/processor-wait.ts";
import { reason, reasonedJobs } from "../src/reasons.ts";
import { figure, losses, markdown, page, shortfalls, verdictCells } from "../src/report.ts";
import { type JobResult, runJob } from "../src/run.ts";
import { ratios, spread } from "../src/stats.ts";
import { OTHER_FORM, targets } from "../src/targets.ts";
import { type Verdict, verdicts } from "../src/verdicts.ts";

const tiny = (job: JobSpec): number =>
  job.id.startsWith("gc/trees")
    ? 5
    : ({ "latency/timer": 40, "chan/sieve": 20, "context/deep": 50 }[job.id] ?? 300);

const folder = new URL("../peers/", import.meta.url);
const adapters = readdirSync(folder).filter((f) => f.endsWith(".mjs"));
const texts = adapters.map((f) => [f, readFileSync(new URL(f, folder), "utf8")] as const);

const leaders = jobs.filter((job) => job.with === undefined);

test.each(leaders.map((job) => [job.id, job] as const))(
  "%s runs, and agrees with JavaScript",
  async (id, job) => {
    const n = tiny(job);
    const members = jobs.filter((j) => j.with === id).map((j) => j.id);
    const ours = await measure(gort.jobs[id]!, n);
    const results = [ours];
    for (const c of [native, other]) {
      if (c.jobs[id] !== undefined) results.push(await measure(c.jobs[id], n));
    }
    for (const r of results) {
      expect(r.check).toBe(ours.check);
      // The jobs of the same process have values too. Some are differences, which can be below 0 in a run as small.
      expect(Object.keys(r.more ?? {}).sort()).toEqual(members.sort());
      for (const value of [r.value ?? r.ms, ...Object.values(r.more ?? {})]) {
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  },
);

test("every job is in a group and has gort in it; every job of gort is in the list", () => {
  expect(Object.keys(gort.jobs).sort()).toEqual(leaders.map((j) => j.id).sort());
  for (const job of jobs) {
    expect(groups.map((g) => g.id)).toContain(groupOf(job.id));
    expect(job.quick).toBeLessThanOrEqual(job.n);
    // What is measured in one process has one size.
    const leader = leaderOf(job);
    expect(leader.with).toBeUndefined();
    const { n, quick, full, growth, runs } = leader;
    expect(job).toMatchObject({ n, quick });
    expect([job.full, job.growth, job.runs]).toEqual([full, growth, runs]);
  }
});

test("every library with channels is measured for latency, and every map for its stall", () => {
  for (const [file, text] of texts) {
    const does = (id: string): boolean => text.includes(`"${id}"`);
    if (does("chan/unbuffered")) expect(does("latency/timer"), file).toBe(true);
    if (text.includes("mapJobs(")) expect(does("map/stall"), file).toBe(true);
    if (does("chan/unbuffered")) expect(does("sched/parked"), file).toBe(true);
  }
});

test("reasons are given for jobs that there are, and never for Go in WebAssembly", () => {
  for (const id of reasonedJobs) expect(jobs.map((j) => j.id)).toContain(id);
  expect(reason("chan/sieve", "Go")).toContain("registers");
  expect(reason("chan/sieve", "Go (wasm)")).toBeUndefined();
  expect(reason("chan-async/buffered", "medium")).toContain("no promise");
  expect(reason("gc/barrier-on", "Go")).toBeUndefined();
});

test("figures are kept by job: a later run replaces its own jobs only", () => {
  const folder = mkdtempSync(join(tmpdir(), "gort-bench-test-"));
  const file = join(folder, "results.jsonl");
  const of = (id: string, value: number): JobResult => ({
    job: jobs.find((j) => j.id === id)!,
    n: 1,
    rows: [{ name: "gort", value: spread([value]), ratio: spread([]), notes: [] }],
    noise: spread([Infinity]),
  });
  merge(file, [of("chan/sieve", 1), of("map/stall", 2)], ["first"]);
  const merged = merge(file, [of("map/stall", 3)], ["second"]);
  expect(merged.map((k) => [k.result.job.id, k.result.rows[0]!.value.max, k.header[0]])).toEqual([
    ["chan/sieve", 1, "first"],
    ["map/stall", 3, "second"],
  ]);
  // JSON has no Infinity; the file has.
  expect(merge(file, [], [])[0]!.result.noise.max).toBe(Infinity);
  const growth = {
    job: jobs[0]!,
    lines: [{ name: "gort", points: [[1000, 5]] as [[number, number]] }],
  };
  const curves = join(folder, "growth.jsonl");
  expect(mergeGrowth(curves, [growth], "a")).toEqual(mergeGrowth(curves, [], "b"));
  rmSync(folder, { recursive: true });
});

test("the command line: rows are never replaced by fewer, growth has an end, nothing asked for is left out in silence", () => {
  const exit = vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Error("exit");
  });
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const read = (...args: string[]): unknown => readOptions(["node", "bench", ...args]);
  for (const less of [["--only", "Go"], ["--no-peers"]]) {
    expect(() => read("--write", ...less)).toThrow("exit");
    expect(said).toHaveBeenLastCalledWith(expect.stringContaining("without --only"));
    expect(read("--out", "/tmp/x", ...less)).toMatchObject({ write: true });
  }
  expect(read("map")).not.toHaveProperty("growth");
  expect(read("--growth", "map")).toMatchObject({ growth: 1e6, what: ["map"] });
  expect(read("--growth-to", "1e7")).toMatchObject({ growth: 1e7 });
  expect(() => read("--growth-to", "far")).toThrow("exit");
  for (const pair of [
    "--check --json",
    "--check --vs HEAD",
    "--vs HEAD --write",
    "--vs HEAD --growth",
  ]) {
    expect(() => read(...pair.split(" "))).toThrow("exit");
    expect(said).toHaveBeenLastCalledWith(expect.stringMatching(/^bench: --\w+ and --\w+ exclude/));
  }
  exit.mockRestore();
  said.mockRestore();
});

test("the crossover is the size from which gort needs no more than JavaScript", () => {
  const of = (ours: number[], theirs: number[]): string | undefined => {
    const line = (name: string, values: number[]) => ({
      name,
      points: values.map((v, i): [number, number] => [10 ** (i + 3), v]),
    });
    const lines = [line("gort", ours), line("JavaScript", theirs)];
    return crossovers([{ job: jobs[0]!, lines }])[0];
  };
  expect(of([9, 9, 9], [1, 9, 10])).toBe("unbuffered hand-off: from n = 10,000 on");
  expect(of([1, 9, 9], [2, 1, 10])).toBe("unbuffered hand-off: from n = 100,000 on");
  expect(of([1, 1], [2, 1])).toBe("unbuffered hand-off: at every size measured");
  expect(of([1, 3], [2, 1])).toBe("unbuffered hand-off: from no measured size on");
  expect(of([1], [])).toBeUndefined();
});

test("large pages are a row where kernel and libc leave them to the program", () => {
  expect(optional("always [madvise] never", "2.36")).toBe(true);
  expect(optional("always [madvise] never", "2.34")).toBe(false);
  expect(optional("always [madvise] never", undefined)).toBe(false);
  expect(optional("[always] madvise never", "2.36")).toBe(false);
});

test("what a thread waits for a processor is read of the kernel, and 0 where it does not tell", () => {
  const dir = mkdtempSync(join(tmpdir(), "gort-bench-"));
  const path = join(dir, "schedstat");
  writeFileSync(path, "119611408 9801516 22\n");
  const waited = processorWait(path);
  expect(waited()).toBe(9.801516);
  writeFileSync(path, "119611409 12801516 23\n");
  expect(waited()).toBe(12.801516);
  rmSync(dir, { recursive: true });
  expect(processorWait(path)()).toBe(0);
  expect(processorWait()()).toBeGreaterThanOrEqual(0);
});

test("another Node is a path or a version", () => {
  const say = (): void => {};
  expect(nodeBinary(process.execPath, say).version).toBe(process.version);
  expect(() => nodeBinary("newest", say)).toThrow('node: "newest" is neither a path nor a version');
});

test("results are compared before anything is timed, and one that differs is not", async () => {
  const fake = (name: string, check: number): Entrant => ({
    name,
    version: "1",
    jobs: ["chan/sieve"],
    library: true,
    notes: {},
    limits: {},
    command: ({ n, runs }) => [
      process.execPath,
      ["-p", `JSON.stringify({ check: ${check}, value: ${n} / 2, runs: ${runs} })`],
    ],
  });
  const job = jobs.find((j) => j.id === "chan/sieve")!;
  const effort = { size: "quick", rounds: 2, thorough: true } as const;
  const asked: string[] = [];
  const all = [fake("gort", 7), fake("right", 7), fake("wrong", 8)];
  const [result] = await runJob(job, [job], all, effort, (who) => asked.push(who));
  expect(result!.rows.map((r) => [r.name, r.value.median, r.error])).toEqual([
    ["gort", 150, undefined],
    ["right", 150, undefined],
    ["wrong", NaN, "its result is 8, gort's 7"],
  ]);
  expect(result!.noise).toEqual({ median: 1, min: 1, max: 1 });
  expect(asked.filter((who) => who === "wrong")).toEqual([]);
  expect(asked.slice(3)).toEqual(["gort", "right", "gort", "gort", "right", "gort"]);
});

test("a process repeats a job to warm up, and measures it no more often than it has time for", async () => {
  const sizes = async (runs: number, ms: number): Promise<number[]> => {
    const asked: number[] = [];
    const body: JobBody = (n) => {
      asked.push(n);
      return { check: n, value: asked.length };
    };
    const n = 2_000_000; // More than what it warms up with.
    const { value } = await report(body, { n, runs, ms, unit: "ms" });
    expect(value).toBe(asked.indexOf(n) + 1);
    const warm = asked.filter((x) => x < n);
    return [Math.sign(warm.length), asked.length - warm.length];
  };
  expect(await sizes(3, Infinity)).toEqual([1, 3]);
  expect(await sizes(3, 0)).toEqual([1, 1]);
  expect(await sizes(0, Infinity)).toEqual([0, 1]);
});

/** A clock by which no round takes long. */
const still = (): number => 0;

test("whom no target names has one round, of the libraries only those that may be the fastest have more", async () => {
  const fake = (name: string, library: boolean, value: number): Entrant => ({
    name,
    version: "1",
    jobs: ["chan/unbuffered"],
    library,
    notes: {},
    limits: {},
    command: () => [process.execPath, ["-p", `JSON.stringify({ check: 1, value: ${value} })`]],
  });
  const job = jobs.find((j) => j.id === "chan/unbuffered")!;
  const all = [
    fake("gort", false, 1),
    fake("Go", false, 2),
    fake("JavaScript", false, 2),
    fake("slow", true, 9),
    fake("fast", true, 3),
    fake("close", true, 4),
  ];
  const asked: string[] = [];
  const effort = { size: "quick", rounds: 2, thorough: false } as const;
  const [result] = await runJob(job, [job], all, effort, (who) => asked.push(who), still);
  const names = all.map((e) => e.name);
  expect(asked.slice(6)).toEqual([...names, "gort", "gort", "Go", "fast", "close", "gort"]);
  expect(result!.rows.map((r) => r.ratio.median)).toEqual([1, 2, 2, 9, 3, 4]);
});

test("targets name jobs and contenders that there are", () => {
  const names = texts.map(([, text]) => /\n? *name: "([^"]+)"/.exec(text)![1]!);
  const known = [...names, "JavaScript", "Go", "Go (wasm)", "fastest", "fairest"];
  for (const t of targets) {
    expect(jobs.map((j) => j.id)).toContain(t.job);
    if (t.rival !== undefined) expect(known).toContain(t.rival);
    if (t.form !== undefined) expect(Object.keys(other.jobs)).toContain(t.job);
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
    `- buffered (100) send + receive: Go needs less, by a factor of 2.00: ${reason("chan/buffered", "Go")}.`,
  ]);
  const title = (id: string): string => `<${id}>`;
  const text = page(groups[0]!, ["a machine"], [result], judged, title, ["x.svg"]);
  expect(text).toContain("![Channels](x.svg)");
  expect(text).toContain("| <chan/buffered> | at least 0.8× Go |");
  expect(text).not.toContain("What stands in the way");
  expect(markdown({ head: ["a", "b"], body: [["1", "2|3"]] })).toBe(
    "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |",
  );
});

test("a target may be one of gort's other form", async () => {
  const values: Record<string, number> = { gort: 100, [OTHER_FORM]: 40, easyts: 60, effect: 300 };
  const all = Object.entries(values).map(([name, value]): Entrant => ({
    name,
    version: "1",
    jobs: ["chan-async/buffered"],
    library: !name.startsWith("gort"),
    notes: {},
    limits: {},
    command: () => [process.execPath, ["-p", `JSON.stringify({ check: 1, value: ${value} })`]],
  }));
  const job = jobs.find((j) => j.id === "chan-async/buffered")!;
  const asked: string[] = [];
  const effort = { size: "quick", rounds: 2, thorough: false } as const;
  const results = await runJob(job, [job], all, effort, (who) => asked.push(who), still);
  expect(asked.slice(9)).toEqual(["gort", OTHER_FORM, "easyts", "effect", "gort"]);
  const { body } = verdictCells(verdicts(results, new Set(["easyts", "effect"])), () => "await");
  expect(body).toEqual([
    ["await", "at least 1.5× the fastest fair library, effect", "3.00×", "met"],
    ["await", "at least 1× the fastest library, easyts", "0.60×", "not met"],
    ["await, `op.start()`", "at least 1× the fastest library, easyts", "1.50×", "met"],
  ]);
});

test("a page says what stands in the way of a target that is missed where gort is faster, or slower within the noise", () => {
  const missed = targets
    .filter((t) => t.short !== undefined)
    .map((target): Verdict => {
      const measured = spread([1.1]);
      return { target, text: "", measured, unit: "×", met: false, rival: "easyts", lost: false };
    });
  expect(missed.length).toBeGreaterThan(5);
  const lines = shortfalls(missed, (id) => id);
  expect(lines.length).toBe(missed.length);
  expect(lines[0]).toBe(`- chan/unbuffered, : ${missed[0]!.target.short}.`);
  const [first] = missed as [Verdict, ...Verdict[]];
  expect(shortfalls([{ ...first, met: true }], (id) => id)).toEqual([]);
  // There gort loses, and the reason stands beside the loss, unless that is within the noise.
  const slower: Verdict = {
    ...first,
    target: targets.find((t) => t.job === "sched/timer-fire")!,
    rival: "JavaScript",
    measured: spread([0.98]),
  };
  expect(shortfalls([{ ...slower, lost: true }], (id) => id)).toEqual([]);
  const why = [`- sched/timer-fire, : ${reason("sched/timer-fire", "JavaScript")}.`];
  expect(shortfalls([slower], (id) => id)).toEqual(why);
  expect(shortfalls([{ ...slower, measured: spread([2]) }], (id) => id)).toEqual(why);
});
