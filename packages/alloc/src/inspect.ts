/**
 * What `console.log` (on Node) and `JSON.stringify` show of an allocator: its statistics instead of its parts, which the whole
 * memory is one of.
 *
 * Own properties and not methods: a class with a computed key cannot be left out of a bundle.
 */
import type { Allocator } from "./api.ts";

function show(this: Allocator): string {
  const { heapAlloc, heapObjects, heapInuse } = this.stats();
  return `Allocator { heapAlloc: ${heapAlloc}, heapObjects: ${heapObjects}, heapInuse: ${heapInuse} }`;
}

function toJSON(this: Allocator): unknown {
  return this.stats();
}

/** Makes an allocator show its statistics. */
export function inspectAllocator(a: Allocator): void {
  Object.defineProperty(a, Symbol.for("nodejs.util.inspect.custom"), { value: show });
  Object.defineProperty(a, "toJSON", { value: toJSON });
}
