import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  go,
  goexit,
  gosched,
  panic,
  type Go,
  type Scheduler,
  sleep,
} from "@gort/sched";
import { DONE } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { type FlightResult, isFlightPanic, type ResultChan, SingleFlight } from "../src/index.ts";
import { program, settle } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

function* slow<T>(value: T): Go<T> {
  yield* settle();
  return value;
}

describe("singleflight", () => {
  it("concurrent Do with one key runs f once; all get the same value; shared is true for all when there were duplicates", async () => {
    await program(function* () {
      const g = new SingleFlight<string, string>();
      let calls = 0;
      const results: FlightResult<string>[] = [];
      for (let i = 0; i < 10; i++) {
        go(function* () {
          results.push(
            yield* g.do("key", function* () {
              calls++;
              return yield* slow("bar");
            }),
          );
        });
      }
      yield* settle();
      yield* settle();
      expect(calls).toBe(1);
      expect(results).toEqual(Array(10).fill({ value: "bar", shared: true }));
      const alone = yield* g.do("key", () => "plain");
      expect(alone).toEqual({ value: "plain", shared: false });
      expect(g.calls.size).toBe(0);
    });
  });

  it("all get the same error", async () => {
    const g = new SingleFlight<string, string>();
    const error = new Error("Some error");
    const fail = async () => Promise.reject(error);
    const got = await Promise.all(
      [1, 2, 3].map(async () => {
        try {
          await g.do("key", fail);
          return null;
        } catch (e) {
          return e;
        }
      }),
    );
    expect(got).toEqual([error, error, error]);
    expect(got[0]).toBe(error);
    const plain = g.do("key", () => {
      throw error;
    });
    await expect((async () => plain)()).rejects.toBe(error);
    expect(g.calls.size).toBe(0);
  });

  it("Forget lets the next call start anew while the old one still runs; the old finish does not remove the new entry", async () => {
    await program(function* () {
      const g = new SingleFlight<string, number>();
      let openOld = false;
      let openNew = false;
      const got: number[] = [];
      const caller = (value: number, open: () => boolean) =>
        go(function* () {
          const r = yield* g.do("k", function* () {
            while (!open()) yield* gosched();
            return value;
          });
          got.push(r.value);
        });
      caller(1, () => openOld);
      yield* settle();
      g.forget("k");
      caller(2, () => openNew);
      yield* settle();
      openOld = true;
      yield* settle();
      expect(got).toEqual([1]);
      expect(g.calls.has("k")).toBe(true);
      caller(3, () => true); // joins the second
      yield* settle();
      openNew = true;
      yield* settle();
      expect(got).toEqual([1, 2, 2]);
    });
  });

  it("DoChan returns a 1-buffered channel, not closed, receiving one Result", async () => {
    await program(function* () {
      const g = new SingleFlight<string, string>();
      const ch = g.doChan("key", () => slow("bar"));
      expect([ch.len, ch.cap]).toEqual([0, 1]);
      expect(ch.tryRecv()).toEqual([undefined, false, false]);
      yield* settle();
      yield* settle();
      expect(ch.len).toBe(1);
      expect(yield* ch.recvOk()).toEqual([{ ok: true, value: "bar", shared: false }, true]);
      let second = "blocked";
      go(function* () {
        yield* ch.recv();
        second = "received";
      });
      yield* settle();
      expect(second).toBe("blocked");
    });
  });

  it("a receive from a DoChan can be called off, and what nobody took goes to the next", async () => {
    await program(function* () {
      const flights = new SingleFlight<string, string>();
      const ch = flights.doChan("k", function* () {
        for (let i = 0; i < 5; i++) yield* gosched();
        return "v";
      });
      const stop = new AbortController();
      const off = go(function* () {
        try {
          yield* ch.recv({ signal: stop.signal });
          return "received";
        } catch (e) {
          return (e as Error).message;
        }
      });
      yield* gosched();
      stop.abort(new Error("enough"));
      expect(yield* off.join()).toBe("enough");
      // A receiver that is ended between the delivery and its next step gives the result back.
      const op = ch.recvOk();
      expect((recordOf(op).next() as { done?: boolean }).done).toBe(false);
      for (let i = 0; i < 8; i++) yield* gosched();
      expect(recordOf(op).state).toBe(DONE);
      recordOf(op).return();
      expect(ch.len).toBe(1);
      expect((yield* ch.recv()).ok).toBe(true);
    });
  });

  it("DoChan gives an error as a value", async () => {
    const g = new SingleFlight<string, string>();
    const error = new Error("no");
    const a = g.doChan("k", async () => Promise.reject(error));
    const b = g.doChan("k", async () => "never");
    expect(await a.recv()).toEqual({ ok: false, err: error, shared: true });
    expect(await b.recv()).toEqual({ ok: false, err: error, shared: true });
  });

  it("panic in f panics in every Do caller (as error wrapping the value)", async () => {
    await program(function* () {
      const g = new SingleFlight<string, void>();
      const got: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        go(function* () {
          try {
            yield* g.do("k", function* () {
              yield* settle();
              panic("bad thing");
            });
          } catch (e) {
            got.push(e);
          }
        });
      }
      yield* settle();
      yield* settle();
      expect(got.length).toBe(3);
      for (const e of got) {
        expect(isFlightPanic(e)).toBe(true);
        expect((e as Error).message.split("\n\n")[0]).toBe("bad thing");
        expect((e as Error).cause).toBe("bad thing");
      }
      let plain: unknown;
      try {
        yield* g.do("k", () => panic("plain"));
      } catch (e) {
        plain = e;
      }
      expect(isFlightPanic(plain)).toBe(true);
      expect(g.calls.size).toBe(0);
    });
  });

  it("the panic that Do callers get prints its value as `%v` does, not as a panic does", async () => {
    class Code extends Number {}
    for (const [value, text] of [
      [1.5, "1.5"],
      [1e21, "1e+21"],
      [-0.25, "-0.25"],
      [Infinity, "+Inf"],
      [93, "93"],
      [new Code(93), "93"],
      [new String("text"), "text"],
      [true, "true"],
      [new Error("broken"), "broken"],
    ] as const) {
      let got: unknown;
      await program(function* () {
        try {
          yield* new SingleFlight().do("k", () => panic(value));
        } catch (e) {
          got = e;
        }
      });
      expect((got as Error).message.split("\n\n")[0]).toBe(text);
      expect((got as Error).cause).toBe(value);
    }
  });

  it("panic with a DoChan waiter crashes the program", async () => {
    await expect(
      program(function* () {
        const g = new SingleFlight<string, void>();
        g.doChan("k", function* () {
          yield* gosched();
          panic("Panicking in DoChan");
        });
        yield* settle();
        throw new Error("the program went on");
      }),
    ).rejects.toThrow("Panicking in DoChan");
  });

  const boom: Record<string, () => any> = {
    plain: () => panic("boom"),
    generator: function* () {
      panic("boom");
    },
    "generator that waits": function* () {
      yield* gosched();
      panic("boom");
    },
    async: async () => {
      await sleep(1);
      panic("boom");
    },
    "async that gives a generator": async () =>
      (function* () {
        panic("boom");
      })(),
  };
  const schedulers: Record<string, () => Scheduler> = {
    default: createScheduler,
    "2 Ps": () => createScheduler({ procs: 2 }),
    fifo: createFifoScheduler,
    deterministic: () => createDeterministicScheduler({ seed: 3 }),
  };
  const grid = Object.keys(boom).flatMap((fn) =>
    Object.keys(schedulers).map((s) => [fn, s] as const),
  );

  it.each(grid)(
    "panic with a DoChan waiter ends the program before the waiter gets anything: %s function, %s scheduler",
    async (fn, scheduler) => {
      let got: unknown = null;
      const main = function* (): Go {
        got = yield* new SingleFlight<string, void>().doChan("k", boom[fn]!).recv();
      };
      await expect(schedulers[scheduler]!().run(main)).rejects.toThrow("boom");
      expect(got).toBe(null);
    },
  );

  it("a panic in an async Do shared by DoChan, or that all have left, ends the program in which it was called", async () => {
    for (const left of [false, true]) {
      const panics: unknown[] = [];
      const s = createFifoScheduler({ onPanic: (error) => panics.push(error) });
      await s.run(function* () {
        const g = new SingleFlight<string, void>();
        const stop = new AbortController();
        go(function* () {
          try {
            yield* g.do("k", boom.async!, { signal: stop.signal });
          } catch {
            // recovered here, but not there
          }
        });
        yield* gosched();
        let ch: ResultChan<void> | null = null;
        if (left) stop.abort();
        else ch = g.doChan("k", () => {});
        while (panics.length === 0) yield* sleep(1);
        // Go's program has ended by now; this one survived it.
        if (ch !== null)
          expect(yield* ch.recv()).toEqual({ ok: false, err: panics[0], shared: true });
      });
      expect(panics.map(isFlightPanic)).toEqual([true]);
    }
  });

  it.each(grid.filter(([fn]) => fn === "async"))(
    "a panic in a Do shared by DoChan ends the program before the caller of Do gets it: %s function, %s scheduler",
    async (fn, scheduler) => {
      for (const first of ["do", "doChan"]) {
        let caught = false;
        let ch: ResultChan<void> | null = null;
        const main = function* (): Go {
          const g = new SingleFlight<string, void>();
          const share = (): void => void (ch = g.doChan("k", boom[fn]!));
          if (first === "doChan") share();
          else go(share);
          try {
            yield* g.do("k", boom[fn]!);
          } catch {
            caught = true;
          }
        };
        await expect(schedulers[scheduler]!().run(main)).rejects.toThrow("boom");
        expect(caught).toBe(false);
        // Whoever asks after the end hears why.
        expect(isFlightPanic(((await ch!.recv()) as { err: unknown }).err)).toBe(true);
      }
    },
  );

  it("panic in a Do shared by DoChan crashes the program", async () => {
    await expect(
      program(function* () {
        const g = new SingleFlight<string, void>();
        go(function* () {
          try {
            yield* g.do("k", function* () {
              yield* settle();
              panic("shared");
            });
          } catch {
            // recovered here, but not there
          }
        });
        yield* gosched();
        g.doChan("k", () => {});
        yield* settle();
        yield* settle();
        throw new Error("the program went on");
      }),
    ).rejects.toThrow("shared");
  });

  it("Goexit in f ends every Do caller's goroutine", async () => {
    await program(function* () {
      const g = new SingleFlight<string, void>();
      let returned = 0;
      let finals = 0;
      const all = Array.from({ length: 4 }, () =>
        go(function* () {
          try {
            yield* g.do("k", function* () {
              yield* settle();
              goexit();
            });
            returned++;
          } finally {
            finals++;
          }
        }),
      );
      for (const one of all) yield* one.join();
      expect([returned, finals]).toEqual([0, 4]);
    });
  });

  it("calling off the first caller takes nothing from the others", async () => {
    await program(function* () {
      const g = new SingleFlight<string, number>();
      const stop = new AbortController();
      const log: unknown[] = [];
      const caller = (signal?: AbortSignal) =>
        go(function* () {
          try {
            log.push((yield* g.do("k", () => slow(5), { signal })).value);
          } catch (e) {
            log.push((e as Error).message);
          }
        });
      caller(stop.signal);
      yield* gosched();
      caller();
      yield* gosched();
      stop.abort(new Error("left"));
      yield* settle();
      yield* settle();
      expect(log).toEqual(["left", 5]);
      expect(g.calls.size).toBe(0);
    });
  });

  it("a panic with nobody left to tell still ends the program", async () => {
    const stop = new AbortController();
    await expect(
      createFifoScheduler().run(function* () {
        const g = new SingleFlight<string, void>();
        go(function* () {
          try {
            yield* g.do(
              "k",
              function* () {
                yield* settle();
                panic("unseen");
              },
              { signal: stop.signal },
            );
          } catch {
            // called off
          }
        });
        yield* gosched();
        stop.abort();
        yield* settle();
        yield* settle();
      }),
    ).rejects.toThrow("unseen");
  });

  it("bad arguments are named", () => {
    const g = new SingleFlight();
    expect(() => g.do("k", 1 as never)).toThrow("SingleFlight.do: fn is 1, want a function");
    expect(() => g.doChan("k", null as never)).toThrow("SingleFlight.doChan: fn is null");
  });
});
