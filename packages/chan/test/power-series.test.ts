/**
 * Power series as goroutines (McIlroy's "Squinting at power series", Go's test/chan/powser): each series answers requests, so selects wait
 * for requests and answers of several at once, hundreds of goroutines deep, and `exp` is fed by what it gives.
 */
import { createDeterministicScheduler, createScheduler, go, type Go } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { type Chan, makeChan, select } from "../src/index.ts";

type Rat = readonly [num: number, den: number];

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));
const rat = (num: number, den = 1): Rat => {
  const g = gcd(num, den) * Math.sign(den);
  return [num / g, den / g];
};
const add = (u: Rat, v: Rat): Rat => rat(u[0] * v[1] + v[0] * u[1], u[1] * v[1]);
const mul = (u: Rat, v: Rat): Rat => rat(u[0] * v[0], u[1] * v[1]);

/** A series gives a coefficient for each request. */
class Series {
  readonly req: Chan<void, void> = makeChan<void>(0, { zero: undefined });
  readonly dat = makeChan<Rat>(0, { zero: [0, 0] as Rat });

  *get(): Go<Rat> {
    yield* this.req.send();
    return yield* this.dat.recv();
  }

  *put(c: Rat): Go {
    yield* this.req.recv();
    yield* this.dat.send(c);
  }

  /** Gives what `from` gives. */
  *copy(from: Series): Go {
    for (;;) {
      yield* this.req.recv();
      yield* this.dat.send(yield* from.get());
    }
  }
}

function series(body: (z: Series) => Go): Series {
  const z = new Series();
  go(() => body(z));
  return z;
}

/** One coefficient of each, asked for and received in whatever order they come. */
function* getBoth(u: Series, v: Series): Go<[Rat, Rat]> {
  const got: [Rat, Rat] = [rat(0), rat(0)];
  const asked = [false, false];
  // A series that nobody gives stands for one that has answered.
  const from = [u, v];
  for (let left = 4; left > 0; left--) {
    const r = yield* select([
      asked[0] ? null : u.req.send(),
      asked[1] ? null : v.req.send(),
      asked[0] ? from[0]!.dat.recv() : null,
      asked[1] ? from[1]!.dat.recv() : null,
    ]);
    if (r.case < 2) asked[r.case] = true;
    else {
      got[r.case - 2] = r.value as Rat;
      from[r.case - 2] = new Series();
    }
  }
  return got;
}

/** Feeds two series from one; each generation holds one coefficient until both have it. */
function* feed(from: Series, to: [Series, Series], wait: Chan<void>): Go {
  let [first, second] = to;
  let both = false;
  const r = yield* select({ first: first.req.recv(), wait: wait.recv() });
  if (r.case === "wait") {
    both = true;
    const { case: which } = yield* select({ first: first.req.recv(), second: second.req.recv() });
    if (which === "second") [first, second] = [second, first];
  }
  yield* from.req.send();
  const release = makeChan<void>();
  go(feed, from, [first, second], release);
  const c = yield* from.dat.recv();
  yield* first.dat.send(c);
  if (!both) yield* wait.recv();
  yield* second.req.recv();
  yield* second.dat.send(c);
  yield* release.send();
}

function split(from: Series, to: [Series, Series] = [new Series(), new Series()]) {
  const release = makeChan<void>();
  go(feed, from, to, release);
  go(function* () {
    yield* release.send();
  });
  return to;
}

const constant = (c: Rat): Series =>
  series(function* (z) {
    for (;;) yield* z.put(c);
  });
const sum = (u: Series, v: Series): Series =>
  series(function* (z) {
    for (;;) {
      yield* z.req.recv();
      yield* z.dat.send(add(...(yield* getBoth(u, v))));
    }
  });
const each = (u: Series, f: (c: Rat, i: number) => Rat): Series =>
  series(function* (z) {
    for (let i = 0; ; i++) {
      yield* z.req.recv();
      yield* z.dat.send(f(yield* u.get(), i));
    }
  });
const product = (u: Series, v: Series): Series =>
  series(function* (z) {
    yield* z.req.recv();
    const [a, b] = yield* getBoth(u, v);
    yield* z.dat.send(mul(a, b));
    const [us, vs] = [split(u), split(v)];
    const w = sum(
      each(vs[0], (c) => mul(a, c)),
      each(us[0], (c) => mul(b, c)),
    );
    yield* z.put(yield* w.get());
    yield* z.copy(sum(w, product(us[1], vs[1])));
  });
const derivative = (u: Series): Series =>
  series(function* (z) {
    yield* z.req.recv();
    yield* u.get();
    for (let i = 1; ; i++) {
      yield* z.dat.send(mul(rat(i), yield* u.get()));
      yield* z.req.recv();
    }
  });
const integral = (c: Rat, u: Series): Series =>
  series(function* (z) {
    yield* z.put(c);
    yield* z.copy(each(u, (d, i) => mul(rat(1, i + 1), d)));
  });
/** Z' = Z U', so it is fed by what it gives. */
const exp = (u: Series): Series => {
  const zs: [Series, Series] = [new Series(), new Series()];
  return split(integral(rat(1), product(zs[0], derivative(u))), zs)[1];
};

function* take(u: Series, n: number): Go<string> {
  const all: string[] = [];
  for (let i = 0; i < n; i++) {
    const [num, den] = yield* u.get();
    all.push(den === 1 ? `${num}` : `${num}/${den}`);
  }
  return all.join(" ");
}

describe("power series", () => {
  const schedulers = [1, 2, 3].map((seed) => () => createDeterministicScheduler({ seed }));
  it.each(
    [...schedulers, () => createScheduler({ procs: 4 })].map((make, i) => [i, make] as const),
  )("have the right coefficients (scheduler %i)", async (_, make) => {
    const got = await make().run(function* () {
      const ones = () => constant(rat(1));
      return [
        yield* take(sum(ones(), constant(rat(2))), 4),
        yield* take(derivative(ones()), 5),
        yield* take(integral(rat(0), ones()), 5),
        yield* take(product(ones(), ones()), 6),
        yield* take(product(ones(), product(ones(), ones())), 6),
        yield* take(exp(ones()), 8),
      ];
    });
    expect(got).toEqual([
      "3 3 3 3",
      "1 2 3 4 5",
      "0 1 1/2 1/3 1/4",
      "1 2 3 4 5 6",
      "1 3 6 10 15 21",
      "1 1 3/2 13/6 73/24 167/40 4051/720 37633/5040",
    ]);
  });
});
