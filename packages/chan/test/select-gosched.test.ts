/** Checkpoints and gosched as cases: any number of times, and giving way. */
import { checkpoint, go, gosched, run } from "@gort/sched";
import { expect, test } from "vitest";
import { makeChan, select } from "../src/index.ts";

test("a checkpoint that is not due can be the case of any number of selects", async () => {
  await run(function* () {
    for (let i = 0; i < 3; i++) {
      expect((yield* select({ a: checkpoint() })).case).toBe("a");
      expect((yield* select({ a: checkpoint(), b: makeChan<number>().recv() })).case).toBe("a");
    }
  });
  for (let i = 0; i < 3; i++) expect((await select({ a: checkpoint() })).case).toBe("a");
});

test("gosched as a case gives way, and loses to what is ready", async () => {
  const order: string[] = [];
  await run(function* () {
    go(function* () {
      order.push("other");
    });
    const never = makeChan<number>();
    order.push((yield* select({ g: gosched(), never: never.recv() })).case);
    for (let i = 0; i < 20; i++) {
      const ch = makeChan<number>(1);
      ch.trySend(i);
      expect((yield* select({ g: gosched(), ch: ch.recv() })).case).toBe("ch");
    }
  });
  expect(order.join(" ")).toBe("other g");
});
