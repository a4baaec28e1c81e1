/**
 * What every `Allocator` does with calls that are wrong: an error that names the argument, and nothing changed.
 *
 * Invariants
 *  1. Each error is looked for over small and large objects, beside live and freed ones, and the objects that live are looked at
 *     afterwards: an allocator keeps large objects, and those freed last, in other structures than the rest.
 */
import { NOSCAN, type Allocator, type Ptr } from "../api.ts";
import { assert, isFilled, same, shardsOf, throws, type ConformanceCase } from "./case.ts";

const MIB = 2 ** 20;
const sizes = [8, 24, 64, 100, 1000, 5000, 32_768, 40_000, 200_000];

/** What may be said of a freed object. With pages that are free an allocator may forget what lay in them. */
const gone = /free|foreign pointer/;

/** Throws unless `p` is an object of at least `size` bytes, all of them `mark`. */
function intact(a: Allocator, p: Ptr, size: number, mark: number): void {
  assert(a.usableSize(p) >= size, `the object of ${size} bytes at ${p} has ${a.usableSize(p)}`);
  isFilled(a, p, size, mark, "the object");
}

/** An object of each size, filled with 7. */
function objects(a: Allocator): [Ptr, number][] {
  return sizes.map((size) => {
    const p = a.alloc(size);
    a.memory.u8.fill(7, p, p + size);
    return [p, size];
  });
}

/** An address that is in none of the objects, nor in what their sizes may have been rounded up to. */
function stranger(objects: [Ptr, number][]): Ptr {
  let at = 16;
  while (objects.some(([p, size]) => at >= p && at < p + 2 * size)) at += 8;
  return at;
}

/** See the file header. */
export const misuseCases: readonly ConformanceCase[] = [
  {
    name: "a bad size is an error that names it: negative, fractional, NaN, infinite, too large",
    run(make) {
      const a = make(MIB);
      for (const size of [-1, 1.5, NaN, Infinity, 1e12]) {
        const err = throws(() => a.alloc(size), /size|out of memory/);
        assert(err.message.includes(String(size)), `"${err.message}" does not name ${size}`);
      }
      same(a.stats().mallocs, 0, "mallocs after failed calls");
    },
  },
  {
    name: "a shard that is no integer from 0 is an error that names it, and nothing is allocated or freed",
    run(make) {
      const a = make(MIB);
      const [p, nothing] = [a.alloc(64), a.alloc(0)];
      const before = a.stats();
      for (const shard of [-1, 1.5, NaN, Infinity]) {
        const calls = [
          ...[64, 0].map((size) => () => a.alloc(size, 0, shard)),
          ...[p, 0, nothing].map((q) => () => a.free(q, shard)),
        ];
        for (const call of calls) {
          const err = throws(call, /shard/);
          assert(err.message.includes(String(shard)), `"${err.message}" does not name ${shard}`);
        }
      }
      same(a.stats().mallocs, before.mallocs, "mallocs");
      same(a.stats().frees, before.frees, "frees");
      assert(a.usableSize(p) >= 64, "the object is gone");
      a.free(p);
    },
  },
  {
    name: "a double free is an error, and harmless",
    run(make) {
      for (const flags of [0, NOSCAN]) {
        const a = make(4 * MIB);
        const shards = shardsOf(a);
        const keep: [Ptr, number][] = [];
        const dead: Ptr[] = [];
        for (const [i, size] of sizes.entries()) {
          const [left, p, right] = [0, 1, 2].map(() => a.alloc(size, flags)) as [Ptr, Ptr, Ptr];
          for (const q of [left, right]) a.memory.u8.fill(7, q, q + size);
          keep.push([left, size], [right, size]);
          dead.push(p);
          a.free(p, i % shards);
          for (const shard of [i % shards, 0, shards - 1])
            throws(() => a.free(p, shard), size > 1000 ? gone : /double free/);
        }
        // Again, now that others have been freed, and those beside them too.
        for (const p of dead) throws(() => a.free(p), gone);
        for (const [p] of keep.splice(0, 8)) {
          a.free(p);
          dead.push(p);
          for (const q of dead) throws(() => a.free(q), gone);
        }
        same(a.stats().heapObjects, keep.length, "heapObjects");
        for (const [p, size] of keep) intact(a, p, size, 7);
        const all = [...objects(a), ...keep].map(([p]) => p);
        same(new Set(all).size, all.length, "objects handed out");
      }
    },
  },
  {
    name: "freeing an interior, a foreign or an impossible pointer is an error of its own, and harmless",
    run(make) {
      const a = make(4 * MIB);
      const live = objects(a);
      for (const [p, size] of live) {
        for (const at of [1, size >> 1, 8192, 16_384, size - 1])
          if (at < size) throws(() => a.free(p + at), /interior pointer/);
      }
      throws(() => a.free(stranger(live)), /foreign pointer/);
      throws(() => a.free(-8), /pointer -8 is not an address/);
      throws(() => a.free(NaN), /pointer NaN is not an address/);
      throws(() => a.free(2 ** 40), /is not an address/);
      same(a.stats().heapObjects, live.length, "heapObjects");
      for (const [p, size] of live) intact(a, p, size, 7);
      for (const [p] of live) a.free(p);
      same(a.stats().heapObjects, 0, "heapObjects after freeing all");
    },
  },
  {
    name: "usableSize of what is no live object is an error: freed, interior, foreign, impossible",
    run(make) {
      const a = make(4 * MIB);
      const [live, dead] = [objects(a), objects(a)];
      for (const [p] of dead) a.free(p);
      for (const [p] of dead) throws(() => a.usableSize(p), gone);
      for (const [p, size] of live) {
        throws(() => a.usableSize(p + 1), /interior pointer/);
        throws(() => a.usableSize(p + size - 1), /interior pointer/);
      }
      throws(() => a.usableSize(stranger([...live, ...dead])), /foreign pointer/);
      for (const p of [-8, NaN, 2 ** 40]) throws(() => a.usableSize(p), /is not an address/);
    },
  },
];
