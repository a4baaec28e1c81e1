/** Contexts and bubbles: a done channel that is first asked for inside belongs to the bubble, as in Go. */
import { go, now, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { expect, test } from "vitest";
import {
  afterFunc,
  background,
  Canceled,
  cause,
  checkContext,
  withCancel,
  withCancelCause,
  withTimeout,
} from "../src/index.ts";

test("a timeout inside of a bubble ends in the bubble's time", () =>
  bubble(function* () {
    const [ctx] = withTimeout(background(), 3_600_000);
    const before = now();
    yield* ctx.done().recv();
    expect(now() - before).toBe(3_600_000);
  }));

test("cancelling from outside panics as in Go, but after everybody under it was told", async () => {
  const [ctx, cancel] = withCancelCause(background());
  const [before] = withCancel(ctx);
  const [inside] = withCancel(ctx);
  const [after] = withCancel(inside);
  const signals = [before.signal, inside.signal, after.signal];
  const outer = before.done();
  let ran = 0;
  afterFunc(after, () => void ran++);
  await bubble(function* () {
    inside.done();
    after.done();
    yield* sleep(1);
  });
  expect(() => cancel("why")).toThrow("close of synctest channel from outside bubble");
  expect([ctx, before, inside, after].map((c) => [c.err(), cause(c)])).toEqual(
    Array.from({ length: 4 }, () => [Canceled, "why"]),
  );
  expect(signals.map((s) => s.reason as unknown)).toEqual(["why", "why", "why"]);
  expect(outer.tryRecv()[2]).toBe(true);
  checkContext(before);
  await new Promise((resolve) => go(() => resolve(undefined)));
  expect(ran).toBe(1);
  cancel("again");
  expect(cause(ctx)).toBe("why");
});
