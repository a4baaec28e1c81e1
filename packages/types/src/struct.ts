/**
 * Descriptors of structs.
 *
 * Invariants
 *  1. Fields lie in the order given, each at the next multiple of its alignment; the size is rounded up to the
 *     largest alignment. A last field of size 0 is followed by a byte of padding, so that its address
 *     stays inside the object (as in Go).
 *  2. `put` zeroes the padding: two equal values are equal bytes, if they have no floats, strings, interfaces or JavaScript
 *     objects (one object may lie in two boxes).
 *  3. The blank field `_` takes room and nothing else: it is not loaded, stored, compared or hashed.
 *  4. Comparison goes in source order and stops at the first difference.
 *
 * The JavaScript side is a plain object, fresh on each load: always the same properties in the same order, so
 * V8 gives all of them one hidden class.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { BaseType, NO_POINTERS, badValue, checkBoolean, internalType } from "./base.ts";
import { badArgument, checkOptions, hasBrand, uncomparableType, unhashableType } from "./errors.ts";
import { compiledOps, loopOps, type StructOps } from "./struct-code.ts";
import { canCompile } from "./codegen.ts";
import { checkIdentifier, checkMembers } from "./members.ts";
import { quote } from "./quote.ts";
import { spell } from "./spell.ts";
import { addMask, alignUp, checkTypeSize, emptyMask } from "./layout.ts";
import type { FieldSpec, Fields, StructField, StructType, StructValue } from "./kinds.ts";

const FIELD = Symbol.for("gort.Field");

/** Uses of a type after which its operations are compiled; below it compiling costs more than it saves. */
const COMPILE_AFTER = 200;

interface Placed extends StructField {
  readonly type: BaseType<any>;
}

class StructDescriptor<V> extends BaseType<V> implements StructType<V> {
  readonly kind = "struct";
  readonly fields: readonly Placed[];
  /** The fields without the blank ones: what loads, stores and comparisons visit. */
  private readonly visible: readonly Placed[];
  private readonly byName: ReadonlyMap<string, Placed>;
  /** Start and end of each run of padding, flat. */
  private readonly padding: readonly number[];
  private mask: Uint32Array | null = null;
  private code: StructOps;
  /** Operations done by the loops so far; -1 once it is decided whether to compile. */
  private uses = 0;

  constructor(fields: readonly Placed[], size: number, align: number, padding: readonly number[]) {
    let ptrdata = 0;
    let comparable = true;
    for (const f of fields) {
      if (f.type.ptrdata > 0) ptrdata = f.offset + f.type.ptrdata;
      if (!f.type.comparable) comparable = false;
    }
    super(size, align, ptrdata, comparable);
    this.fields = fields;
    this.visible = fields.filter((f) => f.name !== "_");
    this.byName = new Map(this.visible.map((f) => [f.name, f]));
    this.padding = padding;
    this.code = loopOps(this.visible);
  }
  override clone(): BaseType<V> {
    return new (this.constructor as typeof StructDescriptor<V>)(
      this.fields,
      this.size,
      this.align,
      this.padding,
    );
  }
  field(name: string): StructField | undefined {
    return this.byName.get(name);
  }
  override get ptrMask(): Uint32Array {
    if (this.mask !== null) return this.mask;
    if (this.ptrdata === 0) return (this.mask = NO_POINTERS);
    const mask = emptyMask(this.ptrdata);
    for (const f of this.fields) addMask(mask, f.type, f.offset);
    return (this.mask = mask);
  }
  override typeString(): string {
    if (this.fields.length === 0) return "struct {}";
    return spell(this, () => {
      const parts = this.fields.map((f) => {
        const tag = f.tag === "" ? "" : ` ${quote(f.tag)}`;
        return `${f.embedded ? "" : `${f.name} `}${f.type.name}${tag}`;
      });
      return `struct { ${parts.join("; ")} }`;
    });
  }
  /** The operations: loops at first, compiled once the type has proved to be in use. */
  private ops(): StructOps {
    if (this.uses >= 0 && ++this.uses > COMPILE_AFTER) {
      this.uses = -1;
      if (canCompile()) this.code = compiledOps(this.visible);
    }
    return this.code;
  }
  override zero(): V {
    return this.ops().zero() as V;
  }
  override copy(value: V): V {
    return this.ops().copy(value) as V;
  }
  override get(space: Space, p: Ptr): V {
    return this.ops().get(space, p) as V;
  }
  override check(value: unknown, what: string, space?: Space): void {
    if (typeof value !== "object" || value === null) throw badValue(what, value, "an object");
    this.ops().check(value, what, space);
  }
  /** As `check` and `copy` in one, each field read once. */
  fit(value: V, what: string, space?: Space): V {
    if (typeof value !== "object" || value === null) throw badValue(what, value, "an object");
    return this.ops().fit(value, what, space) as V;
  }
  override put(space: Space, p: Ptr, value: V): void {
    this.ops().put(space, p, value);
    const pad = this.padding;
    for (let i = 0; i < pad.length; i += 2) space.memory.u8.fill(0, p + pad[i]!, p + pad[i + 1]!);
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    if (!this.comparable) throw uncomparableType(this.name);
    return this.ops().equal(space, p, q);
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    if (!this.comparable) throw unhashableType(this.name);
    return this.ops().hash(space, p, seed);
  }
  override equalValues(a: V, b: V): boolean {
    if (!this.comparable) throw uncomparableType(this.name);
    return this.ops().equalValues(a, b);
  }
  override hashValue(value: V, seed: number): number {
    if (!this.comparable) throw unhashableType(this.name);
    return this.ops().hashValue(value, seed);
  }
}

