/**
 * Methods: those declared on a named type, and the full method set of any type, promoted ones included.
 *
 * Invariants
 *  1. A method is declared before the set is first used; later declarations throw, for caches would be stale.
 *  2. The method set of `T` has the methods with value receivers, that of `*T` both (Go's rule); a
 *     struct adds what its embedded fields promote, the shallowest winning and a tie at one depth cancelling.
 *  3. A value receiver is a copy, made by each call: what the method changes of it nobody else sees.
 *  4. A table is sorted by name, so that `implements` is one merge of two sorted lists.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { internalType, type BaseType } from "./base.ts";
import { badArgument, checkFunction, nilDereference, nilReceiver } from "./errors.ts";
import { valueCopier } from "./fit.ts";
import { checkIdentifier } from "./members.ts";
import type { FuncType, PtrType, StructField, StructType } from "./kinds.ts";

/** One declared method. */
export interface Method {
  readonly name: string;
  /** Its type without the receiver. */
  readonly type: FuncType;
  /** Takes the receiver first: a value of the type, or a pointer to one for a pointer method. */
  readonly fn: (recv: any, ...args: any[]) => unknown;
  /** Whether the receiver is a pointer. */
  readonly pointer: boolean;
}

/** The methods declared on one named type. */
export interface MethodSet {
  readonly methods: Map<string, Method>;
  /** Whether the set has been used, so that nothing may be added. */
  sealed: boolean;
}

/** A method as it is called through a type of whose method set it is. */
export interface BoundMethod {
  /** The method's name. */
  readonly name: string;
  /** Its type without the receiver. */
  readonly type: FuncType;
  /** Calls it with a receiver of that type; `space` is needed where a value lies behind a pointer. */
  readonly invoke: (recv: any, space: Space | null, args: readonly unknown[]) => unknown;
}

/** Adds a method to a named type. */
export function declareMethod(t: BaseType<any>, m: Method): void {
  if (t.definedName === null || t.kind === "ptr" || t.kind === "interface") {
    throw badArgument(
      "method",
      "receiver type",
      t.name,
      "a defined type that is no pointer or interface",
      "type",
    );
  }
  if (typeof m.name !== "string" || m.name === "")
    throw badArgument("method", "name", m.name, "a method name", "type");
  if ((m.type as FuncType | null | undefined)?.kind !== "func")
    throw badArgument("method", `type of ${m.name}`, m.type, "a func descriptor", "type");
  checkIdentifier("method", "name", m.name);
  checkFunction("method", `fn of ${m.name}`, m.fn);
  const set = (t.methodSet ??= { methods: new Map(), sealed: false });
  if (set.sealed) {
    throw badArgument(
      "method",
      "name",
      m.name,
      `a declaration before the first use of ${t.name}'s methods`,
      "type",
    );
  }
  const clash = set.methods.has(m.name) ? "method" : hasField(t, m.name) ? "field" : "";
  if (clash !== "") {
    throw badArgument(
      "method",
      "name",
      m.name,
      `a name that is no other ${clash} of ${t.name}`,
      "type",
    );
  }
  set.methods.set(m.name, m);
}

function hasField(t: Type, name: string): boolean {
  return fieldNames(t).includes(name);
}

/** The method set of a type, sorted by name. O(1) after the first call. */
export function methodsOf(type: Type): readonly BoundMethod[] {
  const t = internalType(type);
  return (t.methodTable ??= collect(t));
}

/** The method of that name in the set of a type, by binary search. */
export function findMethod(type: Type, name: string): BoundMethod | undefined {
  const table = methodsOf(type);
  let lo = 0;
  let hi = table.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (table[mid]!.name < name) lo = mid + 1;
    else hi = mid;
  }
  const m = table[lo];
  return m !== undefined && m.name === name ? m : undefined;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function collect(t: BaseType<any>): readonly BoundMethod[] {
  if (t.kind === "interface" && !t.adapted)
    return (t as unknown as { bound(): readonly BoundMethod[] }).bound();
  const found = new Map<string, BoundMethod | null>();
  // Breadth first over embedded fields, one depth at a time.
  let level = new Map<Type, Step>();
  const first = start(t);
  level.set(first.base, first);
  const seen = new Set<Type>();
  while (level.size > 0) {
    const here = new Map<string, BoundMethod | null>();
    const next: typeof level = new Map();
    for (const step of level.values()) {
      for (const m of declared(step)) here.set(m.name, step.twice || here.has(m.name) ? null : m);
      // A field hides what lies deeper, and at its own depth the method of another embedded field. So does a method
      // that is not in the set because its receiver is a pointer.
      for (const name of [...fieldNames(step.base), ...pointerMethods(step)]) here.set(name, null);
      seen.add(step.base);
      for (const inner of embedded(step)) {
        const twice = step.twice || next.has(inner.base);
        next.set(inner.base, { ...inner, twice });
      }
    }
    for (const base of seen) next.delete(base);
    for (const [name, m] of here) if (!found.has(name)) found.set(name, m);
    level = next;
  }
  return [...found.values()].filter((m) => m !== null).sort(byName);
}

