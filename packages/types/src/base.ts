/**
 * The base class of all descriptors: the public contract of {@link Type}, built on unchecked inner operations.
 *
 * Invariants
 *  1. `load` and `store` check the pointer (a number, nil, alignment, bounds) once; `get` and `put` trust it. Composites
 *     call `get` and `put` of their parts, so a value of any depth is checked once.
 *  2. `store` checks the whole value before it writes the first byte: a store that throws for its value has changed nothing.
 *     A part whose descriptor is foreign and has no `check` is checked by its own `store`, as that writes.
 *  3. Descriptors are branded `Symbol.for("gort.Type")`; a foreign one that has only the public members works as a part of ours
 *     through {@link internalType}. Its kind says how its values lie in memory, and nothing of how they look in JavaScript: what
 *     reads or writes by the kind alone asks for `adapted` first.
 *  4. A descriptor does not change once it is made, except that a named type gains methods until its
 *     method set is first used.
 *
 * Why classes with prototypes and not records of closures: one hidden class per kind keeps call sites
 * monomorphic, and a named type is a copy of its underlying one with another name.
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import type { Fit, TypeExtras } from "./fit.ts";
import type { FuncType, Lazy } from "./kinds.ts";
import type { BoundMethod, Method, MethodSet } from "./method-set.ts";
import {
  brand,
  badArgument,
  badNumber,
  nilDereference,
  uncomparableType,
  unhashableType,
} from "./errors.ts";

const TYPE: unique symbol = Symbol.for("gort.Type") as never;
/** The name of the method that Node's `console.log` calls. */
export const INSPECT = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/** What `console.log` shows on Node: Go's name of the type. */
function inspectType(this: Type): string {
  return this.name;
}

/** The mask of all types without pointers. */
export const NO_POINTERS: Uint32Array = /* @__PURE__ */ new Uint32Array(0);

/** The mask of a type that is one pointer. */
export const ONE_POINTER: Uint32Array = /* @__PURE__ */ Uint32Array.of(1);

/** The end of a space's memory; undefined where the space was left out. */
const endOf = (space: Space | undefined): number => space?.memory?.byteLength as number;

/** What every descriptor of this package is. Internal: users see the interfaces of api.ts and kinds.ts. */
export abstract class BaseType<T> implements Type<T> {
  declare readonly __type?: T;
  abstract readonly kind: Kind;
  readonly size: number;
  readonly align: number;
  readonly ptrdata: number;
  readonly comparable: boolean;
  /** Name of a defined type; null for a type literal, which spells itself. */
  definedName: string | null = null;
  /** Whether the type is one that Go predeclares, such as `int`, `string` and `error`. */
  predeclared = false;
  /** Whether it stands for a descriptor that somebody else made: see invariant 3. */
  adapted = false;
  /** The type before it was named; itself for others. */
  underlying: BaseType<T> = this;
  /** Methods with value and with pointer receivers; null for a type that has none of its own. */
  methodSet: MethodSet | null = null;
  /** The full method set, promoted methods included, sorted by name; made when first asked for. */
  methodTable: readonly BoundMethod[] | null = null;
  private serial = 0;
  /** Memo of the name of a type literal. */
  spelled: string | null = null;
  /** How to declare a method; null for a type that is not defined by `named`. */
  declare: ((m: Method) => void) | null = null;
  /** Memo of how a value gets into an interface. */
  fitter: Fit<T> | null = null;
  /** Memo of `*T`, so that `ptr(T)` is one descriptor. */
  pointerTo: BaseType<Ptr> | null = null;

  constructor(size: number, align: number, ptrdata: number, comparable: boolean) {
    this.size = size;
    this.align = align;
    this.ptrdata = ptrdata;
    this.comparable = comparable;
    brand(this, TYPE);
    // Not a method: a class with a computed key cannot be left out of a bundle.
    brand(this, INSPECT, inspectType);
  }

  /**
   * A new descriptor of the same layout, without name, methods and memos. Made by the constructor and not by copying properties:
   * that would leave V8 with a slow dictionary instead of the class's own shape. By `this.constructor`: a class that names
   * itself has another name in the build.
   */
  abstract clone(): BaseType<T>;
  abstract get ptrMask(): Uint32Array;
  /** How Go prints the type literal: see spell.ts. */
  abstract typeString(): string;
  abstract zero(): T;
  /** A copy of a JavaScript-side value, as an assignment makes one in Go. */
  copy(value: T): T {
    return value;
  }
  /** `load` without the check of the pointer. */
  abstract get(space: Space, p: Ptr): T;
  /** `store` without checks. */
  abstract put(space: Space, p: Ptr, value: T): void;
  /** Throws unless `value` can be stored; `what` names the place in the message. */
  abstract check(value: unknown, what: string, space?: Space): void;
  abstract equal(space: Space, p: Ptr, q: Ptr): boolean;
  abstract hash(space: Space, p: Ptr, seed: number): number;
  abstract equalValues(a: T, b: T): boolean;
  abstract hashValue(value: T, seed: number): number;

