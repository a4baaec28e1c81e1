/**
 * Reflection on values: Go's `reflect.Value`, over JavaScript-side values and over memory.
 *
 * The three laws hold: (1) `valueOf` goes from an interface value to a reflection value; (2) `interface()` goes back; (3) to
 * change a value it must be settable.
 *
 * Invariants
 *  1. A value is *addressable* if it lies in memory at a known pointer, and *settable* if it is addressable and was not
 *     reached through an unexported field. Setting writes memory, with the barrier, and is seen by all.
 *  2. A value that is not addressable is a copy that never changes. Where an addressable one lies a value can lie: that is checked
 *     where it is reached, by a pointer or as an element, and not again.
 *  3. The zero `Value` has no type and no kind; every use of it but `isValid` panics with Go's text.
 *  4. Integers are bigints here, whatever their size, as Go's `Int` and `Uint` are 64 bits wide; `get()` gives the JavaScript side.
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import { checkPointer, givenType, internalType, type BaseType } from "./base.ts";
import { inspectHeld, jsonHeld, type InspectArguments } from "./inspect.ts";
import { dynamicType, isInterfaceValue, unwrap } from "./interface-value.ts";
import type {
  ArrayType,
  FuncType,
  MapType,
  PtrType,
  SliceHeader,
  SliceType,
  StructField,
  StructType,
} from "./kinds.ts";
import { methodsOf, findMethod } from "./method-set.ts";
import { ptr } from "./pointer.ts";
import { INTS, POINTERS, UINTS, cutOff, integerOf, scalarOf } from "./reflect-kinds.ts";
import { ReflectError, notForInterface, onKind, onZero, unexported } from "./reflect-errors.ts";
import {
  asInterface,
  assignTo,
  bind,
  callFunction,
  checkAssignable,
  mustBeExported,
} from "./reflect-call.ts";
import { isNil, isZero, pointerIn } from "./reflect-zero.ts";
import { mapEntry, mapKeys, setMapEntry } from "./reflect-map.ts";
import { bytesOf, capOf, lenOf } from "./reflect-len.ts";
import { fieldPath } from "./reflect-field.ts";
import { uint8 } from "./scalar.ts";
import type { Complex } from "./wide.ts";

/**
 * A reflection value: Go's `reflect.Value`. Made by `valueOf`, `valueAt`, `zeroValue` and `newValue`. Where a method says nothing else,
 * it costs O(1), and throws a {@link ReflectError} with Go's text for the zero `Value` and for kinds that it is not for.
 *
 * @example
 * ```ts
 * import { int, string, struct, toInterface, valueOf } from "@gort/types";
 *
 * const v = valueOf(toInterface(struct({ name: string, age: int }), { name: "Ada", age: 36 }));
 * v.numField(); // => 2
 * v.field(1).int(); // => 36n
 * v.fieldByName("name").string(); // => "Ada"
 * ```
 */
export class Value {
  private readonly t: BaseType<any> | null;
  private readonly v: unknown;
  private readonly p: Ptr;
  private readonly s: Space | null;
  /** Reached through an unexported field. */
  private readonly ro: boolean;
  /** Through an embedded one only: what it promotes is not read-only (Go's rule). */
  private readonly emb: boolean;

  /** @internal */
  constructor(t: Type | null, v: unknown, p: Ptr, s: Space | null, ro: boolean, emb = false) {
    this.t = t === null ? null : internalType(t);
    this.v = v;
    this.p = p;
    this.s = s;
    this.ro = ro;
    this.emb = emb;
  }

  /** Whether it represents a value; false for the zero `Value`. Never throws. */
  isValid(): boolean {
    return this.t !== null;
  }
  /** Its type. Go's `Type`. */
  get type(): Type {
    return givenType(this.known("Type"));
  }
  /** Its kind; `"invalid"` for the zero `Value`. */
  get kind(): Kind | "invalid" {
    return this.t === null ? "invalid" : this.t.kind;
  }
  /** The space it lies or points into, or null. Never throws. */
  get space(): Space | null {
    return this.s;
  }
  /** Whether `addr` can be called: it lies in memory. Never throws. */
  canAddr(): boolean {
    return this.p !== 0;
  }
  /** Whether it can be changed: addressable, and not through an unexported field. Never throws. */
  canSet(): boolean {
    return this.p !== 0 && !this.ro;
  }
  /** Whether `interface` can be called: not through an unexported field. */
  canInterface(): boolean {
    if (this.t === null) throw onZero("CanInterface");
    return !this.ro;
  }

