/**
 * What `console.log` on Node and `JSON.stringify` show of values that hold others.
 *
 * Invariants
 *  1. `console.log` ends where a value holds itself. Node finds no such cycle, for it begins anew in each method that it calls.
 *  2. `JSON.stringify` shows what is held as it would alone, though it asks only the outer one for its form.
 */

/** The option of Node's `inspect` that lists what is being shown around a value; slices and maps know it by the same name. */
const SEEN = "gort.seen";

/** What Node calls the method with. */
export type InspectArguments = [
  depth: number | null,
  options: { readonly [SEEN]?: readonly unknown[] },
  inspect: (value: unknown, options: object) => string,
];

/** What `holder` holds, as deep as alone; with a name, `main.Point({ x: 1, y: 2 })`. */
export function inspectHeld(
  holder: object,
  held: unknown,
  [depth, options, inspect]: InspectArguments,
  name = "",
): string {
  const { [SEEN]: seen = [] } = options;
  if (seen.includes(holder)) return "[Circular]";
  const text = inspect(held, { ...options, depth, [SEEN]: [...seen, holder] });
  return name === "" ? text : `${name}(${text})`;
}

/** What `JSON.stringify` shows of what is held at `key`. */
export function jsonHeld(held: unknown, key?: string): unknown {
  const { toJSON } = (held ?? {}) as { toJSON?: unknown };
  return typeof toJSON === "function" ? (toJSON.call(held, key) as unknown) : held;
}
