/**
 * sortByTime: timers in the order of their deadlines, equal ones in the order in which they were added.
 *
 * Invariants
 *  1. `keys[i]` stays the deadline of `slots[i]`; nothing beyond the first `count` is touched.
 *  2. O(count) for deadlines spread at all evenly; never worse than O(count log count).
 *
 * A radix sort of the deadlines scaled to 32 bits, each pass carrying digits and places along, so that it reads in
 * order; where two deadlines fall together in those bits the exact numbers decide, and then the order of adding.
 * Sorting with a comparison costs five times as much.
 */

const BITS = 11;
const BUCKETS = 1 << BITS;
const WIDTH = 2 ** 32;
/** Stretches up to this length that look alike are put right by insertion. */
const SHORT = 16;

interface Work {
  digits: Uint32Array;
  order: Int32Array;
  readonly at: (i: number) => number;
}

/** Sorts the first `count` of `slots`, and `keys` with them; `seqs[slot]` is the order of adding. */
export function sortByTime(
  slots: Int32Array,
  keys: Float64Array,
  seqs: Float64Array,
  count: number,
): void {
  const oldSlots = slots.slice(0, count);
  const oldKeys = keys.slice(0, count);
  const before = (a: number, b: number): number => {
    const x = oldKeys[a]!;
    const y = oldKeys[b]!;
    return x < y ? -1 : x > y ? 1 : seqs[oldSlots[a]!]! - seqs[oldSlots[b]!]!;
  };
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const digits = scaled(oldKeys);
  const work: Work = {
    digits: digits ?? new Uint32Array(0),
    order,
    at: (i) => seqs[oldSlots[i]!]!,
  };
  if (digits === null) order.sort(before);
  else {
    radix(work);
    settle(work, before);
  }
  const sorted = work.order;
  for (let i = 0; i < count; i++) {
    const from = sorted[i]!;
    slots[i] = oldSlots[from]!;
    keys[i] = oldKeys[from]!;
  }
}

/** Numbers scaled to 32 bits without changing their order; null if they reach to an infinity. */
function scaled(xs: Float64Array): Uint32Array | null {
  const n = xs.length;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < n; i++) {
    const x = xs[i]!;
    if (x < least) least = x;
    if (x > most) most = x;
  }
  const range = most - least;
  if (!(range < Infinity)) return null;
  const factor = range === 0 ? 0 : Math.min((WIDTH - 1) / range, WIDTH - 1);
  const digits = new Uint32Array(n);
  for (let i = 0; i < n; i++) digits[i] = Math.min((xs[i]! - least) * factor, WIDTH - 1);
  return digits;
}

/** Sorts `order`, and `digits` with it, by the digits; stable. */
function radix(work: Work): void {
  let { digits, order } = work;
  const n = order.length;
  let spareDigits: Uint32Array = new Uint32Array(n);
  let spareOrder: Int32Array = new Int32Array(n);
  const ends = new Int32Array(BUCKETS);
  for (let shift = 0; shift < 32; shift += BITS) {
    ends.fill(0);
    for (let i = 0; i < n; i++) ends[(digits[i]! >>> shift) & (BUCKETS - 1)]!++;
    if (ends[(digits[0]! >>> shift) & (BUCKETS - 1)] === n) continue;
    for (let b = 0, sum = 0; b < BUCKETS; b++) {
      const here = ends[b]!;
      ends[b] = sum;
      sum += here;
    }
    for (let i = 0; i < n; i++) {
      const digit = digits[i]!;
      const to = ends[(digit >>> shift) & (BUCKETS - 1)]!++;
      spareDigits[to] = digit;
      spareOrder[to] = order[i]!;
    }
    [digits, spareDigits] = [spareDigits, digits];
    [order, spareOrder] = [spareOrder, order];
  }
  work.digits = digits;
  work.order = order;
}

/** Puts right what 32 bits could not tell apart. */
function settle(work: Work, before: (a: number, b: number) => number): void {
  const { order, digits } = work;
  const n = order.length;
  for (let from = 0, to = 1; from < n; from = to++) {
    const digit = digits[from]!;
    while (to < n && digits[to] === digit) to++;
    let at = from + 1;
    while (at < to && before(order[at - 1]!, order[at]!) < 0) at++;
    if (at === to) continue;
    if (to - from > SHORT) settleLong(order.subarray(from, to), work, before);
    else {
      for (let i = from + 1; i < to; i++) {
        const x = order[i]!;
        let j = i;
        for (; j > from && before(order[j - 1]!, x) > 0; j--) order[j] = order[j - 1]!;
        order[j] = x;
      }
    }
  }
}

/** A long stretch is mostly timers with one deadline: the order of adding decides. */
function settleLong(
  stretch: Int32Array,
  work: Work,
  before: (a: number, b: number) => number,
): void {
  const digits = scaled(Float64Array.from(stretch, work.at))!;
  const byAge: Work = { digits, order: stretch.slice(), at: work.at };
  radix(byAge);
  stretch.set(byAge.order);
  for (let i = 1; i < stretch.length; i++) {
    if (before(stretch[i - 1]!, stretch[i]!) > 0) {
      stretch.sort(before);
      return;
    }
  }
}
