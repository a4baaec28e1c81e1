/** Who counts goroutines hears of each end once, also of that by the end of the program; and what a function gives that blocks is stepped. */
import { describe, expect, it } from "vitest";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  currentGoroutine,
  type Go,
  go,
  type Goroutine,
  gosched,
  now,
  sleep,
} from "../src/index.ts";
import { launch } from "../src/primitives.ts";

/** A hook that notes what it hears. */
function noting(log: string[], kills: boolean): { done(): void; killed?(error: Error): void } {
  const hook = { done: () => void log.push("done") };
  return kills ? { ...hook, killed: (e: Error) => void log.push(e.message) } : hook;
}

function* forEver(): Go {
  yield* sleep(1e9);
}

/** Launches `fn` in a program that ends while it runs, after `steps` turns. */
async function within(fn: () => any, kills: boolean, steps: number): Promise<string[]> {
  const log: string[] = [];
  await createFifoScheduler().run(function* () {
    launch(noting(log, kills), fn, []);
    for (let i = 0; i < steps; i++) yield* gosched();
    log.push("main returns");
  });
  return log;
}

const ended = expect.stringMatching(/^gort: the program ended before goroutine \d+ did$/) as string;

describe("a hook of launch", () => {
  it("hears that the end of its program ended a goroutine, started or not", async () => {
    for (const steps of [0, 3]) {
      for (const fn of [forEver, () => forEver()]) {
        expect(await within(fn, true, steps)).toEqual(["main returns", ended]);
        expect(await within(fn, false, steps)).toEqual(["main returns", "done"]);
      }
    }
  });

  it("hears of the end of an async function that runs on when that is over, and once", async () => {
    for (const fails of [false, true]) {
      let finish!: () => void;
      const log = await within(
        () =>
          new Promise<void>((resolve, reject) => {
            finish = fails ? () => reject(new Error("bad")) : resolve;
          }),
        true,
        3,
      );
      expect(log).toEqual(["main returns"]);
      finish();
      finish();
      await new Promise((resolve) => setImmediate(resolve));
      expect(log).toEqual(["main returns", "done"]);
    }
  });

  it("hears of a panic when that was taken, or told as nobody took it", async () => {
    for (const joins of [false, true]) {
      const log: string[] = [];
      const s = createFifoScheduler({ onPanic: () => log.push("onPanic") });
      await s.run(async () => {
        let g!: Goroutine;
        await new Promise<void>((resolve) => {
          const fn = async (): Promise<never> => {
            resolve();
            throw new Error("bad");
          };
          g = launch(noting(log, true), fn, []);
        });
        for (let jobs = 0; jobs < 3 && g.status !== "dead"; jobs++) await Promise.resolve();
        expect([g.status, log]).toEqual(["dead", []]);
        if (joins) await g.join().then(undefined, () => log.push("joined"));
        else await sleep(1);
      });
      expect(log).toEqual(joins ? ["done", "joined"] : ["onPanic", "done"]);
    }
  });

  it("that throws when the panic of its goroutine is taken gives that one's panic, and its program goes on", async () => {
    const log: string[] = [];
    for (const make of [createFifoScheduler, createDeterministicScheduler])
      await make().run(function* () {
        // So that the panic is not judged at once.
        go(() => new Promise(() => {}));
        yield* sleep(1);
        const hook = {
          done(): void {
            throw new Error("negative counter");
          },
        };
        const g = launch(
          hook,
          function* () {
            throw new Error("x");
          },
          [],
        );
        while (g.status !== "dead") yield;
        for (let n = 0; n < 2; n++)
          try {
            yield* g.join();
          } catch (e) {
            log.push((e as Error).message);
          }
        yield* sleep(1);
        log.push("main goes on");
      });
    const once = ["negative counter", "negative counter", "main goes on"];
    expect(log).toEqual([...once, ...once]);
  });

  it("hears nothing more of a goroutine that ended before its program", async () => {
    expect(await within(function* () {}, true, 3)).toEqual(["done", "main returns"]);
    expect(await within(() => {}, true, 3)).toEqual(["done", "main returns"]);
  });
});

it("go steps an op, or anything that blocks, that its function gives", async () => {
  const s = createDeterministicScheduler({ seed: 1 });
  await s.run(function* () {
    const start = now();
    yield* go(() => sleep(500)).join();
    expect(now() - start).toBe(500);
    const seen: unknown[] = [];
    const routine = {
      *[Symbol.iterator](): Go<string> {
        seen.push(currentGoroutine()?.name);
        yield* sleep(500);
        return "routine";
      },
      then(): never {
        throw new Error("awaited");
      },
    };
    const g = go(function stepped() {
      return routine;
    });
    expect(yield* g.join()).toBe("routine");
    expect([seen, now() - start]).toEqual([["stepped"], 1000]);
  });
});
