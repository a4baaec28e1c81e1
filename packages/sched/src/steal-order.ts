/**
 * StealOrder: visits every P exactly once, from any start, in an order that differs from pass to pass.
 *
 * Invariant: for every start and every step coprime to `count`, the walk `pos += step (mod count)` meets each
 * number below `count` exactly once in `count` moves.
 *
 * As in Go: a step coprime to the number of Ps needs no shuffled array and no memory of who was visited.
 */
export class StealOrder {
  readonly count: number;
  readonly coprimes: readonly number[];

  constructor(count: number) {
    this.count = count;
    const coprimes: number[] = [];
    for (let i = 1; i <= count; i++) if (gcd(i, count) === 1) coprimes.push(i);
    this.coprimes = coprimes;
  }

  /** The step for random number `r`. */
  step(r: number): number {
    return this.coprimes[Math.floor(r / this.count) % this.coprimes.length]!;
  }
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
