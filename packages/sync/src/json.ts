/**
 * json: what `JSON.stringify` shows of something that holds a value.
 *
 * Invariant: it is what the value alone would be shown as. `JSON.stringify` asks no `toJSON` of what a `toJSON` gave, so it is asked here.
 */
export function jsonOf(value: unknown, key: string | undefined): unknown {
  const { toJSON } = (value ?? {}) as { toJSON?: unknown };
  return typeof toJSON === "function" ? (toJSON.call(value, key) as unknown) : value;
}
