/** Method sets, promotion, identity, assignability: generated types, of which Go's own type checker said what they are. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  any,
  array,
  assignableTo,
  bool,
  chan,
  complex128,
  error,
  field,
  fieldByName,
  float32,
  func,
  identical,
  iface,
  implementsInterface,
  int,
  int64,
  int8,
  map,
  methods,
  named,
  ptr,
  slice,
  string,
  struct,
  uint16,
  uintptr,
  type FuncType,
  type InterfaceType,
  type StructType,
  type Type,
} from "@gort/types";

/** A type as the recording has it: what it is, then its parts. See the program that recorded it. */
type Node = readonly [kind: string, ...parts: any[]];
interface Case {
  readonly types: readonly [name: string, under: Node, methods: [string, boolean, Node][]][];
  readonly asked: readonly {
    readonly type: Node;
    readonly cmp: boolean;
    readonly set: readonly [name: string, signature: string][];
    readonly is: string;
    readonly at?: readonly (readonly number[] | null)[];
  }[];
}
const { names, cases } = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/typesets.json", import.meta.url), "utf8"),
) as { names: string[]; cases: Case[] };

const basic = new Map<string, Type>(
  [bool, int, int8, int64, uint16, uintptr, float32, complex128, string, error].map(
    (t): [string, Type] => [t.name, t],
  ),
).set("any", any);

/** The descriptors of a case: its defined types, and how to make any type of them. */
function describeCase({ types }: Case): (n: Node) => Type {
  const defined: Type[] = [];
  const later = (n: Node) => (): Type => make(n);
  const signature = ([, params, results, variadic]: Node): FuncType => {
    const rest = variadic === true ? params.length - 1 : -1;
    const given = params.map((p: Node, i: number) =>
      i === rest ? slice(later(p[1] as Node)) : later(p),
    );
    return func(given as [], (results as Node[]).map(later) as [], { variadic });
  };
  const make = (n: Node): Type => {
    const [kind, a, b] = n;
    switch (kind) {
      case "ref":
        return defined[a as number]!;
      case "*":
        return ptr(later(a as Node));
      case "[]":
        return slice(later(a as Node));
      case "[n]":
        return array(make(b as Node), a as number);
      case "map":
        return map(make(a as Node), later(b as Node));
      case "chan":
        return chan(later(b as Node), a as "both");
      case "func":
        return signature(n);
      case "interface":
        return iface(
          Object.fromEntries((a as [string, Node][]).map(([m, t]) => [m, signature(t)])),
        );
      case "struct":
        return struct(
          Object.fromEntries(
            (a as [string, Node, string, boolean][]).map(([f, t, tag, embedded]) => [
              f,
              field(make(t), { tag, embedded, exported: /^[A-Z]/.test(f) }),
            ]),
          ),
        );
      default:
        return basic.get(kind)!;
    }
  };
  for (const [name, under, list] of types) {
    const t = named(`main.${name}`, make(under));
    defined.push(t);
    for (const [m, pointer, sig] of list) {
      const declare = pointer ? t.ptrMethod : t.method;
      declare.call(t, m, signature(sig), () => "");
    }
  }
  return make;
}

/** A signature as Go's checker writes it, for what ours is called: without packages, and `any` by that name. */
const written = (t: FuncType): string =>
  t.name.slice("func".length).replaceAll("main.", "").replaceAll("interface {}", "any");

/** What our functions say of the types that a case asks about. */
function ours(c: Case): unknown[] {
  const make = describeCase(c);
  const all = c.asked.map((x) => make(x.type));
  return all.map((t, i) => ({
    type: c.asked[i]!.type,
    cmp: t.comparable,
    set: methods(t).map((m) => [m.name, written(m.type)]),
    is: all.map((u) => relations(t, u)).join(""),
    ...(t.kind === "struct" && { at: names.map((name) => path(t as StructType, name)) }),
  }));
}

/** 1 for implements, 2 for assignable and 4 for identical, added up. */
const relations = (t: Type, u: Type): number =>
  Number(u.kind === "interface" && implementsInterface(t, u as InterfaceType)) +
  2 * Number(assignableTo(t, u)) +
  4 * Number(identical(t, u));

const path = (t: StructType, name: string): number[] | null =>
  fieldByName(t, name)?.map((f) => f.index) ?? null;

describe("Go's type checker says the same", () => {
  test.each(cases.map((c, i) => [i, c] as const))("of package %i", (_, c) => {
    expect(ours(c)).toEqual(c.asked);
  });
});
