/**
 * The keys and values of a map on JavaScript values: how they are hashed, compared, checked, copied.
 *
 * Invariants
 *  1. While a function of a hasher runs, {@link ValueKeys.flags} say for what: a write from inside any is refused, a read from inside one
 *     that belongs to a write.
 *  2. What is stored is read and copied before the table is looked at; getters can do as they please.
 *
 * Why values of several parts are copied on the way out too: so does Go (`m[k].x = 1` does not compile), so do maps in a heap.
 */
import type { Fit } from "@gort/types";
import type { Hasher } from "./api.ts";
import { AnyHash } from "./any-hash.ts";
import { BaseMap, nameOf } from "./base.ts";
import { badHash, concurrentReadWrite, concurrentWrites } from "./errors.ts";
import { READING, WRITING } from "./rules.ts";
import type { Made, ValueMapParts } from "./storage.ts";

/** A map on JavaScript values, without its table. */
export abstract class ValueKeys<K, V, Z> extends BaseMap<K, V, Z> {
  flags = 0;
  hash0: number;
  readonly random: () => number;
  protected readonly hasher: Hasher<K> | null;
  /** Whether keys and values are stored as they are given. */
  protected readonly plain: boolean;
  protected readonly fitKey: Fit<K> | null;
  protected readonly fitValue: Fit<V> | null;
  protected readonly giveKey: Fit<K> | null;
  protected readonly giveValue: Fit<V> | null;
  protected readonly checkKey: ((key: K) => void) | null;
  readonly #any: AnyHash;
  readonly #parts: ValueMapParts<K, V, Z>;

  constructor(parts: ValueMapParts<K, V, Z>) {
    super();
    this.#parts = parts;
    this.random = parts.random;
    this.hasher = parts.hasher;
    this.plain = parts.fitKey === null && parts.fitValue === null;
    this.fitKey = parts.fitKey;
    this.fitValue = parts.fitValue;
    this.giveKey = parts.giveKey;
    this.giveValue = parts.giveValue;
    this.checkKey = parts.checkKey;
    this.#any = new AnyHash(parts.random);
    this.hash0 = this.random() | 0;
  }

  protected get typeName(): string {
    return nameOf(this.#parts.key, this.#parts.value);
  }

  get made(): Made<K, V> {
    const { key, value, hasher, zero } = this.#parts;
    return { key: key ?? hasher ?? undefined, value: value ?? undefined, zero };
  }

  protected mayWrite(): void {
    if ((this.flags & WRITING) !== 0) throw concurrentWrites();
    if ((this.flags & READING) !== 0) throw concurrentReadWrite();
  }

  /** Throws if a read, or a write, must not happen now. */
  protected mayUse(mode: number): void {
    if (this.flags === 0) return;
    if (mode === WRITING) this.mayWrite();
    else if ((this.flags & WRITING) !== 0) throw concurrentReadWrite();
  }

  /** Hash of a key, for a read or a write; also where foreign writes from inside a hash or equal function are caught. */
  protected hashOf(key: K, mode: number): number {
    this.mayUse(mode);
    const seed = this.hash0;
    if (this.hasher === null) return this.#any.hash(key, seed, mode === WRITING);
    const saved = this.flags;
    this.flags = saved | mode;
    try {
      const hash = this.hasher.hash(key, seed, this.random);
      // One without a `return` would make the map one chain.
      if (typeof hash !== "number") throw badHash(hash);
      return hash | 0;
    } finally {
      this.flags = saved;
    }
  }

  /** Whether two keys are the same to the hasher. */
  protected same(a: K, b: K, mode: number): boolean {
    const saved = this.flags;
    this.flags = saved | mode;
    try {
      return this.hasher!.equal(a, b);
    } finally {
      this.flags = saved;
    }
  }

  equalKeys(a: K, b: K): boolean {
    return this.hasher === null ? a === b : this.same(a, b, READING);
  }

  /** Whether a stored key equals itself. */
  protected reflexive(key: K): boolean {
    return this.equalKeys(key, key);
  }

  /** What is stored of a key: a copy, if it has parts, so that it hashes and compares as what it is stored as. */
  protected override takeKey(key: K): K {
    if (this.fitKey !== null) return this.fitKey(key);
    const h = this.hasher;
    if (h === null || h.copy === undefined) return key;
    this.mayWrite();
    const saved = this.flags;
    this.flags = saved | WRITING;
    try {
      return h.copy(key);
    } finally {
      this.flags = saved;
    }
  }

  protected keyToGive(key: K): K {
    return this.giveKey === null ? key : this.giveKey(key);
  }

  protected valueToGive(value: V): V {
    return this.giveValue === null ? value : this.giveValue(value);
  }
}
