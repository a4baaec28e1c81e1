/** Async functions that wait: values whose `then` cannot be read, and turns in which something throws. */
import { describe, expect, test } from "vitest";
import { ambient } from "../src/ambient.ts";
import { soon, turnSpent } from "../src/turn.ts";
import { Chan, go, run, sleep } from "./helpers.ts";
import { hearUncaught } from "./uncaught.ts";

/** As configuration libraries make them: an unknown property is an error. */
function strict<T extends object>(of: T): T {
  return new Proxy(of, {
    get(target, key, receiver) {
      if (!(key in target)) throw new Error(`no property ${String(key)}`);
      return Reflect.get(target, key, receiver);
    },
  });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Spends this turn of the host: what is woken from now on has to wait for the next one. */
function spendTurn(): void {
  for (const end = performance.now() + 50; !turnSpent() && performance.now() < end;);
  expect(ambient.turn.over).toBe(true);
}

describe("a value whose `then` cannot be read", () => {
  const values: [string, () => object, RegExp][] = [
    ["a strict object", () => strict({ a: 1 }), /no property then/],
    ["a revoked proxy", revoked, /revoked/],
  ];

  test.each(values)(
    "%s rejects the await that gets it, and is sent all the same",
    async (_, make, text) => {
      const seen = await run(function* () {
        const c = new Chan<object>();
        const g = go(async () => {
          try {
            await c.recv();
            return "received";
          } catch (e) {
            return (e as Error).message;
          }
        });
        yield* sleep(1);
        yield* c.send(make());
        return yield* g.join();
      });
      expect(seen).toMatch(text);
    },
  );

  test("stops nobody else when it comes in a turn that is over", async () => {
    const c = new Chan<object>();
    const others = new Chan();
    const first = (async () => await c.recv())();
    const second = (async () => await others.recv())();
    await new Promise((resolve) => setImmediate(resolve));
    spendTurn();
    await c.send(strict({ a: 1 })).start();
    void others.send(2).start();
    await expect(first).rejects.toThrow("no property then");
    expect(await second).toBe(2);
    expect(ambient.turn.over).toBe(false);
  });
});

test("what throws at the end of a turn is an uncaught exception, and what comes after it is called", async () => {
  const uncaught = hearUncaught();
  try {
    spendTurn();
    const called: string[] = [];
    soon(() => {
      throw new Error("at the end of the turn");
    });
    soon(() => called.push("second"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(called).toEqual(["second"]);
    expect(uncaught.errors.map((e) => (e as Error).message)).toEqual(["at the end of the turn"]);
    expect(ambient.turn).toEqual({
      count: expect.any(Number),
      started: -1,
      over: false,
      deferred: [],
    });
  } finally {
    uncaught.stop();
  }
});
