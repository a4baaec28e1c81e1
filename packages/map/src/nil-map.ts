/**
 * Go's nil map: empty, fine to read, range, delete from and clear; a panic to write to.
 *
 * Invariants
 *  1. Nothing here changes, ever.
 *  2. Reading and deleting check and hash the key all the same: one that is none of the type is refused, an unhashable one panics.
 */
import { valueChecker } from "@gort/types";
import type { BucketDump, Hasher, Type } from "./api.ts";
import { BaseMap, nameOf } from "./base.ts";
import { nilMapWrite } from "./errors.ts";
import { randomSource } from "./random.ts";
import type { Snapshot, ValueMapParts } from "./storage.ts";

/** The nil map of some type. */
export class NilMap<K, V, Z> extends BaseMap<K, V, Z> {
  readonly len = 0;
  readonly ptr = 0;
  readonly flags = 0;
  readonly B = 0;
  readonly oldB = -1;
  readonly version = 0;
  readonly moves = 0;
  readonly epoch = 0;
  readonly shape = 0;
  readonly hash0 = 0;
  readonly noverflow = 0;
  readonly nevacuate = 0;
  readonly random: () => number = randomSource(1);
  foundKey = undefined as K;
  foundValue = undefined as V;
  protected readonly storage = "nil";
  readonly #hasher: Hasher<K> | null;
  readonly #zero: () => Z;
  readonly #check: ((key: K) => void) | null;
  readonly #key: Type | null;
  readonly #value: Type | null;

  constructor(parts: Pick<ValueMapParts<K, V, Z>, "hasher" | "zero" | "key" | "value">) {
    super();
    this.#hasher = parts.hasher;
    this.#zero = parts.zero;
    this.#key = parts.key;
    this.#value = parts.value;
    this.#check = parts.key && valueChecker<K>(parts.key, "map key");
  }

  protected get typeName(): string {
    return nameOf(this.#key, this.#value);
  }

  override get isNil(): boolean {
    return true;
  }

  get(key: K): Z {
    this.has(key);
    return this.#zero();
  }

  getOk(key: K): [value: Z, ok: false] {
    return [this.get(key), false];
  }

  has(key: K): boolean {
    this.#check?.(key);
    this.#hasher?.hash(key, 0);
    return false;
  }

  set(): never {
    throw nilMapWrite();
  }

  delete(key: K): boolean {
    return this.has(key);
  }

  clear(): void {}
  compact(): void {}
  release(): void {}

  evacuated(): boolean {
    return false;
  }

  gather(_old: boolean, _i: number, _o: number, _w: number, _out: Snapshot<K, V>): void {}

  valueAt(_from: Snapshot<K, V>, _i: number): V {
    return this.foundValue;
  }

  lookup(): boolean {
    return false;
  }

  equalKeys(): boolean {
    return false;
  }

  protected bytes(): number {
    return 0;
  }

  protected chainLength(): number {
    return 0;
  }

  protected dumpChain(): BucketDump<K, V>[] {
    return [];
  }
}
