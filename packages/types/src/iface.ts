/**
 * Descriptors of interface types, `any` among them.
 *
 * Invariants
 *  1. In memory an interface value is 8 bytes: the number of its dynamic type in this space (0 is nil), and a pointer.
 *     A pointer-shaped value (pointer, map, channel, function) is that pointer; any other lies in an object of its own.
 *  2. Only the second word is a pointer. The words are written value first, so no reader sees a type with another's value.
 *  3. A value stored in an interface with methods implements them.
 *  4. What it points to lies in the space it is stored into (foreign.ts).
 *  5. A copy is the value itself, for interface values never change (interface-value.ts); of one that is no box, a box of it. A store writes all that the value holds, and a
 *     load reads it: both by recursion, O(all of it).
 *
 * Go's non-empty interfaces hold an itab where `any` holds a type. Here both hold the type, and a load finds the itab in the
 * table of the interface type: conversions between interfaces then copy two words, and memory never refers to itabs.
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import { BaseType, badValue, internalType } from "./base.ts";
import { badArgument, nilDereference, uncomparableType, unhashableType } from "./errors.ts";
import { checkSpace } from "./foreign.ts";
import { hashInt32 } from "./hash.ts";
import {
  dynamicType,
  equalInterfaces,
  isBox,
  isInterfaceValue,
  ownRaw,
  unwrap,
  wrap,
  type InterfaceValue,
} from "./interface-value.ts";
import { ItabTable, type Itab } from "./itab.ts";
import type { FuncType, InterfaceMethod, InterfaceType, MethodTypes } from "./kinds.ts";
import { checkIdentifier, checkMembers } from "./members.ts";
import { findMethod, type BoundMethod } from "./method-set.ts";
import { func, signature } from "./refs.ts";
import { spell } from "./spell.ts";
import { string } from "./string.ts";
import { typeTable } from "./type-table.ts";
import { wellFormed } from "./utf8.ts";

/** The mask of an interface value: its second word. */
const SECOND_WORD = /* @__PURE__ */ Uint32Array.of(2);

const DIRECT: ReadonlySet<Kind> = /* @__PURE__ */ new Set<Kind>([
  "ptr",
  "chan",
  "map",
  "func",
  "unsafe.Pointer",
]);

/** Whether a value of the type is one pointer and lies in the data word itself. */
function isDirect(t: Type): boolean {
  return DIRECT.has(t.kind);
}

/** Writes a value of a type that somebody else made into a new object, which a heap keeps meanwhile: the descriptor may collect. */
function putKept(t: BaseType<any>, space: Space, data: Ptr, value: unknown): void {
  const release = (space as RootedSpace).addRoots?.({ scan: (visit) => visit(data) });
  try {
    t.put(space, data, value);
  } finally {
    release?.();
  }
}

/** What a heap is beside a space. */
interface RootedSpace extends Space {
  addRoots?(source: { scan(visit: (p: Ptr) => void): void }): () => void;
}

