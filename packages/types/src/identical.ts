/**
 * Go's identity of types.
 *
 * Invariants
 *  1. A defined type is identical to itself only, and to what stands for it where somebody else made it; a predeclared one to its
 *     namesake, which may come from another copy of this package; type literals are identical if their parts are.
 *  2. Identical types print alike, so a name is a sound bucket key; not so literals that contain themselves, whose names are cut
 *     (`…`) where one began to spell.
 */
import type { Type } from "./api.ts";
import { checkType, internalType } from "./base.ts";
import type {
  ArrayType,
  ChanType,
  FuncType,
  InterfaceType,
  MapType,
  PtrType,
  StructType,
} from "./kinds.ts";

/**
 * Whether two descriptors are one type to Go. O(size of the type literals); O(1) for the same descriptor.
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { identical, int, named, slice } from "@gort/types";
 *
 * identical(slice(int), slice(int)); // => true
 * identical(named("main.T", int), named("main.T", int)); // => false
 * ```
 */
export function identical(a: Type, b: Type): boolean {
  if (a === b) return true;
  return same(checkType("identical", a), checkType("identical", b), []);
}

/** Pairs that are being compared further up, flat: they count as identical, so literals that contain themselves end. */
type Open = Type[];

function same(a: Type, b: Type, open: Open): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  const x = internalType(a);
  const y = internalType(b);
  if (x === y) return true;
  if (x.predeclared || y.predeclared) return x.predeclared && y.predeclared && a.name === b.name;
  if (x.definedName !== null || y.definedName !== null) return false;
  for (let i = 0; i < open.length; i += 2) if (open[i] === a && open[i + 1] === b) return true;
  open.push(a, b);
  const kind: string = a.kind;
  switch (kind) {
    case "ptr":
    case "slice":
      return same((a as PtrType).elem, (b as PtrType).elem, open);
    case "array":
      return (
        (a as ArrayType).len === (b as ArrayType).len &&
        same((a as ArrayType).elem, (b as ArrayType).elem, open)
      );
    case "chan":
      return (
        (a as ChanType).dir === (b as ChanType).dir &&
        same((a as ChanType).elem, (b as ChanType).elem, open)
      );
    case "map":
      return (
        same((a as MapType).key, (b as MapType).key, open) &&
        same((a as MapType).elem, (b as MapType).elem, open)
      );
    case "func":
      return identicalFuncs(a as FuncType, b as FuncType, open);
    case "struct":
      return identicalStructs(a as StructType, b as StructType, open);
    case "interface":
      return identicalInterfaces(a as InterfaceType, b as InterfaceType, open);
    default:
      return false;
  }
}

function identicalLists(a: readonly Type[], b: readonly Type[], open: Open): boolean {
  return a.length === b.length && a.every((t, i) => same(t, b[i]!, open));
}

function identicalFuncs(a: FuncType, b: FuncType, open: Open): boolean {
  return (
    a.variadic === b.variadic &&
    identicalLists(a.params, b.params, open) &&
    identicalLists(a.results, b.results, open)
  );
}

function identicalStructs(a: StructType, b: StructType, open: Open): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((f, i) => {
      const g = b.fields[i]!;
      return (
        f.name === g.name &&
        f.tag === g.tag &&
        f.embedded === g.embedded &&
        f.exported === g.exported &&
        same(f.type, g.type, open)
      );
    })
  );
}

function identicalInterfaces(a: InterfaceType, b: InterfaceType, open: Open): boolean {
  return (
    a.methods.length === b.methods.length &&
    a.methods.every(
      (m, i) => m.name === b.methods[i]!.name && same(m.type, b.methods[i]!.type, open),
    )
  );
}
