import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPoolChain } from "../src/check.ts";
import { PoolChain } from "../src/pool-chain.ts";
import { property } from "./fuzz.ts";

describe("pool chain", () => {
  it("deque: single producer push/pop at head, many consumers pop at tail, every item exactly once", () => {
    const chain = new PoolChain<number>();
    const seen = new Set<number>();
    const take = (x: number | undefined): void => {
      if (x === undefined) return;
      expect(seen.has(x)).toBe(false);
      seen.add(x);
    };
    const n = 20_000;
    for (let i = 0; i < n; i++) {
      chain.pushHead(i);
      if (i % 10 === 0) take(chain.popHead());
      if (i % 3 === 0) take(chain.popTail());
    }
    checkPoolChain(chain);
    for (let x; (x = chain.popTail()) !== undefined;) take(x);
    expect(seen.size).toBe(n);
    checkPoolChain(chain);
  });

  it("behaves as an array with push, pop and shift", () => {
    property(
      fc.array(fc.constantFrom("push", "push", "pop", "shift"), { maxLength: 120, size: "max" }),
      (ops) => {
        const chain = new PoolChain<number>();
        const twin: number[] = [];
        ops.forEach((op, i) => {
          if (op === "push") {
            chain.pushHead(i);
            twin.push(i);
          } else if (op === "pop") {
            expect(chain.popHead()).toBe(twin.pop());
          } else {
            expect(chain.popTail()).toBe(twin.shift());
          }
          expect(chain.length).toBe(twin.length);
          checkPoolChain(chain);
        });
      },
    );
  });
});
