/**
 * Asserts the invariants of slice.ts on a slice; tests call it after every step.
 *
 * Numbers refer to the list at the head of slice.ts; 2 and 6 are about what happens, which one slice does not show.
 */
import { mustBeSlice, type Slice } from "./slice.ts";

function fail(text: string, s: Slice<unknown>): never {
  throw new Error(`slice invariant broken: ${text} (off ${s.off}, len ${s.len}, cap ${s.cap})`);
}

/**
 * Throws unless all invariants of a slice hold. O(cap).
 *
 * @example
 * ```ts
 * import { checkSlice, sliceOf } from "@gort/slice";
 *
 * checkSlice(sliceOf(1, 2)); // => undefined
 * ```
 */
export function checkSlice(s: Slice<any>): void {
  mustBeSlice("checkSlice", s);
  const { off, len, cap, backing } = s;
  for (const n of [off, len, cap]) if (!Number.isInteger(n)) fail(`${n} is no integer`, s);
  if (!(len >= 0 && len <= cap)) fail("1: 0 <= len <= cap", s);
  if (cap > backing.capMax) fail("1: capacity beyond the limit of its storage", s);
  if (off < -1) fail("3: off below -1", s);
  if (off === -1 && cap !== 0) fail("3: a nil slice has capacity 0", s);
  if (s.isNil !== (off === -1)) fail("3: isNil", s);
  const stored = (s.array as ArrayLike<unknown>).length;
  const unit = "heap" in backing && !("view" in s) ? backing.size : 1;
  if (off >= 0 && off + cap * unit > stored) fail(`1: the store holds ${stored} only`, s);
  // 4: every slot up to the capacity is readable, and holds what the type can hold.
  const whole = s.slice(0, cap);
  for (let i = 0; i < cap; i++) {
    const v: unknown = whole.get(i);
    if (Array.isArray(s.array) && !(off + i in s.array)) fail(`4: slot ${i} is a hole`, s);
    whole.check(v);
  }
  if (whole.slice(cap).off !== off && cap === 0) fail("5: an empty slice points past its store", s);
}
