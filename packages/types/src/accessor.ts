/**
 * Accessors: a class per struct type whose instances are a moving window on values in memory.
 *
 * Invariants
 *  1. A class is made once per descriptor and kept on it; all its instances have one hidden class.
 *  2. An instance always stands on a checked pointer: the constructor and `$at` refuse nil, misaligned and foreign ones. So
 *     the fields need no check to be read.
 *  3. Writing a field checks the value as `store` does, for the small kinds in line: a number first, as bits of a bigint or a symbol
 *     cannot be had.
 *  4. Pointers are written through the space, with its barrier.
 *  5. The generated and the closure form do the same in every case.
 *  6. A field of a type that somebody else made is read and written by its descriptor, whatever its kind is.
 *
 * Two forms, because neither alone will do. Source text compiled by `Function` is as fast as a hand-written class, but a
 * content security policy may forbid it; accessors made of closures work everywhere and share their code between fields, so
 * V8 cannot fold the offsets. Which one is possible is found out once. Rejected: Proxy
 * (100 to 1,000 times slower), DataView (about twice as slow), a fresh view object per value (garbage, the thing to avoid).
 */
import type { Kind, Ptr, Space, Type } from "./api.ts";
import {
  badPointer,
  mustBeSpace,
  checkType,
  INSPECT,
  internalType,
  type BaseType,
  checkBoolean,
} from "./base.ts";
import { canCompile, compile, plainOf } from "./codegen.ts";
import { badArgument, badNumber, checkOptions } from "./errors.ts";
import { freezer } from "./frozen.ts";
import type { StructField, StructType } from "./kinds.ts";

/** What all accessor classes extend. */
abstract class AccessorBase {
  readonly $space: Space;
  /** Address of the value it stands on. */
  $ptr: Ptr;
  /** The last address at which a value still fits into the memory. */
  protected readonly $last: number;
  protected readonly $i8: Int8Array;
  protected readonly $u8: Uint8Array;
  protected readonly $i16: Int16Array;
  protected readonly $u16: Uint16Array;
  protected readonly $i32: Int32Array;
  protected readonly $u32: Uint32Array;
  protected readonly $f32: Float32Array;
  protected readonly $f64: Float64Array;
  protected readonly $i64: BigInt64Array;
  protected readonly $u64: BigUint64Array;

  constructor(space: Space, p: Ptr, type: Type) {
    mustBeSpace(type, space);
    const m = space.memory;
    this.$space = space;
    this.$ptr = 0;
    this.$last = m.byteLength - type.size;
    this.$i8 = m.i8;
    this.$u8 = m.u8;
    this.$i16 = m.i16;
    this.$u16 = m.u16;
    this.$i32 = m.i32;
    this.$u32 = m.u32;
    this.$f32 = m.f32;
    this.$f64 = m.f64;
    this.$i64 = m.i64;
    this.$u64 = m.u64;
    this.$at(p);
  }

  /** The type of the values. */
  abstract get $type(): StructType;

  // Each class has its own, with the size and alignment in it: this is the hot path.
  /** Moves to another value of the type. @throws RuntimeError nil dereference; RangeError for a pointer that cannot be one */
  abstract $at(p: Ptr): this;

  /** Moves by `n` values, as through an array. @throws RangeError beyond the memory or for a fraction; TypeError for what is no number */
  $step(n = 1): this {
    if (!Number.isInteger(n))
      throw badNumber("$step", "n", n, "a whole number of values to move by");
    return this.$at(this.$ptr + n * this.$type.size);
  }

  /** The whole value, as a plain object. */
  $load(): unknown {
    return this.$type.load(this.$space, this.$ptr);
  }

  /** What `JSON.stringify` shows: the value, and not the memory that it lies in. */
  toJSON(): unknown {
    return this.$load();
  }
}

/** What `console.log` shows on Node: the type and the value, `main.Point { x: 1, y: 2 }`. */
function inspectAccessor(
  this: AccessorBase,
  depth: number | null,
  options: { depth?: number | null },
  inspect: (v: unknown, options: object) => string,
): string {
  const { name } = this.$type;
  return depth !== null && depth < 0 ? `[${name}]` : `${name} ${inspect(this.$load(), options)}`;
}

/** What every accessor has beside its fields. */
export interface AccessorMembers<V> {
  /** Where the value lies. */
  readonly $space: Space;
  /** Address of the value it stands on. */
  readonly $ptr: Ptr;
  /** The type of the values. */
  readonly $type: StructType<V>;
  /** Moves to another value of the type. @throws RuntimeError nil dereference; RangeError for a pointer that cannot be one */
  $at(p: Ptr): Accessor<V>;
  /** Moves by `n` values, as through an array. Default 1. @throws RangeError beyond the memory or for a fraction; TypeError for what is no number */
  $step(n?: number): Accessor<V>;
  /** The whole value, as a plain object. */
  $load(): V;
}

