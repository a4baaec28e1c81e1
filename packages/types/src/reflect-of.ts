/**
 * Where reflection values come from: `valueOf` and its kin.
 *
 * Invariants
 *  1. Only `valueAt`, and what is reached through a pointer or a slice, is addressable.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { checkPointer, checkType } from "./base.ts";
import { dynamicType, isInterfaceValue, unwrap } from "./interface-value.ts";
import { badArgument } from "./errors.ts";
import { ptr } from "./pointer.ts";
import { checkValue } from "./reflect-call.ts";
import { ReflectError } from "./reflect-errors.ts";
import { Value, ZERO } from "./reflect.ts";

/**
 * Go's `reflect.ValueOf`: the first law. What it gives is a copy, hence not settable; a pointer's `elem()` is.
 * O(1). It takes any value; nil gives the zero `Value`.
 * @param space where pointers in the value point, unless the interface value says it itself
 *
 * @example
 * ```ts
 * import { valueOf } from "@gort/types";
 *
 * const v = valueOf(3.4);
 * v.type.name; // => "float64"
 * v.float(); // => 3.4
 * v.interface(); // => 3.4
 * v.canSet(); // => false
 * ```
 */
export function valueOf(x: unknown, space: Space | null = null): Value {
  const type = dynamicType(x);
  if (type === null) return ZERO;
  return new Value(type, unwrap(x), 0, isInterfaceValue(x) ? (x.space ?? space) : space, false);
}

/**
 * The addressable value at `p`: Go's `reflect.ValueOf(&x).Elem()`. O(1).
 * @throws RuntimeError nil dereference; RangeError for a pointer that cannot be one
 * @throws TypeError for what is no descriptor, space or number
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { int, valueAt } from "@gort/types";
 *
 * const heap = createHeap();
 * const p = heap.alloc(int);
 * valueAt(int, heap, p).setInt(5);
 * int.load(heap, p); // => 5
 * ```
 */
export function valueAt(type: Type, space: Space, p: Ptr): Value {
  checkPointer(type, space, p);
  return new Value(type, undefined, p, space, false);
}

/**
 * Go's `reflect.Zero`: the zero value of a type; not settable. O(size).
 * @throws ReflectError `reflect: Zero(nil)`
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int, struct, zeroValue } from "@gort/types";
 *
 * zeroValue(struct({ x: int })).isZero(); // => true
 * ```
 */
export function zeroValue(type: Type): Value {
  if (type === null) throw new ReflectError("reflect: Zero(nil)");
  return new Value(checkType("zeroValue", type), type.zero(), 0, null, false);
}

/**
 * Go's `reflect.New`: a pointer to a new zero value. O(size).
 * @throws ReflectError `reflect: New(nil)`
 * @throws TypeError for what is no descriptor or no space; what the space throws when it is full
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { newValue, string } from "@gort/types";
 *
 * const v = newValue(string, createHeap());
 * v.elem().setString("set");
 * v.elem().string(); // => "set"
 * v.type.name; // => "*string"
 * ```
 */
export function newValue(type: Type, space: Space): Value {
  if (type === null) throw new ReflectError("reflect: New(nil)");
  checkType("newValue", type);
  if (typeof (space as Space | null | undefined)?.alloc !== "function")
    throw badArgument("newValue", "space", space, "a space such as a heap", "type");
  return new Value(ptr(type), space.alloc(type), 0, space, false);
}

/**
 * Go's `reflect.TypeOf`: the dynamic type, or null for nil. O(1).
 *
 * @example
 * ```ts
 * import { int, toInterface, typeOf } from "@gort/types";
 *
 * typeOf("go")?.name; // => "string"
 * typeOf(toInterface(int, 1))?.kind; // => "int"
 * typeOf(null); // => null
 * ```
 */
export function typeOf(x: unknown): Type | null {
  return dynamicType(x);
}

/**
 * Go's `reflect.Indirect`: what a pointer points to; other values as they are. O(1). Of a nil pointer it is the zero `Value`.
 * @throws TypeError for what is no reflection value; RangeError for a pointer that cannot be one; ReflectError for a JavaScript object
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { indirect, int, newValue, valueOf } from "@gort/types";
 *
 * indirect(valueOf(3)).float(); // => 3
 * indirect(newValue(int, createHeap({ reserve: 1 << 24 }))).kind; // => "int"
 * ```
 */
export function indirect(v: Value): Value {
  return checkValue("indirect", v).kind === "ptr" ? v.elem() : v;
}
