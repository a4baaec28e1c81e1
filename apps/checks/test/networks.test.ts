/**
 * Random concurrent programs whose outcome does not depend on the order of scheduling, against what Go recorded of them
 * (apps/oracle/data/networks.json; the comment atop apps/oracle/go/networks/main.go has the language): in generators, in async
 * functions and in both, under each scheduler, on several Ps, in a bubble, without a program around them and all at once.
 */
import { readFileSync } from "node:fs";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type DeadlockError,
  type Go,
  go,
  isDeadlockError,
  panicText,
  run,
  type Scheduler,
  setDefaultScheduler,
} from "@gort/sched";
import { bubble, BubbleError } from "@gort/sched/testing";
import { describe, expect, test } from "vitest";
import { type Form, Network } from "./networks/network.ts";
import { mainOf } from "./networks/start.ts";

interface Row {
  program: string;
  logs: string;
  end?: string;
}
const file =
  process.env["GORT_NETWORKS"] ?? new URL("../../oracle/data/networks.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Row[] };

const isStuck = ({ end }: Row): boolean => end?.includes("deadlock!") === true;
const FORMS: Form[] = ["generator", "async", "mixed"];

/** What Go 1.19 calls all waits for locks. */
const LOCK = /^sync\.(Mutex\.Lock|WaitGroup\.Wait|Once\.Do)$/;

/** What goroutines waited for; of async ones, which wait for their functions, the report says what these waited for. */
function reasonsOf({ message, goroutines }: BubbleError | DeadlockError): string {
  const own = goroutines.map((g) => g.reason ?? "").filter((reason) => reason !== "await");
  const within = [...message.matchAll(/^async function \[([^\],]*)/gm)].map((m) => m[1]!);
  const all = [...own, ...within].map((reason) => reason.replace(LOCK, "semacquire"));
  return all.sort().join("\n");
}

/** How a program ended that failed with `error`. */
function endOf(error: unknown): string {
  const isBubbles = error instanceof BubbleError;
  if (!isBubbles && !isDeadlockError(error)) return panicText(error).split("\n\n")[0]!;
  const head = isBubbles
    ? "fatal error: all goroutines are asleep - deadlock!"
    : String(error).split("\n")[0]!;
  return `${head}\n${reasonsOf(error)}`.trim();
}

type Main = () => Go | Promise<void>;

async function runOn(scheduler: Scheduler, main: Main): Promise<void> {
  const before = setDefaultScheduler(scheduler);
  try {
    await scheduler.run(main);
  } finally {
    setDefaultScheduler(before);
  }
}

async function check(row: Row, form: Form, runs: (main: Main) => Promise<void>): Promise<void> {
  const net = new Network(form);
  const end = await runs(mainOf(net, row.program)).then(() => undefined, endOf);
  expect([row.program, net.logs(), end]).toEqual([row.program, row.logs, row.end]);
}

const SCHEDULERS: Record<string, (seed: number) => Scheduler> = {
  "the default scheduler": () => createScheduler({ sites: false }),
  "three Ps with slices of a step": (seed) =>
    createScheduler({ procs: 3, seed, slice: 1e-6, sites: false }),
  "the FIFO scheduler": () => createFifoScheduler({ sites: false }),
  "the deterministic scheduler": (seed) => createDeterministicScheduler({ seed, sites: false }),
};

describe.each(FORMS)("networks in %s functions end as Go recorded them", (form) => {
  test.each(Object.entries(SCHEDULERS))("under %s", async (_, make) => {
    for (const [seed, row] of cases.entries())
      if (form === "generator" || !isStuck(row))
        await check(row, form, (main) => runOn(make(seed), main));
  });

  test("in a bubble", async () => {
    for (const [seed, row] of cases.entries()) {
      // A bubble whose body calls goexit ends.
      if (row.end?.includes("no goroutines")) continue;
      await check(row, form, (main) => bubble(main, { seed, patience: 50 }));
    }
  });

  test("all at once in one program", async () => {
    const fine = cases.filter((row) => row.end === undefined);
    await run(function* () {
      const all = fine.map((row) => check(row, form, async (main) => void (await go(main).join())));
      yield* go(() => Promise.all(all)).join();
    });
  });
});

test("networks of async functions without a program around them end as Go recorded them", async () => {
  for (const row of cases)
    if (!isStuck(row)) await check(row, "async", async (main) => void (await main()));
});
