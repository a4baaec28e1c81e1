/** The command line as a person meets it: output, exit codes, and what is said when something is wrong. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../src/index-job/report.ts";
import { programs } from "../src/programs/index.ts";
import { hugeFile, makeTree, type Tree } from "./fixture.ts";

const demo = fileURLToPath(new URL("..", import.meta.url));

interface Run {
  code: number | null;
  out: string;
  err: string;
}

interface RunOptions {
  /** Gets the child once it has printed something on standard error. */
  readonly onFirstError?: (child: { kill: (signal: NodeJS.Signals) => boolean }) => void;
  /** When a run that goes on and on is ended. Default: before the test's own limit. */
  readonly timeout?: number;
}

/** Runs the demo from its sources. */
function gortDemo(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1" };
  for (const name of Object.keys(env)) if (name.startsWith("VITEST")) delete env[name];
  const node = ["--conditions=@gort/source", "--import", "tsx", join(demo, "src/main.ts")];
  const child = spawn(process.execPath, [...node, ...args], {
    cwd: demo,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeout ?? 50_000,
  });
  return new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => {
      if (err === "") options.onFirstError?.(child);
      err += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

let tree: Tree;
let scratch = "";
beforeAll(() => {
  tree = makeTree();
  scratch = mkdtempSync(join(tmpdir(), "gort-cli-"));
});
afterAll(() => {
  tree.remove();
  rmSync(scratch, { recursive: true, force: true });
});

function folder(name: string): string {
  const dir = join(scratch, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "good.md"), "good words stay good\n");
  return dir;
}

describe("index", () => {
  test("prints a report, verified", async () => {
    const { code, out, err } = await gortDemo([tree.dir, "--verify", "-q", "chango"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    for (const part of [
      "indexed 68 files",
      "top words",
      "queries",
      "runtime",
      "goroutines",
      "collector",
      "verified",
    ]) {
      expect(out).toContain(part);
    }
    expect(out).toContain("left out: 1 binary file");
  });

  test("--json prints the report as data and nothing else", async () => {
    const { code, out, err } = await gortDemo([tree.dir, "--json"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    const report = JSON.parse(out) as Report;
    expect(report.files).toBe(68);
    expect(report.runtime.gcCycles).toBeGreaterThan(0);
    const parts = ["allocator", "heap", "procs", "scheduler", "seed"];
    expect(Object.keys(report.parts).sort()).toEqual(parts); // and no other option
  });

  test("the top words have letters, of whatever script", async () => {
    const dir = folder("letters");
    writeFileSync(join(dir, "text.md"), "— – … – — … “” größe слово слово слово as\n");
    const { out } = await gortDemo([dir, "--json"]);
    const { top } = JSON.parse(out) as Report;
    expect(top.map((w) => w.word)).toEqual(["слово", "good", "größe", "stay", "words"]);
  });

  test("a word that stands twice in a query is looked up once", async () => {
    const { out } = await gortDemo([folder("twice"), "-q", "good GOOD", "--json"]);
    const { answers } = JSON.parse(out) as Report;
    expect(answers[0]!.best.map((b) => b.count)).toEqual([2]);
  });

  test("--trace, --gctrace and --schedtrace write what their readers expect", async () => {
    const trace = join(scratch, "trace.json");
    const { code, err } = await gortDemo([
      tree.dir,
      "--trace",
      trace,
      "--gctrace",
      "--schedtrace",
      "1",
    ]);
    expect(code).toBe(0);
    expect(err).toMatch(/^gc 1 @\d+\.\d{3}s \d+%: .* P( \(forced\))?$/m);
    expect(err).toMatch(/^SCHED \d+ms: gomaxprocs=4 idleprocs=\d/m);
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as {
      traceEvents: { ph: string; name: string }[];
    };
    const slices = traceEvents.filter((e) => e.ph === "X");
    expect(slices.length).toBeGreaterThan(100);
    const goroutines = slices.map((e) => /^G\d+ (.*)$/.exec(e.name)?.[1]).filter((n) => n);
    const stages = ["close batches", "close files", "merger", "reader", "tokenizer", "walker"];
    expect([...new Set(goroutines)].sort()).toEqual(["count", "main", ...stages].sort());
  });

  test("the default tree: more than a hundred megabytes, every count as in plain JavaScript", async () => {
    const { code, out, err } = await gortDemo(["--verify", "--json"], { timeout: 290_000 });
    expect(err).toBe("");
    const report = JSON.parse(out) as Report;
    expect(report.verdict?.differences).toEqual([]);
    expect(report.verdict?.exact).toBe(true);
    expect(report.bytes).toBeGreaterThan(100e6);
    expect(report.runtime.gcCycles).toBeGreaterThan(1);
    expect(code).toBe(0);
  }, 300_000);

  test.each([["--help"], ["index --help"]])("%s lists every option", async (args) => {
    const { code, out } = await gortDemo(args.split(" "));
    expect(code).toBe(0);
    for (const flag of [
      "--procs",
      "--seed",
      "--allocator",
      "--heap",
      "--scheduler",
      "--trace",
      "--gctrace",
      "--schedtrace",
      "--json",
      "--verify",
      "--timeout",
      "--query",
    ]) {
      expect(out).toContain(flag);
    }
  });
});

describe("what is wrong is said, and the rest is indexed", () => {
  const lines = (text: string): number => text.trim().split("\n").length;

  test("a missing directory", async () => {
    const { code, out, err } = await gortDemo([join(scratch, "nowhere")]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe(`gort-demo: ${join(scratch, "nowhere")} does not exist\n`);
  });

  test("a file in place of a directory", async () => {
    const { code, err } = await gortDemo([join(folder("file"), "good.md")]);
    expect(code).toBe(1);
    expect(err).toMatch(/good\.md is not a directory\n$/);
    expect(lines(err)).toBe(1);
  });

  test("a file of 200 MB", async () => {
    const dir = folder("huge");
    hugeFile(join(dir, "huge.txt"), 200 << 20);
    const { code, out } = await gortDemo([dir]);
    expect(out).toContain(
      "huge.txt: is 200.0 MB, over the limit of 100.0 MB (--max-file raises it)",
    );
    expect(out).toContain("indexed 1 file");
    expect(code).toBe(1);
  });

  test("links that lead nowhere or in a circle", async () => {
    const dir = folder("links");
    symlinkSync(join(dir, "gone.md"), join(dir, "dangling.md"));
    symlinkSync(join(dir, "b.md"), join(dir, "a.md"));
    symlinkSync(join(dir, "a.md"), join(dir, "b.md"));
    symlinkSync(dir, join(dir, "self"));
    const { code, out } = await gortDemo([dir]);
    expect(out).toContain("dangling.md: link does not exist");
    expect(out).toContain("a.md: link is a loop of symbolic links");
    expect(out).toContain("indexed 1 file");
    expect(code).toBe(1);
  });

  test("an output path that cannot be written, before any work is done", async () => {
    const { code, out, err } = await gortDemo([
      tree.dir,
      "--trace",
      join(scratch, "no/such/trace.json"),
    ]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^gort-demo: .*trace\.json (cannot be written: )?.*does not exist\n$/);
  });

  test.runIf(existsSync("/dev/full"))("a disk that is full", async () => {
    const { code, out, err } = await gortDemo([tree.dir, "--trace", "/dev/full"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^indexed \d+ files/);
    expect(err).toBe("gort-demo: /dev/full could not be written (no space left)\n");
  });

  test.each([
    [["--procs", "0"], "--procs"],
    [["--procs", "many"], "--procs"],
    [["--scheduler", "cfs"], "--scheduler"],
    [["--timeout", "soon"], "--timeout"],
    [["--max-file", "-1"], "--max-file"],
    [["--frobnicate"], "--frobnicate"],
    [["run", "nonsense"], "nonsense"],
  ])("wrong usage: %j", async (args, named) => {
    const { code, out, err } = await gortDemo(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(named);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe("ending early", () => {
  test("Ctrl-C: says why, prints what there is, exits with 130", async () => {
    // Each line of --schedtrace proves that the run is under way.
    const { code, out } = await gortDemo(["--schedtrace", "1"], {
      onFirstError: (child) => child.kill("SIGINT"),
    });
    expect(out).toContain("stopped: interrupted (Ctrl-C)");
    expect(out).toContain("runtime");
    expect(code).toBe(130);
  });

  test("--timeout: says why, prints what there is, exits with 1", async () => {
    const { code, out } = await gortDemo(["--timeout", "1ms"]);
    expect(out).toContain("stopped: timeout after 1.0 ms");
    expect(code).toBe(1);
  });
});

describe("programs", () => {
  test("list names each with a line about it", async () => {
    const { code, out } = await gortDemo(["list"]);
    expect(code).toBe(0);
    for (const [name, { about }] of Object.entries(programs)) {
      expect(out).toContain(name);
      expect(out).toContain(about);
    }
  });

  const expected: Record<keyof typeof programs, RegExp> = {
    "prime-sieve": /^2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71\n$/,
    "ping-pong": /returned 100000 times, \d+ ns per hand-off/,
    philosophers: /Hypatia +ate 3 times[^]*Epicurus +ate 3 times/,
    deadlock: /all goroutines are asleep - deadlock![^]*savings/,
    leak: /ask beta|ask gamma/,
    "linked-list":
      /100000 nodes: 100000 objects live\nsecond half dropped: 50000 live, 50000 collected/,
    "map-growth": /GoMap: longest insert [\d.]+ ms/,
    "slice-aliasing": /path is now \[usr local lib\][^]*path stays \[usr local lib\]/,
  };
  test.each(Object.keys(programs))("%s", async (name) => {
    const { code, out, err } = await gortDemo(["run", name]);
    expect(err).toBe("");
    expect(out).toMatch(expected[name]!);
    expect(code).toBe(0);
  });
});
