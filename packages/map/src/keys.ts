/**
 * Keys by value on JavaScript values: hashers for objects with fields and for tuples, and descriptors as hashers.
 *
 * Invariants
 *  1. A hasher's `equal` implies equal hashes, for every seed.
 *  2. Fields and elements compare with `===`: -0 is 0, NaN is never itself, objects by identity.
 *  3. Objects inside keys are hashed all alike, for a hasher keeps no table of them: use few or none.
 *
 * Why hashers and not joined strings, the usual way: joining allocates and hashes a string for each call, and
 * `"1,23"` and `"12,3"` are only as different as the separator.
 */
import { badArgument, type Fit, valueFitter } from "@gort/types";
import type { Hasher, Type } from "./api.ts";
import { invalidKeyType, noKey } from "./errors.ts";
import { hashBigint, hashNumber, hashString, mix } from "./hash.ts";

/** Where a hasher of keys of two fields names these, so that a map can keep them itself. */
const PAIR: unique symbol = Symbol.for("gort.map.pair") as never;

/** The two fields by which keys are compared, and what makes them fit their types, where they have one. */
export interface PairFields {
  readonly names: readonly [first: string, second: string];
  readonly fits: readonly [first: Fit<unknown> | null, second: Fit<unknown> | null] | null;
}

/** The fields, if keys are compared by two; else null. */
export function pairOf(key: Hasher<any> | Type | undefined): PairFields | null {
  if (key === undefined) return null;
  if (!isDescriptor(key)) return (key as { [PAIR]?: PairFields })[PAIR] ?? null;
  const { fields } = key as Type & { fields?: readonly { name: string; type: Type }[] };
  const [a, b] = fields ?? [];
  if (key.kind !== "struct" || fields!.length !== 2 || a!.name === "_" || b!.name === "_") {
    return null;
  }
  if (!plain.test(a!.type.kind) || !plain.test(b!.type.kind)) return null;
  const fit = (f: { name: string; type: Type }): Fit<unknown> | null =>
    valueFitter(f.type, `map key.${f.name}`);
  return { names: [a!.name, b!.name], fits: [fit(a!), fit(b!)] };
}

/** Throws unless a key has fields to look at. A function has, but is no value of a struct type. */
export function mustHaveFields(k: unknown, typed = false): void {
  if ((typeof k !== "object" && (typed || typeof k !== "function")) || k === null)
    throw noKey(k, "an object");
}

/** Hash of a primitive that is part of a key. NaN never equals itself: it hashes anew each time, so that keys with it spread. */
export function hashPart(v: unknown, seed: number, random: () => number = anew): number {
  if (typeof v === "number") return v !== v ? random() | 0 : hashNumber(v, seed);
  if (typeof v === "string") return hashString(v, seed);
  if (typeof v === "boolean") return mix(seed ^ (v ? 0x51ed270b : 0x2c1b3c6d));
  if (typeof v === "bigint") return hashBigint(v, seed);
  return mix(seed ^ 0x297a2d39);
}

/** For whoever hashes without a map. */
const anew = (): number => Math.random() * 2 ** 32;

/**
 * Objects by the values of the fields named, which must be all that make up the key. Keys are copied when stored.
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
  if (fields.length === 0 || fields.some((f) => typeof f !== "string"))
    throw badArgument("structKey", "fields", fields, "names of fields, one at least", "type");
  const [a, b] = fields;
  type K = { readonly [P in F]: any };
  if (fields.length === 2 && a !== undefined && b !== undefined) {
    return {
      hash: (k: K, seed, random) => {
        mustHaveFields(k);
        return hashPart(k[b], hashPart(k[a], seed, random), random);
      },
      equal: (k: K, q: K) => k[a] === q[a] && k[b] === q[b],
      copy: (k: K) => ({ [a]: k[a], [b]: k[b] }) as K,
      [PAIR]: { names: [a, b], fits: null },
    } as Hasher<K>;
  }
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
      const c: Record<string, unknown> = {};
      for (const f of fields) c[f] = k[f];
      return c as K;
    },
  };
}

/**
 * Arrays by their elements, of any length. Keys are copied when stored.
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
export function tupleKey(): Hasher<any> {
  return {
    hash: (k: readonly unknown[], seed, random) => {
      mustBeTuple(k);
      let h = seed ^ k.length;
      for (let i = 0; i < k.length; i++) h = hashPart(k[i], h, random);
      return h;
    },
    equal: (k: readonly unknown[], q: readonly unknown[]) => {
      if (k.length !== q.length) return false;
      for (let i = 0; i < k.length; i++) if (k[i] !== q[i]) return false;
      return true;
    },
    copy: (k: readonly unknown[]) => {
      mustBeTuple(k);
      return Array.isArray(k) ? k.slice() : Array.from(k);
    },
  };
}

function mustBeTuple(k: readonly unknown[]): void {
  if (typeof k !== "object" || typeof k?.length !== "number") throw noKey(k, "an array");
}

/** Whether `v` is a type descriptor and not a hasher. */
export function isDescriptor(v: unknown): v is Type {
  return typeof (v as Type | undefined)?.hashValue === "function";
}

/** Kinds whose values JavaScript compares just as Go does. */
const native = /^(bool|u?int(8|16|32|64)?|uintptr|float(32|64)|string)$/;

/** Of these, the ones of which there is one value to a JavaScript value: -0 and NaN are no concern. */
const plain = /^(bool|u?int(8|16|32)?|uintptr|string)$/;

/** A descriptor as a hasher of its JavaScript values, which are copies already; null where `===` does the same and faster. */
export function typeHasher<K>(type: Type<K>): Hasher<K> | null {
  if (!type.comparable) throw invalidKeyType(type.name);
  if (native.test(type.kind)) return null;
  return {
    hash: (k, seed) => type.hashValue(k, seed),
    equal: (a, b) => type.equalValues(a, b),
  };
}
