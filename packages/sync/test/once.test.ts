/** The options of `do`, whatever state the Once is in. */
import { expect, it } from "vitest";
import { go, run, sleep } from "@gort/sched";
import { Mutex, Once, onceFunc, onceValue, SingleFlight } from "../src/index.ts";

const off = { signal: AbortSignal.abort("off") };

it("a wait that is called off fails although the run is over, whenever it was made", async () => {
  const once = new Once();
  let open!: () => void;
  const first = once.do(() => new Promise<void>((resolve) => (open = resolve))).then(() => "ran");
  const early = once.do(() => {}, off);
  await Promise.resolve();
  await expect(once.do(() => {}, off)).rejects.toBe("off");
  open();
  expect(await first).toBe("ran");
  await expect(early).rejects.toBe("off");
  await expect(once.do(() => {}, off)).rejects.toBe("off");
  expect(() => [...(once.do(() => {}, off) as Iterable<unknown>)]).toThrow("off");
  await once.do(() => {}, { signal: new AbortController().signal });
  await once.do(() => {});
});

it("the options do not reach the function that is run", async () => {
  const once = new Once();
  await once.do(() => {}, off);
  expect(once.done).toBe(true);
});

it("the same holds for onceValue of a generator function", async () => {
  const seven = onceValue(function* () {
    yield;
    return 7;
  });
  expect(await seven()).toBe(7);
  await expect(seven(off)).rejects.toBe("off");
});

it("what f gives that blocks, an op or a routine, is waited for once and by all", async () => {
  const mu = new Mutex();
  let loads = 0;
  const config = onceValue(() => mu.withLock(async () => ++loads));
  expect([await config(), await config(), await Promise.all([config(), config()])]).toEqual([
    1,
    1,
    [1, 1],
  ]);
  const nap = onceFunc(() => sleep(1));
  await nap();
  await nap();
  const main = async (): Promise<unknown> =>
    run(function* () {
      yield* nap();
      return yield* config();
    });
  expect([await main(), await main(), loads]).toEqual([1, 1, 1]);
});

it("a loop over one that is done lets the host's timers fire", async () => {
  const once = new Once();
  await once.do(() => {});
  let fired = false;
  setImmediate(() => (fired = true));
  // More than any turn holds: without a turn of the host the loop would run to its end.
  for (let i = 0; i < 3e6 && !fired; i++) await once.do(() => {});
  expect(fired).toBe(true);
});

it.each(["once", "onceValue"])(
  "a loop of a goroutine over one that is done lets others run and the host's timers fire: %s",
  async (what) => {
    const once = new Once();
    const value = onceValue(function* () {
      return 1;
    });
    let others = 0;
    let fired = false;
    await run(function* () {
      go(function* () {
        for (; !fired; yield) others++;
      });
      setImmediate(() => (fired = true));
      // More than any turn holds.
      for (let i = 0; i < 3e6 && !fired; i++) {
        if (what === "once") yield* once.do(() => {});
        else yield* value();
      }
      expect([fired, others > 0]).toEqual([true, true]);
    });
  },
);

it("a deadlock report names the goroutine of the function, and the function of a flight", async () => {
  const once = new Once();
  const never = new Mutex("never");
  never.tryLock();
  const report: unknown = await run(function* () {
    go(function* loader() {
      yield* once.do(() => never.lock());
    });
    go(function* asks() {
      yield* new SingleFlight().do("k", function* profile() {
        yield* never.lock();
      });
    });
    yield;
    yield* once.do(() => {});
  }).catch(String);
  expect(report).toMatch(/sync\.Once whose function is still running in goroutine \d+ \(loader\)/);
  expect(report).toContain("profile(...)");
  expect(report).not.toContain("goOn");
});
