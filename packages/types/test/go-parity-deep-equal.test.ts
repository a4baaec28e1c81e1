/** `deepEqual` of nodes in cyclic graphs that share parts: what Go's `reflect.DeepEqual` says of the same graphs, recorded. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  any,
  deepEqual,
  deepEqualValues,
  float64,
  int,
  map,
  named,
  ptr,
  slice,
  string,
  struct,
  toInterface,
  valueAt,
  type Type,
} from "@gort/types";
import { makeSpace } from "./space.ts";

type Part = readonly [list: number, low: number, high: number];
type Held = null | number | readonly [kind: string, ...parts: number[]];
/** See the program that recorded them. */
interface Graph {
  readonly lists: readonly (readonly number[])[];
  readonly maps: readonly (readonly [key: string, node: number][])[];
  readonly nodes: readonly (readonly [number | null, number, Part | null, Held, number])[];
  readonly equal: string;
}
const { graphs } = JSON.parse(
  readFileSync(new URL("../../../apps/oracle/data/deepequal.json", import.meta.url), "utf8"),
) as { graphs: Graph[] };

const Ref = ptr((): Type => Node);
const Nodes = slice(Ref);
const Named = map(string, Ref);
const Node = named("main.Node", struct({ V: float64, P: Ref, S: Nodes, I: any, M: Named }));
const NIL = { ptr: 0, len: 0, cap: 0 };

/** What we say of all pairs of nodes, in the form of the recording. */
function ours(g: Graph): string {
  const space = makeSpace(1 << 14);
  const nodes = g.nodes.map(() => space.alloc(Node));
  const at = (i: number): number => (i < 0 ? 0 : nodes[i]!);
  const lists = g.lists.map((l) => {
    const p = space.alloc(Ref, l.length);
    l.forEach((i, k) => Ref.store(space, p + k * Ref.size, at(i)));
    return p;
  });
  const maps = g.maps.map((m) => new Map(m.map(([key, i]) => [key, at(i)])));
  const part = ([list, low, high]: Part): typeof NIL => ({
    ptr: lists[list]! + low * Ref.size,
    len: high - low,
    cap: g.lists[list]!.length - low,
  });
  const held = (x: Held): unknown => {
    if (x === null) return null;
    if (typeof x === "number") return toInterface(int, x);
    const [kind, a = -1, ...range] = x;
    switch (kind) {
      case "*":
        return toInterface(Ref, at(a), space);
      case "**":
        return toInterface(ptr(Ref), at(a) + Node.field("P")!.offset, space);
      case "map":
        return toInterface(Named, maps[a]!, space);
      case "node":
        return toInterface(Node, Node.load(space, at(a)), space);
      default:
        return toInterface(Nodes, a < 0 ? NIL : part([a, ...range] as unknown as Part), space);
    }
  };
  g.nodes.forEach(([v, p, s, x, m], i) => {
    const [S, M] = [s === null ? NIL : part(s), maps[m] ?? null];
    Node.store(space, at(i), { V: v ?? NaN, P: at(p), S, I: null, M });
    // Last, for it may be a copy of this very node.
    any.store(space, at(i) + Node.field("I")!.offset, held(x));
  });
  const value = (i: number) => valueAt(Node, space, at(i));
  const pairs = nodes.flatMap((_, i) => nodes.map((_, j) => [i, j] as const));
  return pairs
    .map(([i, j]) => {
      const pointers = deepEqual(held(["*", i]), held(["*", j]));
      const inside = deepEqual(value(i).fieldByName("I").interface(), Node.load(space, at(j)).I);
      return (
        Number(deepEqualValues(value(i), value(j))) + 2 * Number(pointers) + 4 * Number(inside)
      );
    })
    .join("");
}

describe("Go's DeepEqual says the same", () => {
  test(`of the nodes of ${graphs.length} graphs, all pairs of them`, () => {
    expect(graphs.map(ours)).toEqual(graphs.map((g) => g.equal));
  });
});
