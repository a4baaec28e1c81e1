/** 30 random programs over context trees, and the strings and facts that Go recorded. */
import { expect, test } from "vitest";
import data from "../../../apps/oracle/data/ctxtable.json" with { type: "json" };
import { nilChan } from "@gort/chan";
import {
  Canceled,
  type Context,
  DeadlineExceeded,
  background,
  key,
  withCancel,
  withDeadline,
  withValue,
} from "../src/index.ts";

const HOUR = 3_600_000;

function wrap(inner: Context): Context {
  return {
    deadline: () => inner.deadline(),
    done: () => inner.done(),
    err: () => inner.err(),
    value: (k: unknown) => inner.value(k) as any,
    get signal() {
      return inner.signal;
    },
  };
}

interface Rec {
  op: unknown[];
  err: Record<string, string>;
  deadline?: number;
  vals?: unknown[];
  donenil?: boolean;
}

test("30 random trees of cancel, value, deadline and wrapper contexts reproduce Go's record", () => {
  expect(data.programs.length).toBe(30);
  for (const program of data.programs as unknown as Rec[][]) {
    const base = Date.now();
    const keys = [key<number>("k0"), key<number>("k1"), key<number>("k2")];
    const ctxs: Context[] = [background()];
    const cancels = new Map<number, () => void>();
    for (const want of program) {
      const [kind, id, parent, a, b] = want.op as [string, number, number, any, any];
      if (kind === "cancel") {
        const [ctx, cancel] = withCancel(ctxs[parent]!);
        ctxs.push(ctx);
        cancels.set(id, cancel);
      } else if (kind === "value") {
        ctxs.push(withValue(ctxs[parent]!, keys[Number(a.slice(1))]!, b));
      } else if (kind === "deadline") {
        const [ctx, cancel] = withDeadline(ctxs[parent]!, base + a * HOUR);
        ctxs.push(ctx);
        cancels.set(id, cancel);
      } else if (kind === "wrap") ctxs.push(wrap(ctxs[parent]!));
      else cancels.get(id)!();

      const got: Rec = { op: want.op, err: {} };
      for (const [i, ctx] of ctxs.entries()) {
        const [, , closed] = ctx.done().tryRecv();
        expect(closed).toBe(ctx.err() !== null);
        expect(ctx.signal.aborted).toBe(closed);
        if (closed)
          got.err[i] =
            ctx.err() === Canceled ? "canceled" : ctx.err() === DeadlineExceeded ? "deadline" : "?";
      }
      if (kind !== "do") {
        const ctx = ctxs[id]!;
        const [at, ok] = ctx.deadline();
        if (ok) got.deadline = Math.round((at - base) / HOUR);
        got.vals = keys.map((k) => ctx.value(k) ?? null);
        if (ctx.done() === nilChan()) got.donenil = true;
      }
      expect(got).toEqual(want);
    }
    for (const cancel of cancels.values()) cancel();
  }
});
