/**
 * What `console.log` shows of a map on Node: `map[string]int32(2) { 'a' => 1, 'b' => 2 }`.
 *
 * Invariants
 *  1. Looking changes nothing: no range is begun and no random number drawn, so entries come in bucket order.
 *  2. At most {@link SHOWN} entries are shown, then how many more there are.
 *  3. A map inside of itself, whatever is between, is `[Circular]`.
 *
 * Why the options carry what is being shown: Node begins a list of its own in each call of `inspect`, and so sees no cycle that goes
 * through a container with a text of its own. Options that it does not know it hands on, if they are called by a string; other containers
 * know them by the same name.
 */
import { emptySnapshot, type Storage } from "./storage.ts";

const SHOWN = 100;
/** Longest text on one line. */
const LINE = 72;

/** The option that lists the containers around. */
const SEEN = "gort.seen";

/** Node's `util.inspect`, as it is given to those who show themselves. */
export type Inspect = (value: unknown, options: object) => string;

/** The text of a map whose type is `name`. `depth` is how many levels may be shown below it, null for all. */
export function showMap<K, V>(
  map: Storage<K, V>,
  name: string,
  depth: number | null,
  options: { readonly [SEEN]?: readonly unknown[] },
  inspect: Inspect,
): string {
  const around = options[SEEN] ?? [];
  if (around.includes(map)) return "[Circular]";
  if (depth !== null && depth < 0) return `[${name}]`;
  const deeper = depth === null ? null : depth - 1;
  const below = { ...options, depth: deeper, [SEEN]: [...around, map] };
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
