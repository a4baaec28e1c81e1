import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createFifoScheduler, type Go, sleep } from "../src/index.ts";

test("console.log shows id, name and status of a goroutine, and nothing of its insides", async () => {
  const s = createFifoScheduler();
  const texts = await s.run(function* () {
    const g = s.go(function* worker(): Go {
      yield* sleep(1);
    });
    const before = inspect(g);
    yield* g.join();
    return [before, inspect({ g }), g.id] as const;
  });
  const id = texts[2];
  expect(texts[0]).toBe(`Goroutine { id: ${id}, name: "worker", status: "runnable" }`);
  expect(texts[1]).toBe(`{ g: Goroutine { id: ${id}, name: "worker", status: "dead" } }`);
});
