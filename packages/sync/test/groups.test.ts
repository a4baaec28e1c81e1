/** What a group counts, and what it leaves behind. */
import { getEventListeners } from "node:events";
import type { Go } from "@gort/sched";
import { expect, it } from "vitest";
import { type ContextLike, ErrGroup, WaitGroup } from "../src/index.ts";
import { fakeContext } from "./fake-context.ts";
import { program } from "./trace.ts";

it("a function that cannot be started is not counted by a WaitGroup", async () => {
  const wg = new WaitGroup();
  const boom = (): never => {
    throw new Error("boom");
  };
  // The default of a generator function's parameter is computed when it is called.
  const fn = function* (_n: number = boom()): Go {} as () => Go;
  expect(() => wg.go(fn)).toThrow("boom");
  await program(function* () {
    expect(() => wg.go(fn)).toThrow("boom");
  });
  expect(wg.describe()).toBe("sync.WaitGroup (counter 0)");
  await wg.wait();
});

it("an ErrGroup that is over no longer listens to the parent of its signal", async () => {
  const parent = new AbortController();
  const listeners = (): number => getEventListeners(parent.signal, "abort").length;
  for (const fails of [false, true]) {
    const [g, signal] = ErrGroup.withSignal(parent.signal);
    expect(listeners()).toBe(1);
    await g.go(async () => {
      if (fails) throw new Error("x");
    });
    await g.wait().then(
      () => {},
      () => {},
    );
    expect(signal.aborted).toBe(true);
    expect(listeners()).toBe(0);
  }
});

/** A context that has ended, and says so by `err`, or only by `done` until it was asked for that. */
const endings: Record<string, (ctx: ContextLike) => ContextLike> = {
  err: (ctx) => ctx,
  done: (ctx) => {
    let asked = false;
    return {
      done: () => ((asked = ctx.err() !== null), ctx.done()),
      err: () => (asked ? ctx.err() : null),
    };
  },
};

/** A group in which one function runs, as many as may, and a context for the next. */
async function full() {
  const g = new ErrGroup();
  g.setLimit(1);
  let open!: () => void;
  // Made here: the function may begin after the host had its turn.
  const gate = new Promise<void>((resolve) => (open = resolve));
  await g.go(() => gate);
  const [ctx, cancel] = fakeContext();
  return { g, open, ctx, cancel };
}

it.each(Object.entries(endings))(
  "a function whose context ends before its turn is taken back from an ErrGroup, by %s",
  async (_name, ending) => {
    const { g, open, ctx, cancel } = await full();
    let ran = 0;
    const queued = g.go(() => void ran++, { ctx: ending(ctx) });
    cancel();
    await expect((async () => await queued)()).rejects.toThrow("context canceled");
    open();
    await g.wait();
    expect(ran).toBe(0);
  },
);

it("a function that an ErrGroup has started stands, though its context ends before its caller looks", async () => {
  const { g, open, ctx, cancel } = await full();
  let ran = 0;
  const queued = g.go(() => void ran++, { ctx });
  open();
  // It starts in a job of its own, after the host's turn if that is due.
  for (let turns = 0; turns < 100 && ran === 0; turns++)
    await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toBe(1);
  cancel();
  await queued;
  await g.wait();
});

it("the context of a group outlasts functions that end while nobody waits, as in Go", async () => {
  const [g, signal] = ErrGroup.withSignal();
  await g.go(() => {});
  await g.go(async () => {});
  await new Promise((resolve) => setTimeout(resolve));
  expect([signal.aborted, g.describe()]).toEqual([false, "errgroup (0 running, 0 waiting)"]);
  await g.wait();
  expect(signal.aborted).toBe(true);
});
