/**
 * Error texts of the collector. Fatal errors of Go keep Go's text to the letter.
 *
 * Invariants
 *  1. The classes of all errors that are the package's own, and the texts that are Go's, stand here.
 *  2. An argument error names the argument and the value it had, and carries a brand, so that every copy of the package knows it.
 */

import { AllocError, isAllocError } from "@gort/alloc";
import { FatalError, hasBrand, show } from "@gort/types";
import type { GcHeap } from "./api.ts";

/**
 * Misuse that is fatal in Go: `message` is Go's text without the `fatal error: ` prefix. A `FatalError` of `@gort/types`, so
 * `isFatalError` knows it and `recover` does not stop it.
 *
 * @example
 * ```ts
 * import { createHeap, GcFatalError } from "@gort/gc";
 * import { isFatalError } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * let thrown: unknown;
 * try {
 *   heap.setFinalizer(0, () => {});
 * } catch (e) {
 *   thrown = e;
 * }
 * thrown instanceof GcFatalError && isFatalError(thrown); // => true
 * String(thrown); // => "fatal error: runtime.SetFinalizer: first argument is nil"
 * ```
 */
export class GcFatalError extends FatalError {}

const ARGUMENT = Symbol.for("gort.gc.argument");

/**
 * A bad argument to a heap: the text names it and its value.
 *
 * @example
 * ```ts
 * import { createHeap, GcArgumentError } from "@gort/gc";
 *
 * let thrown: unknown;
 * try {
 *   createHeap({ gcPercent: NaN });
 * } catch (e) {
 *   thrown = e;
 * }
 * thrown instanceof GcArgumentError; // => true
 * ```
 */
export class GcArgumentError extends RangeError {
  /** Tells it from other errors. */
  declare readonly [ARGUMENT]?: true;

  constructor(message: string) {
    super(message);
    // Not a getter: a class with a computed key cannot be left out of a bundle.
    Object.defineProperty(this, ARGUMENT, { value: true });
  }
  override get name(): string {
    return "GcArgumentError";
  }
}

/**
 * Whether `value` is a {@link GcArgumentError}, of this or of another copy of the package. O(1), and throws for no value.
 *
 * @example
 * ```ts
 * import { createHeap, isGcArgumentError } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * let text = "";
 * try {
 *   heap.step(-1);
 * } catch (e) {
 *   if (isGcArgumentError(e)) text = e.message;
 * }
 * text.startsWith("step: budgetMs is -1"); // => true
 * ```
 */
export function isGcArgumentError(value: unknown): value is GcArgumentError {
  return hasBrand(value, ARGUMENT);
}

/**
 * A broken invariant found by a checker.
 *
 * @example
 * ```ts
 * import { checkHeap, createHeap, GcCheckError } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 1 << 24 });
 * let broken = "";
 * try {
 *   checkHeap(heap);
 * } catch (e) {
 *   if (e instanceof GcCheckError) broken = e.message;
 * }
 * broken; // => ""
 * ```
 */
export class GcCheckError extends Error {
  override get name(): string {
    return "GcCheckError";
  }
}

/** Go's texts, by what went wrong. */
export const texts = {
  firstArgNil: "runtime.SetFinalizer: first argument is nil",
  firstArgNotPointer: (type: string) =>
    `runtime.SetFinalizer: first argument is ${type}, not pointer`,
  secondArgNotFunc: (type: string) =>
    `runtime.SetFinalizer: second argument is ${type}, not a function`,
  notInBlock: "runtime.SetFinalizer: pointer not in allocated block",
  notAtBeginning: "runtime.SetFinalizer: pointer not at beginning of allocated block",
  cannotPass: (type: string, fn: string) =>
    `runtime.SetFinalizer: cannot pass ${type} to finalizer ${fn}`,
  alreadySet: "runtime.SetFinalizer: finalizer already set",
  cleanupNil: "runtime.AddCleanup: ptr is nil",
  cleanupSelf: "runtime.AddCleanup: ptr is equal to arg, cleanup will never run",
  cleanupNotInBlock: "runtime.AddCleanup: ptr not in allocated block",
} as const;

/**
 * How Go would name the type of a JavaScript value that was passed where a pointer or a function belongs: the name of what
 * `typeOf` of `@gort/types` says, without its code.
 */
export function goTypeName(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return "float64";
    case "bigint":
      if (BigInt.asIntN(64, value) === value) return "int64";
      return BigInt.asUintN(64, value) === value ? "uint64" : "js.BigInt";
    case "function":
      return "func()";
    case "symbol":
      return "js.Symbol";
    case "undefined":
      return "nil";
    case "object":
      if (value === null) return "nil";
      return Object.prototype.toString.call(value) === "[object Error]"
        ? "*js.Error"
        : "*js.Object";
  }
}

/** What a heap throws where its allocator threw `error`: if memory is out, the same and what to do about it. */
export function noRoom(error: unknown, heap: { live: number; kind: GcHeap["kind"] }): Error {
  if (!isAllocError(error) || error.code !== "OUT_OF_MEMORY") return error as Error;
  const { live } = heap;
  let advice =
    live > 0
      ? `of the heap ${live} bytes are live or not collected yet: collect, or set \`memoryLimit\``
      : "of the heap nothing is live: so much does not fit, or what is freed is not used again";
  if (heap.kind === "no-collect") advice = "this heap never collects";
  return new AllocError(error.code, `${error.message}; ${advice}`);
}

/**
 * Throws if the buffer under a view is gone, all of which then reads as undefined. Called where the collector begins to work, and
 * where memory changes hands: between them, on the fast paths, a heap that has lost its memory may seem to work. Asks for an element,
 * as that of `@gort/alloc` does.
 */
export function checkAttached(view: Uint32Array): void {
  if (view[0] === undefined)
    throw new AllocError(
      "BAD_MEMORY",
      "heap: the buffer was detached: transferred, or of a WebAssembly.Memory that grew",
    );
}

/** Throws {@link GcFatalError} with a text of Go. */
export function fatal(text: string): never {
  throw new GcFatalError(text);
}

/** Throws {@link GcArgumentError}: `what: name is value`. */
export function badArgument(call: string, name: string, value: unknown, want: string): never {
  throw new GcArgumentError(`${call}: ${name} is ${show(value)}, want ${want}`);
}

/** Throws {@link GcCheckError} unless `condition` holds. */
export function invariant(condition: boolean, text: string): asserts condition {
  if (!condition) throw new GcCheckError(text);
}
