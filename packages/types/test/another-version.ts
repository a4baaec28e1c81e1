/** Interface values as another version of this package makes them: with a `value` that is neither checked nor copied. */
import type { InterfaceValue, Space, Type } from "../src/index.ts";

export function ofAnotherVersion<T>(
  type: Type<T>,
  value: T,
  space: Space | null = null,
): InterfaceValue<T> {
  const made = { type, value, space, itab: null, [Symbol.for("gort.Interface")]: true };
  return made as unknown as InterfaceValue<T>;
}
