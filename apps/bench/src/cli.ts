/** The command line of `pnpm bench`. */
import { Command } from "commander";
import { groupOf, groups } from "./groups.ts";
import { jobs } from "./jobs.ts";
import type { Effort } from "./run.ts";

/** What was asked for. */
export interface Options {
  /** Groups and jobs; none for all. */
  readonly what: readonly string[];
  readonly effort: Effort;
  readonly json: boolean;
  /** The largest size of the growth plots; none if they are not asked for. */
  readonly growth?: number;
  readonly write: boolean;
  /** Where `write` goes; the documentation's folder if not said. */
  readonly out?: string;
  /** Only compare results. */
  readonly check: boolean;
  readonly peers: boolean;
  readonly vs?: string;
  readonly node?: string;
  readonly only?: readonly string[];
}

interface Raw {
  quick?: boolean;
  full?: boolean;
  rounds?: string;
  json?: boolean;
  vs?: string;
  peers: boolean;
  growth?: boolean;
  growthTo?: string;
  write?: boolean;
  out?: string;
  check?: boolean;
  node?: string;
  only?: string;
}

const names = groups.map((g) => g.id).join(", ");

function fail(text: string): never {
  process.stderr.write(`bench: ${text}\n`);
  process.exit(2);
}

/** Reads the command line; ends the process with a sentence if it makes no sense. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command("bench")
    .description("Measures gort beside JavaScript libraries, JavaScript itself and real Go.")
    .argument("[what...]", `groups (${names}, sizes) or jobs (chan/unbuffered)`)
    .option("--quick", "small sizes, one round: a minute or two")
    .option("--full", "large sizes too, up to 10^7, five rounds and growth: an hour or more")
    .option("--rounds <n>", "processes per contender and job, however long it takes")
    .option("--json", "print the results as JSON")
    .option("--vs <rev>", "compare with an earlier revision of this repository only")
    .option("--node <which>", "measure with another Node: a path, or a version such as 26")
    .option("--only <names>", "take only these contenders, separated by commas, beside gort")
    .option("--no-peers", "leave the libraries out")
    .option("--growth", "measure at 10^3 … 10^6 too, for the growth plots; --full does, to 10^7")
    .option("--growth-to <n>", "the same up to n: 1e7 takes half an hour more")
    .option("--check", "only compare the results of all contenders, measure nothing")
    .option("--write", "write tables and plots to docs/benchmarks")
    .option("--out <folder>", "write them to this folder")
    .parse(argv);
  const raw = command.opts<Raw>();
  const what = command.args;
  for (const w of what) {
    if (w !== "sizes" && !groups.some((g) => g.id === w) && !jobs.some((j) => j.id === w)) {
      fail(`there is no group or job ${JSON.stringify(w)}`);
    }
  }
  if (raw.quick && raw.full) fail("--quick and --full exclude each other");
  const excluded: [string, unknown, Record<string, unknown>][] = [
    ["check", raw.check, { json: raw.json, write: raw.write, out: raw.out, vs: raw.vs }],
    ["vs", raw.vs, { write: raw.write, out: raw.out }],
  ];
  const growing = { growth: raw.growth, "growth-to": raw.growthTo };
  for (const [name, given, others] of excluded) {
    const other = Object.entries({ ...others, ...growing }).find(
      ([, value]) => value !== undefined,
    );
    if (given !== undefined && other !== undefined)
      fail(`--${name} and --${other[0]} exclude each other`);
  }
  if (raw.write && raw.out === undefined && (raw.only !== undefined || !raw.peers)) {
    fail(
      "--write replaces rows: without --only and --no-peers, or into a folder of its own (--out)",
    );
  }
  const size = raw.quick ? "quick" : raw.full ? "full" : "default";
  const rounds = Number(raw.rounds ?? { quick: 1, default: 2, full: 5 }[size]);
  if (!Number.isInteger(rounds) || rounds < 1) {
    fail(`rounds: ${raw.rounds} is not a whole number from 1`);
  }
  const growth = Number(raw.growthTo ?? (size === "full" ? 1e7 : raw.growth ? 1e6 : NaN));
  if (raw.growthTo !== undefined && !(growth >= 1000)) {
    fail(`growth-to: ${raw.growthTo} is not a number from 1000`);
  }
  const thorough = raw.rounds !== undefined || size === "full";
  return {
    what,
    effort: { size, rounds, thorough },
    json: raw.json === true,
    write: raw.write === true || raw.out !== undefined,
    check: raw.check === true,
    peers: raw.peers,
    ...(Number.isNaN(growth) ? {} : { growth }),
    ...(raw.out === undefined ? {} : { out: raw.out }),
    ...(raw.vs === undefined ? {} : { vs: raw.vs }),
    ...(raw.node === undefined ? {} : { node: raw.node }),
    ...(raw.only === undefined ? {} : { only: raw.only.split(",").map((s) => s.trim()) }),
  };
}

/** Whether a job is among what was asked for. */
export const wanted = (what: readonly string[], id: string): boolean =>
  what.length === 0 || what.includes(id) || what.includes(groupOf(id));
