import { go, goexit, gosched } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { Once, onceFunc, onceValue, onceValues } from "../src/index.ts";
import { collect } from "./gc.ts";
import { program } from "./trace.ts";

describe("onceFunc, onceValue, onceValues", () => {
  it("run f once and return the same values", () => {
    let n = 0;
    const f = onceFunc(() => {
      n++;
    });
    f();
    f();
    expect(n).toBe(1);
    const v = onceValue(() => ({ n: ++n }));
    expect(v()).toBe(v());
    expect(v().n).toBe(2);
    const vs = onceValues(() => [++n, "b"]);
    expect(vs()).toEqual([3, "b"]);
    expect(vs()).toBe(vs());
    expect(n).toBe(3);
  });

  it("re-panic the same value on every call", () => {
    let n = 0;
    const value = { reason: "x" };
    const bad = (): readonly number[] => {
      n++;
      throw value;
    };
    for (const f of [onceFunc(bad), onceValue(bad), onceValues(bad)]) {
      for (let i = 0; i < 3; i++) {
        let thrown: unknown;
        try {
          f();
        } catch (e) {
          thrown = e;
        }
        expect(thrown).toBe(value);
      }
    }
    expect(n).toBe(3);
  });

  const forms: Record<string, (one: { n: number }) => () => any> = {
    plain: (one) => () => one.n,
    async: (one) => async () => one.n,
    generator: (one) =>
      function* () {
        return one.n;
      },
    routine: (one) => {
      const once = new Once();
      return () => once.do(() => one.n);
    },
  };
  it("drop f after the first call", async () => {
    const make = (form: (one: { n: number }) => () => any): [() => any, WeakRef<object>] => {
      const one = { n: 1 };
      return [onceValue(form(one)), new WeakRef(one)];
    };
    for (const [name, form] of Object.entries(forms)) {
      const [once, ref] = make(form);
      const first: unknown = await once();
      for (let tries = 0; ref.deref() !== undefined && tries < 50; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        collect();
      }
      expect([name, ref.deref()]).toEqual([name, undefined]);
      expect(await once()).toBe(first);
    }
  });

  it("whose f calls Goexit does not run f twice", async () => {
    await program(function* () {
      let n = 0;
      const f = onceFunc(function* () {
        n++;
        yield* gosched();
        goexit();
      });
      for (let i = 0; i < 2; i++) {
        const g = go(function* () {
          yield* f();
        });
        yield* g.join();
      }
      expect(n).toBe(1);
    });
  });

  it("a generator f is run by the first caller while others wait; its panic reaches all", async () => {
    await program(function* () {
      let n = 0;
      const v = onceValue(function* () {
        n++;
        yield* gosched();
        return { n };
      });
      const all = Array.from({ length: 4 }, () =>
        go(function* () {
          return yield* v();
        }),
      );
      const values = [];
      for (const g of all) values.push(yield* g.join());
      expect(new Set(values).size).toBe(1);
      expect(n).toBe(1);
      const bad = onceValue(function* () {
        yield* gosched();
        throw new Error("bad");
      });
      for (let i = 0; i < 2; i++) {
        let message = "";
        try {
          yield* bad();
        } catch (e) {
          message = (e as Error).message;
        }
        expect(message).toBe("bad");
      }
    });
    const v = onceValue(function* () {
      yield* gosched();
      return 7;
    });
    expect(await v()).toBe(7);
    expect(await v()).toBe(7);
  });

  it("waiting for another caller's run of a generator can be called off; the run goes on", async () => {
    const seen: unknown[] = [];
    await program(function* () {
      const value = onceValue(function* () {
        for (let i = 0; i < 5; i++) yield* gosched();
        return 42;
      });
      go(function* () {
        seen.push(yield* value());
      });
      yield* gosched();
      const stop = new AbortController();
      const waiter = go(function* () {
        try {
          yield* value({ signal: stop.signal });
        } catch (e) {
          seen.push((e as Error).message);
        }
      });
      yield* gosched();
      stop.abort(new Error("enough"));
      yield* waiter.join();
      expect(yield* value()).toBe(42);
    });
    expect(seen).toEqual(["enough", 42]);
  });

  it("an async f gives one promise to all", async () => {
    const v = onceValue(async () => ({}));
    expect(v()).toBe(v());
    expect(await v()).toBe(await v());
  });

  it("called inside its own f is Go's deadlock", () => {
    const f: () => void = onceFunc(() => f());
    expect(f).toThrow("all goroutines are asleep - deadlock!");
  });
});
