import { AsyncLocalStorage } from "node:async_hooks";
import { currentGoroutine, type Go, gosched } from "@gort/sched";
import { describe, expect, it } from "vitest";
import {
  Cond,
  ErrGroup,
  Mutex,
  Once,
  RWMutex,
  Semaphore,
  SingleFlight,
  WaitGroup,
} from "../src/index.ts";
import { program } from "./trace.ts";

describe("AsyncLocalStorage", () => {
  const als = new AsyncLocalStorage<string>();
  const names = ["a", "b", "c"];

  it("is preserved across every await of a contended primitive", async () => {
    const mu = new Mutex();
    const rw = new RWMutex();
    const sem = new Semaphore(1);
    const cond = new Cond(mu);
    const once = new Once();
    const flights = new SingleFlight<string, string>();
    const seen = await Promise.all(
      names.map((name) =>
        als.run(name, async () => {
          const out: (string | undefined)[] = [];
          const look = (): void => void out.push(als.getStore());
          await mu.lock();
          look();
          await Promise.resolve();
          mu.unlock();
          await rw.lock();
          look();
          await Promise.resolve();
          rw.unlock();
          await sem.acquire(1, { signal: new AbortController().signal });
          look();
          await Promise.resolve();
          sem.release();
          await once.do(async () => Promise.resolve());
          look();
          await flights.do("k", async () => "v");
          look();
          await mu.withLock(async () => {
            await Promise.resolve();
            look();
          });
          await mu.lock();
          setTimeout(() => cond.broadcast(), 1);
          await cond.wait();
          look();
          mu.unlock();
          return out;
        }),
      ),
    );
    expect(seen).toEqual(names.map((name) => Array<string>(7).fill(name)));
  });

  it("is what the caller had in functions that are started from async code", async () => {
    const seen = await Promise.all(
      names.map((name) =>
        als.run(name, async () => {
          const out: (string | undefined)[] = [];
          const look = async (): Promise<void> => {
            out.push(als.getStore());
            await Promise.resolve();
            out.push(als.getStore());
          };
          const wg = new WaitGroup();
          wg.go(look);
          const g = new ErrGroup();
          g.setLimit(1);
          await g.go(look);
          await g.go(() => look());
          await g.wait();
          await wg.wait();
          await new SingleFlight<string, void>().doChan("k", look).recv();
          return out;
        }),
      ),
    );
    expect(seen).toEqual(names.map((name) => Array<string>(8).fill(name)));
  });

  it("is that of the caller in functions that waited for their turn under a limit", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    const seen: (string | undefined)[] = [];
    for (const name of names)
      als.run(name, () => {
        void g.go(async () => {
          seen.push(als.getStore());
          await Promise.resolve();
          seen.push(als.getStore());
        });
      });
    await g.wait();
    expect(seen).toEqual(names.flatMap((name) => [name, name]));
  });

  it("functions that waited for their turn run in goroutines of their names", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    const seen: (string | undefined)[] = [];
    const look = (): void => void seen.push(currentGoroutine()?.name);
    void g.go(function first() {
      look();
    });
    void g.go(function second() {
      look();
    });
    void g.go(async function third() {
      look();
    });
    void g.go(function* fourth() {
      look();
    });
    await g.wait();
    expect(seen).toEqual(["first", "second", "third", "fourth"]);
  });

  it("a plain function that returns a generator is run as one, wherever it is started", async () => {
    const body = function* (): Go {
      yield* gosched();
      ran++;
    };
    let ran = 0;
    const start = (): [ErrGroup, WaitGroup] => {
      const g = new ErrGroup();
      void g.go(() => body());
      const wg = new WaitGroup();
      wg.go(() => body());
      return [g, wg];
    };
    const [g, wg] = start();
    await g.wait();
    await wg.wait();
    await program(function* () {
      const [h, wh] = start();
      yield* h.wait();
      yield* wh.wait();
    });
    expect(ran).toBe(4);
  });
});
