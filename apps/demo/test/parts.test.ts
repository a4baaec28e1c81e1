/** Swapping the scheduler, the allocator or the heap changes no result, and every result is exact. */
import { background } from "@gort/context";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { index } from "../src/index-job/job.ts";
import type { Report } from "../src/index-job/report.ts";
import { allocators, heaps, schedulers, type Parts } from "../src/options.ts";
import { createRuntime } from "../src/runtime.ts";
import { makeTree, type Tree } from "./fixture.ts";

let tree: Tree;
beforeAll(() => {
  tree = makeTree();
});
afterAll(() => tree.remove());

export async function indexTree(directory: string, parts: Parts): Promise<Report> {
  const { scheduler, heap } = createRuntime(parts);
  return scheduler.run(() =>
    index(background(), {
      directory,
      parts,
      scheduler,
      heap,
      maxFile: 100 << 20,
      top: 20,
      queries: ["chango", "go ro", "nowhere"],
      verify: true,
    }),
  );
}

const combinations = schedulers.flatMap((scheduler) =>
  allocators.flatMap((allocator) => heaps.map((heap) => ({ scheduler, allocator, heap }))),
);

const base = { procs: 4, seed: 1 } as const;

/** What must not depend on the parts. */
function result(r: Report): unknown {
  const { files, bytes, words, distinctWords, postings, reindexed, top, byExtension, problems } = r;
  const answers = r.answers.map((a) => ({ query: a.query, documents: a.documents, best: a.best }));
  return {
    files,
    bytes,
    words,
    distinctWords,
    postings,
    reindexed,
    top,
    byExtension,
    problems,
    answers,
  };
}

describe("index", () => {
  let expected: unknown;

  test.each(combinations)("$scheduler, $allocator, $heap: exact, and as all others", async (c) => {
    const report = await indexTree(tree.dir, { ...base, ...c });
    expect(report.verdict?.differences).toEqual([]);
    expect(report.verdict?.exact).toBe(true);
    expect(report.stopped).toBeNull();
    expect(report.files).toBe(68);
    expect(report.reindexed).toBeGreaterThan(0);
    expected ??= result(report);
    expect(result(report)).toEqual(expected);
    expect(report.runtime.goroutinesCreated).toBeGreaterThan(12);
    expect(report.runtime.contextSwitches).toBeGreaterThan(report.files);
    expect(report.runtime.gcCycles).toBeGreaterThan(0);
    // The chunks of the files that were indexed again are garbage, and the bump allocator never frees.
    if (c.heap !== "none" && c.allocator === "tiered") {
      expect(report.runtime.heapFrees).toBeGreaterThan(report.reindexed);
    }
  });

  test.each([1, 2, 16])("%i Ps give the same", async (procs) => {
    const parts = {
      ...base,
      procs,
      scheduler: "gmp",
      allocator: "tiered",
      heap: "mark-sweep",
    } as const;
    expect(result(await indexTree(tree.dir, parts))).toEqual(expected);
  });
});
