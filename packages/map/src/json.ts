/**
 * A map as JSON, as Go's `encoding/json` writes it: an object, by sorted key, if its keys are names or whole numbers.
 *
 * Invariant: nothing of the map's inside is shown; its hash seed is what keeps chosen keys from colliding.
 *
 * Why pairs for other keys, where Go gives an error: a log line had better say too much than throw.
 */
import { utf8Compare } from "@gort/types";
import type { GoMap } from "./api.ts";

const isName = (k: unknown): boolean =>
  typeof k === "string" || typeof k === "bigint" || Number.isInteger(k);

/** What {@link GoMap.toJSON} gives. */
export function mapToJSON<K, V>(
  m: GoMap<K, V, unknown>,
): { [key: string]: V } | [key: K, value: V][] | null {
  if (m.isNil) return null;
  const all = [...m];
  const [first] = all;
  const kind = first === undefined ? "string" : typeof first[0];
  if (!all.every(([k]) => typeof k === kind && isName(k))) return all;
  const named = all.map(([k, v]) => [String(k), v] as const);
  return Object.fromEntries(named.sort(([a], [b]) => utf8Compare(a, b)));
}
