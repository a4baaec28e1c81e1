/** What a run found and what the runtime did for it: as data, and as the text that a person looks at. */
import { relative } from "node:path";
import Table from "cli-table3";
import pc from "picocolors";
import { bar, bytes, count, millis, plural, quantile } from "../format.ts";
import type { Parts } from "../options.ts";
import type { Verdict } from "./verify.ts";

export interface Problem {
  readonly path: string;
  readonly text: string;
  /** True if something that should have been indexed is missing. */
  readonly lost: boolean;
}

export interface Answer {
  readonly query: string;
  readonly documents: number;
  readonly best: readonly { readonly path: string; readonly count: number }[];
}

export interface ChannelReport {
  readonly name: string;
  readonly cap: number;
  /** Mean fill as seen by the progress ticks, 0 to 1. */
  readonly fill: number;
}

export interface Report {
  readonly directory: string;
  readonly parts: Parts;
  /** Why the run ended early; null if it did not. */
  readonly stopped: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly words: number;
  readonly distinctWords: number;
  readonly postings: number;
  readonly reindexed: number;
  readonly sharedFiles: number;
  readonly elapsedMs: number;
  readonly byExtension: Readonly<Record<string, number>>;
  readonly top: readonly {
    readonly word: string;
    readonly count: number;
    readonly files: number;
  }[];
  readonly answers: readonly Answer[];
  readonly problems: readonly Problem[];
  readonly verdict: Verdict | null;
  readonly runtime: {
    readonly goroutinesCreated: number;
    readonly contextSwitches: number;
    readonly steals: number;
    readonly blocks: Readonly<Record<string, number>>;
    readonly channels: readonly ChannelReport[];
    readonly gcCycles: number;
    readonly gcForced: number;
    readonly gcPauses: number;
    readonly gcPauseMsP50: number;
    readonly gcPauseMsP99: number;
    readonly gcPauseMsMax: number;
    readonly gcCPUFraction: number;
    readonly heapLive: number;
    readonly heapGoal: number;
    readonly heapSys: number;
    readonly heapMallocs: number;
    readonly heapFrees: number;
    readonly poolNews: number;
    readonly sizeClasses: readonly { readonly size: number; readonly live: number }[];
  };
}

/** The pause figures of a report from the pauses a heap remembers. */
export function pauses(
  pauseMs: readonly number[],
): Pick<Report["runtime"], "gcPauses" | "gcPauseMsP50" | "gcPauseMsP99" | "gcPauseMsMax"> {
  return {
    gcPauses: pauseMs.length,
    gcPauseMsP50: quantile(pauseMs, 0.5),
    gcPauseMsP99: quantile(pauseMs, 0.99),
    gcPauseMsMax: quantile(pauseMs, 1),
  };
}

const plainTable = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "  ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
};

function table(rows: (string | { content: string; hAlign: "right" })[][]): string {
  const t = new Table(plainTable);
  t.push(...rows);
  return t.toString().replace(/ +$/gm, "");
}

const right = (content: string): { content: string; hAlign: "right" } => ({
  content,
  hAlign: "right",
});

function heading(text: string): string {
  return `\n${pc.bold(text)}\n`;
}

