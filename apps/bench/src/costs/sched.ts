/** What goroutines and timers cost beyond what `pnpm bench sched` compares. */
import { go, type Go, gosched, run } from "@gort/sched";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;

const yields =
  (context: boolean): JobBody =>
  async (n) => {
    const check = await run(
      function* () {
        let count = 0;
        go(function* (): Go {
          for (let i = 0; i < n / 2; i++) {
            yield;
            count++;
          }
        });
        for (let i = 0; i < n / 2; i++) {
          yield;
          count++;
        }
        while (count < n) yield;
        return count;
      },
      { context },
    );
    return { check };
  };

const spawns: JobBody = async (n) => {
  const check = await run(
    function* () {
      let count = 0;
      const work = function* (): Go {
        count++;
      };
      for (let i = 0; i < n; i++) {
        go(work);
        if (i % 1000 === 999) yield* gosched();
      }
      while (count < n) yield;
      return count;
    },
    { context: true },
  );
  return { check };
};

const turns: JobBody = async (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) {
    await Promise.resolve();
    check++;
  }
  return { check };
};

export default sheet({
  package: "sched",
  beside: { JavaScript: "JavaScript itself", Go: "native Go" },
  rows: [
    {
      id: "yield",
      title: "`yield` to the other goroutine; `await` of a promise",
      n: 200_000,
      check: all,
      gort: yields(false),
      javascript: turns,
    },
    { title: "unbuffered hand-off, two generator goroutines", job: "chan/unbuffered" },
    { title: "prime sieve, first 2,000 primes", job: "chan/sieve" },
    { title: "starting and ending a goroutine, `wg.go(function* …)`", job: "sched/spawn" },
    {
      title: "the same without a generator: `wg.add(1); go(done)`; async functions",
      job: "sched/spawn",
      who: "gort, other form",
    },
    { title: "heap per goroutine parked on a channel", job: "sched/parked" },
    { title: "adding one of 10^6 timers; `setTimeout`", job: "sched/timer-add" },
    { title: "stopping it; `clearTimeout`", job: "sched/timer-stop" },
    { title: "adding and firing one of 10^6 timers", job: "sched/timer-fire" },
    { title: "p99.9 of how late a 10 ms timer fires under load", job: "latency/timer" },
    {
      id: "context-step",
      title: "with `{ context: true }`: `yield` to the other goroutine",
      n: 100_000,
      check: all,
      gort: yields(true),
    },
    {
      id: "context-go",
      title: "with `{ context: true }`: starting and ending a goroutine",
      n: 50_000,
      check: all,
      gort: spawns,
    },
    { title: "in a bundle: `go`; `createScheduler`", sizes: ["go", "createScheduler"] },
  ],
});