/**
 * An instance of an accessor class: the fields as properties, and `$`-members to move it. `V` is the type of the values, and not
 * that of the descriptor.
 *
 * @example
 * ```ts
 * import { createHeap } from "@gort/gc";
 * import { accessor, int32, struct, type Accessor, type ValueOf } from "@gort/types";
 *
 * const Entry = struct({ id: int32, hits: int32 });
 * type Entry = ValueOf<typeof Entry>;
 * const hit = (at: Accessor<Entry>): number => ++at.hits;
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * const EntryAt = accessor(Entry);
 * hit(new EntryAt(heap, heap.alloc(Entry))); // => 1
 * ```
 */
export type Accessor<V> = V & AccessorMembers<V>;

/** A class of accessors for one struct type. */
export interface AccessorClass<V> {
  new (space: Space, p: Ptr): Accessor<V>;
  /** The struct type whose values its instances stand on. */
  readonly type: StructType<V>;
}

/** Options of {@link accessor}. */
export interface AccessorOptions {
  /**
   * Whether to compile source text where the host allows it. False: closures, always.
   * @defaultValue true
   */
  readonly codegen?: boolean | undefined;
}

type Cached = Partial<Record<"source" | "closures", AccessorClass<any>>>;
const CLASSES = Symbol("gort.accessors");

/**
 * The accessor class of a struct type: typed properties over memory, without an object per value.
 * A field that is a struct gives an accessor of its own, which the next read of that field moves; a field that is an array gives a
 * copy, frozen at every depth (down to complex numbers and slice headers), as a write to it would be lost: assign a whole array, or
 * `store` an element at its own address (`at.$ptr + offsetOf(T, "list") + i * elem.size`). Other fields give their value.
 * O(fields) the first time, then O(1).
 * @throws TypeError for a type that is no struct or tells no fields, for a field named `constructor` or `toJSON` or with `$` in front, and
 * for options there are not
 *
 * @example
 * ```ts
 * import { accessor, float64, struct, type Space } from "@gort/types";
 *
 * const Point = struct({ x: float64, y: float64 });
 * const PointAt = accessor(Point);
 * function sum(space: Space, points: number, n: number): number {
 *   const pt = new PointAt(space, points);
 *   let total = 0;
 *   for (let i = 0; i < n; i++) total += pt.$at(points + i * Point.size).x;
 *   return total;
 * }
 * PointAt.type.name; // => "struct { x float64; y float64 }"
 * ```
 */
export function accessor<V>(type: StructType<V>, options: AccessorOptions = {}): AccessorClass<V> {
  checkType("accessor", type);
  if (type.kind !== "struct" || !("fields" in type))
    throw badArgument("accessor", "type", type.name, "a struct type that tells its fields", "type");
  checkOptions("accessor", options, "codegen");
  const { codegen = true } = options;
  checkBoolean("accessor", "codegen", codegen);
  const form = codegen && canCompile() ? "source" : "closures";
  const holder = type as unknown as { [CLASSES]?: Cached };
  if (!Object.hasOwn(holder, CLASSES)) Object.defineProperty(holder, CLASSES, { value: {} });
  const cached = holder[CLASSES]!;
  return (cached[form] ??= shown(
    form === "source" ? bySource(type) : byClosures(type),
  )) as AccessorClass<V>;
}

/** Not a method of the base: a class with a computed key cannot be left out of a bundle. */
function shown(made: AccessorClass<any>): AccessorClass<any> {
  Object.defineProperty((made as { prototype?: object }).prototype, INSPECT, {
    value: inspectAccessor,
  });
  return made;
}

/** What both forms lean on for a field that is not plain. */
class Slow {
  readonly field: StructField;
  readonly type: BaseType<any>;
  /** Its kind, where that says how its values look in JavaScript. */
  readonly kind: Kind | undefined;
  readonly what: string;
  /** Freezes what is read; null for all but arrays. */
  private readonly freeze: ReturnType<typeof freezer>;

  constructor(owner: Type, field: StructField) {
    this.field = field;
    this.type = internalType(field.type);
    this.kind = this.type.adapted ? undefined : this.type.kind;
    this.what = `${owner.name}.${field.name}`;
    this.freeze = this.kind === "array" ? freezer(this.type) : null;
  }
  get(a: AccessorBase): unknown {
    const v = this.type.get(a.$space, a.$ptr + this.field.offset) as unknown;
    return this.freeze === null ? v : this.freeze(v);
  }
  set(a: AccessorBase, v: unknown): void {
    this.type.check(v, this.what, a.$space);
    this.type.put(a.$space, a.$ptr + this.field.offset, v);
  }
  /** Throws the error that `store` would, for a value that an inline test refused. */
  refuse(v: unknown): never {
    this.type.check(v, this.what);
    throw badArgument(this.what, "value", v, `a value of ${this.type.name}`, "type");
  }
  /** The accessor of a struct inside, moved to it. */
  inner(a: AccessorBase, make: AccessorClass<any>, key: string): unknown {
    const record = a as unknown as Record<string, AccessorBase | undefined>;
    const p = a.$ptr + this.field.offset;
    const old = record[key];
    if (old === undefined) return (record[key] = new make(a.$space, p) as AccessorBase);
    old.$ptr = p;
    return old;
  }
}