  /** The JavaScript side of the value; a copy. O(size). */
  get(): any {
    const t = this.known("Interface");
    return this.p !== 0 ? t.get(this.s!, this.p) : t.copy(this.v);
  }
  /** The value, or what an interface holds, as a value of type `any`: the second law. O(size). @throws ReflectError for a value of an unexported field */
  interface(): unknown {
    this.known("Interface");
    if (this.ro) throw notForInterface();
    return asInterface(this, null);
  }
  /** The boolean. @throws ReflectError also for one that is none in JavaScript, of a type made elsewhere */
  bool(): boolean {
    return scalarOf(this.ofKind("Bool", "bool"), "boolean");
  }
  /** The signed integer of any size. @throws ReflectError also for one that is none in JavaScript, of a type made elsewhere */
  int(): bigint {
    return integerOf("Int", this.known("Int"), INTS, this);
  }
  /** The unsigned integer of any size. @throws ReflectError as `int` */
  uint(): bigint {
    return integerOf("Uint", this.known("Uint"), UINTS, this);
  }
  /** The float of either size. @throws ReflectError also for one that is no number in JavaScript, of a type made elsewhere */
  float(): number {
    return scalarOf(this.ofKind("Float", "float32", "float64"), "number");
  }
  /** The complex number of either size. @throws ReflectError also for one that is no `{ re, im }`, of a type made elsewhere */
  complex(): Complex {
    return scalarOf(this.ofKind("Complex", "complex64", "complex128"), "complex number");
  }
  /** The string; for other kinds `<int Value>`, and `<invalid Value>`, as in Go: it never throws. O(length). */
  string(): string {
    if (this.t === null) return "<invalid Value>";
    const text = this.t.kind === "string" ? (this.get() as unknown) : null;
    return typeof text === "string" ? text : `<${this.t.name} Value>`;
  }
  /** The same as `string()`. */
  toString(): string {
    return this.string();
  }
  /** What `JSON.stringify` shows: the value that it holds. O(size). */
  toJSON(key?: string): unknown {
    return this.t === null ? null : jsonHeld(this.get(), key);
  }
  /** What `console.log` shows on Node: the value that it holds, as `fmt` prints it, and `<invalid reflect.Value>`. */
  [Symbol.for("nodejs.util.inspect.custom")](...args: InspectArguments): string {
    return this.t === null ? "<invalid reflect.Value>" : inspectHeld(this, this.get(), args);
  }
  /** The pointer, or that of a slice, a byte offset; 0 for nil. @throws ReflectError also for an object or function of JavaScript, which has none */
  pointer(): Ptr {
    const p = pointerIn(this.ofKind("Pointer", ...POINTERS));
    if (p === undefined) throw new ReflectError(`reflect: ${this.type.name} has no address`);
    return p;
  }
  /** Whether a pointer, slice, map, channel, function or interface is nil. */
  isNil(): boolean {
    return isNil(this, this.known("IsNil"));
  }
  /** Whether it is its type's zero value, as -0 is too: Go's answer since 1.22. O(size). @throws ReflectError for the zero `Value` */
  isZero(): boolean {
    return isZero(this, this.known("IsZero"));
  }
  /**
   * Elements of an array (or of the one a pointer points to), slice, map or channel, bytes of a string: O(length) outside of memory.
   * @throws TypeError for a map or channel that tells none
   */
  len(): number {
    return lenOf(this.known("Len"), this);
  }
  /** Capacity of an array (or of the one a pointer points to), slice or channel. @throws TypeError for a channel that tells none */
  cap(): number {
    return capOf(this.known("Cap"), this);
  }
  /**
   * Element `i` of an array or slice, byte `i` of a string. An element of a slice is addressable. O(1); of a string that does not
   * lie in memory O(its length) the first time.
   * @throws ReflectError out of range; RangeError for a slice header whose address cannot be one
   */
  index(i: number): Value {
    const t = this.known("Index");
    if (t.adapted) throw new ReflectError(`reflect: ${t.name} tells no elements`);
    const out = !Number.isInteger(i) || i < 0;
    if (t.kind === "slice") {
      const h = this.get() as SliceHeader;
      const { elem } = t as unknown as SliceType;
      if (out || i >= h.len) throw new ReflectError("reflect: slice index out of range");
      return this.lying(elem, h.ptr + i * elem.size, false);
    }
    if (t.kind === "array") {
      const { elem, len } = t as unknown as ArrayType;
      if (out || i >= len) throw new ReflectError("reflect: array index out of range");
      if (this.p !== 0) return make(elem, undefined, this.p + i * elem.size, this.s, this.ro);
      return make(elem, (this.v as unknown[])[i], 0, this.s, this.ro);
    }
    if (t.kind === "string") {
      const byte = out ? undefined : bytesOf(this)[i];
      if (byte === undefined) throw new ReflectError("reflect: string index out of range");
      return make(uint8, byte, 0, this.s, this.ro);
    }
    throw onKind("Index", t.kind);
  }
  /** What a pointer points to (addressable), or what an interface holds; the zero `Value` for nil. @throws RangeError for a pointer that cannot be one */
  elem(): Value {
    const t = this.known("Elem");
    if (t.kind === "interface") {
      const v = this.get() as unknown;
      const type = dynamicType(v);
      if (type === null) return ZERO;
      return make(type, unwrap(v), 0, isInterfaceValue(v) ? v.space : this.s, this.ro);
    }
    if (t.kind !== "ptr") throw onKind("Elem", t.kind);
    const p = pointerIn(this);
    if (p === 0) return ZERO;
    if (p === undefined) throw new ReflectError(`reflect: ${t.name} has no elements`);
    const { elem } = t as unknown as PtrType;
    return this.lying(elem, p, this.emb);
  }
  /** A pointer to the value. @throws ReflectError if it is not addressable */
  addr(): Value {
    if (this.p === 0) throw new ReflectError("reflect.Value.Addr of unaddressable value");
    return make(ptr(this.t!), this.p, 0, this.s, this.ro, this.emb);
  }
  /** Number of fields of a struct. */
  numField(): number {
    return this.structType("NumField").fields.length;
  }
  /** Field `i` of a struct, from 0; settable if the struct is addressable and the field exported. @throws ReflectError out of range */
  field(i: number): Value {
    const f = this.structType("Field").fields[typeof i === "number" ? i : -1];
    if (f === undefined) throw new ReflectError("reflect: Field index out of range");
    return this.at(f);
  }
  /**
   * The field of that name, promoted ones included, or the zero `Value`. O(1) for its own, else O(fields of all that it embeds).
   * @throws ReflectError on the way through an embedded pointer that is nil
   */
  fieldByName(name: string): Value {
    const path = fieldPath(this.structType("FieldByName"), name);
    if (path === null) return ZERO;
    let v = this as Value;
    for (const f of path) {
      if (v.kind === "ptr") {
        v = v.elem();
        if (v === ZERO)
          throw new ReflectError("reflect: indirection through nil pointer to embedded struct");
      }
      v = v.at(f);
    }
    return v;
  }
  private at(f: StructField): Value {
    // Through an unexported embedded struct only what it promotes by an exported name can be set.
    const ro = (this.ro && !this.emb) || !f.exported;
    const emb = !f.exported && f.embedded && !(this.ro && !this.emb);
    if (this.p !== 0) return make(f.type, undefined, this.p + f.offset, this.s, ro, emb);
    const v = f.name === "_" ? f.type.zero() : (this.v as Record<string, unknown>)[f.name];
    return make(f.type, v, 0, this.s, ro, emb);
  }
  /** The keys of a map, in the map's own order. O(entries). @throws TypeError for a map that does not iterate over pairs */
  mapKeys(): Value[] {
    const t = this.ofKind("MapKeys", "map").t as unknown as { key: Type };
    return mapKeys(this.get()).map((k) => make(t.key, copyOf(t.key, k), 0, this.s, this.ro));
  }
  /** The element of a key, or the zero `Value`. A lookup of the map's. @throws ReflectError if the key is not assignable to the map's key type */
  mapIndex(key: Value): Value {
    const t = this.ofKind("MapIndex", "map").t as unknown as MapType;
    const [v, ok] = mapEntry(this.get(), assignTo(key, t.key, "reflect.Value.MapIndex", this.s));
    return ok ? make(t.elem, copyOf(t.elem, v), 0, this.s, this.ro || key.ro) : ZERO;
  }
  /** Sets the element of a key, or deletes it if `elem` is the zero `Value`. @throws RuntimeError for a nil map */
  setMapIndex(key: Value, elem: Value): void {
    setMapEntry(this.ofKind("SetMapIndex", "map"), key, elem);
  }
  /** Assigns another value. O(size). @throws ReflectError if not settable, or the types do not fit; RangeError for an address of another space */
  set(x: Value): void {
    const t = this.settable("Set");
    checkAssignable(mustBeExported("Set", x), t, "reflect.Set");
    // In one memory the words are copied, so strings that are no UTF-8 stay what they are and nothing is allocated.
    if (x.p !== 0 && x.s === this.s && (t.kind !== "interface" || x.kind === "interface"))
      this.s!.typedMove(t, this.p, x.p, 1);
    else t.store(this.s!, this.p, assignTo(x, t, "reflect.Set", this.s));
  }
  /** Sets a boolean. @throws ReflectError if not settable; TypeError for what is none */
  setBool(v: boolean): void {
    this.settableOf("SetBool", (k) => k === "bool").store(this.s!, this.p, v);
  }
  /** Sets a signed integer; what does not fit is cut off, as in Go. @throws ReflectError if not settable; RangeError for a fraction, else TypeError */
  setInt(v: number | bigint): void {
    const t = this.settableOf("SetInt", (k) => INTS.has(k));
    t.store(this.s!, this.p, cutOff("setInt", t, v));
  }
  /** Sets an unsigned integer; what does not fit is cut off, as in Go. @throws as `setInt` */
  setUint(v: number | bigint): void {
    const t = this.settableOf("SetUint", (k) => UINTS.has(k));
    t.store(this.s!, this.p, cutOff("setUint", t, v));
  }
  /** Sets a float; a `float32` is rounded. @throws ReflectError if not settable; TypeError for what is no number */
  setFloat(v: number): void {
    this.settableOf("SetFloat", (k) => k.startsWith("float")).store(this.s!, this.p, v);
  }
  /** Sets a complex number. @throws ReflectError if not settable; TypeError for what is no `{ re, im }` */
  setComplex(v: Complex): void {
    this.settableOf("SetComplex", (k) => k.startsWith("complex")).store(this.s!, this.p, v);
  }
  /** Sets a string. O(length). @throws ReflectError if not settable; TypeError for what is none */
  setString(v: string): void {
    this.settableOf("SetString", (k) => k === "string").store(this.s!, this.p, v);
  }