  /** A pseudo-random number for hash tables of types, the same for the life of the descriptor. */
  get number(): number {
    if (this.serial === 0) this.serial = 1 + Math.floor(Math.random() * 0x3fff_fffe);
    return this.serial;
  }

  get name(): string {
    return this.definedName ?? this.spelled ?? this.typeString();
  }

  /** What `JSON.stringify` shows: Go's name of the type. */
  toJSON(): string {
    return this.name;
  }

  load(space: Space, p: Ptr): T {
    if (
      typeof p !== "number" ||
      p >>> 0 !== p ||
      p === 0 ||
      (p & (this.align - 1)) !== 0 ||
      !(p + this.size <= endOf(space))
    ) {
      throw badPointer(this, space, p);
    }
    return this.get(space, p);
  }

  store(space: Space, p: Ptr, value: T): void {
    if (
      typeof p !== "number" ||
      p >>> 0 !== p ||
      p === 0 ||
      (p & (this.align - 1)) !== 0 ||
      !(p + this.size <= endOf(space))
    ) {
      throw badPointer(this, space, p);
    }
    this.check(value, this.name, space);
    this.put(space, p, value);
  }

  /** See `Declarable`. */
  method(name: string, type: FuncType, fn: Method["fn"]): this {
    return this.declareMethod({ name, type, fn, pointer: false });
  }
  /** See `Declarable`. */
  ptrMethod(name: string, type: FuncType, fn: Method["fn"]): this {
    return this.declareMethod({ name, type, fn, pointer: true });
  }
  private declareMethod(m: Method): this {
    if (this.declare === null) {
      throw badArgument("method", "receiver type", this.name, "a type made by named", "type");
    }
    this.declare(m);
    return this;
  }

  toString(): string {
    return this.name;
  }
}

/**
 * Throws unless a value of `t` can lie at `p`: nil, misaligned and out of bounds each have their text. O(1).
 *
 * @throws RuntimeError `invalid memory address or nil pointer dereference` for 0
 * @throws RangeError for a pointer that is misaligned or out of bounds; TypeError for what is no number, no descriptor or no space
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { checkPointer, int64 } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const p = heap.alloc(int64);
 * checkPointer(int64, heap, p); // => undefined
 * checkPointer(int64, heap, p + 4); // throws want a multiple of 8
 * checkPointer(int64, heap, 0); // throws nil pointer dereference
 * ```
 */
export function checkPointer(t: Type, space: Space, p: Ptr): void {
  checkType("pointer", t);
  mustBeSpace(t, space);
  if (
    typeof p !== "number" ||
    p >>> 0 !== p ||
    p === 0 ||
    (p & (t.align - 1)) !== 0 ||
    p + t.size > space.memory.byteLength
  ) {
    throw badPointer(t, space, p);
  }
}

/** Throws TypeError unless `space` is one. */
export function mustBeSpace(t: Type, space: Space): void {
  if (typeof (space as Space | null | undefined)?.memory?.byteLength !== "number")
    throw badArgument(`*${t.name}`, "space", space, "a space such as a heap", "type");
}

/** The error for a pointer at which no value of `t` can lie; throws where it is the space that is none: it was left out. */
export function badPointer(t: Type, space: Space, p: Ptr): Error {
  mustBeSpace(t, space);
  if (p === 0) return nilDereference();
  const limit = space.memory.byteLength;
  const want =
    typeof p === "number" && p >>> 0 === p && p + t.size <= limit
      ? `a multiple of ${t.align}`
      : `a byte offset below ${limit - t.size + 1}`;
  return badNumber(`*${t.name}`, "pointer", p, want);
}

/**
 * Whether `v` is a type descriptor made by this package, from whichever copy of it. O(1).
 *
 * @example
 * ```ts
 * import { int, isType } from "@gort/types";
 *
 * isType(int); // => true
 * isType({ size: 4 }); // => false
 * ```
 */
export function isType(v: unknown): v is Type {
  return typeof v === "object" && v !== null && (v as { [TYPE]?: true })[TYPE] === true;
}

/** What was given for a type: a descriptor, or a function that will return one. @throws TypeError for anything else */
export function checkLazy<T extends Type | (() => Type)>(where: string, t: T): T {
  return typeof t === "function" ? t : (checkType(where, t) as T);
}

