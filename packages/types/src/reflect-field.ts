/**
 * Finding the fields of structs by name, promoted ones included, and reading their tags.
 *
 * Invariants
 *  1. The shallowest field of a name wins; two at one depth hide each other. Methods are not looked at (as Go's `reflect` does).
 *  2. A struct that is embedded twice at one depth hides what it would promote.
 *  3. A tag is a list of key:"value" pairs; what is behind the first malformed one is not there.
 */
import type { Type } from "./api.ts";
import { badArgument } from "./errors.ts";
import { unquote } from "./quote.ts";
import type { PtrType, StructField, StructType } from "./kinds.ts";

/** The embedded fields to go through, then the field itself. */
export type FieldPath = readonly StructField[];

/** The path to a field, or null if the struct has none of that name. O(1) for its own, else O(the fields of all types within reach). */
export function fieldPath(t: StructType, name: string): FieldPath | null {
  const own = t.field(name);
  if (own !== undefined) return [own];
  let level = new Map<StructType, FieldPath | null>([[t, []]]);
  const seen = new Set<Type>([t]);
  while (level.size > 0) {
    const next: typeof level = new Map();
    for (const [type, path] of level) {
      for (const f of type.fields) {
        const inner = f.embedded ? structBehind(f.type) : null;
        if (inner === null || seen.has(inner)) continue;
        // What is embedded twice has no path, so that its names hide each other, and what lies further down too.
        next.set(inner, path === null || next.has(inner) ? null : [...path, f]);
      }
    }
    const found = [...next].filter(([type]) => type.field(name) !== undefined);
    if (found.length > 1) return null;
    if (found.length === 1) {
      const [type, path] = found[0]!;
      return path && [...path, type.field(name)!];
    }
    for (const type of next.keys()) seen.add(type);
    level = next;
  }
  return null;
}

/** The struct type that an embedded field of type `t` promotes the fields of, or null. */
function structBehind(t: Type): StructType | null {
  const target = t.kind === "ptr" ? (t as PtrType).elem : t;
  return target.kind === "struct" ? (target as StructType) : null;
}

/**
 * The field of that name as Go's `reflect` finds it: the struct's own or one that an embedded field promotes.
 * Go's `reflect.Type.FieldByName`. O(1) for its own, else O(the fields of all types within reach).
 * @returns the fields to go through, the last one being the field; null if there is none, or more than one at the least depth
 * @throws TypeError if `t` is no struct type
 *
 * @example
 * ```ts
 * import { field, fieldByName, int, struct } from "@gort/types";
 *
 * const Point = struct({ X: int, Y: int });
 * const Circle = struct({ Point: field(Point, { embedded: true }), R: int });
 * fieldByName(Circle, "Y")?.map((f) => f.name); // => ["Point", "Y"]
 * fieldByName(Circle, "Z"); // => null
 * ```
 */
export function fieldByName(t: StructType, name: string): FieldPath | null {
  if (t?.kind !== "struct") throw badArgument("fieldByName", "type", t, "a struct type", "type");
  return fieldPath(t, name);
}

/**
 * Go's `reflect.StructTag.Lookup`: the value of a key in a field's tag, and whether the key is there. O(length of the tag).
 * @throws TypeError if `tag` is no string
 *
 * @example
 * ```ts
 * import { field, int, struct, tagLookup } from "@gort/types";
 *
 * const T = struct({ Age: field(int, { tag: 'json:"age,omitempty" db:""' }) });
 * const { tag } = T.fields[0]!;
 * tagLookup(tag, "json"); // => ["age,omitempty", true]
 * tagLookup(tag, "db"); // => ["", true]
 * tagLookup(tag, "xml"); // => ["", false]
 * ```
 */
export function tagLookup(tag: string, key: string): [value: string, ok: boolean] {
  if (typeof tag !== "string") throw badArgument("tagLookup", "tag", tag, "a string", "type");
  // Key without spaces, quotes, colons and ASCII control characters; value in double quotes, with Go's escapes.
  // eslint-disable-next-line no-control-regex -- those are meant
  const pair = /^ *([^ ":\x00-\x1f\x7f]+):("(?:[^"\\]|\\[^])*")/u;
  for (let rest = tag; ;) {
    const m = pair.exec(rest);
    if (m === null) return ["", false];
    if (m[1] === key) {
      const value = unquote(m[2]!);
      return value === null ? ["", false] : [value, true];
    }
    rest = rest.slice(m[0].length);
  }
}
