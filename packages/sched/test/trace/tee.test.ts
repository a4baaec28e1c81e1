/** Several tracers of one scheduler. */
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  createRecorder,
  createScheduler,
  go,
  gosched,
  sleep,
  tee,
  type Tracer,
} from "../../src/index.ts";
import { hearUncaught, type Uncaught } from "../uncaught.ts";

let uncaught: Uncaught;
beforeEach(() => (uncaught = hearUncaught()));
afterEach(() => uncaught.stop());

const events = "create start stop block unblock end steal timer proc".split(" ");

/** A tracer whose every event does `what`. */
const tracerThat = (what: (event: string) => void): Tracer =>
  Object.fromEntries(events.map((name) => [name, () => what(name)])) as unknown as Tracer;

test("every tracer sees every event, whatever those before it throw, which is the host's uncaught exception", async () => {
  const mine = new Error("mine");
  const thrown: string[] = [];
  const before = createRecorder();
  const after = createRecorder();
  const thrower = tracerThat((event) => {
    thrown.push(event);
    throw mine;
  });
  const tracer = tee(before, tee(thrower, after));
  await createScheduler({ tracer, procs: 2, seed: 1 }).run(function* main() {
    const gs = [1, 2, 3].map(() =>
      go(function* worker() {
        for (let n = 0; n < 3; n++) yield* gosched();
      }),
    );
    yield* sleep(1);
    for (const g of gs) yield* g.join();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([...after.events()]).toEqual([...before.events()]);
  expect(thrown).toHaveLength(after.size);
  expect(new Set(thrown).size).toBeGreaterThanOrEqual(8);
  expect(uncaught.errors).toEqual(thrown.map(() => mine));
});
