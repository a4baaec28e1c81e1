/**
 * How error messages quote a value.
 *
 * Invariant: whatever the value is, there is a text; of the value's own code only getters and the traps of a proxy run.
 */

/**
 * A short, safe text for any value, as error messages quote it: strings in quotes, `10n` for a bigint, `-0` as such, an object by
 * its class.
 *
 * @example
 * ```ts
 * import { show } from "@gort/types";
 *
 * show(-0); // => "-0"
 * show("a"); // => "\"a\""
 * show(new (class Order {})()); // => "an object (Order)"
 * ```
 */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : `${value}`;
    case "function":
    case "object":
      return value === null ? "null" : showObject(value);
    case "boolean":
    case "symbol":
    case "undefined":
      return String(value);
  }
}

/** A function by its name, an object by what the engine calls its kind if it has a name for that, else by its class. */
function showObject(value: object): string {
  try {
    if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const name: unknown = tag === "Object" ? value.constructor.name : tag;
    // Bundlers put a `_` before the name of a class that speaks of itself.
    if (typeof name === "string" && name !== "") return `an object (${name.replace(/^_/, "")})`;
  } catch {
    // No prototype, a name that is a symbol, a getter that throws, a proxy that was revoked.
  }
  return "an object (Object)";
}
