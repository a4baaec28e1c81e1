/**
 * Descriptors of what lives in JavaScript and is only referred to from memory: maps, channels, functions, and the JavaScript
 * values that have no type in Go.
 *
 * Invariants
 *  1. In memory each is one pointer to a box of the space's value table; nil is 0 here and null there.
 *  2. Two boxes of one object are the same value: comparison and hash look at the object, not at the box.
 *  3. Maps and functions cannot be compared or hashed; channels and objects are, by identity.
 */
import type { Ptr, Space, Type } from "./api.ts";
import {
  BaseType,
  ONE_POINTER,
  badValue,
  checkLazy,
  checkType,
  internalType,
  resolveType,
  checkBoolean,
} from "./base.ts";
import {
  badArgument,
  checkOptions,
  nilDereference,
  uncomparableType,
  unhashableType,
} from "./errors.ts";
import { hashIdentity, hashInt32, hashString } from "./hash.ts";
import type { CallArgsOf, ChanDir, ChanType, FuncType, Lazy, MapType, ResultOf } from "./kinds.ts";
import { spell } from "./spell.ts";
import { string } from "./string.ts";

type Ref = object | symbol | bigint | null;

/** One word in memory that refers to a box. */
abstract class BoxedType<T extends Ref> extends BaseType<T> {
  constructor(comparable: boolean) {
    super(4, 4, 4, comparable);
  }
  override get ptrMask(): Uint32Array {
    return ONE_POINTER;
  }
  override zero(): T {
    return null as T;
  }
  override get(space: Space, p: Ptr): T {
    const box = space.memory.u32[p >>> 2]!;
    return (box === 0 ? null : space.values.unbox(box)) as T;
  }
  override check(value: unknown, what: string): void {
    if (value === null) return;
    if (typeof value !== "object" && typeof value !== "function") {
      throw badValue(what, value, "an object or null");
    }
  }
  override put(space: Space, p: Ptr, value: T): void {
    space.writePtr(p, value === null ? 0 : space.values.box(value));
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.equalValues(this.get(space, p), this.get(space, q));
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return this.hashValue(this.get(space, p), seed);
  }
  override equalValues(a: T, b: T): boolean {
    if (!this.comparable) throw uncomparableType(this.name);
    return a === b;
  }
  override hashValue(value: T, seed: number): number {
    if (!this.comparable) throw unhashableType(this.name);
    if (value === null) return hashInt32(0, seed);
    if (typeof value === "bigint") return hashString(value.toString(36), seed);
    return hashIdentity(value, seed);
  }
}

class MapDescriptor<K, V> extends BoxedType<object | null> implements MapType<K, V> {
  readonly kind = "map";
  readonly key: Type<K>;
  private target: Lazy<V>;

  constructor(key: Type<K>, elem: Lazy<V>) {
    super(false);
    this.key = key;
    this.target = elem;
  }
  override clone(): BaseType<object | null> {
    return new (this.constructor as typeof MapDescriptor)(this.key, this.target);
  }
  get elem(): Type<V> {
    return (this.target = resolveType("map", this.target));
  }
  override typeString(): string {
    return spell(this, () => `map[${this.key.name}]${this.elem.name}`);
  }
}

class ChanDescriptor<T> extends BoxedType<object | null> implements ChanType<T> {
  readonly kind = "chan";
  readonly dir: ChanDir;
  private target: Lazy<T>;

  constructor(elem: Lazy<T>, dir: ChanDir) {
    super(true);
    this.dir = dir;
    this.target = elem;
  }
  override clone(): BaseType<object | null> {
    return new (this.constructor as typeof ChanDescriptor)(this.target, this.dir);
  }
  get elem(): Type<T> {
    return (this.target = resolveType("chan", this.target));
  }
  override typeString(): string {
    return spell(this, () => {
      const elem = this.elem.name;
      if (this.dir === "recv") return `<-chan ${elem}`;
      if (this.dir === "send") return `chan<- ${elem}`;
      // chan (<-chan T) and not (chan<- chan T), which reads alike.
      return elem.startsWith("<-") ? `chan (${elem})` : `chan ${elem}`;
    });
  }
}

class FuncDescriptor<P extends unknown[], R>
  extends BoxedType<((...args: P) => R) | null>
  implements FuncType<P, R>
{
  readonly kind = "func";
  readonly variadic: boolean;
  private takes: readonly Lazy[];
  private gives: readonly Lazy[];

  constructor(params: readonly Lazy[], results: readonly Lazy[], variadic: boolean) {
    super(false);
    this.takes = params;
    this.gives = results;
    this.variadic = variadic;
  }
  override clone(): BaseType<((...args: P) => R) | null> {
    return new (this.constructor as typeof FuncDescriptor<P, R>)(
      this.takes,
      this.gives,
      this.variadic,
    );
  }
  get params(): readonly Type[] {
    return (this.takes = resolveAll(this.takes));
  }
  get results(): readonly Type[] {
    return (this.gives = resolveAll(this.gives));
  }
  override check(value: unknown, what: string): void {
    if (value !== null && typeof value !== "function") {
      throw badValue(what, value, "a function or null");
    }
  }
  override typeString(): string {
    return spell(this, () => `func${signature(this)}`);
  }
}

// The types of a list, each asked for once.
function resolveAll(list: readonly Lazy[]): readonly Type[] {
  return list.some((t) => typeof t === "function")
    ? list.map((t) => resolveType("func", t))
    : (list as readonly Type[]);
}

