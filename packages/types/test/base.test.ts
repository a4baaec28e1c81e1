/** Pointer checks and refusals of loads and stores. */
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { build } from "esbuild";
import { describe, expect, it, test } from "vitest";
import {
  array,
  bool,
  checkPointer,
  chan,
  complex64,
  float64,
  func,
  int,
  int32,
  int64,
  int8,
  isRuntimeError,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  uint64,
  uint8,
  type Type,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

describe("the header of a string", () => {
  // A collector that poisons fills freed records so; read byte by byte, such a string takes seconds, and then all memory.
  it("whose bytes are not in the memory is refused where it is loaded, compared and hashed", () => {
    const s = makeSpace(4096);
    const T = struct({ id: int32, name: string });
    const [p, q] = [s.alloc(T), s.alloc(T)];
    s.memory.u8.fill(0x55, p, p + T.size);
    s.memory.u8.fill(0x55, q, q + T.size);
    s.memory.u32[(q >>> 2) + 1] = 4090; // the last bytes, and some beyond
    const text = (at: number, data: number): string =>
      `string: header at ${at} is "${data}, 1431655765", want an address and a length within the memory: the object may have been freed`;
    expect(() => T.load(s, p)).toThrow(RangeError(text(p + 4, 0x55555555)));
    expect(() => T.load(s, q)).toThrow(RangeError(text(q + 4, 4090)));
    expect(() => T.hash(s, p, 1)).toThrow(RangeError(text(p + 4, 0x55555555)));
    expect(() => T.equal(s, p, q)).toThrow(RangeError(text(p + 4, 0x55555555)));
    expect(() => string.equal(s, q + 4, p + 4)).toThrow(RangeError(text(q + 4, 4090)));
    s.memory.u32[(q >>> 2) + 2] = 6;
    expect(string.load(s, q + 4)).toBe("\0".repeat(6)); // up to the end
  });
});

describe("a pointer", () => {
  const s = makeSpace(4096);

  it("that is nil panics as a nil dereference", () => {
    for (const t of [int, string, struct({ a: int }), array(int, 2)] as Type[]) {
      for (const run of [
        () => t.load(s, 0),
        () => t.store(s, 0, t.zero()),
        () => checkPointer(t, s, 0),
      ]) {
        let thrown: unknown;
        try {
          run();
        } catch (e) {
          thrown = e;
        }
        expect(isRuntimeError(thrown)).toBe(true);
      }
    }
  });

  it("may point to the last bytes of the memory, and to none beyond", () => {
    for (const t of [int8, int, float64, array(int, 3)] as Type[]) {
      const last = s.memory.byteLength - t.size;
      t.store(s, last, t.zero());
      expect(t.load(s, last)).toEqual(t.zero());
      for (const run of [
        () => t.load(s, last + t.align),
        () => t.store(s, last + t.align, t.zero()),
      ])
        expect(run).toThrow(String(last + t.align));
    }
  });

  it("that is misaligned, foreign or no pointer at all is refused by name and value", () => {
    expect(() => int32.load(s, 66)).toThrow("*int32: pointer is 66, want a multiple of 4");
    expect(() => float64.store(s, 68, 1)).toThrow("*float64: pointer is 68, want a multiple of 8");
    expect(() => int32.load(s, 4096)).toThrow(
      "*int32: pointer is 4096, want a byte offset below 4093",
    );
    expect(() => array(uint8, 8).load(s, 4092)).toThrow("*[8]uint8: pointer is 4092");
    for (const p of [-4, 2 ** 32, 2 ** 40, 0.5, NaN, Infinity]) {
      expect(() => int8.load(s, p)).toThrow(RangeError);
      expect(() => int8.store(s, p, 1)).toThrow(RangeError);
    }
    expect(uint8.load(s, 4095)).toBe(0);
  });

  it("that is no number is refused by name and value", () => {
    for (const [p, shown] of [
      [1n, "1n"],
      [Symbol("p"), "Symbol(p)"],
      ["64", '"64"'],
      [undefined, "undefined"],
    ] as [never, string][]) {
      const text = `*int32: pointer is ${shown}, want a byte offset below 4093`;
      for (const use of [
        () => int32.load(s, p),
        () => int32.store(s, p, 1),
        () => checkPointer(int32, s, p),
      ]) {
        expect(use).toThrow(text);
        expect(use).toThrow(TypeError);
      }
    }
  });
});

describe("what is no descriptor", () => {
  it("is refused where a type is made of it", () => {
    const no = 5 as never;
    expect(() => array(no, 2)).toThrow("array: type is 5, want a type descriptor");
    expect(() => slice(undefined as never)).toThrow(
      "slice: type is undefined, want a type descriptor",
    );
    expect(() => ptr(null as never)).toThrow("type is null, want a type descriptor");
    expect(() => map(no, int)).toThrow("map: type is 5");
    expect(() => map(int, no)).toThrow("map: type is 5");
    expect(() => chan(no)).toThrow("chan: type is 5");
    expect(() => func([no])).toThrow("func: type is 5");
    for (const params of [[], [int], [slice(int), int], [named("main.Ints", slice(int))]])
      expect(() => func(params, [], { variadic: true })).toThrow(
        "a type []T as the last parameter if variadic",
      );
    expect(() => map(slice(int), int)).toThrow("invalid map key type []int");
  });
});

describe("a value", () => {
  it("that its type cannot hold is refused, naming the place, before anything is written", () => {
    const s = makeSpace();
    const T = struct({ a: int8, b: array(struct({ c: uint64 }), 2), d: string });
    const p = s.alloc(T);
    const good = { a: 1, b: [{ c: 1n }, { c: 2n }], d: "x" };
    T.store(s, p, good);
    const bad: [unknown, RegExp][] = [
      [{ ...good, a: 128 }, /\.a: value is 128, want an integer from -128 to 127/],
      [{ ...good, a: 5, d: 7 }, /\.d: value is 7, want a string/],
      [{ ...good, a: 5, b: [{ c: 1n }] }, /\.b: value is an array of 1, want an array of 2/],
      [{ ...good, a: 5, b: [{ c: 1n }, { c: -1n }] }, /\.b\[1\]\.c: value is -1n/],
      [{ ...good, a: 5, b: [{ c: 1n }, null] }, /\.b\[1\]: value is null, want an object/],
      [null, /value is null, want an object/],
      [5, /value is 5, want an object/],
    ];
    for (const [v, text] of bad) {
      expect(() => T.store(s, p, v as never)).toThrow(text);
      expect(T.load(s, p)).toEqual(good);
    }
  });

  it("just beyond either end of an integer type is refused, the ends are not", () => {
    const s = makeSpace();
    for (const [t, min, max] of [
      [int8, -128, 127],
      [uint8, 0, 255],
      [int32, -(2 ** 31), 2 ** 31 - 1],
      [int, -(2 ** 31), 2 ** 31 - 1],
    ] as const) {
      const p = s.alloc(t);
      for (const v of [min, max]) {
        t.store(s, p, v);
        expect(t.load(s, p)).toBe(v);
      }
      for (const v of [min - 1, max + 1]) expect(() => t.store(s, p, v)).toThrow(String(v));
      expect(t.load(s, p)).toBe(max);
    }
  });

  it("of each kind has its own refusal", () => {
    const s = makeSpace();
    const p = s.alloc(uint64, 4);
    const cases: [Type, unknown, string][] = [
      [bool, 1, "bool: value is 1, want a boolean"],
      [int, "1", 'int: value is "1", want an integer from -2147483648 to 2147483647'],
      [int64, 1, "int64: value is 1, want a bigint"],
      [
        int64,
        1n << 63n,
        "int64: value is 9223372036854775808n, want a bigint from -9223372036854775808 to",
      ],
      [uint64, -1n, "uint64: value is -1n"],
      [float64, "x", 'float64: value is "x", want a number'],
      [slice(int), { ptr: 1n, len: 0, cap: 0 }, "[]int: value is an object (Object), want a slice"],
      [slice(int), { ptr: 0, len: Symbol("n"), cap: 0 }, "want a slice header { ptr, len, cap }"],
      [complex64, 1, "complex64: value is 1, want an object { re, im }"],
      [ptr(int), -1, "*int: value is -1, want a pointer"],
      [slice(int), null, "[]int: value is null, want a slice header"],
      [slice(int), { ptr: 0, len: 2, cap: 1 }, "[]int: len is 2, want at most cap, which is 1"],
      [map(int, int), 5, "map[int]int: value is 5, want an object or null"],
      [chan(int), "c", 'chan int: value is "c", want an object or null'],
      [func(), {}, "func(): value is an object (Object), want a function or null"],
    ];
    for (const [t, v, text] of cases) expect(() => t.store(s, p, v)).toThrow(text);
  });
});

test("console.log and JSON show a type by Go's name, nested too", () => {
  const Point = struct({ x: int32 });
  expect(inspect(Point)).toBe("struct { x int32 }");
  expect(inspect([named("main.Point", Point), slice(int32)])).toBe("[ main.Point, []int32 ]");
  expect(JSON.stringify([named("main.Point", Point), slice(int32)])).toBe(
    '["main.Point","[]int32"]',
  );
  expect(Object.keys(Point)).not.toContain("nodejs.util.inspect.custom");
});

test("a class has its own name in a build: no class names itself", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    minifySyntax: true,
    write: false,
  });
  expect(outputFiles[0]!.text.match(/class _\w+/g)).toBe(null);
});
