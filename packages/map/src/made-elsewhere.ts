/**
 * Which descriptors tell what their values are, with all their parts: not those that somebody else made, who implemented the contract
 * only.
 *
 * Invariant: what takes a type by its kind, fields or elements asks here first, or `kindTells` of the type alone. Of a descriptor made
 * elsewhere its kind says how the values lie in memory, and nothing of how they look in JavaScript, which of them are equal, or whether
 * each equals itself.
 */
import { kindTells } from "@gort/types";
import type { Type } from "./api.ts";

/** Whether values of a type are, or have as a part, what only somebody else's descriptor knows. O(fields). */
export function isOpaque(type: Type): boolean {
  if (!kindTells(type)) return true;
  const { elem, fields } = type as Type & { elem: Type; fields: readonly { type: Type }[] };
  if (type.kind === "array") return isOpaque(elem);
  return type.kind === "struct" && fields.some((f) => isOpaque(f.type));
}
