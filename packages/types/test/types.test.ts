/** What a user's editor shows: the JavaScript side of descriptors, inferred without an annotation. */
import { describe, expectTypeOf, test } from "vitest";
import {
  accessor,
  any,
  array,
  bool,
  chan,
  type Complex,
  type ChanType,
  complex128,
  convert,
  copyValue,
  error,
  field,
  float64,
  func,
  iface,
  int,
  int64,
  isFatalError,
  isMisuseError,
  isReflectError,
  isRuntimeError,
  isTypeAssertionError,
  map,
  type MapType,
  named,
  on,
  otherwise,
  ptr,
  type Ptr,
  type RuntimeError,
  slice,
  type SliceHeader,
  type Space,
  string,
  struct,
  toInterface,
  type Type,
  typeAssert,
  typeAssertOk,
  typeSwitch,
  uint64,
  type ValueOf,
} from "../src/index.ts";

const Point = struct({ x: float64, y: float64 });
const User = struct({
  name: string,
  id: uint64,
  tags: array(string, 2),
  at: Point,
  next: ptr(int),
  scores: slice(int),
  ok: field(bool, { tag: 'json:"ok"' }),
  _: int,
});

describe("types", () => {
  test("a struct type is a plain object of its fields, blank ones left out", () => {
    expectTypeOf<ValueOf<typeof Point>>().toEqualTypeOf<{ x: number; y: number }>();
    expectTypeOf<ValueOf<typeof User>>().toEqualTypeOf<{
      name: string;
      id: bigint;
      tags: string[];
      at: { x: number; y: number };
      next: Ptr;
      scores: SliceHeader;
      ok: boolean;
    }>();
    expectTypeOf(User.zero().at.x).toEqualTypeOf<number>();
    expectTypeOf(copyValue(Point, { x: 1, y: 2 })).toEqualTypeOf<{ x: number; y: number }>();
    const refused = (space: Space) => {
      // @ts-expect-error a field is missing
      Point.store(space, 8, { x: 1 });
      // @ts-expect-error a string is no number
      Point.store(space, 8, { x: 1, y: "2" });
      // @ts-expect-error a field is a descriptor, not a value
      struct({ x: 0 });
    };
    expectTypeOf(refused).parameters.toEqualTypeOf<[Space]>();
  });

  test("scalars, maps, channels, functions", () => {
    expectTypeOf<ValueOf<typeof int>>().toEqualTypeOf<number>();
    expectTypeOf(int64.zero()).toEqualTypeOf<bigint>();
    expectTypeOf(complex128.zero()).toEqualTypeOf<Complex>();
    expectTypeOf(any.zero()).toEqualTypeOf<unknown>();
    expectTypeOf(map(string, Point)).toEqualTypeOf<MapType<string, { x: number; y: number }>>();
    expectTypeOf(chan(int, "recv")).toEqualTypeOf<ChanType<number>>();
    expectTypeOf(func([int, string], [bool, float64]).zero()).toEqualTypeOf<
      ((args_0: number, args_1: string) => [boolean, number]) | null
    >();
    const none = func([], []).zero();
    expectTypeOf(none!).returns.toEqualTypeOf<void>();
    expectTypeOf(none!).parameters.toEqualTypeOf<[]>();
  });

  test("a variadic function takes the elements of its last parameter as rest arguments", () => {
    const Sum = func([string, slice(int)], [int], { variadic: true });
    expectTypeOf(Sum.zero()!).parameters.toEqualTypeOf<[string, ...number[]]>();
    expectTypeOf(Sum.zero()!).returns.toEqualTypeOf<number>();
    const f = () => {
      toInterface(Sum, (name, ...n) => name.length + n.length);
      const All = func([slice(string)], [], { variadic: true });
      const Log = iface({ Log: All });
      named("main.L", int).method("Log", All, (_, ...words) => {
        expectTypeOf(words).toEqualTypeOf<string[]>();
      });
      convert(null, Log)!.call("Log");
      convert(null, Log)!.call("Log", "a", "b");
      // @ts-expect-error an element of another type
      convert(null, Log)!.call("Log", "a", 2);
      // @ts-expect-error a header, where its elements are meant
      toInterface(Sum, (name: string, list: SliceHeader) => name.length + list.len);
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[]>();
    // One that may be is as it was, and so is one whose parameters are not known one by one.
    const may = func([slice(int)], [], { variadic: false as boolean });
    expectTypeOf(may.zero()!).parameters.toEqualTypeOf<[SliceHeader]>();
    const types: Type[] = [slice(int)];
    expectTypeOf(func(types, [], { variadic: true }).zero()!).parameters.toEqualTypeOf<any[]>();
  });

  test("options may be passed on: undefined is for the default", () => {
    const on = (maybe?: boolean, tag?: string) => {
      accessor(Point, { codegen: maybe });
      field(int, { tag, embedded: maybe, exported: maybe });
      return func([int], [], { variadic: undefined });
    };
    expectTypeOf(on().zero()!).parameters.toEqualTypeOf<[number]>();
    expectTypeOf(
      func([slice(int)], [], { variadic: undefined as boolean | undefined }).zero()!,
    ).parameters.toEqualTypeOf<[SliceHeader]>();
  });

  test("a named type keeps what its underlying type is, and methods chain", () => {
    const Rect = named("main.Rect", struct({ w: float64, h: float64 }))
      .method("Area", func([], [float64]), (r) => {
        expectTypeOf(r).toEqualTypeOf<{ w: number; h: number }>();
        return r.w * r.h;
      })
      .ptrMethod("Scale", func([float64], []), (p, k) => {
        expectTypeOf(p).toEqualTypeOf<Ptr>();
        expectTypeOf(k).toEqualTypeOf<number>();
      });
    expectTypeOf<ValueOf<typeof Rect>>().toEqualTypeOf<{ w: number; h: number }>();
    expectTypeOf(Rect.field("w")?.offset).toEqualTypeOf<number | undefined>();
  });

  test("assertions give the type asked for, conversions an interface value whose methods are known", () => {
    const f = (x: unknown) => {
      expectTypeOf(typeAssert(x, int)).toEqualTypeOf<number>();
      expectTypeOf(typeAssert(x, User).tags).toEqualTypeOf<string[]>();
      expectTypeOf(typeAssertOk(x, string)).toEqualTypeOf<[value: string, ok: boolean]>();
      const Shape = iface({ Area: func([], [float64]), Scale: func([float64], []) });
      const s = convert(x, Shape);
      expectTypeOf(s!.call("Area")).toEqualTypeOf<number>();
      expectTypeOf(s!.call("Scale", 2)).toEqualTypeOf<void>();
      // @ts-expect-error no such method
      s!.call("Volume");
      // @ts-expect-error an argument is missing
      s!.call("Scale");
      expectTypeOf(convert(x, error)?.call("Error")).toEqualTypeOf<string | undefined>();
      expectTypeOf(toInterface(Point, { x: 1, y: 2 }).value.x).toEqualTypeOf<number>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[unknown]>();
  });

  test("a type switch narrows each case and gives the union of the results", () => {
    const f = (x: unknown) =>
      typeSwitch(
        x,
        on(null, () => "nil" as const),
        on(Point, (p) => p.x),
        on([int, float64], (v) => {
          expectTypeOf(v).toEqualTypeOf<unknown>();
          return true;
        }),
      );
    expectTypeOf(f).returns.toEqualTypeOf<"nil" | number | boolean | undefined>();
    const g = (x: unknown) =>
      typeSwitch(
        x,
        on(string, (s) => s.length),
        otherwise(() => 0),
      );
    expectTypeOf(g).returns.toEqualTypeOf<number>();
  });

  test("an accessor has the fields as properties, structs inside as accessors", () => {
    const At = accessor(User);
    const f = (space: Space, p: Ptr) => {
      const u = new At(space, p);
      expectTypeOf(u.name).toEqualTypeOf<string>();
      expectTypeOf(u.at.x).toEqualTypeOf<number>();
      expectTypeOf(u.$at(p).id).toEqualTypeOf<bigint>();
      expectTypeOf(u.$load()).toEqualTypeOf<ValueOf<typeof User>>();
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[Space, Ptr]>();
  });

  test("a type that points to itself needs one annotation", () => {
    const Node = struct({ value: int, next: ptr((): Type => Node) });
    expectTypeOf<ValueOf<typeof Node>>().toEqualTypeOf<{ value: number; next: Ptr }>();
  });

  test("an error that a guard says no to is an error still", () => {
    const f = (e: Error, r: RuntimeError) => {
      if (isFatalError(e) || isMisuseError(e) || isReflectError(e) || isRuntimeError(e)) return e;
      expectTypeOf(e).toEqualTypeOf<Error>();
      if (isTypeAssertionError(r)) return r;
      expectTypeOf(r).toEqualTypeOf<RuntimeError>();
      return e;
    };
    expectTypeOf(f).parameters.toEqualTypeOf<[Error, RuntimeError]>();
  });
});
