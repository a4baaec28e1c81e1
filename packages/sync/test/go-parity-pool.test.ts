import { describe, expect, expectTypeOf, it } from "vitest";
import { Pool } from "../src/index.ts";
import { collect } from "./gc.ts";

describe("pool", () => {
  it("Get on empty gives nil or New(); Put(nil) is ignored", () => {
    const bare = new Pool<string>();
    expect(bare.get()).toBe(undefined);
    bare.put(null);
    bare.put(undefined);
    expect(bare.get()).toBe(undefined);
    const made = new Pool({ new: () => "new" });
    expect(made.get()).toBe("new");
    expectTypeOf(bare.get()).toEqualTypeOf<string | undefined>();
    expectTypeOf(made.get()).toEqualTypeOf<string>();
    expectTypeOf(new Pool(() => 1).get()).toEqualTypeOf<number>();
  });

  it("falsy values are pooled as any other", () => {
    const pool = new Pool<unknown>();
    for (const x of [0, "", false]) {
      pool.put(x);
      expect(pool.get()).toBe(x);
    }
  });

  it("each P has its own cache, and an empty one steals the oldest of another", () => {
    let p = 0;
    const pool = new Pool<string>({ shard: () => p });
    pool.put("a");
    pool.put("b");
    pool.put("c");
    p = 1;
    expect(pool.get()).toBe("b"); // "a" is private to the other P
    expect(pool.get()).toBe("c");
    expect(pool.get()).toBe(undefined);
    p = 0;
    expect(pool.get()).toBe("a");
  });

  it("items survive one GC (victim cache) and are gone after two, on every P", () => {
    let p = 0;
    const pool = new Pool<number>({ shard: () => p });
    for (p = 0; p < 4; p++) for (let i = 0; i < 3; i++) pool.put(p * 10 + i);
    pool.clean();
    p = 2;
    expect(pool.get()).toBe(20);
    pool.put(99);
    pool.clean();
    expect(pool.get()).toBe(99);
    expect(pool.get()).toBe(undefined);
  });

  it("a pool does not keep taken items alive; pooled items become collectable after GCs (>= 99 of 100)", async () => {
    const refs: WeakRef<object>[] = [];
    const pool = new Pool<object>();
    const fill = (): void => {
      for (let i = 0; i < 100; i++) {
        const x = { i };
        refs.push(new WeakRef(x));
        pool.put(x);
      }
    };
    fill();
    for (let i = 0; i < 50; i++) pool.get(); // taken and dropped
    pool.clean();
    pool.clean();
    let alive = 100;
    for (let i = 0; i < 50 && alive > 1; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      collect();
      alive = refs.filter((r) => r.deref() !== undefined).length;
    }
    expect(alive).toBeLessThanOrEqual(1);
    expect(pool.get()).toBe(undefined);
  });
});
