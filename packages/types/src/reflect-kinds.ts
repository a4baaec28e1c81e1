/** The kinds that `Int` and `Uint` of a reflection value take, and the integers that set them. */
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

/** What `SetInt` and `SetUint` were given, as a value of type `t`: what does not fit is cut off. */
export function cutOff(method: string, t: Type, v: number | bigint): number | bigint {
  if (typeof v !== "bigint" && !Number.isInteger(v)) throw badNumber(method, "v", v, "an integer");
  const cut = INTS.has(t.kind) ? BigInt.asIntN : BigInt.asUintN;
  const n = cut(8 * t.size, BigInt(v));
  return /64/.test(t.kind) ? n : Number(n);
}
