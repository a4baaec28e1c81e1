/**
 * Keys by value on JavaScript values: hashers for objects with fields and for tuples, and descriptors as hashers.
 *
 * Invariants
 *  1. A hasher's `equal` implies equal hashes, for every seed.
 *  2. Fields and elements compare with `===`: -0 is 0, NaN is never itself, objects by identity.
 *  3. Objects, functions and symbols inside keys are hashed by a number that `@gort/types` gives each, one table for all maps: a hasher
 *     is made before its map and can serve several. Such a number differs from run to run within one process.
 *
 * Why hashers and not joined strings, the usual way: joining allocates and hashes a string for each call, and
 * `"1,23"` and `"12,3"` are only as different as the separator.
 */
import { badArgument, type Fit, hashIdentity, kindTells, valueFitter } from "@gort/types";
import type { Hasher, TupleHasher, Type } from "./api.ts";
import { invalidKeyType, noKey } from "./errors.ts";
import { hashBigint, hashNumber, hashString, mix } from "./hash.ts";

/**
 * Where a hasher of keys of two fields names these, so that a map can keep them itself: as long as its functions are those that it was
 * made with. Not enumerable: a hasher that was made of it, by `{ ...hasher, hash }`, is another.
 */
const PAIR: unique symbol = Symbol.for("gort.map.pair") as never;

/** The two fields by which keys are compared, and what makes them fit their types, where they have one. */
export interface PairFields {
  readonly names: readonly [first: string, second: string];
  readonly fits: readonly [first: Fit<unknown> | null, second: Fit<unknown> | null] | null;
}

/** What {@link structKey} notes of a hasher: the two fields, and its functions. */
interface Pair {
  readonly names?: PairFields["names"];
  readonly made?: Hasher<any>;
}

/** The fields, if keys are compared by two; else null. */
export function pairOf(key: Hasher<any> | Type | undefined): PairFields | null {
  if (key === undefined) return null;
  if (!isDescriptor(key)) {
    const { names, made } = (key as { [PAIR]?: Pair })[PAIR] ?? {};
    const { hash, equal, copy } = made ?? {};
    const own = key.hash === hash && key.equal === equal && key.copy === copy;
    return own && names ? { names, fits: null } : null;
  }
  if (key.kind !== "struct" || !kindTells(key)) return null;
  const { fields } = key as Type & { fields: readonly { name: string; type: Type }[] };
  const [a, b] = fields;
  if (fields.length !== 2 || !fields.every((f) => f.name !== "_" && isOf(plain, f.type)))
    return null;
  const fit = (f: { name: string; type: Type }): Fit<unknown> | null =>
    valueFitter(f.type, `map key.${f.name}`);
  return { names: [a!.name, b!.name], fits: [fit(a!), fit(b!)] };
}

/** Throws unless a key has fields to look at. A function has, but is no value of a struct type. */
export function mustHaveFields(k: unknown, typed = false): void {
  if ((typeof k !== "object" && (typed || typeof k !== "function")) || k === null)
    throw noKey(k, "an object");
}

/** Hash of a part of a key. NaN never equals itself: it hashes anew each time, so that keys with it spread. */
export function hashPart(v: unknown, seed: number, random: () => number = anew): number {
  if (typeof v === "number") return v !== v ? random() | 0 : hashNumber(v, seed);
  if (typeof v === "string") return hashString(v, seed);
  if (typeof v === "boolean") return mix(seed ^ (v ? 0x51ed270b : 0x2c1b3c6d));
  if (typeof v === "bigint") return hashBigint(v, seed);
  if (v === null || v === undefined) return mix(seed ^ 0x297a2d39);
  return hashIdentity(v, seed);
}

/** For whoever hashes without a map. */
const anew = (): number => Math.random() * 2 ** 32;

/**
 * Objects by the values of the fields named, which must be all that make up the key. Keys are copied when stored. Fields that are
 * objects are compared by identity, in O(1) too, and a `GoString` is one: use `String(s)`. Another hasher can be made of it:
 * `{ ...hasher, hash, equal }`. Hashing and comparing take O(fields), and the length of strings in them.
 *
 * @throws TypeError without a field, or for a name that is no string; its `hash`, and so every use of the map, for a key without fields
 *
 * @example
 * ```ts
 * import { makeMap, structKey } from "@gort/map";
 *
 * interface Cell { x: number; y: number }
 * const grid = makeMap<Cell, string>({ key: structKey("x", "y") });
 * grid.set({ x: 1, y: 2 }, "gold");
 * grid.get({ y: 2, x: 1 }); // => "gold"
 * ```
 */