  /** Number of methods in the type's method set. O(1) after the first time for a type. */
  numMethod(): number {
    return methodsOf(this.known("NumMethod")).length;
  }
  /** Method `i` in order of name, from 0, bound to a copy of the value: a function. O(size). @throws ReflectError out of range, or for a nil interface */
  method(i: number): Value {
    const m = methodsOf(this.known("Method"))[typeof i === "number" ? i : -1];
    if (m === undefined) throw new ReflectError("reflect: Method index out of range");
    return make(m.type, bind(this, m), 0, this.s, this.ro);
  }
  /** The method of that name, bound to a copy of the value, or the zero `Value`. O(log methods + size). @throws ReflectError for a nil interface */
  methodByName(name: string): Value {
    const m = findMethod(this.known("MethodByName"), name);
    return m === undefined ? ZERO : make(m.type, bind(this, m), 0, this.s, this.ro);
  }
  /**
   * Calls a function with arguments of its parameter types. O(arguments) beside the call.
   * @throws ReflectError with Go's texts for wrong arguments; TypeError or RangeError for results that are not of their types
   */
  call(args: readonly Value[] = []): Value[] {
    const f = this.ofKind("Call", "func");
    if (this.ro) throw unexported("Call");
    const t = f.t as unknown as FuncType;
    const results = callFunction(t, f.get(), args);
    return t.results.map((r, i) => make(r, copyOf(r, results[i]), 0, this.s, false));
  }

