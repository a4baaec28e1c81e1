import { describe, expect, it } from "vitest";
import { AtomicValue, isMisuseError } from "../src/index.ts";

describe("atomic.Value", () => {
  it("Load before Store is nil", () => {
    expect(new AtomicValue().load()).toBe(undefined);
  });

  it("Store(nil) and another type panic, and change nothing", () => {
    const v = new AtomicValue<unknown>();
    for (const nil of [null, undefined])
      expect(() => v.store(nil)).toThrow("sync/atomic: store of nil value into Value");
    v.store(42);
    for (const other of ["42", {}, [], true, 42n, () => {}]) {
      let error: unknown;
      try {
        v.store(other);
      } catch (e) {
        error = e;
      }
      expect(isMisuseError(error)).toBe(true);
      expect((error as Error).message).toBe(
        "sync/atomic: store of inconsistently typed value into Value",
      );
    }
    expect(v.load()).toBe(42);
    v.store(43);
    expect(v.load()).toBe(43);
  });

  it("the type of an object is its prototype", () => {
    class A {}
    class B {}
    const v = new AtomicValue<object>();
    v.store(new A());
    v.store(new A());
    expect(() => v.store(new B())).toThrow("inconsistently typed");
    expect(() => v.store(Object.create(null) as object)).toThrow("inconsistently typed");
  });

  it("Swap returns the old value (nil first)", () => {
    const v = new AtomicValue<string>();
    expect(v.swap("a")).toBe(undefined);
    expect(v.swap("b")).toBe("a");
  });

  it("CompareAndSwap compares with ==, nil old matches only unset", () => {
    const v = new AtomicValue<number>();
    expect(v.compareAndSwap(1, 2)).toBe(false);
    expect(v.compareAndSwap(null, 0)).toBe(true);
    expect(v.compareAndSwap(undefined, 1)).toBe(false);
    expect(v.compareAndSwap(-0, 2)).toBe(true);
    v.store(NaN);
    expect(v.compareAndSwap(NaN, 1)).toBe(false);
  });
});
