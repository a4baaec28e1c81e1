/** The concurrent prime sieve: a chain of goroutines, each filtering the multiples of one prime. */
import { makeChan, type Chan } from "@gort/chan";
import { go, type Go } from "@gort/sched";
import type { Program } from "./api.ts";

function* generate(out: Chan<number>): Go {
  for (let i = 2; ; i++) yield* out.send(i);
}

function* filter(from: Chan<number>, to: Chan<number>, prime: number): Go {
  for (const n = from.range(); yield* n.next();) {
    if (n.value % prime !== 0) yield* to.send(n.value);
  }
}

export const primeSieve: Program = {
  about: "the first 20 primes, each found by a goroutine of its own",
  *main(print) {
    let ch = makeChan<number>();
    go(generate, ch);
    const primes: number[] = [];
    while (primes.length < 20) {
      const [prime, ok] = yield* ch.recvOk();
      if (!ok) break;
      primes.push(prime);
      const next = makeChan<number>();
      go(filter, ch, next, prime);
      ch = next;
    }
    print(primes.join(" "));
  },
};
