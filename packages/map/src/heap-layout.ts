/**
 * How a map lies in a heap: header, bucket arrays, buckets. See `heap-map.ts` for the overview.
 *
 * Invariants
 *  1. All a map is lies in the heap: whoever has the header's address and the two types has the map.
 *  2. A bucket is eight tophash bytes, the overflow link, eight keys, eight values. A key or value above
 *     {@link MAX_INLINE} bytes is a pointer to an object of its own.
 *  3. A bucket array is a directory of segments of `2^segmentBits` buckets (one shorter segment for small maps), each
 *     made by the first write to it; so no allocation is larger than a segment or the directory.
 *  4. The flags are 0 in the everyday state: buckets are there, nobody writes, no growth is under way. The flags word counts,
 *     above the flags, every change of seed, size, directory or limit: one comparison lets the fast paths through and
 *     tells them that what they know by heart still holds, whoever else writes to the map.
 *  5. When neither keys nor values hold pointers the bucket's link is a plain number, the bucket is noscan, and the
 *     header's list of overflow segments keeps these alive.
 *
 * Why the link stands before the keys, not last as in Go: it shares the cache line of the tophash bytes. Why
 * segments: Go's one array of 2^B buckets would be zeroed, and its pointer bitmap written, inside a single `set`.
 */
import {
  array,
  type Fit,
  int32,
  isOpaque,
  isParted,
  kindTells,
  struct,
  uint32,
  uint8,
  uintptr,
  unsafePointer,
  valueReader,
} from "@gort/types";
import type { Type } from "./api.ts";
import { invalidKeyType } from "./errors.ts";
import { isReflexive } from "./keys.ts";
import {
  MAX_INLINE,
  HEADER_WORDS,
  INT32,
  UINT32,
  FLOAT64,
  STRING,
  WORDS,
  SCALAR,
  GENERAL,
  POINTER,
} from "./heap-words.ts";
import { SLOTS } from "./rules.ts";

/** Bytes that a segment of buckets stays below. */
const SEGMENT_BYTES = 128 * 1024;

const HEADER_SIZE = HEADER_WORDS * 4;

/** The type of a map's header. */
export const headerType: () => Type = /* @__PURE__ */ memo(() =>
  struct({
    buckets: unsafePointer,
    oldbuckets: unsafePointer,
    overflow: unsafePointer,
    oldoverflow: unsafePointer,
    rest: array(uint32, HEADER_WORDS - 4),
  }),
);

/** A struct of words: the way to each, outermost field first. */
export interface Words {
  readonly paths: readonly (readonly string[])[];
  readonly signed: readonly boolean[];
  /** Whether every word is a field of the struct itself. */
  readonly flat: boolean;
}

/** Where things are in the buckets of maps of two types. */
export interface Layout {
  readonly key: Type;
  readonly value: Type;
  readonly keyCode: number;
  readonly valueCode: number;
  /** Check keys and values, and read those of several parts; null for types that check when they store. */
  readonly fitKey: Fit<any> | null;
  readonly fitValue: Fit<any> | null;
  /** Fields of a {@link WORDS} key, else null. */
  readonly words: Words | null;
  readonly indirectKey: boolean;
  readonly indirectValue: boolean;
  /** Bytes of a key's and of a value's place in the bucket. */
  readonly keySize: number;
  readonly valueSize: number;
  /** Byte offsets in a bucket. */
  readonly keys: number;
  readonly values: number;
  readonly bucket: Type;
  readonly bucketSize: number;
  /** Whether the collector need not look into buckets. */
  readonly noscan: boolean;
  readonly keyPointers: boolean;
  readonly valuePointers: boolean;
  /** Whether every key equals itself. */
  readonly reflexive: boolean;
  /** Whether only somebody else's descriptor knows what is in keys. */
  readonly opaqueKey: boolean;
  /** The same of values. */
  readonly opaqueValue: boolean;
  /** Whether writing a value over another can fail half way. */
  readonly partedValue: boolean;
  /** Log2 of the buckets of a segment. */
  readonly segmentBits: number;
  readonly magic: number;
}