class InterfaceDescriptor<M extends MethodTypes, V>
  extends BaseType<V>
  implements InterfaceType<M, V>
{
  readonly kind = "interface";
  declare readonly __methods?: M;
  readonly methods: readonly InterfaceMethod[];
  readonly itabs = new ItabTable();

  constructor(methods: readonly InterfaceMethod[]) {
    super(8, 4, 8, true);
    this.methods = methods;
  }
  override clone(): BaseType<V> {
    return new (this.constructor as typeof InterfaceDescriptor<M, V>)(this.methods);
  }
  override get ptrMask(): Uint32Array {
    return SECOND_WORD;
  }
  override typeString(): string {
    if (this.methods.length === 0) return "interface {}";
    return spell(this, () => {
      const parts = this.methods.map((m) => `${m.name}${signature(m.type)}`);
      return `interface { ${parts.join("; ")} }`;
    });
  }
  override zero(): V {
    return null as V;
  }
  /** The itab of a dynamic type; null for an interface without methods. */
  itabOf(t: Type): Itab | null {
    return this.methods.length === 0 ? null : this.itabs.get(this, t);
  }
  /** The methods as a type's method table has them: each calls that of the dynamic type. */
  bound(): readonly BoundMethod[] {
    return this.methods.map(({ name, type }) => ({
      name,
      type,
      invoke: (recv, space, args) => {
        const dyn = dynamicType(recv);
        if (dyn === null) throw nilDereference();
        const at = isInterfaceValue(recv) ? recv.space : space;
        return findMethod(dyn, name)!.invoke(unwrap(recv), at, args);
      },
    }));
  }
  override get(space: Space, p: Ptr): V {
    const u32 = space.memory.u32;
    const n = u32[p >>> 2]!;
    if (n === 0) return null as V;
    const t = typeTable(space).typeOf(n);
    const value = t.get(space, isDirect(t) ? p + 4 : u32[(p >>> 2) + 1]!);
    return wrap(t, value, space, this.itabOf(t)) as V;
  }
  override copy(value: V): V {
    return isInterfaceValue(value) && !isBox(value) ? this.form(value) : value;
  }
  override check(value: unknown, what: string, space?: Space): void {
    const type = dynamicType(value);
    if (type === null) return;
    if (this.methods.length > 0) {
      const missing = this.itabs.get(this, type).missing;
      if (missing !== "") {
        throw badValue(
          what,
          value,
          `a value that implements ${this.name} (missing method ${missing})`,
        );
      }
    }
    // A raw value is of the type that it says, and what a box holds was checked when it was made: the question that is left is where
    // it points, all through what is written with it.
    if (!isInterfaceValue(value) || (space === undefined && isBox(value))) return;
    const inner = unwrap(value); // Checks what is no box.
    if (space === undefined) return;
    internalType(type).check(inner, what, space);
    checkSpace(type, inner, value.space, space, what);
  }
  override put(space: Space, p: Ptr, value: V): void {
    const type = dynamicType(value);
    const w = p >>> 2;
    if (type === null) {
      space.memory.u32[w] = 0;
      space.writePtr(p + 4, 0);
      return;
    }
    const t = internalType(type);
    const n = typeTable(space).numberOf(type);
    if (isDirect(t)) t.put(space, p + 4, unwrap(value));
    else {
      const data = space.alloc(type);
      if (t.adapted) putKept(t, space, data, unwrap(value));
      else t.put(space, data, unwrap(value));
      space.writePtr(p + 4, data);
    }
    space.memory.u32[w] = n;
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    const u32 = space.memory.u32;
    const n = u32[p >>> 2]!;
    if (n !== u32[q >>> 2]) return false;
    if (n === 0) return true;
    const t = typeTable(space).typeOf(n);
    if (!t.comparable) throw uncomparableType(t.name);
    if (isDirect(t)) return t.equal(space, p + 4, q + 4);
    return t.equal(space, u32[(p >>> 2) + 1]!, u32[(q >>> 2) + 1]!);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    const u32 = space.memory.u32;
    const n = u32[p >>> 2]!;
    if (n === 0) return hashInt32(0, seed);
    const t = typeTable(space).typeOf(n);
    if (!t.comparable) throw unhashableType(t.name);
    return t.hash(space, isDirect(t) ? p + 4 : u32[(p >>> 2) + 1]!, seed);
  }
  override equalValues(a: V, b: V): boolean {
    return equalInterfaces(a, b);
  }
  override hashValue(value: V, seed: number): number {
    const t = dynamicType(value);
    return t === null ? hashInt32(0, seed) : t.hashValue(unwrap(value), seed);
  }
  /** What memory would give back of a value: see fit.ts. */
  form(value: V): V {
    const type = dynamicType(value);
    if (type === null) return null as V;
    const typed = isInterfaceValue(value);
    if (!typed && this.methods.length === 0)
      return typeof value === "string" ? (wellFormed(value) as V) : value;
    const t = ownRaw(internalType(type));
    const itab = this.itabOf(t);
    return typed
      ? (wrap(t, unwrap(value), value.space, itab, isBox(value) ? value : undefined) as V)
      : (wrap(t, value, null, itab) as V);
  }
}

/**
 * An interface type with the methods given. Its values are null, or `InterfaceValue`s whose dynamic type implements it.
 * O(n log n) for n methods.
 * @throws TypeError for what is no plain object, for a name that is no identifier, and for a method that is no func type
 *
 * @example
 * ```ts
 * import { float64, func, iface } from "@gort/types";
 *
 * iface({ Area: func([], [float64]) }).name; // => "interface { Area() float64 }"
 * ```
 */
export function iface<const M extends MethodTypes>(
  methods: M,
): InterfaceType<M, InterfaceValue<any, M> | null> {
  checkMembers("iface", "methods", methods, "an object of func types");
  const list = Object.entries(methods).map(([name, type]): InterfaceMethod => {
    checkIdentifier("iface", "method name", name);
    if (type?.kind !== "func") {
      throw badArgument("iface", `method ${name}`, type, "a func descriptor", "type");
    }
    return { name, type };
  });
  list.sort((a, b) => (a.name < b.name ? -1 : 1));
  return new InterfaceDescriptor<M, InterfaceValue<any, M> | null>(list);
}

/** The itab of a dynamic type for an interface type, from the table that the interface owns. */
export function itabOf(inter: InterfaceType, t: Type): Itab {
  const { itabs } = inter as unknown as InterfaceDescriptor<any, any>;
  if (itabs === undefined)
    throw badArgument("implements", "interface", inter, "an interface type", "type");
  return itabs.get(inter, t);
}

/**
 * Go's `any`, which prints as `interface {}`: every JavaScript value, raw or with a dynamic type. 8 bytes in memory.
 *
 * @example
 * ```ts
 * import { any } from "@gort/types";
 *
 * any.name; // => "interface {}"
 * any.equalValues(null, undefined); // => true
 * any.equalValues(2, 2); // => true
 * ```
 */
export const any: InterfaceType<
  Record<never, never>,
  unknown
> = /* @__PURE__ */ new InterfaceDescriptor<Record<never, never>, unknown>([]);

/** The methods of Go's `error`. */
export type ErrorMethods = { readonly Error: FuncType<[], string> };

/**
 * Go's `error`. A JavaScript `Error` implements it by its message.
 *
 * @example
 * ```ts
 * import { convert, error } from "@gort/types";
 *
 * convert(new RangeError("too big"), error)?.call("Error"); // => "too big"
 * ```
 */
export const error: InterfaceType<ErrorMethods, InterfaceValue<any, ErrorMethods> | null> =
  /* @__PURE__ */ makeErrorType();

function makeErrorType(): InterfaceType<ErrorMethods, InterfaceValue<any, ErrorMethods> | null> {
  const t = iface({ Error: func([], [string]) });
  const b = internalType(t as Type);
  b.definedName = "error";
  b.predeclared = true;
  return t;
}
