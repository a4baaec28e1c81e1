/** What goroutines and timers cost beyond what `pnpm bench sched` compares. */
import { AsyncLocalStorage } from "node:async_hooks";
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

/** Inside of a store, as a server's handler is, with goroutines that see it. */
const inStore =
  (body: JobBody): JobBody =>
  async (n, meter) => {
    const store = new AsyncLocalStorage<number>();
    return store.run(1, async () => {
      const seen = await run(
        function* () {
          return yield* go(function* (): Go<number | undefined> {
            return store.getStore();
          }).join();
        },
        { context: true },
      );
      const outcome = await body(n, meter);
      return { check: outcome.check * (seen ?? 0) };
    });
  };

const spawns =
  (context: boolean): JobBody =>
  async (n) => {
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
      { context },
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
      id: "go",
      title: "`go(function* …)` and its end, no `WaitGroup`",
      n: 50_000,
      check: all,
      gort: spawns(false),
    },
    {
      id: "context-go",
      title: "the same inside an `AsyncLocalStorage`, kept (`{ context: true }`)",
      n: 50_000,
      check: all,
      gort: inStore(spawns(true)),
    },
    {
      id: "context-step",
      title: "`yield` to the other goroutine, the same",
      n: 100_000,
      check: all,
      gort: inStore(yields(true)),
    },
    { title: "in a bundle: `go`; `createScheduler`", sizes: ["go", "createScheduler"] },
  ],
});