function memo<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function wordsOf(type: Type): Words | null {
  if (type.kind !== "struct" || type.size === 0 || type.size > 32) return null;
  const paths: string[][] = [];
  const signed: boolean[] = [];
  const walk = (t: Type, path: string[]): boolean => {
    if (!kindTells(t)) return false;
    if (t.kind === "struct") {
      const { fields } = t as Type & { fields: readonly { name: string; type: Type }[] };
      return fields.every((f) => f.name !== "_" && walk(f.type, [...path, f.name]));
    }
    if (!/^u?int(32|ptr)?$/.test(t.kind)) return false;
    paths.push(path);
    signed.push(!t.kind.startsWith("u"));
    return true;
  };
  if (!walk(type, []) || paths.length * 4 !== type.size) return null;
  return { paths, signed, flat: paths.every((p) => p.length === 1) };
}

function codeOf(type: Type, isKey: boolean): number {
  if (!kindTells(type)) return GENERAL;
  switch (type.kind) {
    case "int":
    case "int32":
      return INT32;
    case "uint":
    case "uint32":
    case "uintptr":
      return UINT32;
    case "float64":
      return FLOAT64;
    case "string":
      return isKey ? STRING : GENERAL;
    case "ptr":
    case "unsafe.Pointer":
      return isKey ? SCALAR : POINTER;
    case "bool":
    case "int8":
    case "int16":
    case "int64":
    case "uint8":
    case "uint16":
    case "uint64":
    case "float32":
      return SCALAR;
    case "struct":
      return isKey && wordsOf(type) !== null ? WORDS : GENERAL;
    case "complex64":
    case "complex128":
    case "array":
    case "chan":
    case "func":
    case "interface":
    case "map":
    case "slice":
      return GENERAL;
  }
}

function signature(text: string): number {
  let h = 0x676f7274;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The same for identical types: the name, but for literals that contain themselves, whose names are cut where one began to spell. */
const likeness = (t: Type): string => (t.name.includes("…") ? t.kind : t.name);

/** Lays out maps from `key` to `value`. Throws for a key type without `==`. */
export function layOut(key: Type, value: Type): Layout {
  if (!key.comparable) throw invalidKeyType(key.name);
  const indirectKey = key.size > MAX_INLINE;
  const indirectValue = value.size > MAX_INLINE;
  const keyPointers = indirectKey || key.ptrdata > 0;
  const valuePointers = indirectValue || value.ptrdata > 0;
  const noscan = !keyPointers && !valuePointers;
  const K = indirectKey ? unsafePointer : key;
  const V = indirectValue ? unsafePointer : value;
  const bucket = struct({
    // Aligns the bucket to words whatever the types are. Last it would take room, as in Go.
    align: array(int32, 0),
    tophash: array(uint8, SLOTS),
    overflow: noscan ? uintptr : unsafePointer,
    keys: array(K, SLOTS),
    values: array(V, SLOTS),
  });
  const bucketSize = bucket.size;
  let segmentBits = 3;
  while (bucketSize * 2 ** (segmentBits + 1) <= SEGMENT_BYTES) segmentBits++;
  return {
    key,
    value,
    keyCode: codeOf(key, true),
    valueCode: codeOf(value, false),
    fitKey: valueReader(key, "map key"),
    fitValue: valueReader(value, "map value"),
    words: wordsOf(key),
    indirectKey,
    indirectValue,
    keySize: K.size,
    valueSize: V.size,
    keys: bucket.field("keys")!.offset,
    values: bucket.field("values")!.offset,
    bucket,
    bucketSize,
    noscan,
    keyPointers,
    valuePointers,
    reflexive: isReflexive(key),
    opaqueKey: isOpaque(key),
    opaqueValue: isOpaque(value),
    partedValue: isParted(value),
    segmentBits,
    magic: signature(
      `${likeness(key)} ${key.size} ${likeness(value)} ${value.size} ${HEADER_SIZE}`,
    ),
  };
}
