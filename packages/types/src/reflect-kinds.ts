/**
 * The values of JavaScript that the getters of a reflection value give: of integers, with the kinds that have them, and of the other scalars.
 *
 * Invariants
 *  1. A getter gives what its TypeScript type says or throws: a descriptor that somebody else made may have any value for its kind.
 */
import type { Kind, Type } from "./api.ts";
import type { BaseType } from "./base.ts";
import { badNumber } from "./errors.ts";
import type { Value } from "./reflect.ts";
import { ReflectError, onKind } from "./reflect-errors.ts";

/** Signed integers. */
export const INTS: ReadonlySet<Kind> = /* @__PURE__ */ new Set<Kind>([
  "int",
  "int8",
  "int16",
  "int32",
  "int64",
]);
/** Unsigned integers. */
export const UINTS: ReadonlySet<Kind> = /* @__PURE__ */ new Set<Kind>([
  "uint",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "uintptr",
]);
/** What Go's `Pointer` takes. */
export const POINTERS: readonly Kind[] = ["ptr", "unsafe.Pointer", "slice", "map", "chan", "func"];

/** What `Int` and `Uint` give of `v`, a value of type `t`. */
export function integerOf(
  method: string,
  t: BaseType<any>,
  kinds: ReadonlySet<Kind>,
  v: Value,
): bigint {
  if (!kinds.has(t.kind)) throw onKind(method, t.kind);
  const n = v.get() as unknown;
  if (t.adapted && typeof n !== "bigint" && !Number.isInteger(n))
    throw new ReflectError(`reflect: ${t.name} is no integer in JavaScript`);
  return BigInt(n as number | bigint);
}

/** The names of scalars in JavaScript. */
type Scalar = "boolean" | "number" | "string" | "complex number";

/** Whether `x` is a `what`. */
function isScalar(x: any, what: Scalar): boolean {
  if (what !== "complex number") return typeof x === what;
  return typeof x?.re === "number" && typeof x?.im === "number";
}

/** What `Bool`, `Float` and the like give of `v`, whose kind is the right one. @throws ReflectError if that is no `what` */
export function scalarOf<T>(v: Value, what: Scalar): T {
  const x = v.get() as unknown;
  if (!isScalar(x, what))
    throw new ReflectError(`reflect: ${v.type.name} is no ${what} in JavaScript`);
  return x as T;
}

/** What `SetInt` and `SetUint` were given, as a value of type `t`: what does not fit is cut off. */
export function cutOff(method: string, t: Type, v: number | bigint): number | bigint {
  if (typeof v !== "bigint" && !Number.isInteger(v)) throw badNumber(method, "v", v, "an integer");
  const cut = INTS.has(t.kind) ? BigInt.asIntN : BigInt.asUintN;
  const n = cut(8 * t.size, BigInt(v));
  return /64/.test(t.kind) ? n : Number(n);
}
