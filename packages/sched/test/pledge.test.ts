/** Pledges: what comes of promises that nobody else knows of, and of those that never settle. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { ambient } from "../src/ambient.ts";
import {
  createScheduler,
  launch,
  Never,
  onAbort,
  pendingOutside,
  pledge,
  run,
  sleep,
} from "./helpers.ts";
import { startBy } from "../src/hold.ts";
import { Pledge } from "../src/postpone.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const awaited = (): { isAwaited(): boolean } => ({ isAwaited: () => true });

function pledges(): number {
  let n = 0;
  let next = ambient.pledges?.next as { next: object | null } | null;
  for (; next !== null; next = next.next as typeof next) n++;
  return n;
}

/** Pledges `n` things, which only weak references lead to afterwards. */
function pledgeAndDrop(n: number): WeakRef<object>[] {
  return Array.from({ length: n }, () => {
    const what = { isAwaited: () => false };
    pledge(what);
    return new WeakRef(what);
  });
}

test("what is pledged can be collected when its promise can never settle, and the pledge goes with it", async () => {
  const kept = awaited();
  const end = pledge(kept);
  const refs = pledgeAndDrop(1000);
  const others = (): void => {
    for (let n = 0; n < 1200; n++) pledge(kept)();
  };
  others();
  await turn();
  collect();
  expect(refs.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  others();
  expect(pledges()).toBe(1);
  // What somebody has stays pledged.
  let looks = 0;
  expect(pendingOutside(() => looks++)).toBe(true);
  end();
  end();
  expect(looks).toBe(1);
  expect(pendingOutside(() => {})).toBe(false);
});

test("who waits for what is pledged does not look again at each move of others", () => {
  const end = pledge(awaited());
  let looks = 0;
  expect(pendingOutside(() => looks++)).toBe(true);
  for (let n = 0; n < 3; n++) onAbort(new AbortController().signal, () => {})();
  expect(looks).toBe(0);
  end();
  expect(looks).toBe(1);
});

test("who waits looks again at a move of others when nobody waits any more for what is pledged", () => {
  let awaits = true;
  const end = pledge({ isAwaited: () => awaits });
  let looks = 0;
  expect(pendingOutside(() => looks++)).toBe(true);
  awaits = false;
  onAbort(new AbortController().signal, () => {})();
  expect(looks).toBe(1);
  end();
  expect(looks).toBe(1);
});

test("an async function that its program left, and that never ends, hides no deadlock and keeps no hook", async () => {
  const left = await run(async () => {
    const hook = { done() {} };
    launch(hook, () => new Promise(() => {}), []);
    await sleep(1);
    return new WeakRef(hook);
  });
  await turn();
  collect();
  expect(left.deref()).toBe(undefined);
  expect(pendingOutside(() => {})).toBe(false);
});

test("what could not be started in the context of its go holds the program no longer", async () => {
  const s = createScheduler();
  let thrown: unknown = null;
  const main = s.run(function* () {
    const carry = (start: () => void): void => {
      try {
        start();
      } catch (error) {
        thrown = error;
      }
    };
    startBy(carry, s, () => {
      throw new Error("not started");
    });
    yield* new Never();
  });
  await expect(main).rejects.toThrow("all goroutines are asleep");
  expect(String(thrown)).toBe("Error: not started");
});

test("where there are no weak references a pledge is held as long as its promise may settle", async () => {
  vi.stubGlobal("WeakRef", undefined);
  try {
    let asked = 0;
    const p = new Pledge({ isAwaited: () => ++asked > 0 });
    expect(p.isAwaited()).toBe(true);
    expect([p.lasts(), p.lasts(), p.isAwaited(), asked]).toEqual([true, true, true, 2]);
    p.end();
  } finally {
    vi.unstubAllGlobals();
  }
});