/** Parameters and results as Go prints them: `(int, ...string) (bool, error)`. */
export function signature(f: FuncType): string {
  const params = f.params.map((t, i) =>
    f.variadic && i === f.params.length - 1 ? `...${t.name.slice(2)}` : t.name,
  );
  const results = f.results.map((t) => t.name).join(", ");
  const tail =
    f.results.length === 0 ? "" : f.results.length === 1 ? ` ${results}` : ` (${results})`;
  return `(${params.join(", ")})${tail}`;
}

/** A JavaScript value without a type in Go: an object, a symbol, a bigint of more than 64 bits. */
class HostType<T extends Ref> extends BoxedType<T> {
  readonly kind = "ptr";

  constructor(name: string) {
    super(true);
    this.definedName = name;
    this.predeclared = true;
  }
  override clone(): BaseType<T> {
    return new (this.constructor as typeof HostType<T>)(this.name);
  }
  override typeString(): string {
    return this.name;
  }
  override check(): void {
    // They are there for `dynamicType`, which chooses by the value itself; what else is stored under one is not looked at.
  }
}

/**
 * `map[K]V`. The values are any JavaScript objects that are maps, `@gort/map`'s or native ones. O(1).
 * @throws TypeError `invalid map key type []int`, Go's text, for a key that cannot be compared
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int, map, string } from "@gort/types";
 *
 * map(string, int).name; // => "map[string]int"
 * map(string, int).comparable; // => false
 * ```
 */
export function map<K, V>(key: Type<K>, elem: Lazy<V>): MapType<K, V> {
  if (!checkType("map", key).comparable) throw new TypeError(`invalid map key type ${key.name}`);
  return new MapDescriptor(key, checkLazy("map", elem));
}

/**
 * `chan T`, or one direction of it. O(1).
 * @param dir which way values go. Default `"both"`
 * @throws TypeError for what is no descriptor
 * @throws RangeError for another `dir`
 *
 * @example
 * ```ts
 * import { chan, int } from "@gort/types";
 *
 * chan(int).name; // => "chan int"
 * chan(int, "recv").name; // => "<-chan int"
 * ```
 */
export function chan<T>(elem: Lazy<T>, dir: ChanDir = "both"): ChanType<T> {
  if (dir !== "both" && dir !== "recv" && dir !== "send")
    throw badArgument("chan", "dir", dir, '"both", "recv" or "send"');
  return new ChanDescriptor(checkLazy("chan", elem), dir);
}

/**
 * `func(params…) results…`. The values are JavaScript functions: no result is `undefined`, several are a tuple.
 * A type that takes or gives itself stands there as a function that returns it. O(parameters and results).
 * @param options `variadic` says that the last parameter, a slice type, is Go's `...T`: the function takes its elements as rest
 * arguments, and no slice
 * @throws TypeError for what is no list of types, for options there are not, and for a last parameter that is no `[]T` if `variadic`
 *
 * @example
 * ```ts
 * import { bool, func, int, named, slice, string, toInterface, type Type } from "@gort/types";
 *
 * func([int, string], [bool]).name; // => "func(int, string) bool"
 *
 * const Count = func([string, slice(int)], [int], { variadic: true }); // func(string, ...int) int
 * toInterface(Count, (name, ...ns) => ns.length).type.name; // => "func(string, ...int) int"
 *
 * const State = named("lex.State", func([string], [(): Type => State])); // type State func(string) State
 * State.results[0]!.name; // => "lex.State"
 * ```
 */
export function func<
  const P extends readonly Lazy[] = readonly [],
  const R extends readonly Lazy[] = readonly [],
  V extends boolean = false,
>(
  params: P = [] as unknown as P,
  results: R = [] as unknown as R,
  options: { readonly variadic?: V | undefined } = {},
): FuncType<CallArgsOf<P, V>, ResultOf<R>> {
  if (!Array.isArray(params))
    throw badArgument("func", "params", params, "a list of types", "type");
  if (!Array.isArray(results))
    throw badArgument("func", "results", results, "a list of types", "type");
  for (const t of [...params, ...results] as readonly Lazy[]) checkLazy("func", t);
  checkOptions("func", options, "variadic");
  const { variadic = false }: { readonly variadic?: boolean | undefined } = options;
  checkBoolean("func", "variadic", variadic);
  const last = params.at(-1);
  const isList = (t: Type): boolean => t.kind === "slice" && internalType(t).definedName === null;
  if (variadic && (last === undefined || typeof last === "function" || !isList(last))) {
    throw badValue("func", last?.name, "a type []T as the last parameter if variadic");
  }
  return new FuncDescriptor<any, any>([...params], [...results], variadic);
}

/** What a JavaScript object without a Go type is inside an interface: a pointer, compared by identity. */
export const jsObject: Type<object> = /* @__PURE__ */ new HostType<object>("*js.Object");
/** A JavaScript `Error` inside an interface; it implements Go's `error` by its message. */
export const jsError: Type<Error> = /* @__PURE__ */ makeErrorType();
/** A JavaScript symbol inside an interface. */
export const jsSymbol: Type<symbol> = /* @__PURE__ */ new HostType<symbol>("js.Symbol");
/** A bigint that fits neither int64 nor uint64, inside an interface; compared by value. */
export const jsBigInt: Type<bigint> = /* @__PURE__ */ new HostType<bigint>("js.BigInt");
/** A JavaScript function inside an interface that says nothing of its type: uncomparable, as in Go. */
export const jsFunction: FuncType = /* @__PURE__ */ new FuncDescriptor<any, any>([], [], false);

function makeErrorType(): Type<Error> {
  const t = new HostType<Error>("*js.Error");
  const name = "Error";
  const type = func([], [string]);
  const fn = (e: Error | null): string => {
    if (e === null) throw nilDereference();
    return e.message;
  };
  t.methodSet = { methods: new Map([[name, { name, type, fn, pointer: false }]]), sealed: true };
  return t;
}
