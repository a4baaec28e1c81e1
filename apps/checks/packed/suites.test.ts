/**
 * The conformance suites as they are published: built, packed and installed, every implementation of ours passes them. What a
 * build changes (names of functions, constants) shows here and not in the sources' own tests.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { sh } from "../src/run.ts";

const { dir } = inject("project");

const program = `
import * as alloc from "@gort/alloc";
import { allocatorCases, runCases, tracedCases } from "@gort/alloc/testing";
import * as gc from "@gort/gc";
import { heapCases, runHeapCases } from "@gort/gc/testing";
import { makeMap } from "@gort/map";
import { mapCases } from "@gort/map/testing";
import * as sched from "@gort/sched";
import { bubble, schedulerSuite } from "@gort/sched/testing";
import * as slice from "@gort/slice";
import { backingCases } from "@gort/slice/testing";
import { int32 } from "@gort/types";

const failed = [];
let ran = 0;
const note = (where, cases, failures) => {
  ran += cases.length;
  for (const { name, error } of failures) failed.push(where + ": " + name + ": " + error);
};
const each = async (where, cases, subject) => {
  const failures = [];
  for (const c of cases) {
    try {
      await c.run(subject);
    } catch (error) {
      failures.push({ name: c.name, error });
    }
  }
  note(where, cases, failures);
};

const tiered = (reserve) => alloc.createAllocator(alloc.createMemory({ reserve }));
const bump = (reserve) => alloc.createBumpAllocator(alloc.createMemory({ reserve }));
note("tiered", allocatorCases, runCases(allocatorCases, tiered));
note("bump", allocatorCases, runCases(allocatorCases, bump));
note("traced", tracedCases, runCases(tracedCases, tiered));
for (const make of [gc.createHeap, gc.createStopTheWorldHeap, gc.createStressHeap])
  note(make.name, heapCases, runHeapCases(heapCases, (reserve) => make({ reserve })));
for (const make of [sched.createScheduler, sched.createFifoScheduler])
  await each(make.name, schedulerSuite, () => make());
await each("deterministic", schedulerSuite, () => sched.createDeterministicScheduler({ seed: 1 }));
await each("map", mapCases, ({ float, hint }) =>
  makeMap({ zero: () => 0, hint: hint ?? 0 }));
await each("values", backingCases, () => ({ backing: slice.values(""), value: String }));
const heap = gc.createHeap({ reserve: 2 ** 22 });
await each("heap slice", backingCases, () => ({ backing: slice.inHeap(heap, int32), value: (n) => n }));
if ((await bubble(async () => { await sched.sleep(1e6); return sched.now(); })) !== 1e6) failed.push("bubble");
console.log(failed.length === 0 ? (ran > 100 ? "passed" : "too few: " + ran) : failed.join("\\n"));
`;

test("every implementation passes the conformance suites of the tarballs", async () => {
  writeFileSync(join(dir, "suites.mjs"), program);
  expect(await sh(dir, "node", "suites.mjs")).toBe("passed\n");
});
