/** What is printed and written: a table per group for the terminal, a page of Markdown per group with its plot. */
import Table from "cli-table3";
import pc from "picocolors";
import type { BundleSize } from "./bundle-sizes.ts";
import type { Group } from "./groups.ts";
import { reason } from "./reasons.ts";
import type { JobResult } from "./run.ts";
import type { Spread } from "./stats.ts";
import { type Verdict, withinNoise } from "./verdicts.ts";

/** What every page says of its making. */
export const BY = "<!-- Written by `pnpm bench --write`; not by hand. -->";

/** A number with three significant digits and no exponent. */
export function figure(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : "never";
  if (x !== 0 && Math.abs(x) < 0.01) return x.toFixed(4);
  if (Math.abs(x) < 10) return x.toFixed(2);
  if (Math.abs(x) < 100) return x.toFixed(1);
  return Math.round(x).toLocaleString("en-US");
}

const range = (s: Spread): string =>
  s.min === s.max || Number.isNaN(s.min) ? "" : ` (${figure(s.min)}–${figure(s.max)})`;

interface Cells {
  readonly head: string[];
  readonly body: string[][];
}

/** The rows of a group's table: each contender of each job. */
export function cells(results: readonly JobResult[]): Cells {
  const body: string[][] = [];
  for (const r of results) {
    r.rows.forEach((row, i) => {
      const first = i === 0;
      const value =
        row.error !== undefined
          ? row.error.split("\n")[0]!.slice(0, 90)
          : `${figure(row.value.median)} ${r.job.unit}${range(row.value)}`;
      const ratio =
        row.error !== undefined
          ? ""
          : first
            ? Number.isFinite(r.noise.median)
              ? `noise ${figure(r.noise.min)}–${figure(r.noise.max)}`
              : ""
            : Number.isNaN(row.ratio.median)
              ? ""
              : `${figure(row.ratio.median)}×${range(row.ratio)}`;
      body.push([
        first ? `${r.job.title}, n = ${r.n.toLocaleString("en-US")}` : "",
        row.name,
        value,
        ratio,
        row.notes.join("; "),
      ]);
    });
  }
  return { head: ["job", "who", "value", "gort is … as fast", "note"], body };
}

/** A table for the terminal. */
export function terminal({ head, body }: Cells): string {
  const table = new Table({ head: head.map((h) => pc.bold(h)), style: { head: [], border: [] } });
  for (const row of body) {
    table.push(row.map((c, i) => (i === 1 && c === "gort" ? pc.green(c) : c)));
  }
  return table.toString();
}

const escape = (s: string): string => s.replaceAll("|", "\\|");

/** A table in Markdown. */
export function markdown({ head, body }: Cells): string {
  const line = (row: readonly string[]): string => `| ${row.map(escape).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}

/** What a target is about: the job, and gort's form of it if that is not the plain one. */
const aim = (v: Verdict, title: (job: string) => string): string =>
  title(v.target.job) + (v.target.form === undefined ? "" : `, ${v.target.form}`);

/** The targets' rows. */
export function verdictCells(verdicts: readonly Verdict[], title: (job: string) => string): Cells {
  return {
    head: ["target", "", "measured", ""],
    body: verdicts.map((v) => [
      aim(v, title),
      v.text,
      `${figure(v.measured.median)}${v.unit}${range(v.measured)}`,
      v.met ? "met" : "not met",
    ]),
  };
}

/** The sizes' rows. */
export function sizeCells(sizes: readonly BundleSize[]): Cells {
  return {
    head: ["import", "from", "minified", "gzipped"],
    body: sizes.map((s) => [
      `{ ${s.import} }`,
      s.from,
      `${(s.min / 1000).toFixed(1)} kB`,
      `${(s.gzip / 1000).toFixed(1)} kB`,
    ]),
  };
}

/** Where gort is slower than someone and why, as list entries. */
export function losses(results: readonly JobResult[]): string[] {
  const all: string[] = [];
  for (const r of results) {
    for (const row of r.rows.slice(1)) {
      if (row.name.startsWith("gort")) continue;
      if (row.error !== undefined || !(row.ratio.median < 1)) continue;
      const times = figure(1 / row.ratio.median);
      const what = `- ${r.job.title}: ${row.name} needs less, by a factor of ${times}`;
      const why = withinNoise(r, row.ratio) ? "within the noise" : reason(r.job.id, row.name);
      all.push(why === undefined ? `${what}.` : `${what}: ${why}.`);
    }
  }
  return all;
}

/** What stands in the way of a target that is missed; undefined where nobody knows, or where `losses` says it. */
function hindrance({ target, measured, rival, lost }: Verdict): string | undefined {
  if (lost) return undefined;
  const why =
    rival === undefined || target.form !== undefined ? undefined : reason(target.job, rival);
  return measured.median < 1 ? (why ?? target.short) : (target.short ?? why);
}

/** What stands in the way of the targets that are missed, as list entries; those that `losses` explains are not among them. */
export function shortfalls(verdicts: readonly Verdict[], title: (job: string) => string): string[] {
  const all: string[] = [];
  for (const v of verdicts) {
    const why = v.met ? undefined : hindrance(v);
    if (why !== undefined) all.push(`- ${aim(v, title)}, ${v.text}: ${why}.`);
  }
  return all;
}

/** The page of a group. */
export function page(
  group: Group,
  header: readonly string[],
  results: readonly JobResult[],
  verdicts: readonly Verdict[],
  title: (job: string) => string,
  plots: readonly string[],
  crossings: readonly string[] = [],
): string {
  const lost = losses(results);
  const short = shortfalls(verdicts, title);
  return [
    "---",
    `title: ${group.title}`,
    "---",
    "",
    `# ${group.title}`,
    "",
    BY,
    "",
    ...header.map((h) => `- ${h}`),
    "",
    `**Measured.** ${group.measures}`,
    "",
    `**Not shown.** ${group.hides}`,
    "",
    ...plots.flatMap((p) => [`![${group.title}](${p})`, ""]),
    "Less is better in every unit. The value is the median of the rounds and their range; the factor says how many times as much the",
    "other needs, made of processes of the same round. `noise` is gort against itself: a difference within it means nothing.",
    "",
    markdown(cells(results)),
    "",
    ...(verdicts.length > 0 ? ["## Targets", "", markdown(verdictCells(verdicts, title)), ""] : []),
    ...(short.length > 0 ? ["What stands in the way:", "", ...short, ""] : []),
    ...(crossings.length > 0
      ? [
          "## Crossover",
          "",
          "By the growth plot, gort needs no more than JavaScript itself",
          "",
          ...crossings.map((c) => `- ${c}`),
          "",
        ]
      : []),
    "## Where gort loses",
    "",
    ...(lost.length > 0 ? lost : ["- Nowhere in this table."]),
    "",
  ].join("\n");
}
