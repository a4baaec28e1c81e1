/** Conformance cases about programs: how `run` ends. */
import { aborted, onAbort } from "../abort.ts";
import type { Go, Goroutine } from "../api.ts";
import { withSignal } from "../call-off.ts";
import { type DeadlockError, isDeadlockError } from "../deadlock.ts";
import { catchUncaught, macrotask } from "../host.ts";
import type { Op } from "../op.ts";
import { goexit, panic } from "../panic.ts";
import { poll } from "../poll.ts";
import { sleep } from "../sleep.ts";
import { afterFunc } from "../timers.ts";
import { type Cases, Gate, Heard, rejection, same, turns, until } from "./suite-kit.ts";

export const programCases: Cases = {
  async "run resolves with the result of a generator, async or plain main"(make) {
    const results = [
      await make().run(
        function* (a: number, b: number): Go<number> {
          yield;
          return a + b;
        },
        1,
        2,
      ),
      await make().run(async (a: number) => a, 4),
      await make().run(() => 5),
    ];
    same(results, [3, 4, 5], "results");
  },

  async "main returning ends the program at once, others do not run to completion"(make) {
    const s = make();
    const gate = new Gate();
    let went = 0;
    const gs: Goroutine[] = [];
    await s.run(function* () {
      gs.push(
        s.go(function* () {
          yield* gate.wait();
          went++;
        }),
        s.go(function* () {
          for (;;) {
            went = 0;
            yield;
          }
        }),
      );
      for (let i = 0; i < 100 && gate.waiting.length === 0; i++) yield;
      same(gate.waiting.length, 1, "waiters at the gate");
    });
    same(gate.waiting.length, 0, "waiters left behind");
    same(s.numGoroutine(), 0, "goroutines left");
    const states = gs.map((g) => g.status);
    same(states, ["dead", "dead"], "the state of those that waited and ran");
    gate.open(1);
    await new Promise<void>((resolve) => macrotask(resolve));
    same(went, 0, "steps after the end");
  },

  async "the end of a program runs no finally block of the goroutines that are left"(make) {
    const s = make();
    const ran: string[] = [];
    const ends: Record<string, () => Go> = {
      *return() {},
      *panic() {
        panic("boom");
      },
      *deadlock() {
        yield* new Gate().wait();
      },
    };
    for (const [how, end] of Object.entries(ends)) {
      const gate = new Gate();
      const program = s.run(function* () {
        s.go(function* () {
          try {
            yield* gate.wait();
          } finally {
            ran.push(how);
          }
        });
        while (gate.waiting.length < 1) yield;
        yield* end();
      });
      await program.catch(() => {});
    }
    await turns(1);
    same(ran, [], "ends of programs at which one ran");
  },

  async "an uncaught panic of any goroutine ends the program with that panic"(make) {
    const s = make();
    const error = await rejection(
      s.run(function* () {
        s.go(function* () {
          yield;
          throw new TypeError("from a goroutine");
        });
        yield* new Gate().wait();
      }),
    );
    same((error as Error).message, "from a goroutine", "the panic");
    same(s.numGoroutine(), 0, "goroutines left");
    const value = await rejection(make().run(() => panic("boom")));
    same(String(value), "panic: boom", "the panic of main");
  },

  async "an async function that joins at once gets the panic, inside a program and outside"(make) {
    const s = make();
    const bodies: (() => unknown)[] = [
      function* () {
        throw new Error("generator");
      },
      async () => {
        throw new Error("async");
      },
      () => {
        throw new Error("plain");
      },
    ];
    const reported: unknown[] = [];
    const joinAll = async (): Promise<unknown[]> => {
      const got: unknown[] = [];
      for (const fn of bodies) {
        try {
          await s.go(fn).join();
        } catch (error) {
          got.push((error as Error).message);
        }
      }
      await turns(1);
      return got;
    };
    const want = ["generator", "async", "plain"];
    const uncatch = catchUncaught((error) => reported.push(error));
    try {
      same(await s.run(joinAll), want, "panics that main joined");
      same(await joinAll(), want, "panics that were joined outside");
    } finally {
      await turns(2); // where it went wrong `joinAll` may go on
      uncatch?.();
    }
    same(reported.map(String), [], "panics that were reported though they were joined");
  },

  async "a panic outside of any program that nobody joins is the host's to report"(make) {
    const caught: unknown[] = [];
    const uncatch = catchUncaught((error) => caught.push(error));
    if (uncatch === null) return; // a host that would take it for a failure of this case
    try {
      const s = make();
      s.go(() => {
        throw new Error("nobody joins");
      });
      for (let i = 0; i < 50 && caught.length === 0; i++)
        await new Promise<void>((resolve) => macrotask(resolve));
      await s.run(() => {});
    } finally {
      uncatch();
    }
    same(caught.map(String), ["Error: nobody joins"], "what was reported");
  },

  async "go of a nil func is Go's fatal error"(make) {
    const s = make();
    const error = await rejection(
      s.run(function* () {
        s.go(null as unknown as () => void);
      }),
    );
    same(String(error), "fatal error: go of nil func value", "the error");
  },

  async "all asleep is a deadlock error that names who waits for what"(make) {
    const s = make();
    const gate = new Gate();
    // Methods keep their names where a build strips those of function expressions.
    const program = {
      *main() {
        s.go(program.worker);
        yield* gate.wait();
      },
      *worker() {
        yield* gate.wait();
      },
    };
    const error = await rejection(s.run(program.main));
    if (!isDeadlockError(error)) throw new Error(`not a deadlock error: ${String(error)}`);
    const list = error.goroutines.map((g) => `${g.name} [${g.reason}] ${g.waitsOn}`);
    same(list, ["main [semacquire] the gate", "worker [semacquire] the gate"], "goroutines");
    const text = String(error);
    const head = "fatal error: all goroutines are asleep - deadlock!";
    same(text.split("\n")[0], head, "first line");
    for (const name of ["main", "worker"])
      if (!text.includes(` [semacquire]:\n${name}(...)\n\twaiting on the gate`))
        throw new Error(`the text does not show ${name}: ${text}`);
    same(gate.waiting.length, 0, "waiters left behind");
  },

  async "goexit of main with nothing left is Go's other deadlock"(make) {
    const s = make();
    let ended = false;
    const error = await rejection(
      s.run(function* () {
        s.go(function* () {
          yield* sleep(3);
          ended = true;
        });
        goexit();
      }),
    );
    same(ended, true, "whether the other goroutine ran to its end");
    const head = (error as DeadlockError).message.split("\n")[0];
    same(head, "no goroutines (main called runtime.Goexit) - deadlock!", "first line");
  },

  async "a pending timer or promise is no deadlock"(make) {
    const s = make();
    const v = await s.run(function* () {
      yield* sleep(2);
      return yield* poll(
        new Promise<number>((resolve) => {
          macrotask(() => macrotask(() => macrotask(() => resolve(9))));
        }),
      );
    });
    same(v, 9, "the promise's value");
  },

  async "waiting for what is outside is no deadlock: a signal, alone, in a select or to be called off by; an op that says so"(
    make,
  ) {
    const waits: Record<string, (signal: AbortSignal) => Op<unknown>> = {
      aborted: (signal) => aborted(signal),
      "called off": (signal) => withSignal(new Gate().wait(), signal),
      "a promise, called off": (signal) => withSignal(poll(new Promise(() => {})), signal),
      "an op of its own": (signal) => new Heard(signal),
    };
    for (const [name, wait] of Object.entries(waits)) {
      const s = make();
      const stop = new AbortController();
      const main = s.run(function* () {
        try {
          return yield* wait(stop.signal);
        } catch (reason) {
          return reason;
        }
      });
      main.catch(() => {}); // which is told below
      await turns(4);
      stop.abort("fired");
      same(await main, "fired", name);
      // And it is counted no more.
      const error = await rejection(
        s.run(function* () {
          yield* new Gate().wait();
        }),
      );
      if (!isDeadlockError(error)) throw new Error(`${name}: then got ${String(error)}`);
    }
  },

  async "a callback outside of programs that waits for a signal or a timer may wake a goroutine yet"(
    make,
  ) {
    for (const what of ["signal", "timer"]) {
      const stop = new AbortController();
      const gate = new Gate();
      const open = (): unknown => gate.open(1);
      if (what === "signal") onAbort(stop.signal, open);
      else afterFunc(20, open);
      const main = make().run(function* () {
        return yield* gate.wait();
      });
      main.catch(() => {});
      await turns(4);
      stop.abort();
      same(await main, 1, what);
    }
  },

  async "code outside may wake a goroutine before the verdict of deadlock"(make) {
    const s = make();
    const gate = new Gate();
    const p = s.run(function* () {
      return yield* gate.wait();
    });
    await until(() => gate.open(3));
    same(await p, 3, "the value");
  },

  async "a scheduler runs one program at a time, and another one after it"(make) {
    const s = make();
    const first = s.run(function* () {
      yield* sleep(1);
      return 1;
    });
    const second = await rejection(s.run(() => 2));
    if (!String(second).includes("already running")) throw new Error(`got ${String(second)}`);
    same(await first, 1, "the first program");
    same(await s.run(() => 3), 3, "the program after it");
  },
};
