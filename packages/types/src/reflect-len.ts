/**
 * Lengths and capacities of reflection values.
 *
 * Invariants
 *  1. A pointer to an array has the array's; every other pointer none. A nil slice, map or channel has 0.
 *  2. A channel tells its own by `len` and `cap`.
 *  3. The length of a string is its bytes, as they lie in memory if it does: they need not be UTF-8.
 */
import type { Type } from "./api.ts";
import { badArgument } from "./errors.ts";
import type { ArrayType, PtrType, SliceHeader } from "./kinds.ts";
import type { Value } from "./reflect.ts";
import { ReflectError, onKind } from "./reflect-errors.ts";
import { scalarOf } from "./reflect-kinds.ts";
import { mapLen } from "./reflect-map.ts";
import { lengthOf, utf8Write } from "./utf8.ts";

/** Go's `Value.Len` of a value of type `t`. */
export function lenOf(t: Type, v: Value): number {
  const n = arrayLen(t);
  if (n !== null) return n;
  switch (t.kind as string) {
    case "slice":
      return (v.get() as SliceHeader).len;
    case "string":
      return v.canAddr() ? bytesOf(v).length : lengthOf(scalarOf(v, "string"));
    case "map":
      return mapLen(v.get());
    case "chan":
      return ofChannel(v, "len");
    default:
      throw onKind("Len", kindText(t));
  }
}

/** Go's `Value.Cap` of a value of type `t`. */
export function capOf(t: Type, v: Value): number {
  const n = arrayLen(t);
  if (n !== null) return n;
  if (t.kind === "slice") return (v.get() as SliceHeader).cap;
  if (t.kind === "chan") return ofChannel(v, "cap");
  throw onKind("Cap", kindText(t));
}

/** How Go says what has no length: of pointers, only those to arrays have one. */
const kindText = (t: Type): string =>
  t.kind === "ptr" && "elem" in t ? "ptr to non-array" : t.kind;

/** The bytes of strings that lie in no memory, encoded once. */
const encoded = /* @__PURE__ */ new WeakMap<Value, Uint8Array>();

/** The bytes of a string: those in memory as they are, UTF-8 or not. O(1), but for one that lies in no memory the first time. */
export function bytesOf(v: Value): Uint8Array {
  if (v.canAddr()) {
    const { u8, u32 } = v.space!.memory;
    const w = v.addr().pointer() >>> 2;
    return u8.subarray(u32[w], u32[w]! + u32[w + 1]!);
  }
  let bytes = encoded.get(v);
  if (bytes === undefined) {
    const text = scalarOf<string>(v, "string");
    encoded.set(v, (bytes = new Uint8Array(lengthOf(text))));
    utf8Write(bytes, 0, text);
  }
  return bytes;
}

function arrayLen(t: Type): number | null {
  const at = t.kind === "ptr" && "elem" in t ? (t as PtrType).elem : t;
  if (at.kind !== "array") return null;
  if (!("len" in at)) throw new ReflectError(`reflect: ${at.name} tells no elements`);
  return (at as ArrayType).len;
}

function ofChannel(v: Value, what: "len" | "cap"): number {
  const ch = v.get() as Partial<Record<"len" | "cap", number>> | null;
  if (ch === null) return 0;
  const n = ch[what];
  if (typeof n !== "number")
    throw badArgument("reflect", "channel", ch, `an object with ${what}`, "type");
  return n;
}
