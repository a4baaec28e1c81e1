/**
 * Every way a call can be wrong, one code and one text each.
 *
 * Invariants
 *  1. A call that throws one of these has changed nothing.
 *  2. The text names the argument and its value; out of memory begins with the Go runtime's own text.
 *  3. Errors are told apart by `code`, and recognised by the brand `Symbol.for("gort.alloc.error")`, never
 *     by `instanceof`: two copies of this package may be loaded.
 */
import { hasBrand, show } from "@gort/types";
import type { Allocator, Memory, Ptr } from "./api.ts";

const brand: unique symbol = Symbol.for("gort.alloc.error") as never;

/** What went wrong. */
export type AllocErrorCode =
  | "OUT_OF_MEMORY"
  | "BAD_SIZE"
  | "BAD_ALIGN"
  | "BAD_SHARD"
  | "BAD_POINTER"
  | "FOREIGN_POINTER"
  | "INTERIOR_POINTER"
  | "DOUBLE_FREE"
  | "DEAD_POINTER"
  | "WRITE_AFTER_FREE"
  | "REDZONE"
  | "BAD_MEMORY"
  | "BAD_OPTION"
  | "BAD_ARGUMENT"
  | "CORRUPT";

/**
 * Thrown by everything in this package.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, isAllocError } from "@gort/alloc";
 *
 * const heap = createAllocator(createMemory({ reserve: 1 << 20 }));
 * const p = heap.alloc(24);
 * heap.free(p);
 * try {
 *   heap.free(p);
 * } catch (err) {
 *   console.log(isAllocError(err) && err.code); // => "DOUBLE_FREE"
 * }
 * ```
 */
export class AllocError extends Error {
  /** Which of the cases this is. */
  readonly code: AllocErrorCode;
  constructor(code: AllocErrorCode, message: string) {
    super(message);
    this.code = code;
  }
  override get name(): string {
    return "AllocError";
  }
  /** The brand that {@link isAllocError} looks for. */
  get [brand](): true {
    return true;
  }
}

/**
 * Whether `value` is an {@link AllocError}, of this or of another copy of the package. O(1), and throws for no value.
 *
 * @example
 * ```ts
 * import { createAllocator, createMemory, isAllocError } from "@gort/alloc";
 *
 * const a = createAllocator(createMemory({ reserve: 1 << 24 }));
 * const p = a.alloc(64);
 * a.free(p);
 * let code = "";
 * try {
 *   a.free(p);
 * } catch (e) {
 *   if (isAllocError(e)) code = e.code;
 * }
 * code; // => "DOUBLE_FREE"
 * ```
 */
export function isAllocError(value: unknown): value is AllocError {
  return hasBrand(value, brand);
}

/** Hexadecimal, the way Go prints a pointer. */
export const hex = (p: number): string =>
  Number.isInteger(p) && p >= 0 ? `0x${p.toString(16)}` : show(p);

/** Go: `runtime: out of memory: cannot allocate 8192-byte block (4096 in use)`. */
export const outOfMemory = (bytes: number, inUse: number, limit: number): AllocError =>
  new AllocError(
    "OUT_OF_MEMORY",
    `runtime: out of memory: cannot allocate ${bytes}-byte block (${inUse} in use); the memory ends at ${limit} bytes: free something, or raise \`reserve\``,
  );

export const badSize = (size: unknown, max: number, min = 0): AllocError =>
  new AllocError("BAD_SIZE", `alloc: size ${show(size)} is not an integer from ${min} to ${max}`);

export function checkSize(size: number, max: number, min = 0): void {
  if (!Number.isInteger(size) || size < min || size > max) throw badSize(size, max, min);
}

export const badAlign = (align: unknown, max: number): AllocError =>
  new AllocError("BAD_ALIGN", `alloc: align ${show(align)} is not a power of two from 1 to ${max}`);

/** Throws unless `align` is a power of two up to `max`. */
export function checkAlign(align: number, max: number): void {
  if (!Number.isInteger(align) || align < 1 || align > max || (align & (align - 1)) !== 0)
    throw badAlign(align, max);
}

export const badShard = (shard: unknown, shards: number): AllocError =>
  new AllocError(
    "BAD_SHARD",
    `alloc: shard ${show(shard)} is not an integer from 0 to ${shards - 1}`,
  );

export const badPointer = (p: unknown): AllocError =>
  new AllocError("BAD_POINTER", `alloc: pointer ${show(p)} is not an address in this memory`);

export const foreignPointer = (p: Ptr, free = false): AllocError =>
  new AllocError(
    "FOREIGN_POINTER",
    `alloc: foreign pointer ${hex(p)}: ${free ? "it points to free pages: freed already, or never allocated" : "this allocator did not hand it out"}`,
  );

export const interiorPointer = (p: Ptr, base: Ptr): AllocError =>
  new AllocError(
    "INTERIOR_POINTER",
    `alloc: interior pointer ${hex(p)}: the object begins at ${hex(base)}, ${p - base} bytes before`,
  );

export const doubleFree = (p: Ptr): AllocError =>
  new AllocError("DOUBLE_FREE", `alloc: double free of ${hex(p)}: the object is free already`);

export const deadPointer = (p: Ptr): AllocError =>
  new AllocError("DEAD_POINTER", `alloc: use of ${hex(p)}: the object is free`);

export const badOption = (name: string, value: unknown, want: string): AllocError =>
  new AllocError("BAD_OPTION", `alloc: option ${name} is ${show(value)}, want ${want}`);

/** Throws unless the options are an object that has no names but those, separated by spaces. */
export function checkOptions(options: object, names: string): void {
  if (typeof options !== "object" || options === null)
    throw new AllocError("BAD_OPTION", `alloc: options are ${show(options)}, want an object`);
  const known = names.split(" ");
  for (const [name, value] of Object.entries(options))
    if (!known.includes(name)) throw badOption(name, value, `no options but ${known.join(", ")}`);
}

export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw badOption(name, value, "a boolean");
}

export const badArgument = (call: string, name: string, value: unknown, want: string): AllocError =>
  new AllocError("BAD_ARGUMENT", `alloc: ${call}: ${name} is ${show(value)}, want ${want}`);

/** Throws unless `value` is an allocator that a decorator can wrap. */
export function checkInner(call: string, value: unknown): void {
  const a = value as Partial<Allocator> | null | undefined;
  const ok = typeof a?.alloc === "function" && typeof a.free === "function" && isMemory(a.memory);
  if (!ok) throw badArgument(call, "inner", value, "an allocator");
}

/** Whether `value` looks like a memory: a buffer and the views on it. */
export function isMemory(value: unknown): boolean {
  const m = value as Partial<Memory> | null | undefined;
  return typeof m?.byteLength === "number" && m.buffer !== undefined && m.i32 !== undefined;
}

export const badMemory = (message: string): AllocError =>
  new AllocError("BAD_MEMORY", `alloc: ${message}`);

/**
 * Throws if the buffer under a view is gone, all of which then reads as undefined. Called where the fast paths end that find
 * nothing: they need no test of their own. Asks for an element and not for the length, which V8's compiler may take for a constant
 * of a view that it knows.
 */
export function checkAttached(view: Int32Array): void {
  if (view[0] === undefined)
    throw badMemory("the buffer was detached: transferred, or of a WebAssembly.Memory that grew");
}

export const corrupt = (message: string): AllocError =>
  new AllocError("CORRUPT", `alloc: ${message}`);