/** A place in the tree of embedded fields: how to come from the receiver to it. */
interface Step {
  /** The defined type or struct there, without its pointer. */
  readonly base: BaseType<any>;
  /** Whether the place can be addressed, so that pointer methods are in the set. */
  readonly addressable: boolean;
  /** Whether the type is embedded more than once at its depth, so that its methods cancel, and what is embedded in it as well. */
  readonly twice?: boolean;
  /** Whether it is the receiver itself, which Go then names if it is a nil pointer. */
  readonly direct: boolean;
  /** From the receiver to the value, or to its address where `addressable`. */
  readonly walk: (recv: any, space: Space | null, method: string) => any;
}

function start(t: BaseType<any>): Step {
  const walk = (recv: any): any => recv;
  if (t.kind === "ptr" && t.definedName === null) {
    return {
      base: internalType((t as unknown as PtrType).elem),
      addressable: true,
      direct: true,
      walk,
    };
  }
  return { base: t, addressable: false, direct: true, walk };
}

function declared({ base, addressable, direct, walk }: Step): BoundMethod[] {
  if (base.kind === "interface" && !base.adapted) {
    // Embedding an interface promotes its methods; behind a pointer there are none.
    if (addressable) return [];
    return methodsOf(base).map((m) => ({
      ...m,
      invoke: (recv, space, args) => m.invoke(walk(recv, space, m.name), space, args),
    }));
  }
  // An empty set is sealed too: a method declared from now on would be missing in tables made before.
  base.methodSet ??= { methods: new Map(), sealed: true };
  base.methodSet.sealed = true;
  const out: BoundMethod[] = [];
  for (const { name, type, fn, pointer } of base.methodSet.methods.values()) {
    if (pointer && !addressable) continue;
    const viaPointer = addressable && !pointer;
    // What is loaded through a pointer is a copy as it is.
    const copy = addressable ? null : valueCopier(base);
    out.push({
      name,
      type,
      invoke: (recv, space, args) => {
        const at = walk(recv, space, name);
        if (viaPointer) return fn(deref(base, at, space, name, direct), ...args);
        return fn(copy === null ? at : copy(at), ...args);
      },
    });
  }
  return out;
}

function deref(
  base: BaseType<any>,
  p: Ptr,
  space: Space | null,
  method: string,
  direct: boolean,
): unknown {
  if (p === 0) throw direct ? nilReceiver(base.name, method) : nilDereference();
  return base.load(needSpace(space, base, method), p);
}

function needSpace(space: Space | null, base: Type, method: string): Space {
  if (space === null) {
    throw badArgument(
      `${base.name}.${method}`,
      "space",
      space,
      "the space its pointer points into",
      "type",
    );
  }
  return space;
}

/** Names of the methods that a pointer would have and this place has not. */
function pointerMethods({ base, addressable }: Step): string[] {
  if (addressable || base.methodSet === null) return [];
  return [...base.methodSet.methods.values()].filter((m) => m.pointer).map((m) => m.name);
}

// Not by the kind: a struct type that somebody else made may have nothing but its kind.
const fieldsOf = (t: Type): readonly StructField[] => (t as Partial<StructType>).fields ?? [];

const fieldNames = (t: Type): string[] => fieldsOf(t).map((f) => f.name);

function embedded({ base, addressable, walk }: Step): Step[] {
  const out: Step[] = [];
  for (const f of fieldsOf(base)) {
    if (!f.embedded) continue;
    const isPtr = f.type.kind === "ptr" && "elem" in f.type;
    const target = internalType(isPtr ? (f.type as PtrType).elem : f.type);
    if (addressable) {
      const loads = isPtr || target.kind === "interface";
      out.push({
        base: target,
        addressable: isPtr || target.kind !== "interface",
        direct: false,
        walk: (recv, space, method) => {
          const p = walk(recv, space, method) as Ptr;
          if (p === 0) throw nilDereference();
          return loads ? f.type.load(needSpace(space, base, method), p + f.offset) : p + f.offset;
        },
      });
    } else {
      out.push({
        base: target,
        addressable: isPtr,
        direct: false,
        walk: (recv, space, method) =>
          (walk(recv, space, method) as Record<string, unknown>)[f.name],
      });
    }
  }
  return out;
}
