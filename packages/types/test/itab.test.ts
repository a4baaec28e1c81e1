/** The itab cache. */
import { describe, expect, it } from "vitest";
import { array, func, iface, int, named, type InterfaceType, type Type } from "../src/index.ts";
import { ItabTable, makeItab } from "../src/itab.ts";

const I: InterfaceType = iface({ B: func(), A: func([], [int]) });
const T = named("main.T", int)
  .method("C", func(), () => undefined)
  .method("A", func([], [int]), () => 1)
  .method("B", func(), () => undefined);

describe("an itab", () => {
  it("has the functions in the order of the interface's sorted methods", () => {
    const it = makeItab(I, T);
    expect(it.missing).toBe("");
    expect(it.fun.map((m) => m.name)).toEqual(["A", "B"]);
  });

  it("names the first missing method, one of another type counting as missing", () => {
    expect(makeItab(I, int).missing).toBe("A");
    const U = named("main.U", int).method("A", func([], [int]), () => 1);
    expect(makeItab(I, U).missing).toBe("B");
    const V = named("main.V", int)
      .method("A", func(), () => undefined)
      .method("B", func(), () => undefined);
    expect(makeItab(I, V).missing).toBe("A");
    // Of the same type, under a name before or after the one that is wanted.
    const W = named("main.W", int)
      .method("AA", func([], [int]), () => 1)
      .method("B", func(), () => undefined);
    expect(makeItab(I, W).missing).toBe("A");
    const X = named("main.X", int)
      .method("A", func([], [int]), () => 1)
      .method("BB", func(), () => undefined);
    expect(makeItab(I, X).missing).toBe("B");
  });
});

describe("the table of itabs", () => {
  it("makes each itab once, negative ones too, and stays at most 75 % full", () => {
    const table = new ItabTable();
    const types: Type[] = Array.from({ length: 1000 }, (_, n) => array(int, n));
    types.push(T);
    const first = types.map((t) => table.get(I, t));
    expect(table.count).toBe(1001);
    expect(table.count / table.capacity).toBeLessThanOrEqual(0.75);
    expect(table.count / table.capacity).toBeGreaterThan(0.25);
    types.forEach((t, i) => {
      const again = table.get(I, t);
      expect(again).toBe(first[i]);
      expect(again.type).toBe(t);
      expect(again.missing).toBe(t === T ? "" : "A");
    });
    expect(table.count).toBe(1001);
  });

  it("grows exactly when a quarter would no longer be free", () => {
    const table = new ItabTable();
    const capacities: number[] = [];
    for (let n = 0; n < 14; n++) {
      table.get(I, array(int, n));
      capacities.push(table.capacity);
    }
    expect(capacities).toEqual([8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16, 32, 32]);
  });
});
