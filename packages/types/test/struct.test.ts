/** Layout of structs and what TypeScript infers from them. */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  any,
  array,
  bool,
  chan,
  complex64,
  field,
  float64,
  func,
  iface,
  int,
  int16,
  int64,
  int8,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  uint8,
  type Ptr,
  type SliceHeader,
  type StructType,
  type Type,
  type ValueOf,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const offsets = (t: { readonly fields: readonly { readonly offset: number }[] }): number[] =>
  t.fields.map((f) => f.offset);

describe("the layout of a struct", () => {
  it("is Go's on a 32-bit architecture with 8-byte alignment of 64-bit words", () => {
    const a = struct({ a: int8, b: int16, c: int8, d: int64, e: bool });
    expect([offsets(a), a.size, a.align]).toEqual([[0, 2, 4, 8, 16], 24, 8]);
    const b = struct({ s: string, x: uint8, l: slice(int), i: any, c: complex64 });
    expect([offsets(b), b.size, b.align]).toEqual([[0, 8, 12, 24, 32], 40, 4]);
    expect([struct({}).size, struct({}).align]).toEqual([0, 1]);
  });

  it("keeps the address of a last field without size inside the object", () => {
    const t = struct({ a: int, z: struct({}) });
    expect([offsets(t), t.size]).toEqual([[0, 4], 8]);
    const u = struct({ z: struct({}), a: int });
    expect([offsets(u), u.size]).toEqual([[0, 0], 4]);
    expect(struct({ z: array(int, 0) }).size).toBe(0);
  });

  it("is zero wherever no field lies, in the room of blank fields too, once a value was stored", () => {
    const types = [
      struct({ a: uint8, b: int64, c: int8 }),
      struct({ a: uint8, _: array(uint8, 5), b: int16 }),
      struct({ a: uint8, _: struct({ x: int, y: int64 }), c: bool }),
    ] as Type<any>[];
    for (const t of types) {
      const s = makeSpace();
      const p = s.alloc(t);
      const u8 = s.memory.u8.subarray(p, p + t.size);
      u8.fill(0xff);
      t.store(s, p, t.zero());
      expect([...u8]).toEqual(Array(t.size).fill(0));
    }
  });

  it("has a mask with a bit for each pointer word, up to the last one", () => {
    const t = struct({
      n: float64,
      p: ptr(int),
      s: string,
      i: any,
      l: slice(int),
      c: chan(int),
      z: float64,
    });
    expect(t.ptrdata).toBe(4 * 11);
    const words = [...Array(11).keys()].filter((w) => (t.ptrMask[0]! >>> w) & 1);
    expect(words).toEqual([2, 3, 6, 7, 10]);
    expect([struct({ a: int }).ptrdata, struct({ a: int }).ptrMask.length]).toEqual([0, 0]);
    const many = array(struct({ a: int, p: ptr(int) }), 40);
    expect([many.ptrdata, many.ptrMask.length]).toEqual([320, 3]);
    for (let w = 0; w < 80; w++) expect((many.ptrMask[w >>> 5]! >>> (w & 31)) & 1).toBe(w & 1);
  });

  it("refuses names that are none and fields that are no types", () => {
    for (const name of ["0", "a b", "", "a-b", "__proto__x y"]) {
      expect(() => struct({ [name]: int })).toThrow(TypeError);
    }
    expect(() => struct(JSON.parse('{"__proto__": 1}') as never)).toThrow(
      'field name is "__proto__"',
    );
    expect(() => struct({ a: 5 as never })).toThrow("struct: field a is 5, want a type descriptor");
    expect(struct({ é: int, $x: int, _y1: int }).size).toBe(12);
  });

  it("refuses arrays that are none or cannot be addressed", () => {
    for (const n of [-1, 1.5, NaN, Infinity])
      expect(() => array(int, n)).toThrow(`array: n is ${n}`);
    expect(() => array(int, 2 ** 31)).toThrow(/size is 8589934592, want at most/);
    expect(array(struct({}), 1e12).size).toBe(0);
  });
});

