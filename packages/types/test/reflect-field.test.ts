/** Fields by name, through embedded structs, and tags: what Go's `reflect` answered to the same questions. */
import { describe, expect, test } from "vitest";
import {
  field,
  fieldByName,
  int,
  methods,
  named,
  ptr,
  struct,
  tagLookup,
  valueAt,
  valueOf,
  toInterface,
  type StructType,
} from "../src/index.ts";
import { makeSpace } from "./space.ts";

const emb = { embedded: true };
const In = named("main.In", struct({ Q: int, Deep: int }));
const path = (t: StructType, name: string): string | null =>
  fieldByName(t, name)
    ?.map((f) => f.name)
    .join(".") ?? null;

describe("fieldByName", () => {
  test("finds own fields, promoted ones through values and pointers, and the shallowest of a name", () => {
    const Mid = struct({ In: field(In, emb), Q: int });
    const Out = struct({ Mid: field(Mid, emb), W: int });
    const ByPtr = struct({ In: field(ptr(In), emb), Deep: int });
    expect(path(Out, "W")).toBe("W");
    expect(path(Out, "Q")).toBe("Mid.Q");
    expect(path(Out, "Deep")).toBe("Mid.In.Deep");
    expect(path(Out, "In")).toBe("Mid.In");
    expect(path(ByPtr, "Q")).toBe("In.Q");
    expect(path(ByPtr, "Deep")).toBe("Deep");
    expect(path(Out, "nope")).toBe(null);
  });

  test("two at one depth hide each other, and what lies deeper", () => {
    const A = struct({ X: int, Only: int });
    const B = struct({ X: int });
    const C = struct({ A: field(A, emb), B: field(B, emb) });
    expect(path(C, "X")).toBe(null);
    expect(path(C, "Only")).toBe("A.Only");
    expect(path(struct({ C: field(C, emb), X: int }), "X")).toBe("X");
    // In twice at one depth: all it has is ambiguous.
    const L = struct({ In: field(In, emb), l: int });
    const R = struct({ In: field(In, emb), r: int });
    const Both = struct({ L: field(L, emb), R: field(R, emb) });
    expect(path(Both, "Q")).toBe(null);
    expect(path(Both, "l")).toBe("L.l");
  });

  test("ends where a struct embeds a pointer to itself", () => {
    const Node: StructType = struct({
      Node: field(
        ptr((): StructType => Node),
        emb,
      ),
      V: int,
    });
    const Out = struct({ N: field(Node, emb) });
    expect(path(Out, "V")).toBe("N.V");
    expect(path(Out, "none")).toBe(null);
    expect(() => fieldByName(int as never, "x")).toThrow("fieldByName: type is");
  });
});

test("a tower of types that are embedded four times each is climbed once", () => {
  // The types of Go's own TestFieldByIndexEmbedded, which has 24 levels.
  let below: StructType[] = [0, 1, 2, 3].map((i) => struct({ X: int, [`Y${i}`]: int }));
  for (let level = 0; level < 24; level++) {
    const parts = below.map((t, i) => [`E${i}`, field(ptr(t), { embedded: true })] as const);
    below = [0, 1, 2, 3].map((i) =>
      struct({ ...Object.fromEntries(parts), [`Z${level}_${i}`]: int }),
    );
  }
  const Top = below[0]!;
  expect(fieldByName(Top, "X")).toBe(null);
  expect(fieldByName(Top, "Y0")).toBe(null);
  expect(fieldByName(Top, "Z22_1")!.map((f) => f.name)).toEqual(["E1", "Z22_1"]);
  expect(fieldByName(Top, "Z21_1")).toBe(null);
  expect(methods(Top)).toEqual([]);
});

describe("a field of a value by name", () => {
  const Inner = struct({ X: int, y: field(int, { exported: false }) });
  const Outer = struct({ inner: field(Inner, { embedded: true, exported: false }), Z: int });

  test("through an unexported embedded struct, exported names can be set and read, as in Go", () => {
    const space = makeSpace();
    const v = valueAt(Outer, space, space.alloc(Outer));
    expect(v.field(0).canSet()).toBe(false);
    expect(v.field(0).field(0).canSet()).toBe(true);
    expect(v.field(0).field(1).canSet()).toBe(false);
    expect(v.fieldByName("X").canSet()).toBe(true);
    expect(v.fieldByName("y").canSet()).toBe(false);
    expect(v.field(0).field(0).canInterface()).toBe(true);
    expect(v.field(0).addr().elem().field(0).canSet()).toBe(true);
    v.fieldByName("X").setInt(7);
    expect(v.fieldByName("X").int()).toBe(7n);
    expect(() => v.field(0).interface()).toThrow("obtained from unexported field");
    // Below an unexported field that is not embedded, nothing can be set.
    const Hidden = struct({ h: field(Outer, { exported: false }) });
    const w = valueAt(Hidden, space, space.alloc(Hidden));
    expect(w.field(0).fieldByName("X").canSet()).toBe(false);
    expect(w.field(0).field(0).field(0).canSet()).toBe(false);
  });

  test("a nil embedded pointer on the way panics with Go's text; one that points is followed", () => {
    const space = makeSpace();
    const P = struct({ In: field(ptr(In), emb), W: int });
    const p = space.alloc(In);
    In.store(space, p, { Q: 3, Deep: 4 });
    expect(
      valueOf(toInterface(P, { In: p, W: 1 }, space))
        .fieldByName("Q")
        .int(),
    ).toBe(3n);
    expect(() => valueOf(toInterface(P, { In: 0, W: 1 }, space)).fieldByName("Q")).toThrow(
      "reflect: indirection through nil pointer to embedded struct",
    );
    expect(
      valueOf(toInterface(P, { In: 0, W: 1 }, space))
        .fieldByName("In")
        .isNil(),
    ).toBe(true);
  });
});

describe("tagLookup answers as StructTag.Lookup", () => {
  test.each<[tag: string, key: string, value: string, ok: boolean]>([
    ['json:"x,omitempty" xml:"a\\"b" bad  yaml:"z"', "json", "x,omitempty", true],
    ['json:"x,omitempty" xml:"a\\"b" bad  yaml:"z"', "xml", 'a"b', true],
    ['json:"x,omitempty" xml:"a\\"b" bad  yaml:"z"', "yaml", "", false],
    ['json:"x"xml:"y" k:  "v" z:"q"', "xml", "y", true],
    ['json:"x"xml:"y" k:  "v" z:"q"', "z", "", false],
    ['k:"a\\x41\\u00e9\\101\\n\\"q\\""', "k", 'aAéA\n"q"', true],
    ['k:"\\q"', "k", "", false],
    [' k:"v"', "k", "v", true],
    ['\tk:"v"', "k", "", false],
    ['\x7f:"x" k:"v"', "k", "", false],
    ['\x80:"x" k:"v"', "k", "v", true],
    ['k :"v"', "k", "", false],
    ['k: "v"', "k", "", false],
    ['j:"1"  k:"v"', "k", "v", true],
    ['j:"1",k:"v"', "k", "", false],
    ['k:"unterminated', "k", "", false],
    ['k:"1" k:"2"', "k", "1", true],
    [':"x" k:"v"', "k", "", false],
    ['k:""', "k", "", true],
    ["", "k", "", false],
  ])("%j, %s", (tag, key, value, ok) => {
    expect(tagLookup(tag, key)).toEqual([value, ok]);
  });

  test("a tag that is no string is refused by name", () => {
    expect(() => tagLookup(undefined as never, "k")).toThrow("tagLookup: tag is undefined");
  });
});
