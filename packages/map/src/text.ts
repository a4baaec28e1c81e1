/**
 * A map as text: what Go's `fmt.Print` shows, by sorted key, so that two maps of the same entries look alike.
 *
 * Invariants
 *  1. Strings are sorted by their bytes, NaN comes before all numbers, false before true. Keys of other kinds stay in the order of a range,
 *     and so may keys of several kinds.
 */
import { utf8Compare } from "@gort/types";

function order(a: any, b: any): number {
  if (typeof a !== typeof b || !/^(string|number|bigint|boolean)$/.test(typeof a)) return 0;
  if (typeof a === "string") return utf8Compare(a, b as string);
  return Number(a > b) - Number(a < b) || Number(b !== b) - Number(a !== a);
}

/** `map[a:1 b:2]`, each part by `String`. */
export function mapText(m: Iterable<[key: unknown, value: unknown]>): string {
  const all = [...m].sort(([a], [b]) => order(a, b));
  return `map[${all.map(([k, v]) => `${String(k)}:${String(v)}`).join(" ")}]`;
}
