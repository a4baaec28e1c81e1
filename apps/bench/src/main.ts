/** `pnpm bench [groups or jobs…]`: gort beside what a user would pick instead, side by side in one run. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import type * as Prettier from "prettier";
import { bundleSizes, type BundleSize } from "./bundle-sizes.ts";
import { type Entrant, gort, gortOther, home, native, peers, realGo } from "./contender-list.ts";
import { groupOf, groups, jobs } from "./jobs.ts";
import { merge } from "./kept.ts";
import { bars, growth } from "./plot.ts";
import { cells, page, sizeCells, terminal, markdown, verdictCells } from "./report.ts";
import { type Effort, type Growth, type JobResult, runGrowth, runJob } from "./run.ts";
import { type Verdict, verdicts } from "./verdicts.ts";
import { atRevision } from "./revision.ts";

interface Options {
  quick?: boolean;
  full?: boolean;
  rounds?: string;
  json?: boolean;
  vs?: string;
  peers: boolean;
  growth?: boolean;
  write?: boolean;
  only?: string;
}

const command = new Command("bench")
  .description("Measures gort beside JavaScript libraries, JavaScript itself and real Go.")
  .argument(
    "[what...]",
    `groups (${groups.map((g) => g.id).join(", ")}, sizes) or jobs (chan/unbuffered)`,
  )
  .option("--quick", "small sizes, one round")
  .option("--full", "large sizes too: up to 10^7, takes long")
  .option("--rounds <n>", "processes per contender and job")
  .option("--json", "print the results as JSON")
  .option("--vs <rev>", "compare with an earlier revision of this repository only")
  .option("--only <names>", "take only these contenders, separated by commas, beside gort")
  .option("--no-peers", "leave the libraries out")
  .option("--growth", "measure at growing sizes too, for the growth plots; --full does")
  .option("--write", "write tables and plots to docs/benchmarks")
  .parse();

const options = command.opts<Options>();
const what = command.args;
for (const w of what) {
  if (w !== "sizes" && !groups.some((g) => g.id === w) && !jobs.some((j) => j.id === w)) {
    process.stderr.write(`bench: there is no group or job ${JSON.stringify(w)}\n`);
    process.exit(2);
  }
}
const wanted = (id: string): boolean =>
  what.length === 0 || what.includes(id) || what.includes(groupOf(id));
const size = options.quick ? "quick" : options.full ? "full" : "default";
const effort: Effort = { size, rounds: Number(options.rounds ?? (options.quick ? 1 : 3)) };
if (!Number.isInteger(effort.rounds) || effort.rounds < 1) {
  process.stderr.write(`bench: rounds: ${options.rounds} is not a whole number from 1\n`);
  process.exit(2);
}

const tty = process.stderr.isTTY;
const progress = (text: string): void => {
  if (tty) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
};

const self = await gort();
const entrants: Entrant[] = [self];
let goMissing = false;
if (options.vs !== undefined) {
  const dist = await atRevision(options.vs, progress);
  entrants.push(await gort(dist, `gort at ${options.vs}`));
} else {
  entrants.push(await gortOther(), await native());
  const go = realGo();
  goMissing = go.length === 0;
  entrants.push(...go);
  if (options.peers) entrants.push(...(await peers()));
}
const only = options.only?.split(",").map((s) => s.trim());
const taking = entrants.filter((e) => e === self || only === undefined || only.includes(e.name));
const libraries = new Set(taking.filter((e) => e.library).map((e) => e.name));

const revision = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: home,
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
};
const cpu = cpus();
const header = [
  `${new Date().toISOString().slice(0, 10)}, revision ${revision()}; ${cpu.length} × ${cpu[0]?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}; Node ${process.version}, V8 ${process.versions.v8}`,
  `sizes: ${size}; ${effort.rounds} rounds of fresh processes, in turns; load of the machine before: ${loadavg()[0]!.toFixed(1)}`,
  taking
    .filter((e) => e.library || e.name === "Go")
    .map((e) => `${e.name} ${e.version}`)
    .join(", ") || "no libraries",
  ...(goMissing ? ["no `go` was found: its columns are missing"] : []),
];
if (!options.json) process.stdout.write(header.map((h) => pc.dim(h)).join("\n") + "\n");

const out = join(home, "../../docs/benchmarks");
// Plots need the folder of the libraries, where their library is.
const canPlot = existsSync(join(home, "peers/node_modules/echarts"));
const save = async (name: string, text: string): Promise<void> => {
  mkdirSync(out, { recursive: true });
  // As the repository's format check wants it; the tool is the workspace's own.
  const prettier = createRequire(import.meta.url)("prettier") as typeof Prettier;
  const filepath = join(out, name);
  const config = await prettier.resolveConfig(filepath);
  const formatted = name.endsWith(".md")
    ? await prettier.format(text, { ...config, filepath })
    : text;
  writeFileSync(filepath, formatted);
};

const all: JobResult[] = [];
const grown: Growth[] = [];
const verdictsOf = (results: readonly JobResult[]): Verdict[] => verdicts(results, libraries);
const title = (id: string): string => jobs.find((j) => j.id === id)?.title ?? id;

for (const group of groups) {
  const results: JobResult[] = [];
  for (const job of jobs.filter((j) => groupOf(j.id) === group.id && wanted(j.id))) {
    const r = await runJob(job, taking, effort, (who) => progress(`${job.id}: ${who}`));
    results.push(r);
  }
  if (results.length === 0) continue;
  all.push(...results);
  const growing: Growth[] = [];
  if ((options.growth || options.full) && options.vs === undefined) {
    for (const { job } of results.filter((r) => r.job.growth !== undefined)) {
      const some = taking.filter((e) => !libraries.has(e.name));
      growing.push(await runGrowth(job, some, effort, (who) => progress(`${job.id}: ${who}`)));
    }
  }
  grown.push(...growing);
  progress("");
  const judged = options.vs === undefined ? verdictsOf(results) : [];
  if (!options.json) {
    process.stdout.write(`\n${pc.bold(group.title)}\n${terminal(cells(results))}\n`);
    for (const v of judged) {
      const [name, text, measured, end] = verdictCells([v], title).body[0]!;
      process.stdout.write(
        `${v.met ? pc.green(end) : pc.yellow(end)}  ${name}: ${text}; measured ${measured}\n`,
      );
    }
  }
  if (options.write) {
    const plots: string[] = [];
    if (canPlot) {
      await save(`${group.id}.svg`, bars(group.title, results));
      plots.push(`${group.id}.svg`);
      for (const { job } of results.filter((r) => r.job.growth !== undefined)) {
        const file = `growth-${job.id.replace("/", "-")}.svg`;
        const g = growing.find((x) => x.job === job);
        if (g !== undefined) await save(file, growth(g, header[0]!.slice(0, 10)));
        // One of an earlier run stays; it says its own date.
        if (existsSync(join(out, file))) plots.push(file);
      }
    }
    await save(`${group.id}.md`, page(group, header, results, verdictCells(judged, title), plots));
  }
}

let sizes: BundleSize[] = [];
if (options.vs === undefined && (what.length === 0 || what.includes("sizes"))) {
  progress("bundle sizes");
  sizes = await bundleSizes(options.peers);
  progress("");
  if (!options.json)
    process.stdout.write(`\n${pc.bold("Bundle sizes")}\n${terminal(sizeCells(sizes))}\n`);
  if (options.write) {
    await save(
      "sizes.md",
      `---\ntitle: Bundle sizes\n---\n\n# Bundle sizes\n\n<!-- Written by \`pnpm bench\`; not by hand. -->\n\n${header.map((h) => `- ${h}`).join("\n")}\n\nOne import alone, bundled and minified by esbuild, then gzipped.\n\n${markdown(sizeCells(sizes))}\n`,
    );
  }
}
if (options.json) {
  process.stdout.write(
    JSON.stringify(
      { header, results: all, growth: grown, verdicts: verdictsOf(all), sizes },
      null,
      2,
    ) + "\n",
  );
}
if (options.write && all.length > 0) {
  // A run of some tables leaves the others as they were.
  const merged = merge(join(out, "results.jsonl"), all, header);
  const judged = verdictsOf(merged.map((m) => m.result));
  const met = judged.filter((v) => v.met).length;
  const from = [...new Set(merged.map((m) => m.header.slice(0, 2).join("; ")))];
  const pages = [
    ...groups.map((g) => [`${g.id}.md`, g.title]),
    ["sizes.md", "Bundle sizes"],
  ].filter(([file]) => existsSync(join(out, file!)));
  await save(
    "README.md",
    [
      "---",
      "title: Benchmarks",
      "children:",
      ...pages.map(([file]) => `  - ./${file}`),
      "---",
      "",
      "# Benchmarks",
      "",
      "<!-- Written by `pnpm bench --write`; not by hand. -->",
      "",
      ...from.map((h) => `- ${h}`),
      "",
      "`pnpm bench` measures all of this again, `pnpm bench chan` one table. Each contender runs in a fresh process with a fixed number of",
      "operations, in turns with gort; results are compared before anything is timed. Read ratios, not nanoseconds: machines differ.",
      "",
      ...pages.map(([file, name]) => `- [${name}](./${file})`),
      "",
      `## Targets: ${met} of ${judged.length} met`,
      "",
      markdown(verdictCells(judged, title)),
      "",
    ].join("\n"),
  );
}
