/** What a goroutine may be stepped by: generators, and objects that have their methods. */
import { expect, test } from "vitest";
import { Chan, go, type Op, type OpRecord, run, recordOf } from "./helpers.ts";

/** What a compiler for old engines makes of `function* (c) { try { yield; return yield* c.recv(); } finally { log() } }`. */
function compiled(
  c: Chan,
  log: (end: string) => void,
): Generator<OpRecord<any> | undefined, number> {
  let at = 0;
  let op!: Op<any>;
  return {
    next() {
      if (at++ === 0) return { done: false, value: undefined };
      if (at === 2) op = c.recv();
      const r = recordOf(op).next();
      if (r.done === true) log("returned");
      return r;
    },
    throw(e: unknown) {
      log("thrown into");
      throw e;
    },
    return(value: number) {
      log("left");
      return { done: true, value };
    },
  } as unknown as Generator<OpRecord<any> | undefined, number>;
}

test("an object with the methods of a generator runs as one: it yields, waits, returns", async () => {
  const ends: string[] = [];
  const got = await run(function* () {
    const c = new Chan();
    const g = go(() => compiled(c, (end) => ends.push(end)));
    yield;
    yield* c.send(5);
    return yield* g.join();
  });
  expect([got, ends]).toEqual([5, ["returned"]]);
});

test("what such an object yields by mistake is thrown into it", async () => {
  const ends: string[] = [];
  const steps = compiled(new Chan(), (end) => ends.push(end));
  steps.next = () => ({ done: false, value: 7 as never });
  await expect(run(() => steps)).rejects.toThrow("a goroutine yielded 7");
  expect(ends).toEqual(["thrown into"]);
});
