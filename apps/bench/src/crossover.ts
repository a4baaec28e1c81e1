/** From which size on gort needs no more than JavaScript itself: read off the growth curves. */
import type { Growth } from "./run.ts";

const RIVAL = "JavaScript";

/** One sentence per job that both have a curve for. */
export function crossovers(grown: readonly Growth[]): string[] {
  const out: string[] = [];
  for (const { job, lines } of grown) {
    const of = (name: string): Map<number, number> =>
      new Map(lines.find((l) => l.name === name)?.points ?? []);
    const rival = of(RIVAL);
    const both = [...of("gort")].filter(([n]) => rival.has(n)).sort(([a], [b]) => a - b);
    if (both.length === 0) continue;
    const behind = both.findLastIndex(([n, value]) => value > rival.get(n)!);
    const text =
      behind === -1
        ? "at every size measured"
        : behind === both.length - 1
          ? "from no measured size on"
          : `from n = ${count(both[behind + 1]![0])} on`;
    out.push(`${job.title}: ${text}`);
  }
  return out;
}

const count = (n: number): string => n.toLocaleString("en-US");
