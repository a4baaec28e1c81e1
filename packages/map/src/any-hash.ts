/**
 * Hashes of keys of any JavaScript type: primitives by value, objects, functions and symbols by identity.
 *
 * Invariants
 *  1. Keys that are `===` hash alike under one seed.
 *  2. An object has a number from its first write to the map on, for as long as it lives; asking gives it none.
 *
 * Why a `WeakMap` per map: JavaScript shows no address of an object, and a number stored in the object
 * would show in it, and fail for frozen ones. One table for all maps would be shared state. A lookup there costs about as
 * much as one in a native `Map`, so object keys are the slowest here, and the `WeakMap`'s own growth can stall.
 */
import { hashBigint, hashNumber, hashString, mix } from "./hash.ts";

/** Hashes keys for one map. */
export class AnyHash {
  readonly #random: () => number;
  #ids: WeakMap<WeakKey, number> | null = null;
  #last = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The hash; `make` is whether an object may be given a number, for it is going to be stored. */
  hash(key: unknown, seed: number, make: boolean): number {
    // The two everyday types by themselves: a `switch` makes V8 look the name of the type up first.
    if (typeof key === "string") return hashString(key, seed);
    if (typeof key === "number") return key !== key ? this.#random() | 0 : hashNumber(key, seed);
    if (key === null) return mix(seed ^ 0x297a2d39);
    if (key === undefined) return mix(seed ^ 0x6d2b79f5);
    if (typeof key === "boolean") return mix(seed ^ (key ? 0x51ed270b : 0x2c1b3c6d));
    if (typeof key === "bigint") return hashBigint(key, seed);
    if (typeof key === "symbol" && Symbol.keyFor(key) !== undefined) {
      return hashString(key.description!, seed);
    }
    return this.#identity(key, seed, make);
  }

  #identity(key: WeakKey, seed: number, make: boolean): number {
    this.#ids ??= new WeakMap();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = 0;
      if (make) this.#ids.set(key, (id = ++this.#last));
    }
    return mix(id ^ seed);
  }
}