/** The report as text for a terminal; lines are at most about a hundred columns long. */
export function render(r: Report): string {
  const out: string[] = [];
  const rate = r.elapsedMs > 0 ? r.bytes / (r.elapsedMs / 1000) : 0;
  const state =
    r.stopped === null ? pc.green("indexed") : pc.yellow(`stopped: ${r.stopped}; so far`);
  out.push(
    `${state} ${pc.bold(plural(r.files, "file"))}, ${bytes(r.bytes)} in ${millis(r.elapsedMs)} (${bytes(rate)}/s)\n` +
      `${plural(r.words, "word")}, ${count(r.distinctWords)} distinct, ${plural(r.postings, "posting")}; ` +
      `${plural(r.reindexed, "file")} indexed twice\n`,
  );

  if (r.top.length > 0) {
    const most = r.top[0]!.count;
    out.push(heading("top words"));
    out.push(
      table(
        r.top.map((w) => [
          w.word,
          right(count(w.count)),
          right(plural(w.files, "file")),
          pc.cyan(bar(w.count / most, 32)),
        ]),
      ) + "\n",
    );
  }
  if (r.answers.length > 0) out.push(heading("queries"));
  for (const a of r.answers) {
    out.push(`  ${pc.bold(a.query)}  ${pc.dim(plural(a.documents, "file"))}\n`);
    if (a.best.length > 0) {
      out.push(
        table(a.best.map((b) => ["", right(count(b.count)), relative(r.directory, b.path)])) + "\n",
      );
    }
  }

  const t = r.runtime;
  const blocks = Object.entries(t.blocks)
    .filter(([, n]) => n > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 6)
    .map(([reason, n]) => `${reason} ${count(n)}`)
    .join(", ");
  out.push(heading("runtime"));
  out.push(
    table([
      [
        "parts",
        `${r.parts.scheduler} scheduler, ${r.parts.allocator} allocator, ${r.parts.heap} heap`,
      ],
      [
        "goroutines",
        `${count(t.goroutinesCreated)} created, ${count(t.contextSwitches)} context switches, ${count(t.steals)} steals over ${plural(r.parts.procs, "P")}`,
      ],
      ["blocked on", blocks || "nothing"],
      ...t.channels.map((c) => [
        `chan ${c.name}`,
        `cap ${c.cap}, ${Math.round(c.fill * 100)} % full on average ${pc.cyan(bar(c.fill, 16))}`,
      ]),
      [
        "collector",
        `${plural(t.gcCycles, "cycle")} (${count(t.gcForced)} forced), pauses p50 ${millis(t.gcPauseMsP50)}, p99 ${millis(t.gcPauseMsP99)}, max ${millis(t.gcPauseMsMax)}`,
      ],
      [
        "heap",
        `${bytes(t.heapLive)} live, goal ${bytes(t.heapGoal)}, ${bytes(t.heapSys)} obtained; ${plural(t.heapMallocs, "object")} made, ${count(t.heapFrees)} collected`,
      ],
      ["read buffers", `${count(t.poolNews)} made by the pool for ${plural(r.files, "file")}`],
      ["same content", `${plural(r.sharedFiles, "file")} shared another one's word count`],
    ]) + "\n",
  );
  if (t.sizeClasses.length > 0) {
    const most = Math.max(...t.sizeClasses.map((s) => s.size * s.live));
    out.push(heading("live objects by size class"));
    out.push(
      table(
        t.sizeClasses.map((s) => [
          right(bytes(s.size)),
          right(count(s.live)),
          right(bytes(s.size * s.live)),
          pc.cyan(bar((s.size * s.live) / most, 32)),
        ]),
      ) + "\n",
    );
  }

  const lost = r.problems.filter((p) => p.lost);
  const notes = r.problems.filter((p) => !p.lost);
  if (notes.length > 0)
    out.push(`\n${pc.dim(`left out: ${plural(notes.length, "binary file")}`)}\n`);
  if (lost.length > 0) {
    out.push(`\n${pc.red(`not indexed: ${plural(lost.length, "path")}`)}\n`);
    for (const p of lost.slice(0, 10)) out.push(`  ${p.path}: ${p.text}\n`);
    if (lost.length > 10) out.push(`  … and ${count(lost.length - 10)} more\n`);
  }
  if (r.verdict !== null) {
    out.push(
      r.verdict.exact
        ? `\n${pc.green("verified")}: ${count(r.verdict.words)} words and ${count(r.verdict.postings)} postings are the same in plain JavaScript\n`
        : `\n${pc.red("NOT verified")}: the index differs from plain JavaScript\n${r.verdict.differences.map((d) => `  ${d}\n`).join("")}`,
    );
  }
  return out.join("");
}
