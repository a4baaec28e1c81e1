import { isFatalError, typeOf } from "@gort/types";
import { expect, expectTypeOf, it, test } from "vitest";
import { fatal, GcArgumentError, GcCheckError, GcFatalError } from "../src/errors.ts";
import { isGcArgumentError } from "../src/errors.ts";
import { badArgument, goTypeName, invariant } from "../src/errors.ts";

const values: [string, unknown][] = [
  ["a string", "x"],
  ["a bool", true],
  ["an integral number", 7],
  ["a fraction", 1.5],
  ["NaN", NaN],
  ["a small bigint", 5n],
  ["a bigint of 64 bits", 2n ** 63n],
  ["a larger bigint", 2n ** 70n],
  ["a symbol", Symbol("s")],
  ["an object", {}],
  ["an array", []],
  ["an error", new TypeError("x")],
];

test.each(values)("goTypeName says what reflection says of %s", (_, value) => {
  expect(goTypeName(value)).toBe(typeOf(value)?.name);
});

it("goTypeName of nil and functions", () => {
  expect([goTypeName(null), goTypeName(undefined), goTypeName(() => {})]).toEqual([
    "nil",
    "nil",
    "func()",
  ]);
});

it("fatal errors keep Go's text and carry the brand that other packages look for", () => {
  const error = (() => {
    try {
      return fatal("runtime.SetFinalizer: first argument is nil");
    } catch (e) {
      return e as GcFatalError;
    }
  })();
  expect(error).toBeInstanceOf(GcFatalError);
  expect(error.message).toBe("runtime.SetFinalizer: first argument is nil");
  expect(isFatalError(error)).toBe(true);
  expect(String(error)).toBe(`fatal error: ${error.message}`);
});

it("argument errors name the call, the argument, its value and what was wanted", () => {
  expect(() => badArgument("step", "budgetMs", -1, "a number from 0")).toThrow(
    new GcArgumentError("step: budgetMs is -1, want a number from 0"),
  );
  expect(() => badArgument("root", "p", Symbol("q"), "a pointer")).toThrow("root: p is Symbol(q)");
});

it("a broken invariant is an error of its own kind", () => {
  expect(() => invariant(false, "two and two")).toThrow(GcCheckError);
  expect(() => invariant(true, "two and two")).not.toThrow();
});

test.each([
  [new GcArgumentError("step: budgetMs is -1"), "GcArgumentError: step: budgetMs is -1"],
  [new GcCheckError("a lost object"), "GcCheckError: a lost object"],
  [new GcFatalError("out of memory"), "fatal error: out of memory"],
])(
  "%s says its name in its text and its stack, and nothing else when it is printed",
  (error, text) => {
    expect(String(error)).toBe(text);
    expect(error.stack?.split("\n")[0]).toBe(text);
    expect(Object.keys(error)).toEqual([]);
  },
);

it("isGcArgumentError knows the errors of every copy by their brand, and nothing else", () => {
  const other = Object.defineProperty(new RangeError("x"), Symbol.for("gort.gc.argument"), {
    value: true,
  });
  expect([new GcArgumentError("x"), other].map(isGcArgumentError)).toEqual([true, true]);
  const no = [
    new RangeError("x"),
    new GcCheckError("x"),
    new GcFatalError("x"),
    null,
    undefined,
    1,
  ];
  expect(no.some(isGcArgumentError)).toBe(false);
});

test("a RangeError that is no argument error is a RangeError still", () => {
  const e = new RangeError("x");
  expect(isGcArgumentError(e)).toBe(false);
  if (!isGcArgumentError(e)) expectTypeOf(e).toEqualTypeOf<RangeError>();
});
