/**
 * Contracts of the composite kinds: what a descriptor of that kind tells beyond {@link Type}, and the
 * JavaScript types inferred from descriptors. No code.
 */
import type { Ptr, Type, ValueOf } from "./api.ts";

/** A descriptor, or a function that returns it: how a type refers to one that is not finished yet. */
export type Lazy<T = any> = Type<T> | (() => Type<T>);

/** `*T`: a {@link Ptr}, 4 bytes. */
export interface PtrType<T = any> extends Type<Ptr> {
  readonly kind: "ptr";
  /** What it points to. */
  readonly elem: Type<T>;
}

/** `[n]T`: a JavaScript array of `n` values. */
export interface ArrayType<T = any> extends Type<T[]> {
  readonly kind: "array";
  /** Type of the elements. */
  readonly elem: Type<T>;
  /** Number of elements, part of the type. */
  readonly len: number;
}

/** The header of a slice as it lies in memory. `@gort/slice` has the operations. */
export interface SliceHeader {
  /** Address of the first element. */
  readonly ptr: Ptr;
  /** Number of elements. */
  readonly len: number;
  /** Elements up to the end of the backing array. */
  readonly cap: number;
}

/** `[]T`: a {@link SliceHeader}, 12 bytes. */
export interface SliceType<T = any> extends Type<SliceHeader> {
  readonly kind: "slice";
  /** Type of the elements. */
  readonly elem: Type<T>;
}

/** `map[K]V`: any JavaScript object that is a map (`@gort/map`'s, a native `Map`), or null; 4 bytes. */
export interface MapType<K = any, V = any> extends Type<object | null> {
  readonly kind: "map";
  /** Type of the keys; comparable. */
  readonly key: Type<K>;
  /** Type of the values; Go's `Type.Elem`. */
  readonly elem: Type<V>;
}

/** Which way values go through a channel type. */
export type ChanDir = "both" | "send" | "recv";

/** `chan T`: any JavaScript object that is a channel, or null; 4 bytes. */
export interface ChanType<T = any> extends Type<object | null> {
  readonly kind: "chan";
  /** Type of what is sent. */
  readonly elem: Type<T>;
  /** Which way values go. */
  readonly dir: ChanDir;
}

/** The JavaScript type of the values of a descriptor, or of the one that a function returns. */
export type LazyValueOf<L> = L extends () => infer D ? ValueOf<D> : ValueOf<L>;

/** JavaScript types of a list of parameters, one for each. */
export type ArgsOf<P extends readonly Lazy[]> = { -readonly [I in keyof P]: LazyValueOf<P[I]> };

/**
 * JavaScript types of the arguments of a function: those of its parameters, but for Go's `...T`, whose elements are rest arguments.
 * `V` is true where the last parameter is one.
 */
export type CallArgsOf<P extends readonly Lazy[], V extends boolean> = [V] extends [true]
  ? P extends readonly [...infer Fixed extends readonly Lazy[], SliceType<infer T>]
    ? [...ArgsOf<Fixed>, ...T[]]
    : ArgsOf<P>
  : ArgsOf<P>;

/** JavaScript type of a list of results: nothing, one value, or a tuple. */
export type ResultOf<R extends readonly Lazy[]> = R extends readonly []
  ? void
  : R extends readonly [infer A]
    ? LazyValueOf<A>
    : { -readonly [I in keyof R]: LazyValueOf<R[I]> };

/** `func(P…) R…`: a JavaScript function, or null; 4 bytes. */
export interface FuncType<P extends unknown[] = any, R = any> extends Type<
  ((...args: P) => R) | null
> {
  readonly kind: "func";
  /** Types of the parameters, a method's receiver not among them. */
  readonly params: readonly Type[];
  /** Types of the results. */
  readonly results: readonly Type[];
  /** Whether the last parameter is `...T`: its descriptor is then `[]T`, and the function takes the elements as rest arguments. */
  readonly variadic: boolean;
}

/** One field of a struct type. */
export interface StructField {
  /** The field's name; `"_"` for a blank one. */
  readonly name: string;
  /** Type of the field. */
  readonly type: Type;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Its place among the fields, from 0. */
  readonly index: number;
  /** Go's field tag, `""` if there is none. */
  readonly tag: string;
  /** Whether the field is embedded: its methods and fields are promoted. */
  readonly embedded: boolean;
  /** Whether reflection may set it. Fields are exported unless said otherwise, whatever their first letter. */
  readonly exported: boolean;
}

/** A field with more than a type; made by `field`. */
export interface FieldSpec<T = any> {
  /** Type of the field. */
  readonly type: Type<T>;
  /** Go's field tag, `""` if there is none. */
  readonly tag: string;
  /** Whether its methods and fields are promoted. */
  readonly embedded: boolean;
  /** Whether reflection may set it. */
  readonly exported: boolean;
}

/** What `struct` takes: fields by name, in order. */
export type Fields = Readonly<Record<string, Type | FieldSpec>>;

/** JavaScript type of one field of a struct. */
export type FieldValue<F> = F extends FieldSpec<infer T> ? T : ValueOf<F>;

/** The JavaScript side of a struct: a plain object with a property per field; the blank field `_` has none. */
export type StructValue<F> = {
  -readonly [K in keyof F as K extends "_" ? never : K]: FieldValue<F[K]>;
} & {}; // so that editors show the properties and not the name of this type

/** `struct { … }`. */
export interface StructType<V = any> extends Type<V> {
  readonly kind: "struct";
  /** The fields in order, blank ones among them. */
  readonly fields: readonly StructField[];
  /** The field of that name, or undefined. O(1). */
  field(name: string): StructField | undefined;
}

/** A method that an interface asks for. */
export interface InterfaceMethod {
  /** The method's name. */
  readonly name: string;
  /** Its type without a receiver. */
  readonly type: FuncType;
}

/** The methods of an interface type by name, as `iface` takes them. */
export type MethodTypes = Readonly<Record<string, FuncType>>;

/**
 * `interface { … }`: null for nil, an `InterfaceValue` that says its type, or a raw JavaScript value of the type that `dynamicType`
 * says: any for an interface without methods, an `Error` for `error` (which TypeScript wants converted: `convert(e, error)`). A load
 * gives a raw one for an interface without methods only. 8 bytes.
 */
export interface InterfaceType<M extends MethodTypes = any, V = any> extends Type<V> {
  readonly kind: "interface";
  /** Sorted by name. */
  readonly methods: readonly InterfaceMethod[];
  /** Type-level brand for inference only; never present at run time. */
  readonly __methods?: M;
}

/** What a named type adds to its underlying one: the declaration of methods. */
export interface Declarable<T> {
  /**
   * Declares a method with a value receiver, Go's `func (r T) Name(…) …`.
   * @param type its type without the receiver
   * @param fn takes the receiver first: a copy, so that what it changes of it is gone with the call
   * @throws TypeError if the name is taken, or the type's methods have been used before
   */
  method<P extends unknown[], R>(
    name: string,
    type: FuncType<P, R>,
    fn: (recv: T, ...args: P) => R,
  ): this;
  /** Declares a method with a pointer receiver, Go's `func (p *T) Name(…) …`; it is in the method set of `*T` only. */
  ptrMethod<P extends unknown[], R>(
    name: string,
    type: FuncType<P, R>,
    fn: (recv: Ptr, ...args: P) => R,
  ): this;
}

/** A defined type: its underlying descriptor under a name of its own, which can have methods if it is no pointer and no interface. */
export type Named<D extends Type> = D extends { readonly kind: "interface" | "ptr" }
  ? D
  : D & Declarable<ValueOf<D>>;
