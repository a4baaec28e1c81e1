/**
 * SyncMap: Go's `sync.Map`, with its read map, dirty map and promotion after as many misses as the dirty map is long.
 *
 * Invariants
 *  1. `read` is never changed in its keys, only replaced; so iterating it is safe whatever the callback does.
 *  2. `dirty` is there exactly if `amended`; it holds every key of `read` that is not expunged, and at least one more may be there.
 *  3. An entry is live (a value), deleted, or expunged; expunged means deleted and missing in `dirty`.
 *  4. `misses` counts loads that had to look at `dirty`; when it reaches the size of `dirty`, that becomes `read`.
 *
 * Why keep Go's structure where JavaScript has no data races: a `range` needs no copy and sees each key at most
 * once while others store and delete, at any depth of nesting, and the cost of that is paid by writers of new keys.
 * A plain `Map` visits keys that were added during iteration, and visits a key again that was deleted and added.
 * Keys are compared as `Map` compares them: NaN equals itself, unlike Go.
 */
import { checkFunction } from "@gort/types";

const DELETED = Symbol("deleted");
const EXPUNGED = Symbol("expunged");

interface Entry<V> {
  p: V | typeof DELETED | typeof EXPUNGED;
}

/**
 * Go's `sync.Map`. What is deleted lets go of its value at once; of its key, as in Go before 1.24, perhaps only after new keys were
 * stored and looked up, or at a {@link range} after that. {@link clear} lets go of all.
 *
 * @example
 * ```ts
 * import { SyncMap } from "@gort/sync";
 *
 * const m = new SyncMap<string, number>();
 * m.store("a", 1);
 * m.load("a"); // => [1, true]
 * m.load("b"); // => [undefined, false]
 * m.loadOrStore("a", 2); // => [1, true]
 * m.compareAndSwap("a", 1, 3); // => true
 * m.loadAndDelete("a"); // => [3, true]
 * ```
 */
export class SyncMap<K, V> {
  /** @internal */
  read = new Map<K, Entry<V>>();
  /** @internal */
  amended = false;
  /** @internal */
  dirty: Map<K, Entry<V>> | null = null;
  /** @internal */
  misses = 0;

  /** `[value, true]` of `key`, or `[undefined, false]` if it is absent (Go: `Load`). O(1). */
  load(key: K): [value: V, ok: true] | [value: undefined, ok: false] {
    let e = this.read.get(key);
    if (e === undefined && this.amended) {
      e = this.dirty!.get(key);
      this.missed();
    }
    return e === undefined ? [undefined, false] : loaded(e.p);
  }

  /** Sets the value of `key` (Go: `Store`). O(1), O(n) for a new key after a promotion. */
  store(key: K, value: V): void {
    this.swap(key, value);
  }

  /**
   * The value of `key` if there is one, else stores `value` (Go: `LoadOrStore`). `loaded` tells which. Cost as
   * {@link store}.
   */
  loadOrStore(key: K, value: V): [actual: V, loaded: boolean] {
    const e = this.entry(key, value, true);
    if (e === null) return [value, false];
    const p = e.p;
    if (p !== DELETED && p !== EXPUNGED) return [p, true];
    this.revive(key, e);
    e.p = value;
    return [value, false];
  }

  /** Deletes `key` and gives `[value, true]`, or `[undefined, false]` if it was absent (Go: `LoadAndDelete`). O(1). */
  loadAndDelete(key: K): [value: V, loaded: true] | [value: undefined, loaded: false] {
    let e = this.read.get(key);
    if (e === undefined && this.amended) {
      e = this.dirty!.get(key);
      this.dirty!.delete(key);
      this.missed();
    }
    if (e === undefined) return [undefined, false];
    const p = e.p;
    if (p === DELETED || p === EXPUNGED) return [undefined, false];
    e.p = DELETED;
    return [p, true];
  }

  /** Deletes `key` (Go: `Delete`). O(1). */
  delete(key: K): void {
    this.loadAndDelete(key);
  }

