/**
 * json: what `JSON.stringify` shows of something that holds a value.
 *
 * Invariants
 *  1. It is what the value alone would be shown as. `JSON.stringify` asks no `toJSON` of what a `toJSON` gave, so it is asked here.
 *  2. For that reason `JSON.stringify` cannot see a circle of holders: it is refused here, as any other circle is there.
 */

/** The holders that are being asked. */
const asked = /* @__PURE__ */ new Set<object>();

/** What `holder` is shown as, which holds `value`. */
export function jsonOf(holder: object, value: unknown, key: string | undefined): unknown {
  const { toJSON } = (value ?? {}) as { toJSON?: unknown };
  if (typeof toJSON !== "function") return value;
  if (asked.has(holder)) throw new TypeError("Converting circular structure to JSON");
  asked.add(holder);
  try {
    return toJSON.call(value, key) as unknown;
  } finally {
    asked.delete(holder);
  }
}