/** What was given for a type, where a function will not do. @throws TypeError for anything but a descriptor */
export function checkType<T extends Type>(where: string, t: T, argument = "type"): T {
  if (typeof (t as Type | null | undefined)?.size !== "number" || typeof t === "function") {
    throw badArgument(where, argument, t, "a type descriptor", "type");
  }
  return t;
}

/** The type that a function for one returns, or that was given itself. @throws TypeError if it is none */
export function resolveType<T>(where: string, t: Lazy<T>): Type<T> {
  return checkType(where, typeof t === "function" ? t() : t, "element type");
}

/** Our view of any descriptor: itself if it is ours, an adapter if it has only the public members. `where` names the caller in errors. */
export function internalType<T>(t: Type<T>, where = "type"): BaseType<T> {
  if ((t as { [TYPE]?: true } | undefined)?.[TYPE] === true) return t as BaseType<T>;
  checkType(where, t);
  let adapter = adapters.get(t);
  if (adapter === undefined) adapters.set(t, (adapter = new ForeignType<T>(t)));
  return adapter as BaseType<T>;
}

/** The other way round: a descriptor as its maker has it. */
export function givenType<T>(t: Type<T>): Type<T> {
  const { adapted, type } = t as ForeignType<T>;
  return adapted && adapters.get(type) === t ? type : t;
}

// One adapter per foreign descriptor, so that its number and its methods stay.
const adapters = /* @__PURE__ */ new WeakMap<Type, BaseType<any>>();

/** A descriptor made by somebody else, who implemented the public contract only. */
class ForeignType<T> extends BaseType<T> {
  readonly kind: Kind;
  readonly type: Type<T> & TypeExtras<T>;

  constructor(type: Type<T>) {
    super(type.size, type.align, type.ptrdata, type.comparable);
    this.kind = type.kind;
    this.type = type;
    this.definedName = type.name;
    this.adapted = true;
  }
  override clone(): BaseType<T> {
    return new (this.constructor as typeof ForeignType)(this.type);
  }
  override get ptrMask(): Uint32Array {
    return this.type.ptrMask;
  }
  override typeString(): string {
    return this.type.name;
  }
  override zero(): T {
    return this.type.zero();
  }
  override get(space: Space, p: Ptr): T {
    return this.type.load(space, p);
  }
  override copy(value: T): T {
    return this.type.copy === undefined ? value : this.type.copy(value);
  }
  override check(value: unknown, what: string, space?: Space): void {
    // Without one, the foreign `store` checks for itself, as it writes.
    this.type.check?.(value, what, space);
  }
  override put(space: Space, p: Ptr, value: T): void {
    this.type.store(space, p, value);
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return this.type.equal(space, p, q);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return this.type.hash(space, p, seed);
  }
  override equalValues(a: T, b: T): boolean {
    return this.type.equalValues(a, b);
  }
  override hashValue(value: T, seed: number): number {
    return this.type.hashValue(value, seed);
  }
}

/**
 * A copy of a value as Go's assignment makes one: structs and arrays are copied part by part, what they point
 * to is shared. O(its size); what interface values hold is shared too, as they never change.
 * @throws TypeError or RangeError that names the part, for what is no value of the type; TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { copyValue, int, struct } from "@gort/types";
 *
 * const Point = struct({ x: int, y: int });
 * const p = { x: 1, y: 2 };
 * const q = copyValue(Point, p);
 * q.x = 9;
 * p.x; // => 1
 * ```
 */
export function copyValue<T>(type: Type<T>, value: T): T {
  const t = internalType(type);
  t.check(value, "copyValue");
  return t.copy(value);
}

/** A base for the kinds that `==` is not defined on: slices, maps, functions. */
export abstract class UncomparableType<T> extends BaseType<T> {
  override equal(_space: Space, _p: Ptr, _q: Ptr): boolean {
    throw uncomparableType(this.name);
  }
  override hash(_space: Space, _p: Ptr, _seed: number): number {
    throw unhashableType(this.name);
  }
  override equalValues(_a: T, _b: T): boolean {
    throw uncomparableType(this.name);
  }
  override hashValue(_value: T, _seed: number): number {
    throw unhashableType(this.name);
  }
}

/** The error for a value that a type cannot hold; a `TypeError` unless `range` says it is only too big. */
export function badValue(what: string, value: unknown, want: string, range = false): Error {
  return badArgument(what, "value", value, want, range ? "range" : "type");
}

/** Throws unless an option is a boolean. */
export function checkBoolean(where: string, name: string, value: unknown): void {
  if (typeof value !== "boolean")
    throw badArgument(where, `options.${name}`, value, "a boolean", "type");
}
