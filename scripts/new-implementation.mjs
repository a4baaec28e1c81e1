/**
 * `node scripts/new-implementation.mjs alloc|gc|sched NAME`: a new `Allocator`, `Heap` or `Scheduler` with a test that
 * runs the conformance suite on it. It begins as the simplest one there is under another name, so that the suite
 * passes from the first minute and every change can be checked.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "./setup.mjs";

const kinds = {
  alloc: {
    noun: "Allocator",
    from: `import type { Allocator, Memory } from "./api.ts";
import { createBumpAllocator } from "./bump.ts";
`,
    signature: "(memory: Memory): Allocator",
    body: "createBumpAllocator(memory)",
    test: (factory, file) => `import { expect, test } from "vitest";
import { createMemory } from "../src/index.ts";
import { ${factory} } from "../src/${file}.ts";
import { allocatorCases } from "../src/testing/index.ts";

test.each(allocatorCases.map((c) => [c.name, c] as const))("%s", (_, c) => {
  expect(() => c.run((reserve) => ${factory}(createMemory({ reserve })))).not.toThrow();
});
`,
  },
  gc: {
    noun: "Heap",
    from: `import type { Heap, HeapOptions } from "./api.ts";
import { createStopTheWorldHeap } from "./preset.ts";
`,
    signature: "(options: HeapOptions = {}): Heap",
    body: "createStopTheWorldHeap(options)",
    test: (factory, file) => `import { expect, test } from "vitest";
import { ${factory} } from "../src/${file}.ts";
import { heapCases } from "../src/testing/index.ts";

test.each(heapCases.map((c) => [c.name, c] as const))("%s", (_, c) => {
  expect(() => c.run((reserve) => ${factory}({ reserve }))).not.toThrow();
});
`,
  },
  sched: {
    noun: "Scheduler",
    from: `import type { Scheduler, SchedulerOptions } from "./api.ts";
import { createFifoScheduler } from "./fifo.ts";
`,
    signature: "(options: SchedulerOptions = {}): Scheduler",
    body: "createFifoScheduler(options)",
    test: (factory, file) => `import { expect, test } from "vitest";
import { ${factory} } from "../src/${file}.ts";
import { schedulerSuite } from "../src/testing/index.ts";

test.each(schedulerSuite.map((c) => [c.name, c] as const))("%s", async (_, c) => {
  await expect(c.run(() => ${factory}())).resolves.toBeUndefined();
});
`,
  },
};

const [where, name] = process.argv.slice(2);
const kind = Object.hasOwn(kinds, where ?? "") ? kinds[where] : undefined;
if (kind === undefined || !/^[a-z]+(-[a-z]+)*$/.test(name ?? "")) {
  console.error(
    "usage: node scripts/new-implementation.mjs alloc|gc|sched NAME   (NAME like two-words)",
  );
  process.exit(2);
}
const pascal = name.replace(/(^|-)([a-z])/g, (_, _dash, letter) => letter.toUpperCase());
const factory = `create${pascal}${kind.noun}`;
const source = join(root, "packages", where, "src", `${name}.ts`);
const test = join(root, "packages", where, "test", `${name}.test.ts`);
for (const file of [source, test]) {
  if (existsSync(file)) {
    console.error(`${file} exists already`);
    process.exit(1);
  }
}
/** A long name breaks lines. */
const write = async (file, text) =>
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
await write(
  source,
  `/**
 * ${pascal}: what this ${kind.noun} is for.
 *
 * Invariants
 *  1. It passes the conformance suite.
 *
 * Why this design, and what was rejected.
 */
${kind.from}
/** A ${kind.noun} that … */
export function ${factory}${kind.signature} {
  return ${kind.body};
}
`,
);
await write(test, kind.test(factory, name));
console.log(`packages/${where}/src/${name}.ts and its test are made. Next:
  npx vitest run packages/${where}/test/${name}.test.ts
  export ${factory} from packages/${where}/src/index.ts, with an @example
  pnpm changeset`);
