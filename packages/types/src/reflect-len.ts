/**
 * Lengths and capacities of reflection values.
 *
 * Invariants
 *  1. A pointer to an array has the array's; every other pointer none. A nil slice, map or channel has 0.
 *  2. A channel tells its own by `len` and `cap`.
 */
import type { Type } from "./api.ts";
import { badArgument } from "./errors.ts";
import type { ArrayType, PtrType, SliceHeader } from "./kinds.ts";
import type { Value } from "./reflect.ts";
import { onKind } from "./reflect-errors.ts";
import { mapLen } from "./reflect-map.ts";
import { utf8Length, utf8Write } from "./utf8.ts";

/** Go's `Value.Len` of a value of type `t`. */
export function lenOf(t: Type, v: Value): number {
  const n = arrayLen(t);
  if (n !== null) return n;
  switch (t.kind as string) {
    case "slice":
      return (v.get() as SliceHeader).len;
    case "string":
      return utf8Length(v.get() as string);
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

/** Byte `i` of a string; undefined beyond its end. O(length). */
export function byteOf(text: string, i: number): number | undefined {
  const bytes = new Uint8Array(utf8Length(text));
  utf8Write(bytes, 0, text);
  return bytes[i];
}

function arrayLen(t: Type): number | null {
  const at = t.kind === "ptr" && "elem" in t ? (t as PtrType).elem : t;
  return at.kind === "array" ? (at as ArrayType).len : null;
}

function ofChannel(v: Value, what: "len" | "cap"): number {
  const ch = v.get() as Partial<Record<"len" | "cap", number>> | null;
  if (ch === null) return 0;
  const n = ch[what];
  if (typeof n !== "number")
    throw badArgument("reflect", "channel", ch, `an object with ${what}`, "type");
  return n;
}
