/**
 * Walks over a heap by its plain definition, for checkers, dumps and queries: no marks, no work buffers.
 *
 * Invariants
 *  1. Nothing in the heap is changed.
 *  2. The roots visited are exactly those a cycle starts from: sources, handles, stacks, queued and running
 *     finalizers' objects, and what objects with a finalizer refer to.
 */
import type { Ptr } from "@gort/types";
import { badArgument, checkAttached } from "./errors.ts";
import { scanHandles } from "./handles.ts";
import type { HeapBase } from "./heap-base.ts";
import { HEAP_BRAND } from "./arguments.ts";
import { HANDLES, RECORDS, STACK } from "./own-memory.ts";
import { scanRecords } from "./specials.ts";
import { scanStack } from "./stack.ts";

/** The inside of a heap of this package, or of another copy of it. `call` is what wants it, for errors. */
export function insideOf(heap: unknown, call = "heap tool"): HeapBase {
  if (typeof heap !== "object" || heap === null || !(HEAP_BRAND in heap))
    badArgument(call, "heap", heap, "a heap made by createHeap or one of its twins");
  const h = heap as unknown as HeapBase;
  checkAttached(h.u32);
  h.settleRuns();
  return h;
}

/** Where a root comes from. */
export type RootKind = "source" | "handle" | "stack" | "finalizer";

/** Visits every pointer that is a root; 0 is left out. */
export function forEachRoot(heap: HeapBase, visit: (p: Ptr, kind: RootKind) => void): void {
  for (const { source } of heap.sources) source.scan((p) => p !== 0 && visit(p, "source"));
  heap.own.forEach((block, kind) => {
    if (kind === HANDLES) scanHandles(heap.u32, block, (p) => visit(p, "handle"));
    else if (kind === STACK) scanStack(heap.u32, block, (p) => visit(p, "stack"));
    else if (kind === RECORDS) {
      scanRecords(
        heap.u32,
        block,
        (p) => visit(p, "finalizer"),
        (base) => forEachPointer(heap, base, (p) => visit(p, "finalizer")),
      );
    }
  });
}

/** Visits every pointer that is not nil in an object, except those into the object itself. */
export function forEachPointer(
  heap: HeapBase,
  base: Ptr,
  visit: (p: Ptr, slot: Ptr) => void,
): void {
  const { objects, i32, u32 } = heap;
  if (!objects.isScan(base)) return;
  const map = objects.pointerBits >>> 2;
  const size = objects.sizeOf(base);
  for (let a = base; a < base + size; a += 4) {
    if (((i32[map + (a >>> 7)]! >>> ((a >>> 2) & 31)) & 1) === 0) continue;
    const p = u32[a >>> 2]!;
    if (p !== 0 && (p < base || p >= base + size)) visit(p, a);
  }
}

/** Bases of all objects that can be reached; `dangling` gets each pointer found that is in no object. */
export function reachableBases(
  heap: HeapBase,
  dangling: (p: Ptr, where: string) => void = () => {},
): Set<Ptr> {
  const seen = new Set<Ptr>();
  const todo: Ptr[] = [];
  const add = (p: Ptr, where: () => string): void => {
    const base = heap.objects.find(p);
    if (base === 0) {
      if (p !== heap.zeroBase) dangling(p, where());
    } else if (!seen.has(base)) {
      seen.add(base);
      todo.push(base);
    }
  };
  forEachRoot(heap, (p, kind) => add(p, () => `a ${kind} root`));
  for (let base = todo.pop(); base !== undefined; base = todo.pop()) {
    const from = base;
    forEachPointer(heap, from, (p, slot) => add(p, () => `slot ${slot} of object ${from}`));
  }
  return seen;
}
