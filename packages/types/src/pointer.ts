/**
 * Descriptors of pointers: `ptr(T)` and `unsafePointer`.
 *
 * Invariants
 *  1. A pointer in memory is one 4-byte word, written through `Space.writePtr` only.
 *  2. The element may be given by a function, called at first use: so a type can point to itself.
 *  3. `ptr(T)` of one descriptor is one descriptor, found again without a search.
 */
import type { Ptr, Space, Type } from "./api.ts";
import { BaseType, ONE_POINTER, badValue, internalType, resolveType } from "./base.ts";
import { hashInt32 } from "./hash.ts";
import type { Lazy, PtrType } from "./kinds.ts";
import { spell } from "./spell.ts";

abstract class PointerLike extends BaseType<Ptr> {
  constructor() {
    super(4, 4, 4, true);
  }
  override get ptrMask(): Uint32Array {
    return ONE_POINTER;
  }
  override zero(): Ptr {
    return 0;
  }
  override get(space: Space, p: Ptr): Ptr {
    return space.memory.u32[p >>> 2]!;
  }
  override check(value: unknown, what: string): void {
    if (typeof value !== "number" || value >>> 0 !== value) {
      throw badValue(
        what,
        value,
        "a pointer (a byte offset, 0 for nil)",
        typeof value === "number",
      );
    }
  }
  override put(space: Space, p: Ptr, value: Ptr): void {
    space.writePtr(p, value);
  }
  override equal(space: Space, p: Ptr, q: Ptr): boolean {
    return space.memory.u32[p >>> 2] === space.memory.u32[q >>> 2];
  }
  override hash(space: Space, p: Ptr, seed: number): number {
    return hashInt32(space.memory.u32[p >>> 2]!, seed);
  }
  override equalValues(a: Ptr, b: Ptr): boolean {
    return a === b;
  }
  override hashValue(value: Ptr, seed: number): number {
    return hashInt32(value, seed);
  }
}

class PointerType<T> extends PointerLike implements PtrType<T> {
  readonly kind = "ptr";
  private target: Lazy<T>;

  constructor(elem: Lazy<T>) {
    super();
    this.target = elem;
  }
  override clone(): BaseType<Ptr> {
    return new (this.constructor as typeof PointerType)(this.target);
  }
  get elem(): Type<T> {
    return (this.target = resolveType("ptr", this.target));
  }
  override typeString(): string {
    return spell(this, () => `*${this.elem.name}`);
  }
}

class UnsafePointerType extends PointerLike {
  readonly kind = "unsafe.Pointer";

  constructor() {
    super();
    this.predeclared = true;
  }
  override clone(): BaseType<Ptr> {
    return new (this.constructor as typeof UnsafePointerType)();
  }
  override typeString(): string {
    return "unsafe.Pointer";
  }
}

/**
 * `*T`. A type that points to itself gives a function with an annotated result, so that TypeScript need not infer in a circle. O(1).
 * @throws TypeError for what is no descriptor
 *
 * @example
 * ```ts
 * import { int, ptr, struct, type Type } from "@gort/types";
 *
 * const Node = struct({ value: int, next: ptr((): Type => Node) });
 * Node.size; // => 8
 * ptr(int).name; // => "*int"
 * ```
 */
export function ptr<T>(elem: Lazy<T>): PtrType<T> {
  if (typeof elem === "function") return new PointerType(elem);
  const t = internalType(elem, "ptr");
  t.pointerTo ??= new PointerType(elem);
  return t.pointerTo as PointerType<T>;
}

/** Go's `unsafe.Pointer`: a pointer that a collector follows, of no element type. */
export const unsafePointer: Type<Ptr> = /* @__PURE__ */ new UnsafePointerType();