export function structKey<F extends string>(...fields: F[]): Hasher<{ readonly [P in F]: any }> {
  if (fields.length === 0)
    throw badArgument("structKey", "fields", fields, "names of fields, one at least", "type");
  fields.forEach((f, i) => {
    if (typeof f !== "string")
      throw badArgument("structKey", `name ${i}`, f, "the name of a field", "type");
  });
  const [a, b] = fields;
  type K = { readonly [P in F]: any };
  if (fields.length === 2 && a !== undefined && b !== undefined) {
    const hasher: Hasher<K> = {
      hash: (k, seed, random) => {
        mustHaveFields(k);
        return hashPart(k[b], hashPart(k[a], seed, random), random);
      },
      equal: (k, q) => k[a] === q[a] && k[b] === q[b],
      copy: (k) => ({ [a]: k[a], [b]: k[b] }) as K,
    };
    const value: Pair = { names: [a, b], made: { ...hasher } };
    return Object.defineProperty(hasher, PAIR, { value });
  }
  // Assigned to, it would be no field.
  const odd = (fields as string[]).includes("__proto__");
  return {
    hash: (k, seed, random) => {
      mustHaveFields(k);
      let h = seed;
      for (const f of fields) h = hashPart(k[f], h, random);
      return h;
    },
    equal: (k, q) => {
      for (const f of fields) if (k[f] !== q[f]) return false;
      return true;
    },
    copy: (k) => {
      mustHaveFields(k);
      if (odd) return Object.fromEntries(fields.map((f) => [f, k[f]])) as K;
      const c: Record<string, unknown> = {};
      for (const f of fields) c[f] = k[f];
      return c as K;
    },
  };
}

/**
 * Arrays by their elements, of any length. Keys are copied when stored. Elements that are objects are compared by identity, in O(1) too.
 * Hashing and comparing take O(elements), and the length of strings among them.
 *
 * @throws TypeError, by its `hash`, and so from every use of the map, for a key that is no array
 *
 * @example
 * ```ts
 * import { makeMap, tupleKey } from "@gort/map";
 *
 * const m = makeMap<[string, number], number>({ key: tupleKey() });
 * m.set(["a", 1], 10);
 * m.get(["a", 1]); // => 10
 * m.has(["a", 2]); // => false
 * ```
 */
export function tupleKey(): TupleHasher {
  return {
    hash: (k, seed, random) => {
      mustBeTuple(k);
      let h = seed ^ k.length;
      for (let i = 0; i < k.length; i++) h = hashPart(k[i], h, random);
      return h;
    },
    equal: (k, q) => {
      if (k.length !== q.length) return false;
      for (let i = 0; i < k.length; i++) if (k[i] !== q[i]) return false;
      return true;
    },
    copy: <K extends readonly unknown[]>(k: K) => {
      mustBeTuple(k);
      const copy: readonly unknown[] = Array.isArray(k) ? k.slice() : Array.from(k);
      return copy as K;
    },
  };
}

function mustBeTuple(k: readonly unknown[]): void {
  // Also of what is like an array, but says that it has no such number of elements: nobody would live to see its hash.
  const n: unknown = typeof k === "object" ? k?.length : undefined;
  if (typeof n !== "number" || n >>> 0 !== n) throw noKey(k, "an array");
}

/** Whether `v` is a type descriptor and not a hasher. */
export function isDescriptor(v: unknown): v is Type {
  return typeof (v as Type | undefined)?.hashValue === "function";
}

/** Kinds whose values JavaScript compares just as Go does. */
const native = /^(bool|u?int(8|16|32|64)?|uintptr|float(32|64)|string)$/;

/** Of these, the ones of which there is one value to a JavaScript value: -0 and NaN are no concern. */
const plain = /^(bool|u?int(8|16|32)?|uintptr|string)$/;

/** Whether values of a type are of one of these kinds in JavaScript too. */
const isOf = (kinds: RegExp, type: Type): boolean => kinds.test(type.kind) && kindTells(type);

/** Whether every value of a comparable type is known to equal itself: no floats and no interfaces inside. */
export function isReflexive(type: Type): boolean {
  if (!kindTells(type)) return false;
  switch (type.kind) {
    case "float32":
    case "float64":
    case "complex64":
    case "complex128":
    case "interface":
      return false;
    case "array":
      return isReflexive((type as Type & { elem: Type }).elem);
    case "struct":
      return (type as Type & { fields: readonly { type: Type }[] }).fields.every((f) =>
        isReflexive(f.type),
      );
    case "bool":
    case "int":
    case "int8":
    case "int16":
    case "int32":
    case "int64":
    case "uint":
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
    case "uintptr":
    case "string":
    case "ptr":
    case "unsafe.Pointer":
    case "chan":
    case "func":
    case "map":
    case "slice":
      return true;
  }
}

/** A descriptor as a hasher of its JavaScript values, which are copies already; null where `===` does the same and faster. */
export function typeHasher<K>(type: Type<K>): Hasher<K> | null {
  if (!type.comparable) throw invalidKeyType(type.name);
  if (isOf(native, type)) return null;
  const reflexive = isReflexive(type);
  return {
    hash: (k, seed, random) => {
      const h = type.hashValue(k, seed);
      // With a NaN inside, the type gives another hash each time; so does the map's own source, which can be made to repeat itself.
      return reflexive || !random || type.equalValues(k, k) ? h : random();
    },
    equal: (a, b) => type.equalValues(a, b),
  };
}
