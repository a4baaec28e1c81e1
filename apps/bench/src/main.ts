/** `pnpm bench [groups or jobs…]`: gort beside what a user would pick instead, side by side in one run. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, platform, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { bundleSizes, type BundleSize } from "./bundle-sizes.ts";
import { readOptions, wanted } from "./cli.ts";
import { writeTables } from "./cost-tables.ts";
import { type Entrant, gort, gortOther, home, native, peers, realGo } from "./contender-list.ts";
import { crossovers } from "./crossover.ts";
import { groupOf, groups } from "./groups.ts";
import { jobs, leaderOf, type JobSpec, title } from "./jobs.ts";
import { largePages } from "./large-pages.ts";
import { type NodeBinary, nodeBinary, ownNode } from "./nodes.ts";
import { writePages } from "./pages.ts";
import { cells, sizeCells, terminal, verdictCells } from "./report.ts";
import { compareResults, type Growth, type JobResult, runGrowth, runJob, sizeOf } from "./run.ts";
import { type Verdict, verdicts } from "./verdicts.ts";
import { atRevision } from "./revision.ts";

const options = readOptions(process.argv);
const { effort, what } = options;
const began = performance.now();

const tty = process.stderr.isTTY;
const progress = (text: string): void => {
  if (tty) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
};
const print = (text: string): void => {
  if (!options.json) process.stdout.write(text + "\n");
};

let node: NodeBinary = ownNode;
if (options.node !== undefined) {
  try {
    node = nodeBinary(options.node, progress);
  } catch (e) {
    process.stderr.write(`bench: ${(e as Error).message.split("\n")[0]}\n`);
    process.exit(2);
  }
}

const self = await gort(node);
const entrants: Entrant[] = [self];
let goMissing = false;
if (options.vs !== undefined) {
  const dist = await atRevision(options.vs, progress);
  entrants.push(await gort(node, dist, `gort at ${options.vs}`));
} else {
  entrants.push(await gortOther(node), ...largePages(self), await native(node));
  const go = realGo(node);
  goMissing = go.length === 0;
  entrants.push(...go);
  if (options.peers) entrants.push(...(await peers(node)));
}
const names = entrants.map((e) => e.name);
const unknown = options.only?.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(
    `bench: nobody is called ${JSON.stringify(unknown)}; there are ${names.join("; ")}\n`,
  );
  process.exit(2);
}
const taking = entrants.filter((e) => e === self || options.only?.includes(e.name) !== false);
const libraries = new Set(entrants.filter((e) => e.library).map((e) => e.name));

const revision = (): string => {
  try {
    const args = ["describe", "--always", "--dirty", "--exclude=*"];
    return execFileSync("git", args, { cwd: home, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
};
const cpu = cpus();
const rounds =
  effort.thorough || effort.rounds === 1
    ? `${effort.rounds} round${effort.rounds === 1 ? "" : "s"}`
    : `${effort.rounds} rounds (fewer where they take long, 1 of contenders that no target names)`;
const header = [
  `${new Date().toISOString().slice(0, 10)}, revision ${revision()}; ${cpu.length} × ${cpu[0]?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()}; Node ${node.version}, V8 ${node.v8}`,
  `sizes: ${effort.size}; ${rounds} of fresh processes, in turns; load of the machine before: ${loadavg()[0]!.toFixed(1)}`,
  taking
    .filter((e) => e.library || e.name === "Go")
    .map((e) => `${e.name} ${e.version}`)
    .join(", ") || "no libraries",
  ...(goMissing ? ["no `go` was found: its columns are missing"] : []),
];
print(header.map((h) => pc.dim(h)).join("\n"));

/** The jobs asked for, in families: each measured in one process. */
function families(group: string): { leader: JobSpec; members: JobSpec[] }[] {
  const asked = jobs.filter((j) => groupOf(j.id) === group && wanted(what, j.id));
  return [...new Set(asked.map(leaderOf))].map((leader) => ({
    leader,
    members: asked.filter((j) => leaderOf(j) === leader),
  }));
}

if (options.check) {
  let bad = 0;
  for (const { leader } of groups.flatMap((g) => families(g.id))) {
    const n = sizeOf(leader, "quick");
    const errors = await compareResults(leader, taking, n, (w) => progress(`${leader.id}: ${w}`));
    progress("");
    for (const [e, why] of errors) {
      bad++;
      print(`${pc.red("differs")}  ${leader.id}, ${e.name}: ${why}`);
    }
    print(`${pc.green("compared")} ${leader.id}`);
  }
  process.exit(bad === 0 ? 0 : 1);
}

const all: JobResult[] = [];
const grown: Growth[] = [];
const verdictsOf = (results: readonly JobResult[]): Verdict[] =>
  options.vs === undefined ? verdicts(results, libraries) : [];

for (const group of groups) {
  const results: JobResult[] = [];
  for (const { leader, members } of families(group.id)) {
    const says = (who: string): void => progress(`${leader.id}: ${who}`);
    results.push(...(await runJob(leader, members, taking, effort, says)));
    if (options.growth !== undefined && options.vs === undefined && leader.growth !== undefined) {
      const some = taking.filter((e) => !libraries.has(e.name));
      grown.push(...(await runGrowth(leader, members, some, options.growth, says)));
    }
  }
  progress("");
  if (results.length === 0) continue;
  all.push(...results);
  print(`\n${pc.bold(group.title)}\n${terminal(cells(results))}`);
  for (const line of crossovers(grown.filter((g) => groupOf(g.job.id) === group.id))) {
    print(`no more than JavaScript  ${line}`);
  }
  for (const v of verdictsOf(results)) {
    const [name, text, measured, end] = verdictCells([v], title).body[0]!;
    print(`${v.met ? pc.green(end) : pc.yellow(end)}  ${name}: ${text}; measured ${measured}`);
  }
}

let sizes: BundleSize[] = [];
if (options.vs === undefined && (what.length === 0 || what.includes("sizes"))) {
  progress("bundle sizes");
  sizes = await bundleSizes(options.peers);
  progress("");
  print(`\n${pc.bold("Bundle sizes")}\n${terminal(sizeCells(sizes))}`);
}
if (options.json) {
  const report = { header, results: all, growth: grown, verdicts: verdictsOf(all), sizes };
  process.stdout.write(JSON.stringify(report, null, 2) + "\n");
}
if (options.write && options.vs === undefined) {
  const folder = resolve(options.out ?? join(home, "../../docs/benchmarks"));
  const suffix = node.version === ownNode.version ? "" : `-node-${/\d+/.exec(node.version)![0]}`;
  const names = await writePages({ folder, suffix, header, all, grown, sizes, libraries });
  print(pc.dim(`wrote ${names.length} files to ${folder}`));
  // The READMEs of the packages show some of these figures.
  if (options.out === undefined && suffix === "") await writeTables();
}
const seconds = Math.round((performance.now() - began) / 1000);
print(pc.dim(`took ${Math.floor(seconds / 60)} min ${seconds % 60} s`));
