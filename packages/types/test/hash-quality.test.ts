/** The key sets of SMHasher that Go tests its own hashes with: no set may collide much more often than chance. */
import { describe, expect, it } from "vitest";
import { hashBytes, hashString } from "@gort/types";

const SEEDS = [1, 0x12345678, -1];

/** Collisions among the distinct keys; the worst of some seeds. */
function collisions(keys: readonly Uint8Array[]): { count: number; most: number } {
  const distinct = [...new Map(keys.map((k) => [k.join(), k])).values()];
  const n = distinct.length;
  const expected = (n * n) / 2 / 2 ** 32;
  let count = 0;
  for (const seed of SEEDS) {
    const seen = new Set(distinct.map((k) => hashBytes(k, 0, k.length, seed)));
    count = Math.max(count, n - seen.size);
  }
  // Go's own margin.
  return { count, most: expected + 10 * (3 * Math.sqrt(expected) + 1) };
}

function twoNonzero(n: number, step: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < n; i++) {
    for (let a = 1; a < 256; a += step) {
      for (let j = i + 1; j < n; j++) {
        for (let b = 1; b < 256; b += step) {
          const key = new Uint8Array(n);
          key[i] = a;
          key[j] = b;
          out.push(key);
        }
      }
    }
  }
  return out;
}

function sparse(bits: number, most: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  const key = new Uint8Array(bits / 8);
  const walk = (from: number, left: number): void => {
    out.push(key.slice());
    for (let i = from; left > 0 && i < bits; i++) {
      key[i >> 3]! ^= 1 << (i & 7);
      walk(i + 1, left - 1);
      key[i >> 3]! ^= 1 << (i & 7);
    }
  };
  walk(0, most);
  return out;
}

function words(of: readonly number[], most: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  const walk = (list: number[]): void => {
    out.push(new Uint8Array(Uint32Array.from(list).buffer));
    if (list.length < most) for (const w of of) walk([...list, w]);
  };
  walk([]);
  return out;
}

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const sets: Record<string, () => Uint8Array[]> = {
  "zeros of every length": () => Array.from({ length: 2000 }, (_, i) => new Uint8Array(i)),
  "appended zeros": () => Array.from({ length: 300 }, (_, i) => text(`hello${"\0".repeat(i)}`)),
  "two bytes of 8 not zero": () => twoNonzero(8, 9),
  "two bytes of 16 not zero": () => twoNonzero(16, 17),
  "up to 3 bits of 64 set": () => sparse(64, 3),
  "up to 2 bits of 256 set": () => sparse(256, 2),
  "permutations of small words": () => words([0, 1, 2, 3], 8),
  "permutations of words that differ in the top bits": () =>
    words([0, 0x20000000, 0x40000000, 0x80000000], 8),
  "permutations of 0 and the top bit": () => words([0, 0x80000000], 14),
  "three letters between others": () => {
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
    return letters.flatMap((a) =>
      letters.flatMap((b) => letters.map((c) => text(`Foo${a}${b}${c}Bar`))),
    );
  },
};

describe("byte hash", () => {
  it.each(Object.entries(sets))("%s", (_, make) => {
    const { count, most } = collisions(make());
    expect(count).toBeLessThan(most);
  });

  it("no difference between two keys is undone under every seed", () => {
    // A top bit, and what the first round of a weaker hash made of it.
    const flip = Uint8Array.of(0, 0, 0, 0x80, 0, 0, 1, 0x80);
    const key = text("abcdefgh");
    const other = key.map((b, i) => b ^ flip[i]!);
    let same = 0;
    for (let seed = 0; seed < 10_000; seed++)
      if (hashBytes(key, 0, 8, seed) === hashBytes(other, 0, 8, seed)) same++;
    expect(same).toBeLessThan(5);
  });

  it("a seed changes all bits evenly", () => {
    const ones = new Array<number>(32).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      const d = hashString("hello", seed) ^ hashString("hello", seed ^ 1);
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (d >>> bit) & 1;
    }
    for (const n of ones) expect(Math.abs(n / 4000 - 0.5)).toBeLessThan(0.06);
  });
});
