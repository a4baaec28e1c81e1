/** Where the GMP scheduler looks for work, and in which order: each rule by itself, so that each can be missed by itself. */
import { createHook } from "node:async_hooks";
import { describe, expect, test } from "vitest";
import type { G } from "../src/g.ts";
import { GmpScheduler } from "../src/gmp.ts";
import { GLOBAL_EVERY, RUNQ } from "../src/proc.ts";
import {
  afterFunc,
  createScheduler,
  type Go,
  go,
  lockToP,
  newTimer,
  poll,
  sleep,
  unlockFromP,
} from "./helpers.ts";

/** Stands for a goroutine in a queue: nothing here runs one. */
const fake = (id: number): G => ({ id, extra: null }) as unknown as G;

describe("what happened outside", () => {
  test.each([1, 2, 4])(
    "a goroutine that a promise wakes runs beside others that never leave a P idle: %i Ps",
    async (procs) => {
      const s = createScheduler({ procs });
      const woken = await s.run(function* () {
        let stop = false;
        const end = performance.now() + 5000;
        function* spin(): Go {
          while (!stop && performance.now() < end) yield;
        }
        for (let i = 0; i < 2 * procs; i++) go(spin);
        go(function* () {
          yield* poll(new Promise((done) => setTimeout(done, 2)));
          stop = true;
        });
        yield* spin();
        return stop;
      });
      expect(woken).toBe(true);
    },
  );

  test("the host has at most one timer of a scheduler's, and none when nobody waits for one", async () => {
    // Those that a scheduler set, and not the test runner.
    const timers: { readonly _destroyed: boolean }[] = [];
    const hook = createHook({
      init(_id, type, _trigger, timer) {
        if (type === "Timeout" && new Error().stack!.includes("sched/src/host.ts"))
          timers.push(timer as (typeof timers)[number]);
      },
    }).enable();
    const armed = (): number => timers.filter((timer) => !timer._destroyed).length;
    let most = 0;
    let over = false;
    const watch = (async () => {
      while (!over) {
        most = Math.max(most, armed());
        await new Promise(setImmediate);
      }
    })();
    await createScheduler({ procs: 4 }).run(function* () {
      const far = [60_000, 50_000, 40_000].map((ms) => afterFunc(ms, () => {}));
      // Arms a timer for the last one; each of those below is earlier than what is armed.
      yield* poll(new Promise(setImmediate));
      for (let i = 0; i < 100; i++) {
        go(function* () {
          yield* poll(new Promise(setImmediate));
          yield* sleep(10 - (i % 10));
        });
      }
      yield* sleep(20);
      for (const t of far) t.stop();
    });
    const t = newTimer(30_000);
    await new Promise(setImmediate);
    t.stop();
    await new Promise(setImmediate);
    over = true;
    await watch;
    hook.disable();
    expect(most).toBe(1);
    expect(armed()).toBe(0);
  });
});

describe("the global queue", () => {
  test.each([
    [1, 1, 1],
    [1, 10, 10],
    [4, 3, 1],
    [4, 10, 3],
    [2, 1000, RUNQ / 2],
  ])("of %i Ps that share %i goroutines, one takes %i", (procs, size, share) => {
    const s = new GmpScheduler({ procs });
    for (let i = 0; i < size; i++) s.global.push(fake(i));
    const p = s.ps[0]!;
    expect(s["fromGlobal"](p)!.id).toBe(0);
    expect([p.size, s.global.size]).toEqual([share - 1, size - share]);
    // In order.
    for (let i = 1; i < share; i++) expect(p.shift()!.id).toBe(i);
    expect(s.global.shift()?.id).toBe(share < size ? share : undefined);
  });

  test("is looked at by every 61st slice, whatever the local queue holds", () => {
    const s = new GmpScheduler({});
    const p = s.ps[0]!;
    s.global.push(fake(-1));
    p.schedtick = 1;
    const seen: number[] = [];
    for (let i = 0; i <= GLOBAL_EVERY; i++) {
      p.push(fake(i));
      seen.push(s["find"](p)!.id);
    }
    expect(seen.indexOf(-1)).toBe(60);
    expect(seen.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });
});

describe("stealing", () => {
  test("takes what is in a queue, whichever P comes first, and leaves who is next on a P", () => {
    for (let seed = 0; seed < 20; seed++) {
      const s = new GmpScheduler({ procs: 3, seed });
      const [thief, one, other] = s.ps as [GmpScheduler["ps"][0], ...GmpScheduler["ps"]];
      one!.next = fake(1);
      other!.push(fake(2));
      expect(s["steal"](thief)!.id).toBe(2);
      expect(s["steal"](thief)).toBe(null);
      expect(one!.next.id).toBe(1);
    }
  });
});

test("what a goroutine started outside locks itself to runs, though no P did", async () => {
  const s = createScheduler({ procs: 2 });
  const g = s.go(() => {
    lockToP();
    return (function* (): Go<string> {
      yield;
      unlockFromP();
      return "ran";
    })();
  });
  expect(await g.join()).toBe("ran");
});

test("who is held back by a P comes into its full queue at the next look at the clock", () => {
  const s = new GmpScheduler({ procs: 2 });
  const p = s.ps[0]!;
  s["startProc"](p, false);
  for (let i = 0; i < RUNQ; i++) p.push(fake(i));
  const locked = { id: -1, extra: { lockedP: 0 } } as unknown as G;
  p.held.push(locked);
  s["tick"](0);
  expect([p.size, p.held.size, s.global.size]).toEqual([RUNQ / 2 + 1, 0, RUNQ / 2]);
  expect(p.list().at(-1)).toBe(locked);
});

test("the end of a program forgets those whom a P holds back", async () => {
  const s = new GmpScheduler({});
  const held = await s.run(function* () {
    for (let i = 0; i < 400; i++)
      go(function* () {
        lockToP();
        for (;;) yield;
      });
    for (let i = 0; i < 3; i++) yield;
    return s.ps[0]!.held.size;
  });
  expect([held > 0, s.ps[0]!.all()]).toEqual([true, []]);
});
