/** The kinds that `Int` and `Uint` of a reflection value take. */
import type { Kind } from "./api.ts";

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