/**
 * A struct field with a tag, or embedded, or unexported. O(1).
 *
 * @throws TypeError for options there are not, or of another type
 *
 * @example
 * ```ts
 * import { field, int, struct } from "@gort/types";
 *
 * struct({ X: field(int, { tag: 'json:"x"' }) }).name;
 * // => "struct { X int \"json:\\\"x\\\"\" }"
 * ```
 */
export function field<T>(
  type: Type<T>,
  options: {
    /** Go's field tag. */
    readonly tag?: string | undefined;
    /** Embeds the field: its methods are promoted to the struct. */
    readonly embedded?: boolean | undefined;
    /** Whether reflection may set it. @defaultValue true */
    readonly exported?: boolean | undefined;
  } = {},
): FieldSpec<T> {
  checkOptions("field", options, "tag embedded exported");
  const { tag = "", embedded = false, exported = true } = options;
  if (typeof tag !== "string") throw badArgument("field", "options.tag", tag, "a string", "type");
  checkBoolean("field", "embedded", embedded);
  checkBoolean("field", "exported", exported);
  const spec: FieldSpec<T> = { type, tag, embedded, exported };
  return Object.defineProperty(spec, FIELD, { value: true });
}

/**
 * `struct { … }`: a plain object with a property per field, in order. O(fields).
 * @throws TypeError if a name is no identifier or a field is no descriptor
 * @throws RangeError if it would be larger than memory can be
 *
 * @example
 * ```ts
 * import { float64, int8, struct } from "@gort/types";
 *
 * const Point = struct({ flag: int8, x: float64 });
 * Point.size; // => 16
 * Point.field("x")?.offset; // => 8
 * Point.name; // => "struct { flag int8; x float64 }"
 * ```
 */
export function struct<const F extends Fields>(fields: F): StructType<StructValue<F>> {
  checkMembers("struct", "fields", fields, "an object of types");
  const placed: Placed[] = [];
  const padding: number[] = [];
  let end = 0;
  let align = 1;
  for (const name of Object.keys(fields)) {
    checkIdentifier("struct", "field name", name);
    const given = fields[name]!;
    const spec = hasBrand(given, FIELD) ? (given as FieldSpec) : field(given as Type);
    if (typeof spec.type?.size !== "number") {
      throw badArgument("struct", `field ${name}`, given, "a type descriptor", "type");
    }
    const type = internalType(spec.type);
    const offset = alignUp(end, type.align);
    if (offset > end) padding.push(end, offset);
    const { tag, embedded, exported } = spec;
    placed.push({ name, type, offset, index: placed.length, tag, embedded, exported });
    // The blank field holds no value: its room counts as padding.
    if (name === "_" && type.size > 0) padding.push(offset, offset + type.size);
    end = offset + type.size;
    align = Math.max(align, type.align);
  }
  const used = end;
  const last = placed.at(-1);
  if (last !== undefined && last.type.size === 0 && end > 0) end++;
  const size = alignUp(end, align);
  if (size > used) padding.push(used, size);
  checkTypeSize(size, "struct");
  return new StructDescriptor<StructValue<F>>(placed, size, align, padding);
}
