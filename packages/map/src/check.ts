/**
 * Checks every bucket of a map against the invariants of `rules.ts`, by its dump. O(buckets); for tests and tools.
 *
 * Invariants checked
 *  1. Tophash bytes: legal states; after EMPTY_REST only EMPTY_REST to the end of the chain; the top byte of the hash.
 *  2. Each entry lies in the bucket its hash names. It is found by its key, and by no other's, if the map says that the key equals
 *     itself, and not found if it does not; no two keys of it are equal to the map.
 *  3. A chain is evacuated whole or not at all; what an old bucket will fill is empty until then.
 *  4. `len`, `noverflow`, `nevacuate`, the load and the two sizes agree with what is there.
 *  5. Empty slots hold neither key nor value.
 *
 * Why the map is asked what is equal and not `===`: a dump makes keys of several parts anew, and what makes two keys one is up to a
 * hasher. Why two entries that find one stored object are a fault: a key that was changed from outside after it was stored
 * may equal another, which lies where the hash of both is now.
 */
import { badArgument } from "@gort/types";
import type { BucketDump, GoMap, MapDump } from "./api.ts";
import type { BaseMap } from "./base.ts";
import {
  EMPTY_ONE,
  EMPTY_REST,
  EVACUATED_EMPTY,
  MIN_TOP_HASH,
  overLoadFactor,
  SLOTS,
  topHash,
} from "./rules.ts";

function assert(ok: boolean, what: string): asserts ok {
  if (!ok) throw new Error(`map check: ${what}`);
}

/**
 * Throws an Error that names the first invariant of the map that does not hold. O(buckets).
 *
 * @throws Error `map check: …`; TypeError for what is no map of this package
 *
 * @example
 * ```ts
 * import { checkMap, makeMap } from "@gort/map";
 *
 * const m = makeMap<string, number>();
 * for (let i = 0; i < 100; i++) m.set(`k${i}`, i);
 * checkMap(m); // => undefined
 * ```
 */
export function checkMap<K, V, Z>(m: GoMap<K, V, Z>): void {
  if (typeof (m as Partial<BaseMap<K, V, Z>> | null | undefined)?.equalKeys !== "function")
    throw badArgument("checkMap", "m", m, "a map made by this package", "type");
  checkBuckets(m as BaseMap<K, V, Z>);
}

function checkBuckets<K, V, Z>(m: BaseMap<K, V, Z>): void {
  if (m.isNil) return assert(m.len === 0, "a nil map has entries");
  const d = m.dump();
  const { stats } = d;
  const B = stats.B;
  assert(stats.len === m.len, `stats.len is ${stats.len}, len is ${m.len}`);
  assert(d.buckets.length === 2 ** B, `there are ${d.buckets.length} buckets, B is ${B}`);
  assert(stats.growing || !overLoadFactor(m.len, B), `${m.len} entries are too many for B = ${B}`);
  /** The objects that are keys and were found. */
  const found = new Set<unknown>();
  let live = 0;
  let overflow = 0;
  d.buckets.forEach((chain, i) => {
    overflow += chain.length - 1;
    const waiting = stats.growing && !isEvacuated(d.oldBuckets[i % stats.oldBuckets]!);
    const n = checkChain(m, chain, i, 2 ** B, found, `bucket ${i}`);
    assert(!waiting || n === 0, `bucket ${i} has entries before its old bucket has moved`);
    live += n;
  });
  assert(stats.overflow === overflow, `stats.overflow is ${stats.overflow}, found ${overflow}`);
  if (B < 16) {
    assert(stats.noverflow === overflow, `noverflow is ${stats.noverflow}, found ${overflow}`);
  }
  live += checkOld(m, d, found);
  assert(live === m.len, `len is ${m.len}, found ${live} entries`);
}

function checkOld<K, V, Z>(m: BaseMap<K, V, Z>, d: MapDump<K, V>, found: Set<unknown>): number {
  const { stats } = d;
  if (!stats.growing) {
    assert(stats.oldBuckets === 0 && !stats.sameSizeGrow, "marks of a growth that is over");
    return 0;
  }
  const old = stats.oldBuckets;
  assert(old === (stats.sameSizeGrow ? stats.buckets : stats.buckets / 2), `${old} old buckets`);
  assert(stats.nevacuate < old, `nevacuate is ${stats.nevacuate} of ${old}`);
  let live = 0;
  d.oldBuckets.forEach((chain, i) => {
    if (!isEvacuated(chain)) {
      assert(i >= stats.nevacuate, `old bucket ${i} is below nevacuate and has not moved`);
      live += checkChain(m, chain, i, old, found, `old bucket ${i}`);
      return;
    }
    for (const b of chain) {
      for (const t of b.tops) {
        assert(t > EMPTY_ONE && t <= EVACUATED_EMPTY, `old bucket ${i} has moved but holds ${t}`);
      }
    }
  });
  return live;
}

function isEvacuated(chain: readonly BucketDump<unknown, unknown>[]): boolean {
  const top = chain[0]!.tops[0]!;
  return top > EMPTY_ONE && top < MIN_TOP_HASH;
}

function checkChain<K, V, Z>(
  m: BaseMap<K, V, Z>,
  chain: readonly BucketDump<K, V>[],
  index: number,
  buckets: number,
  found: Set<unknown>,
  where: string,
): number {
  let live = 0;
  let rest = false;
  const seen: { hash: number; key: K }[] = [];
  for (const b of chain) {
    for (let i = 0; i < SLOTS; i++) {
      const top = b.tops[i]!;
      assert(!rest || top === EMPTY_REST, `${where}: ${top} after EMPTY_REST`);
      if (top === EMPTY_REST) rest = true;
      if (top < MIN_TOP_HASH) {
        assert(top <= EMPTY_ONE, `${where}: mark ${top} in a bucket that has not moved`);
        assert(b.clean[i]!, `${where}: slot ${i} is empty but holds something`);
        continue;
      }
      live++;
      const hash = b.hashes[i]!;
      const key = b.keys[i]!;
      if (hash >= 0) {
        assert(top === topHash(hash), `${where}: tophash ${top} of hash ${hash}`);
        assert(hash % buckets === index, `${where}: hash ${hash} belongs elsewhere`);
      }
      if (!m.equalKeys(key, key)) {
        assert(!m.has(key), `${where}: a key that does not equal itself is found`);
        continue;
      }
      assert(hash >= 0, `${where}: a key that equals itself has no hash`);
      checkFound(m, key, b.values[i]!, found, where);
      const twice = seen.some((e) => e.hash === hash && m.equalKeys(e.key, key));
      assert(!twice, `${where}: a key twice`);
      seen.push({ hash, key });
    }
  }
  return live;
}

function checkFound<K, V, Z>(
  m: BaseMap<K, V, Z>,
  key: K,
  value: V,
  found: Set<unknown>,
  where: string,
): void {
  const [v, ok] = m.getOk(key);
  assert(ok && m.lookup(key), `${where}: key is not found`);
  const plain = typeof value !== "object" || value === null;
  assert(!plain || Object.is(v, value), `${where}: key finds another value`);
  const stored: unknown = m.foundKey;
  if (Object(stored) !== stored) return;
  assert(!found.has(stored), `${where}: a key finds the entry of another`);
  found.add(stored);
}