function fieldsOf(type: StructType): StructField[] {
  return type.fields.filter((f) => {
    if (f.name === "constructor" || f.name === "toJSON" || f.name.startsWith("$")) {
      throw badArgument(
        "accessor",
        "field name",
        f.name,
        "a name that is no member of accessors",
        "type",
      );
    }
    return f.name !== "_";
  });
}

// The form of source text: offsets and views are literals of each property.
function bySource(type: StructType): AccessorClass<any> {
  const slow: Slow[] = [];
  const inner: (AccessorClass<any> | null)[] = [];
  const own: string[] = [];
  const body = fieldsOf(type).map((f, i) => {
    const s = new Slow(type, f);
    const plain = plainOf(s.type);
    const at = f.offset === 0 ? "this.$ptr" : `(this.$ptr + ${f.offset})`;
    slow.push(s);
    inner.push(s.kind === "struct" ? accessor(f.type as StructType) : null);
    const set = `set ${f.name}(v) { slow[${i}].set(this, v); }`;
    if (plain !== undefined) {
      const cell = `this.$${plain.view}[${plain.shift === 0 ? at : `${at} >>> ${plain.shift}`}]`;
      return (
        `get ${f.name}() { return ${cell}; }\n` +
        `set ${f.name}(v) { if (typeof v === "number" && ${plain.fits}) ${cell} = v; else slow[${i}].refuse(v); }`
      );
    }
    if (s.kind === "int64" || s.kind === "uint64") {
      return `get ${f.name}() { return this.$${s.kind[0] === "i" ? "i64" : "u64"}[${at} >>> 3]; }\n${set}`;
    }
    if (s.kind === "bool") return `get ${f.name}() { return this.$u8[${at}] !== 0; }\n${set}`;
    if (s.kind === "ptr" || s.kind === "unsafe.Pointer") {
      return `get ${f.name}() { return this.$u32[${at} >>> 2]; }\n${set}`;
    }
    if (s.kind === "struct") {
      own.push(`this.$inner${i} = undefined;`);
      return `get ${f.name}() { return slow[${i}].inner(this, inner[${i}], "$inner${i}"); }\n${set}`;
    }
    return `get ${f.name}() { return slow[${i}].get(this); }\n${set}`;
  });
  const source =
    `"use strict"; return class extends Base {\n` +
    `constructor(space, p) { super(space, p, type); ${own.join(" ")} }\n` +
    `static get type() { return type; }\nget $type() { return type; }\n` +
    `$at(p) { if (typeof p !== "number" || p >>> 0 !== p || p === 0 || (p & ${type.align - 1}) !== 0 || p > this.$last) ` +
    `throw bad(type, this.$space, p); this.$ptr = p; return this; }\n${body.join("\n")}\n};`;
  return compile(
    { Base: AccessorBase, type, slow, inner, bad: badPointer },
    source,
  ) as AccessorClass<any>;
}

// The form of closures, for hosts that forbid compiling text.
function byClosures(type: StructType): AccessorClass<any> {
  const slow = fieldsOf(type).map((f) => new Slow(type, f));
  const structs = slow
    .map((s, i) => (s.kind === "struct" ? `$inner${i}` : ""))
    .filter((key) => key !== "");
  const low = type.align - 1;
  const made = class extends AccessorBase {
    static get type(): StructType {
      return type;
    }
    constructor(space: Space, p: Ptr) {
      super(space, p, type);
      for (const key of structs) (this as Record<string, unknown>)[key] = undefined;
    }
    override get $type(): StructType {
      return type;
    }
    override $at(p: Ptr): this {
      if (typeof p !== "number" || p >>> 0 !== p || p === 0 || (p & low) !== 0 || p > this.$last) {
        throw badPointer(type, this.$space, p);
      }
      this.$ptr = p;
      return this;
    }
  };
  slow.forEach((s, i) => {
    const { get, set } = property(s, i);
    Object.defineProperty(made.prototype, s.field.name, { get, set, configurable: true });
  });
  return made;
}

interface Property {
  get(this: AccessorBase): unknown;
  set(this: AccessorBase, v: any): void;
}

function property(slow: Slow, i: number): Property {
  const { offset, type } = slow.field;
  const plain = plainOf(slow.type);
  const set = function (this: AccessorBase, v: unknown): void {
    slow.set(this, v);
  };
  if (plain !== undefined) {
    const { shift, test } = plain;
    const view = `$${plain.view}`;
    type Views = Record<string, Float64Array>;
    return {
      get() {
        return (this as unknown as Views)[view]![(this.$ptr + offset) >>> shift];
      },
      set(v: number) {
        if (typeof v === "number" && test(v))
          (this as unknown as Views)[view]![(this.$ptr + offset) >>> shift] = v;
        else slow.refuse(v);
      },
    };
  }
  if (slow.kind === "struct") {
    const make = accessor(type as StructType, { codegen: false });
    const key = `$inner${i}`;
    return {
      get() {
        return slow.inner(this, make, key);
      },
      set,
    };
  }
  return {
    get() {
      return slow.get(this);
    },
    set,
  };
}
