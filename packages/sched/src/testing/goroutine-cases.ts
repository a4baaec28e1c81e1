/** Conformance cases about goroutines: starting, waiting, waking, ending. */
import type { Go, Scheduler } from "../api.ts";
import { checkScheduler } from "../check.ts";
import { currentGoroutine } from "../current.ts";
import { goroutines } from "../deadlock.ts";
import { withDefer } from "../defer.ts";
import { goexit, recover } from "../panic.ts";
import { poll } from "../poll.ts";
import { currentScheduler, go } from "../preset.ts";
import { gosched, sleep } from "../sleep.ts";
import { AtOnce, type Cases, Gate, rejection, same, until } from "./suite-kit.ts";

export const goroutineCases: Cases = {
  async "go starts the function later, with the arguments of now"(make) {
    const s = make();
    const log: string[] = [];
    await s.run(function* () {
      const arg = { x: "old" };
      const gs = [
        s.go(function* (v: string) {
          log.push(`generator ${v}`);
        }, arg.x),
        s.go(async (v: string) => log.push(`async ${v}`), arg.x),
        s.go((v: string) => log.push(`plain ${v}`), arg.x),
      ];
      arg.x = "new";
      same(log, [], "what ran before main gave way");
      for (const g of gs) yield* g.join();
    });
    same(log.sort(), ["async old", "generator old", "plain old"], "what ran");
  },

  async "a goroutine can be joined before and after its end, for its result or its panic"(make) {
    const s = make();
    const got = await s.run(function* () {
      const gate = new Gate();
      const a = s.go(function* () {
        return yield* gate.wait();
      });
      const b = s.go(function* () {
        yield* gate.wait();
        throw new Error("b failed");
      });
      const log: unknown[] = [];
      const watcher = s.go(function* () {
        try {
          yield* b.join();
        } catch (e) {
          log.push((e as Error).message);
        }
      });
      while (gate.waiting.length < 2) yield;
      for (let i = 0; i < 50; i++) yield; // the watcher is parked on the join by now
      while (gate.open(7));
      log.push(typeof (yield* a.join()), typeof (yield* a.join()));
      yield* watcher.join();
      try {
        yield* b.join();
        log.push("no panic");
      } catch (e) {
        log.push(`${(e as Error).message} again`);
      }
      return [log.sort(), a.status, b.status];
    });
    const log = ["b failed", "b failed again", "number", "number"];
    same(got, [log, "dead", "dead"], "joins");
  },

  async "ids count from 1, and no goroutine has that of another, in a later program neither"(make) {
    const s = make();
    const ids: number[] = [];
    for (let program = 0; program < 2; program++) {
      await s.run(function* () {
        ids.push(currentGoroutine()!.id);
        const gs = [1, 2].map(() => s.go(function* () {}));
        for (const g of gs) {
          ids.push(g.id);
          yield* g.join();
        }
      });
    }
    same(ids, [1, 2, 3, 4, 5, 6], "ids");
  },

  async "goexit ends its goroutine alone: no panic, and who joins it gets undefined"(make) {
    const s = make();
    const gate = new Gate();
    const got = await s.run(function* () {
      s.go(function* () {
        goexit();
      });
      const late = s.go(async () => goexit());
      const g = s.go(function* () {
        yield* gate.wait();
        goexit();
      });
      const watcher = s.go(function* () {
        return [yield* g.join()];
      });
      while (gate.waiting.length < 1) yield;
      for (let i = 0; i < 50; i++) yield; // the watcher is parked on the join by now
      gate.open(0);
      const early = yield* watcher.join();
      return [...early, yield* g.join(), yield* late.join()].map(String);
    });
    same(got, ["undefined", "undefined", "undefined"], "joins before and after the end");
    same(s.numGoroutine(), 0, "goroutines left");
  },

  async "a woken goroutine runs exactly once, and only after it was woken"(make) {
    const s = make();
    const gate = new Gate();
    const seen: number[] = [];
    await s.run(function* () {
      const gs = [0, 1, 2, 3, 4].map(() =>
        s.go(function* () {
          seen.push(yield* gate.wait());
        }),
      );
      while (gate.waiting.length < 5) yield;
      checkScheduler(s);
      same(seen, [], "before the wake-ups");
      for (let i = 0; i < 5; i++) gate.open(i);
      checkScheduler(s);
      same(seen, [], "wake-ups that ran at once");
      for (const g of gs) yield* g.join();
    });
    same(seen.sort(), [0, 1, 2, 3, 4], "values");
  },

  async "gosched and a bare yield let every other runnable goroutine proceed in the end"(make) {
    const s = make();
    const counts = [0, 0, 0];
    await s.run(function* () {
      for (const i of [1, 2])
        s.go(function* () {
          for (;;) {
            counts[i]!++;
            if (i === 1) yield;
            else yield* gosched();
          }
        });
      while (counts[1]! < 10 || counts[2]! < 10) {
        counts[0]!++;
        yield* gosched();
      }
    });
    if (counts[0]! < 1) throw new Error("main never ran");
  },

  async "numGoroutine counts parked goroutines and not those that ended"(make) {
    const s = make();
    await s.run(function* () {
      same(s.numGoroutine(), 1, "goroutines of a fresh program");
      const gate = new Gate();
      const gs = [1, 2, 3].map(() =>
        s.go(function* () {
          yield* gate.wait();
        }),
      );
      while (gate.waiting.length < 3) yield;
      same(s.numGoroutine(), 4, "with three parked");
      while (gate.open(0));
      for (const g of gs) yield* g.join();
      same(s.numGoroutine(), 1, "after they ended");
    });
  },

  async "a plain function that gives a generator which only gives way goes on, wherever it was started"(
    make,
  ) {
    const s = make();
    function* giving(v: number): Go<number> {
      yield;
      yield* gosched();
      return v;
    }
    same(await s.run(() => giving(1)), 1, "what run gives");
    same(await s.go(() => giving(2)).join(), 2, "what go from outside gives");
    const inner = s.run(async () => {
      await Promise.resolve();
      return s.go(() => giving(3)).join();
    });
    same(await inner, 3, "what go from an async function gives");
  },

  async "goroutines, of a scheduler that tells, are those that live, with what they wait for"(
    make,
  ) {
    const s = make();
    if (s.goroutines === undefined) return;
    const gate = new Gate();
    const program = {
      *early() {},
      *waiter() {
        yield* gate.wait();
      },
      *main() {
        yield* s.go(program.early).join();
        s.go(program.waiter);
        while (gate.waiting.length < 1) yield;
        s.go(program.early);
        return goroutines(s).map((g) => [g.id, g.name, g.status, g.reason, g.waitsOn]);
      },
    };
    const want = [
      [1, "main", "running", null, ""],
      [3, "waiter", "waiting", "semacquire", "the gate"],
      [4, "early", "runnable", null, ""],
    ];
    same(await s.run(program.main), want, "goroutines");
    same(s.goroutines(), [], "goroutines after the end");
  },

  async "a promise's rejection is thrown into the goroutine"(make) {
    const s = make();
    const v = await s.run(function* () {
      try {
        yield* poll(Promise.reject(new Error("no")));
      } catch (e) {
        return (e as Error).message;
      }
      return "nothing thrown";
    });
    same(v, "no", "what was caught");
  },

  async "an op that completes or fails while it parks only gives way"(make) {
    const s = make();
    const got = await s.run(function* () {
      const log = [yield* new AtOnce(7)];
      try {
        yield* new AtOnce(new Error("eight"));
      } catch (e) {
        log.push((e as Error).message);
      }
      return log;
    });
    same(got, [7, "eight"], "what they gave");
  },

  async "random(n) is an integer in [0, n), each of which comes as often"(make) {
    const s = make();
    const seen = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) {
      const r = s.random(7);
      if (!Number.isInteger(r) || r < 0 || r >= 7) throw new Error(`random(7) gave ${r}`);
      seen[r]!++;
    }
    // A fair source is off by so much once in 10^10 times.
    if (seen.some((times) => times < 800 || times > 1200))
      throw new Error(`random(7) gave 0 to 6 so often: ${seen.join()}`);
    same(s.random(1), 0, "random(1)");
  },

  async "stats count what happened"(make) {
    const s = make();
    await s.run(function* () {
      const gate = new Gate();
      const before = s.stats();
      const g = s.go(function* () {
        yield* gate.wait();
        yield* gate.wait();
      });
      for (let n = 0; n < 2;) {
        if (gate.open(0)) n++;
        yield;
      }
      yield* g.join();
      const after = s.stats();
      same(after.goroutinesCreated - before.goroutinesCreated, 1, "goroutines created");
      same(after.goroutinesLive, 1, "goroutines live");
      same(
        (after.blocks.semacquire ?? 0) - (before.blocks.semacquire ?? 0),
        2,
        "blocks at the gate",
      );
      if (after.procs < 1) throw new Error("no processor");
    });
    if (s.stats().contextSwitches < 4) throw new Error("too few context switches counted");
  },

  async "the ambient slot names the scheduler and the goroutine, and is empty outside"(make) {
    const a = make();
    const b = make();
    const seen: boolean[] = [];
    const body = (s: Scheduler) =>
      function* (): Go<void> {
        for (let i = 0; i < 5; i++) {
          seen.push(currentScheduler() === s, currentGoroutine()?.status === "running");
          yield;
        }
        let inner = false;
        const g = go(() => {
          inner = currentScheduler() === s;
        });
        yield* g.join();
        seen.push(inner);
      };
    await Promise.all([a.run(body(a)), b.run(body(b))]);
    same(seen, new Array(22).fill(true), "what the slot said");
    same([currentGoroutine()], [null], "the goroutine outside");
  },

  async "yield of an op without the star is explained where it happened"(make) {
    const s = make();
    const error = await rejection(
      s.run(function* () {
        yield sleep(1) as never; // TypeScript refuses it too
      }),
    );
    if (!String(error).includes("yield* op")) throw new Error(`got ${String(error)}`);
    const v = await make().run(function* () {
      try {
        yield Promise.resolve(1) as never;
      } catch {
        return "caught";
      }
      return "not caught";
    });
    same(v, "caught", "the error of a yielded promise");
  },

  async "recover in a deferred call that waits sees the panic of its own goroutine"(make) {
    const s = make();
    const log: string[] = [];
    const gate = new Gate();
    await s.run(function* () {
      function* risky(id: string): Go {
        yield* withDefer(function* (scope) {
          scope.defer(function* () {
            yield* gate.wait();
            log.push(`${id} recovered ${String(recover())}`);
          });
          throw id;
        });
      }
      const gs = ["a", "b"].map((id) => s.go(risky, id));
      while (gate.waiting.length < 2) yield;
      while (gate.open(0));
      for (const g of gs) yield* g.join();
    });
    same(log.sort(), ["a recovered a", "b recovered b"], "what was recovered");
  },

  async "async goroutines and generator goroutines wake each other"(make) {
    const s = make();
    const got = await s.run(function* () {
      const there = new Gate();
      const back = new Gate();
      let sum = 0;
      const a = s.go(async () => {
        for (let i = 0; i < 20; i++) {
          sum += await there.wait();
          await until(() => back.open(i));
        }
      });
      for (let i = 0; i < 20; i++) {
        while (!there.open(i)) yield* poll(Promise.resolve());
        yield* back.wait();
      }
      yield* a.join();
      return sum;
    });
    same(got, 190, "the sum");
  },

  async "ten thousand goroutines pass a value along"(make) {
    const s = make();
    const n = await s.run(function* () {
      let last = s.go(function* () {
        return 0;
      });
      for (let i = 0; i < 10_000; i++) {
        const before = last;
        last = s.go(function* () {
          return 1 + (yield* before.join());
        });
      }
      return yield* last.join();
    });
    same(n, 10_000, "the length of the chain");
    checkScheduler(s);
  },
};