  /** Sets the value of `key`; gives `[old value, true]`, or `[undefined, false]` if it was absent (Go: `Swap`). Cost: {@link store}. */
  swap(key: K, value: V): [previous: V, loaded: true] | [previous: undefined, loaded: false] {
    const e = this.entry(key, value, false);
    if (e === null) return [undefined, false];
    const p = e.p;
    this.revive(key, e);
    e.p = value;
    return loaded(p);
  }

  /**
   * Sets the value of `key` if it is `old` (Go: `CompareAndSwap`); false for an absent key. Compares by `===`. O(1).
   */
  compareAndSwap(key: K, old: V, value: V): boolean {
    const e = this.present(key);
    if (e === undefined || e.p !== old) return false;
    e.p = value;
    return true;
  }

  /** Deletes `key` if its value is `old` (Go: `CompareAndDelete`). Compares by `===`. O(1). */
  compareAndDelete(key: K, old: V): boolean {
    const e = this.present(key);
    if (e === undefined || e.p !== old) return false;
    e.p = DELETED;
    return true;
  }

  /**
   * Calls `f` for each key until it returns false (Go: `Range`). Sees each key at most once, and every key that is there
   * all the while; `f` may call any method. O(n).
   * @throws TypeError if `f` is no function
   */
  range(f: (key: K, value: V) => boolean | void): void {
    checkFunction("SyncMap.range", "f", f);
    for (const [key, e] of this.snapshot()) {
      const p = e.p;
      if (p === DELETED || p === EXPUNGED) continue;
      if (f(key, p) === false) return;
    }
  }

  /** The keys and values as {@link range} sees them. */
  *[Symbol.iterator](): Generator<[key: K, value: V], void, undefined> {
    for (const [key, e] of this.snapshot()) {
      const p = e.p;
      if (p !== DELETED && p !== EXPUNGED) yield [key, p];
    }
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node: the keys and values, as of a `Map`. Changes nothing inside. O(n). */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: unknown,
    inspect: (v: unknown, options: unknown) => string,
  ): string {
    const live = new Map<K, V>();
    for (const [key, { p }] of this.amended ? this.dirty! : this.read)
      if (p !== DELETED && p !== EXPUNGED) live.set(key, p);
    return `Sync${inspect(live, options)}`;
  }

  /** Deletes all keys (Go 1.23: `Clear`). O(1). */
  clear(): void {
    this.read = new Map();
    this.dirty = null;
    this.amended = false;
    this.misses = 0;
  }

  /** The read map, brought up to date. */
  private snapshot(): Map<K, Entry<V>> {
    if (this.amended) this.promote();
    return this.read;
  }

  private present(key: K): Entry<V> | undefined {
    const e = this.read.get(key);
    if (e !== undefined || !this.amended) return e;
    const d = this.dirty!.get(key);
    this.missed();
    return d;
  }

  /** The entry of `key`, live or not; or null after adding a new entry with `value`. */
  private entry(key: K, value: V, counts: boolean): Entry<V> | null {
    const r = this.read.get(key);
    if (r !== undefined) return r;
    const d = this.dirty?.get(key);
    if (d !== undefined) {
      if (counts) this.missed();
      return d;
    }
    if (!this.amended) {
      this.makeDirty();
      this.amended = true;
    }
    this.dirty!.set(key, { p: value });
    return null;
  }

  /** An expunged entry gets a value again, so the dirty map must have it too. */
  private revive(key: K, e: Entry<V>): void {
    if (e.p === EXPUNGED) this.dirty!.set(key, e);
  }

  private missed(): void {
    this.misses++;
    if (this.misses >= this.dirty!.size) this.promote();
  }

  private promote(): void {
    this.read = this.dirty!;
    this.dirty = null;
    this.amended = false;
    this.misses = 0;
  }

  private makeDirty(): void {
    const dirty = (this.dirty = new Map<K, Entry<V>>());
    for (const [key, e] of this.read) {
      if (e.p === DELETED) e.p = EXPUNGED;
      if (e.p !== EXPUNGED) dirty.set(key, e);
    }
  }
}

function loaded<V>(p: Entry<V>["p"]): [V, true] | [undefined, false] {
  return p === DELETED || p === EXPUNGED ? [undefined, false] : [p, true];
}
