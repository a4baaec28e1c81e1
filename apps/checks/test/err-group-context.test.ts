/** An ErrGroup with real contexts: its end is heard before its context ends, and what it derives is what it says. */
import { select } from "@gort/chan";
import {
  background,
  type Context,
  ContextWrapper,
  withCancel,
  withValue,
  key,
} from "@gort/context";
import { run, sleep } from "@gort/sched";
import { pendingOutside } from "@gort/sched/primitives";
import { ErrGroup } from "@gort/sync";
import { describe, expect, expectTypeOf, it } from "vitest";

describe("a wait with the group's own context", () => {
  it("succeeds when all functions did, from an async function and from a goroutine", async () => {
    const [g, ctx] = ErrGroup.withContext(background());
    void g.go(async () => {
      await sleep(2);
    });
    await g.wait({ ctx });
    expect(ctx.err()?.message).toBe("context canceled");
    await run(function* () {
      const [h, inner] = ErrGroup.withContext(background());
      void h.go(function* () {
        yield* sleep(2);
      });
      yield* h.wait({ ctx: inner });
      expect(inner.err()?.message).toBe("context canceled");
    });
  });

  it("with the group's own signal succeeds too", async () => {
    const [g, signal] = ErrGroup.withSignal();
    void g.go(async () => {
      await sleep(2);
    });
    await g.wait({ signal });
    expect(signal.aborted).toBe(true);
  });

  it("is called off by the first error, while others still run", async () => {
    const [g, ctx] = ErrGroup.withContext(background());
    void g.go(() => {
      throw new Error("first");
    });
    void g.go(async () => {
      await sleep(5);
    });
    await expect(g.wait({ ctx })).rejects.toThrow("context canceled");
    await expect(g.wait()).rejects.toThrow("first");
  });
});

it("a select of the wait and of the context's end takes the wait", async () => {
  const taken = await run(function* () {
    const [g, ctx] = ErrGroup.withContext(background());
    void g.go(function* () {
      yield* sleep(1);
    });
    const r = yield* select({ wait: g.wait(), done: ctx.done().recv() });
    return [r.case, ctx.err()?.message];
  });
  expect(taken).toEqual(["wait", "context canceled"]);
});

describe("the context of a group", () => {
  class Traced extends ContextWrapper {
    extra(): number {
      return 1;
    }
  }

  it("has the type of a context, and nothing of a class of one's own", () => {
    const [, ctx] = ErrGroup.withContext(background());
    expectTypeOf(ctx).toEqualTypeOf<Context>();
    const [, traced] = ErrGroup.withContext(new Traced(background()));
    expectTypeOf(traced).toExtend<Context>();
    // @ts-expect-error what is derived from it is no Traced
    expect(traced.extra).toBe(undefined);
  });

  it("is derived from another one in a wrapper, which the refusal of it names", () => {
    const [inner, cancel] = withCancel(background());
    const own: Context = {
      deadline: () => inner.deadline(),
      done: () => inner.done(),
      err: () => inner.err(),
      value: (key: unknown): any => inner.value(key),
      get signal() {
        return inner.signal;
      },
    };
    expect(() => ErrGroup.withContext(own)).toThrow("ContextWrapper");
    const [, ctx] = ErrGroup.withContext(new ContextWrapper(own));
    cancel();
    expect(ctx.err()?.message).toBe("context canceled");
  });
});

it("a function that outlives its program keeps deadlocks of others back only while somebody waits for its group's context", async () => {
  const [g, ctx] = ErrGroup.withContext(background());
  let end!: () => void;
  await run(function* () {
    void g.go(() => new Promise<void>((resolve) => (end = resolve)));
    yield* sleep(1);
  });
  const outside = (): boolean => pendingOutside(() => {});
  expect(outside()).toBe(false);
  const [sibling] = withCancel(ctx);
  const [child] = withCancel(withValue(ctx, key<number>("n"), 1));
  const [below] = withCancel(child);
  for (const waited of [ctx, child, below]) {
    const stop = new AbortController();
    const wait = Promise.resolve(waited.done().recv({ signal: stop.signal }).start());
    expect(outside()).toBe(true);
    stop.abort();
    await expect(wait).rejects.toThrow();
    expect(outside()).toBe(false);
  }
  expect(sibling.err()).toBe(null);
  end();
  await g.wait();
  expect(below.err()?.message).toBe("context canceled");
});
