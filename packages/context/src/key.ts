/**
 * Typed keys: what `withValue` is meant to be used with.
 *
 * Invariant: a key equals only itself, so two packages that choose the same name do not collide.
 */
import { badArgument } from "@gort/types";
import type { Context, Key } from "./api.ts";
import { checkIsContext } from "./errors.ts";

class TypedKey<T> implements Key<T> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get(ctx: Context): [value: T, ok: true] | [value: undefined, ok: false] {
    checkIsContext("Key.get", ctx);
    const value = ctx.value<T>(this);
    return value === undefined ? [undefined, false] : [value, true];
  }

  toString(): string {
    return this.name;
  }
}

/**
 * Makes a key for values of type `T`. O(1).
 * @param name what `String(ctx)` prints of it; keys of one name are different all the same
 * @throws TypeError for a name that is no string
 *
 * @example
 * ```ts
 * import { background, key, withValue } from "@gort/context";
 *
 * const attempt = key<number>("attempt");
 * const ctx = withValue(background(), attempt, 3);
 * const [n, ok] = attempt.get(ctx);
 * console.log(n, ok); // => 3 true
 * attempt.get(background()); // => [undefined, false]
 * ```
 */
export function key<T>(name: string): Key<T> {
  if (typeof name !== "string") throw badArgument("key", "name", name, "a string", "type");
  return new TypedKey<T>(name);
}