describe("a recursive type", () => {
  it("refers to itself by a function", () => {
    const Node = named(
      "main.Node",
      struct({ value: int, next: ptr((): Type => Node), kids: slice((): Type => Node) }),
    );
    expect(Node.field("next")!.type.name).toBe("*main.Node");
    expect(Node.field("kids")!.type.name).toBe("[]main.Node");
    expectTypeOf<ValueOf<typeof Node>>().toEqualTypeOf<{
      value: number;
      next: Ptr;
      kids: SliceHeader;
    }>();
    const s = makeSpace();
    const [p, q] = [s.alloc(Node), s.alloc(Node)];
    Node.store(s, p, { value: 1, next: q, kids: { ptr: 0, len: 0, cap: 0 } });
    expect(Node.load(s, p).next).toBe(q);
  });

  it("refers to itself in an array of pointers, slices, maps, functions and of structs with them", () => {
    const lists: Record<string, (node: () => Type) => Type> = {
      "*main.Node": (node) => ptr(node),
      "[]main.Node": (node) => slice(node),
      "map[string]main.Node": (node) => map(string, node),
      "func(main.Node)": (node) => func([node]),
      "struct { key int; at *main.Node }": (node) => struct({ key: int, at: ptr(node) }),
      "[3]*main.Node": (node) => array(ptr(node), 3),
    };
    for (const [name, make] of Object.entries(lists)) {
      const Node: Type = named(
        "main.Node",
        struct({
          kids: array(
            make((): Type => Node),
            26,
          ),
        }),
      );
      expect(Node.size, name).toBe(26 * make(() => Node).size);
      const [kids] = (Node as StructType).fields;
      expect(kids!.type.name).toBe(`[26]${name}`);
    }
    // What is too large says so, whether its element has a name by then or not.
    const huge = (): Type => {
      const Node: Type = named(
        "main.Node",
        struct({
          kids: array(
            ptr((): Type => Node),
            2 ** 30,
          ),
        }),
      );
      return Node;
    };
    expect(huge).toThrow("array of 1073741824 values of 4 bytes: size is 4294967296, want at most");
  });
});

describe("TypeScript", () => {
  it("infers the JavaScript side of every descriptor without annotations", () => {
    const T = struct({
      a: bool,
      b: int64,
      c: string,
      d: array(float64, 3),
      e: struct({ x: int }),
      f: field(string, { tag: "t" }),
      g: func([int, string], [bool]),
      h: func([], [int, string]),
      i: func([int]),
      j: map(string, int),
      k: any,
      _: int,
    });
    expectTypeOf<ValueOf<typeof T>>().toEqualTypeOf<{
      a: boolean;
      b: bigint;
      c: string;
      d: number[];
      e: { x: number };
      f: string;
      g: ((...args: [number, string]) => boolean) | null;
      h: ((...args: []) => [number, string]) | null;
      i: ((...args: [number]) => void) | null;
      j: object | null;
      k: unknown;
    }>();
    const Shape = iface({ Scale: func([float64], [float64]) });
    const v: ValueOf<typeof Shape> = null;
    expect(Shape.zero()).toBe(v);
    expect(T.zero()).toEqual({
      a: false,
      b: 0n,
      c: "",
      d: [0, 0, 0],
      e: { x: 0 },
      f: "",
      g: null,
      h: null,
      i: null,
      j: null,
      k: null,
    });
  });

  it("checks method implementations against their declared types", () => {
    const R = named("main.R", struct({ w: float64 })).method(
      "Scale",
      func([float64], [string]),
      (r, k) => {
        expectTypeOf(r).toEqualTypeOf<{ w: number }>();
        expectTypeOf(k).toEqualTypeOf<number>();
        return `${r.w * k}`;
      },
    );
    expectTypeOf<ValueOf<typeof R>>().toEqualTypeOf<{ w: number }>();
    // @ts-expect-error the result must be a number
    named("main.Q", int).method("F", func([], [int]), () => "no");
    expect(R.field("w")!.offset).toBe(0);
  });
});

it("a name that Go has for a letter and JavaScript has not is refused at once", () => {
  const type = { "\u2e2f": int };
  expect(() => struct(type)).toThrow('struct: field name is "\u2e2f", want an identifier');
  expect(() => struct({ "a\u2e2f": int })).toThrow("want an identifier");
  expect(struct({ größe: int, 世界: int, $a_1: int }).fields).toHaveLength(3);
});
