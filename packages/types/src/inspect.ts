/**
 * What `console.log` shows on Node of values that hold others.
 *
 * Invariant: it ends where a value holds itself. Node finds no such cycle, for it begins anew in each method that it calls.
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
