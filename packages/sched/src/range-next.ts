/**
 * The `next()` of a range: what it throws when it is called again although nobody used the op of the call before.
 *
 * Invariants
 *  1. A loop that lacks its `yield*`, `for (const r = c.range(); r.next(); )`, ends after {@link UNUSED_MAX} passes: an op is truthy,
 *     so it would never end, and nothing else would ever run. The call after that one is served again.
 *  2. What a select or a wait was given and did not try counts as used: it takes that back by `withdraw`.
 *
 * Why not at the second pass, as for channels, whose ranges have one op: of two async functions that share a range each calls `next`
 * before the other's op is used.
 *
 * Why at run time: TypeScript finds a promise in a condition only where it is not the condition of a `for`, and no other thenable.
 */
import { FRESH } from "./op-state.ts";
import type { OpRecord } from "./op.ts";

/** So many ops in a row are handed out although the one before was not used. */
const UNUSED_MAX = 100;

/**
 * The error of a range whose `next()` was called again before the op of the call before was used.
 * @internal
 */
export function unusedNext(): Error {
  return new Error(
    'gort: range: next() was called again before it was waited for; write "yield* r.next()"',
  );
}

/**
 * The `next` of a range that makes an op for each call.
 * @internal
 */
export function rangeNext<O extends OpRecord<any>>(make: () => O): () => O {
  let last: OpRecord<any> | null = null;
  let unused = 0;
  const withdraw = (): boolean => {
    last = null;
    return true;
  };
  return () => {
    unused = last !== null && last.state === FRESH ? unused + 1 : 0;
    if (unused === UNUSED_MAX) {
      last = null;
      throw unusedNext();
    }
    return (last = Object.assign(make(), { withdraw }));
  };
}
