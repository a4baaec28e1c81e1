/**
 * What `console.log` shows of a map on Node: `map[string]int32(2) { 'a' => 1, 'b' => 2 }`.
 *
 * Invariants
 *  1. Looking changes nothing: no range is begun and no random number drawn, so entries come in bucket order.
 *  2. At most {@link SHOWN} entries are shown, then how many more there are.
 */
import { emptySnapshot, type Storage } from "./storage.ts";

const SHOWN = 100;
/** Longest text on one line. */
const LINE = 72;

/** Node's `util.inspect`, as it is given to those who show themselves. */
export type Inspect = (value: unknown, options: object) => string;

/** The text of a map whose type is `name`. `depth` is how many levels may be shown below it, null for all. */
export function showMap<K, V>(
  map: Storage<K, V>,
  name: string,
  depth: number | null,
  options: object,
  inspect: Inspect,
): string {
  if (depth !== null && depth < 0) return `[${name}]`;
  const below = { ...options, depth: depth === null ? null : depth - 1 };
  const shown: string[] = [];
  let len: number;
  try {
    len = map.len;
  } catch {
    return `${name}(released)`;
  }
  const want = Math.min(len, SHOWN);
  const chains = (old: boolean, n: number): void => {
    for (let i = 0; i < n && shown.length < want; i++) {
      if (old && map.evacuated(i)) continue;
      const snap = emptySnapshot<K, V>();
      map.gather(old, i, 0, -1, snap);
      for (let j = 0; j < snap.n && shown.length < want; j++)
        shown.push(`${inspect(snap.keys[j], below)} => ${inspect(map.valueAt(snap, j), below)}`);
    }
  };
  if (map.oldB >= 0) chains(true, 2 ** map.oldB);
  chains(false, 2 ** map.B);
  const rest = len - shown.length;
  if (rest > 0) shown.push(`... ${rest} more item${rest > 1 ? "s" : ""}`);
  if (shown.length === 0) return `${name}(${len}) {}`;
  const line = shown.join(", ");
  return line.length > LINE || line.includes("\n")
    ? `${name}(${len}) {\n  ${shown.join(",\n").replaceAll("\n", "\n  ")}\n}`
    : `${name}(${len}) { ${line} }`;
}
