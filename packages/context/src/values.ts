/**
 * Contexts that do not end by themselves: the two roots, values, and `withoutCancel`.
 *
 * Invariants
 *  1. None of them is a node of the tree; `done()` is that of the nearest context that can end.
 *  2. A value is found by `===`: keys compare by type and value as in Go, `NaN` never equals itself.
 *  3. A value of `undefined` or `null` hides the same key further up.
 *
 * Why arrays, maps and functions are refused as keys: they are what Go cannot compare, and as keys they are always a
 * mistake (a literal is never found again). Objects compare by identity, as Go's pointers do.
 */
import type { Context, Key } from "./api.ts";
import { misuse } from "./errors.ts";
import { stringify } from "./text.ts";
import { Base, NODE, checkParent } from "./tree.ts";

class Root extends Base {
  readonly parent = null;
  private readonly text: string;

  constructor(text: string) {
    // A root answers for no key: nobody else has this symbol.
    super(Symbol(text), undefined);
    this.text = text;
  }

  protected suffix(): string {
    return this.text;
  }
}

const backgroundRoot = /* @__PURE__ */ Object.freeze(new Root("context.Background"));
const todoRoot = /* @__PURE__ */ Object.freeze(new Root("context.TODO"));

/**
 * The root of all contexts: never done, no deadline, no values. Go's `context.Background`. O(1).
 *
 * @example
 * ```ts
 * import { background } from "@gort/context";
 *
 * String(background()); // => "context.Background"
 * background().err(); // => null
 * ```
 */
export function background(): Context {
  return backgroundRoot;
}

/**
 * Like {@link background}, for code that does not know yet which context to use. Go's `context.TODO`. O(1).
 *
 * @example
 * ```ts
 * import { todo } from "@gort/context";
 *
 * String(todo()); // => "context.TODO"
 * todo().err(); // => null
 * ```
 */
export function todo(): Context {
  return todoRoot;
}

class ValueContext extends Base {
  readonly parent: Context;

  constructor(parent: Context, key: unknown, value: unknown) {
    super(key, value);
    this.parent = parent;
  }

  protected suffix(): string {
    return `.WithValue(${stringify(this.ownKey)}, ${stringify(this.ownValue)})`;
  }
}

/**
 * A copy of `parent` in which `key` has `value`. Go's `context.WithValue`. O(1); a lookup is O(depth).
 *
 * Keys made by `key()` carry the type of their value and never collide.
 * @throws `cannot create context from nil parent`, `nil key`, `key is not comparable` (an array, map or function); a TypeError for a
 *   parent that is no context
 *
 * @example
 * ```ts
 * import { background, key, withValue } from "@gort/context";
 *
 * const user = key<string>("user");
 * const ctx = withValue(background(), user, "gopher");
 * ctx.value(user); // => "gopher"
 * String(ctx); // => "context.Background.WithValue(user, gopher)"
 * ```
 */
export function withValue<T>(parent: Context, key: Key<T>, value: NoInfer<T>): Context;
// A typed key whose value is of another type must not slip through here.
export function withValue<K>(
  parent: Context,
  key: K extends Key<any> ? never : K,
  value: unknown,
): Context;
export function withValue(parent: Context, key: unknown, value: unknown): Context {
  checkParent("withValue", parent);
  if (key === null || key === undefined) throw misuse("nilKey");
  if (!comparable(key)) throw misuse("uncomparableKey");
  return new ValueContext(parent, key, value);
}

function comparable(key: unknown): boolean {
  if (typeof key === "function") return false;
  if (typeof key !== "object") return true;
  return !Array.isArray(key) && !ArrayBuffer.isView(key) && !(key instanceof Map);
}

class WithoutCancel extends Base {
  readonly parent: Context;

  constructor(parent: Context) {
    super(NODE, undefined);
    this.parent = parent;
  }

  override lifeline(): null {
    return null;
  }

  protected suffix(): string {
    return ".WithoutCancel";
  }
}

/**
 * A copy of `parent` that is not cancelled with it: no deadline, no end, the same values. Go's `context.WithoutCancel`. O(1).
 * @throws `cannot create context from nil parent`; a TypeError for a parent that is no context
 *
 * @example
 * ```ts
 * import { background, withCancel, withoutCancel } from "@gort/context";
 *
 * const [ctx, cancel] = withCancel(background());
 * const audit = withoutCancel(ctx);
 * cancel();
 * audit.err(); // => null
 * ```
 */
export function withoutCancel(parent: Context): Context {
  checkParent("withoutCancel", parent);
  return new WithoutCancel(parent);
}
