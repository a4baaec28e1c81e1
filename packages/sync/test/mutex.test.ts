import { go } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { Mutex } from "../src/index.ts";
import { Env, oracle, program, settle, type Step } from "./trace.ts";

describe("mutex", () => {
  const programs = oracle("synctrace").mutex as Step[][];
  it.each(programs.map((p, i) => [i, p] as const))("recorded program %i", async (_, steps) => {
    await program(function* () {
      const env = new Env();
      const mu = new Mutex();
      const holds = new Map<number, () => void>();
      for (const want of steps) {
        const [kind, id] = want.op;
        let res: unknown;
        if (kind === "lock") {
          env.waiting.add(id);
          go(function* () {
            yield* mu.lock();
            env.waiting.delete(id);
            env.emit(id, "acquired");
            holds.set(id, () => mu.unlock());
          });
        } else if (kind === "unlock") {
          holds.get(id)!();
        } else {
          res = mu.tryLock();
          if (res) mu.unlock();
        }
        expect(yield* env.finish(want.op, res)).toEqual(want);
      }
    });
  });

  it("waiters acquire in the order they parked", async () => {
    const log: string[] = [];
    await program(function* () {
      const mu = new Mutex();
      yield* mu.lock();
      for (let i = 0; i < 3; i++) {
        go(function* () {
          yield* mu.lock();
          log.push(`l${i}`);
          mu.unlock();
        });
        yield* settle();
      }
      mu.unlock();
      log.push("unlocked");
      yield* settle();
    });
    expect(log).toEqual(["unlocked", "l0", "l1", "l2"]);
  });
});
