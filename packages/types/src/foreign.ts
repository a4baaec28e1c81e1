/**
 * Values that point into a space, as reflection and interface values know them, beside the space that they are to be stored into.
 *
 * Invariants
 *  1. An address is stored into, or equal to one of, the space it belongs to only: in another it would name something else.
 *  2. A space that is not known (null) is taken for the right one. Spaces over one buffer are one.
 *
 * Strings, functions and other JavaScript values have no address: they may go anywhere. An interface value inside a struct says
 * itself where it points, and is looked at when it is checked.
 */
import type { Space, Type } from "./api.ts";
import { badValue, internalType } from "./base.ts";
import type { ArrayType, StructType } from "./kinds.ts";

/** Whether `value`, the JavaScript side of a `t`, holds an address that is not nil. O(size) for structs and arrays with pointers. */
function holdsAddress(t: Type, value: any): boolean {
  // Of a type that somebody else made nobody knows where its values hold addresses.
  if (t.ptrdata === 0 || internalType(t).adapted) return false;
  switch (t.kind as string) {
    case "ptr":
    case "unsafe.Pointer":
      return typeof value === "number" && value !== 0;
    case "slice":
      return typeof value?.ptr === "number" && value.ptr !== 0;
    case "array": {
      const { elem } = t as ArrayType;
      return Array.prototype.some.call(value, (v) => holdsAddress(elem, v));
    }
    case "struct":
      // A blank field has no value.
      return (t as StructType).fields.some(
        (f) => f.name !== "_" && holdsAddress(f.type, value[f.name]),
      );
    default:
      return false;
  }
}

/** Whether a value that points into `from` means something else in `to`. */
export function isForeign(t: Type, value: unknown, from: Space | null, to: Space | null): boolean {
  if (from === null || to === null || from === to) return false;
  return from.memory.buffer !== to.memory.buffer && holdsAddress(t, value);
}

/** Throws RangeError for such a value. */
export function checkSpace(
  t: Type,
  value: unknown,
  from: Space | null,
  to: Space | null,
  what: string,
): void {
  if (isForeign(t, value, from, to))
    throw badValue(what, value, `a ${t.name} of this space, not of another`, true);
}
