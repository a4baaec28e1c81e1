/**
 * What the functions of `maps` are given: maps, and pairs.
 *
 * Invariants
 *  1. A map is what has the methods of one: these functions serve every implementation of `GoMap`, but for `clone`.
 */
import { badArgument } from "@gort/types";
import type { GoMap } from "../api.ts";
import type { Made } from "../storage.ts";

/** Throws unless `m` is a map. */
export function mustBeMap(where: string, m: GoMap<any, any, any>, name = "m"): void {
  if (typeof (m as Partial<typeof m> | null | undefined)?.range !== "function")
    throw badArgument(where, name, m, "a map", "type");
}

/** What makes another map like `m`; undefined of another implementation. */
export function madeOf(m: object): Made | undefined {
  return (m as { readonly made?: Made }).made;
}

/** Sets what an iterable of pairs gives. */
export function setAll(
  where: string,
  m: GoMap<any, any, any>,
  seq: Iterable<readonly [unknown, unknown]>,
): void {
  if (typeof (seq as Partial<typeof seq> | null | undefined)?.[Symbol.iterator] !== "function")
    throw badArgument(where, "seq", seq, "an iterable", "type");
  for (const pair of seq) {
    if (typeof pair !== "object" || pair === null)
      throw badArgument(where, "what seq gives", pair, "[key, value]", "type");
    m.set(pair[0], pair[1]);
  }
}

/** Fills a map that nobody has seen; if that fails, nothing of it stays in its heap. */
export function filled<M extends GoMap<any, any, any>>(m: M, fill: (m: M) => void): M {
  try {
    fill(m);
  } catch (e) {
    m.release();
    throw e;
  }
  return m;
}
