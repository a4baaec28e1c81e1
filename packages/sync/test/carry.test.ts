import { AsyncLocalStorage } from "node:async_hooks";
import { createScheduler, currentGoroutine, type Go, go, gosched, now, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
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

  it.each(["before", "after"])(
    "is that of the caller in them, %s the first await of an async function",
    async (when) => {
      const g = new ErrGroup();
      g.setLimit(1);
      const seen: string[] = [];
      await Promise.all(
        names.map((name) =>
          als.run(name, () =>
            go(async () => {
              if (when === "after") await Promise.resolve();
              for (let i = 0; i < 2; i++)
                void g.go(async () => {
                  seen.push(`${name} sees ${als.getStore()}`);
                  await Promise.resolve();
                });
            }).join(),
          ),
        ),
      );
      await g.wait();
      expect(seen.sort()).toEqual(
        names.flatMap((name) => [`${name} sees ${name}`, `${name} sees ${name}`]),
      );
    },
  );

  it("is that of the caller in them where the scheduler keeps contexts, of generator functions too", async () => {
    const g = new ErrGroup();
    g.setLimit(1);
    const seen: string[] = [];
    const s = createScheduler({ context: true });
    await s.run(function* () {
      const callers = names.map((name) =>
        als.run(name, () =>
          go(function* (): Go {
            for (let i = 0; i < 2; i++) {
              void g.go(function* (): Go {
                yield* gosched();
                seen.push(`${name} sees ${als.getStore()}`);
              });
              void g.go(async () => {
                await Promise.resolve();
                seen.push(`${name} sees ${als.getStore()}`);
              });
              yield* gosched();
            }
          }),
        ),
      );
      for (const g of callers) yield* g.join();
      yield* g.wait();
    });
    expect(seen.sort()).toEqual(
      names.flatMap((name) => Array<string>(4).fill(`${name} sees ${name}`)),
    );
  });

  it("a function that waited for its turn starts before virtual time moves on", () =>
    bubble(function* () {
      const g = new ErrGroup();
      g.setLimit(1);
      let at = -1;
      go(async () => {
        await Promise.resolve();
        void g.go(function* (): Go {
          yield* sleep(10);
        });
        void g.go(async () => void (at = now()));
      });
      const before = now();
      yield* sleep(1000);
      expect(at - before).toBe(10);
      yield* g.wait();
    }));

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
