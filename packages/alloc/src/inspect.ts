/**
 * What `console.log` shows of an allocator on Node: its statistics instead of its parts.
 *
 * An own property and not a method: a class with a computed key cannot be left out of a bundle.
 */
import type { Allocator } from "./api.ts";

function show(this: Allocator): string {
  const { heapAlloc, heapObjects, heapInuse } = this.stats();
  return `Allocator { heapAlloc: ${heapAlloc}, heapObjects: ${heapObjects}, heapInuse: ${heapInuse} }`;
}

/** Makes an allocator show its statistics. */
export function inspectAllocator(a: Allocator): void {
  Object.defineProperty(a, Symbol.for("nodejs.util.inspect.custom"), { value: show });
}
