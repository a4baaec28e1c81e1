/** Function types that take or give themselves, by a function for the type. */
import { expect, expectTypeOf, test } from "vitest";
import {
  func,
  identical,
  iface,
  implementsInterface,
  int,
  named,
  ptr,
  string,
  toInterface,
  struct,
  typeAssert,
  type Type,
} from "../src/index.ts";

test("a function type may give itself, as Go's type State func(string) State", () => {
  const State = named("lex.State", func([string], [(): Type => State]));
  expect(State.name).toBe("lex.State");
  expect(State.results[0]).toBe(State);
  expect(State.results).toBe(State.results);
  expectTypeOf(State.params).toEqualTypeOf<readonly Type[]>();
  const F = named("main.F", func([(): Type => F], [(): Type => F]));
  expect(F.params[0]).toBe(F);
  expect(ptr(F).name).toBe("*main.F");
});

test("the type is asked for at its first use, and what is none is refused then", () => {
  let asked = 0;
  const f = func([() => (asked++, int)], [int]);
  expect(asked).toBe(0);
  expect(f.name).toBe("func(int) int");
  expect(f.params[0]).toBe(int);
  expect(asked).toBe(1);
  expect(identical(f, func([int], [int]))).toBe(true);
  expect(() => func([(): Type => 5 as never]).name).toThrow("func: element type is 5");
});

test("an interface may name itself in its methods, and types implement it", () => {
  const Node = named("main.Node", iface({ Next: func([], [(): Type => Node]) }));
  const End: Type = named("main.End", struct({})).method("Next", func([], [Node]), () => null);
  expect(implementsInterface(End, Node)).toBe(true);
  expect(typeAssert(toInterface(End, {}), Node)!.call("Next")).toBe(null);
});

test("parameters and results are inferred through the function too", () => {
  const f = func([() => int, string], [() => string]);
  expectTypeOf(f.zero()).toEqualTypeOf<((a: number, b: string) => string) | null>();
  expect(f.zero()).toBe(null);
});