  // The type, or Go's panic for the zero Value.
  private known(method: string): BaseType<any> {
    if (this.t === null) throw onZero(method);
    return this.t;
  }
  private ofKind(method: string, ...kinds: Kind[]): this {
    const t = this.known(method);
    if (!kinds.includes(t.kind)) throw onKind(method, t.kind);
    return this;
  }
  private structType(method: string): StructType {
    const { t } = this.ofKind(method, "struct");
    if (!("fields" in t!)) throw new ReflectError(`reflect: ${t!.name} tells no fields`);
    return t as unknown as StructType;
  }
  private settable(method: string): BaseType<any> {
    const t = this.known(method);
    if (this.ro) throw unexported(method);
    if (this.p === 0)
      throw new ReflectError(`reflect: reflect.Value.${method} using unaddressable value`);
    return t;
  }
  private settableOf(method: string, fits: (k: Kind) => boolean): BaseType<any> {
    const t = this.settable(method);
    if (!fits(t.kind)) throw onKind(method, t.kind);
    return t;
  }
  // The value of type `t` at `p`, in the space that this one points into.
  private lying(t: Type, p: Ptr, emb: boolean): Value {
    checkPointer(t, this.s!, p);
    return make(t, undefined, p, this.s, this.ro, emb);
  }
}

/** A value that somebody else holds, as one's own. */
const copyOf = (t: Type, v: unknown): unknown => internalType(t).copy(v);

/** A `Value`, made outside of its class: one that names itself has another name in the build. */
function make(
  t: Type | null,
  v: unknown,
  p: Ptr,
  s: Space | null,
  ro: boolean,
  emb?: boolean,
): Value {
  return new Value(t, v, p, s, ro, emb);
}

/** The zero `Value`. */
export const ZERO = /* @__PURE__ */ new Value(null, undefined, 0, null, false);
