/**
 * The random source of a scheduler: xorshift over 32 bits, seeded.
 *
 * Invariants: the same seed gives the same sequence on every engine; the state is never zero.
 *
 * Why not `Math.random`: it cannot be seeded. Why 32 bits: V8 keeps such integers out of the heap.
 */
export class Xorshift {
  private state: number;

  constructor(seed: number) {
    // Spread the seed, so that 1 and 2 do not begin alike (the finalizer of murmur3).
    let h = seed | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    this.state = h === 0 ? 0x9e3779b9 | 0 : h;
  }

  /** The next 32 bits, as an unsigned number. */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** Uniform integer in [0, n), for n up to 2^32; the bias is below n / 2^32. */
  below(n: number): number {
    const x = this.next();
    // What a select over two cases asks for; the same number without a detour through floating point.
    return n === 2 ? x >>> 31 : Math.floor((x / 0x100000000) * n);
  }
}

/** A seed nobody can foresee. */
export function seedFromHost(): number {
  return Math.floor(Math.random() * 0x100000000);
}
