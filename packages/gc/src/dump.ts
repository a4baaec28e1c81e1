/**
 * Heap dump: every object, what it points to, and what holds it, as plain data and as text.
 *
 * Invariants
 *  1. Objects are in address order; `reachable` is derived by a walk of its own, not from mark bits.
 *  2. Taking a dump changes nothing and may be done in any phase.
 */
import type { Ptr } from "@gort/types";
import type { Phase } from "./api.ts";
import { badArgument } from "./errors.ts";
import type { RootKind } from "./walk.ts";
import { forEachPointer, forEachRoot, insideOf, reachableBases } from "./walk.ts";

/** One object of a heap dump. */
export interface DumpedObject {
  /** Its address. */
  readonly base: Ptr;
  /** Bytes, as its size class rounds them. */
  readonly size: number;
  /** Whether it may hold pointers. */
  readonly scan: boolean;
  /** Whether a root leads to it. */
  readonly reachable: boolean;
  /** While marking: its mark bit. Otherwise false. */
  readonly marked: boolean;
  /** Bases of the objects it points to, in the order of its slots. */
  readonly pointers: readonly Ptr[];
}

/** One root of a heap dump. */
export interface DumpedRoot {
  /** What kind of root it is. */
  readonly kind: RootKind;
  /** The pointer it holds. */
  readonly ptr: Ptr;
}

/** All of a heap at one moment. */
export interface HeapDump {
  /** The phase the collector was in. */
  readonly phase: Phase;
  /** All roots. */
  readonly roots: readonly DumpedRoot[];
  /** All objects, by address. */
  readonly objects: readonly DumpedObject[];
}

/**
 * Takes a dump. O(bytes of all objects), and the sort by address. It makes a JavaScript object for each object of the heap, so tens of
 * millions do not fit into that of V8: there `heapProfile` shows who allocated them.
 *
 * @param heap a heap made by `createHeap` or one of its twins, in any phase
 * @throws GcArgumentError for anything else; AllocError `BAD_MEMORY` if its buffer is gone; what a root source throws
 *
 * @example
 * ```ts
 * import { createHeap, dumpHeap } from "@gort/gc";
 * import { int32, ptr } from "@gort/types";
 *
 * const heap = createHeap({ reserve: 2 ** 24 });
 * const a = heap.alloc(ptr(int32));
 * heap.writePtr(a, heap.alloc(int32));
 * heap.root(a);
 * const dump = dumpHeap(heap);
 * dump.objects.length; // => 2
 * dump.roots[0]?.kind; // => "handle"
 * ```
 */
export function dumpHeap(heap: object): HeapDump {
  const h = insideOf(heap, "dumpHeap");
  const roots: DumpedRoot[] = [];
  forEachRoot(h, (ptr, kind) => roots.push({ kind, ptr }));
  const reached = reachableBases(h);
  const objects: DumpedObject[] = [];
  h.objects.forEach((base, size) => {
    const pointers: Ptr[] = [];
    forEachPointer(h, base, (p) => {
      const to = h.objects.find(p);
      if (to !== 0) pointers.push(to);
    });
    objects.push({
      base,
      size,
      scan: h.objects.isScan(base),
      reachable: reached.has(base),
      marked: h.phase === "mark" && h.objects.isMarked(base),
      pointers,
    });
  });
  objects.sort((a, b) => a.base - b.base);
  return { phase: h.phase, roots, objects };
}

/**
 * A dump as text, one line per root and object. O(length of the text).
 *
 * @throws GcArgumentError for what {@link dumpHeap} did not return
 *
 * @example
 * ```ts
 * import { createHeap, dumpHeap, formatHeapDump } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 2 ** 24 });
 * formatHeapDump(dumpHeap(heap)); // => "heap: phase off, 0 roots, 0 objects, 0 bytes\n"
 * ```
 */
export function formatHeapDump(dump: HeapDump): string {
  const d = dump as Partial<HeapDump> | null | undefined;
  if (!Array.isArray(d?.objects) || !Array.isArray(d.roots))
    badArgument("formatHeapDump", "dump", dump, "what dumpHeap returned");
  const bytes = dump.objects.reduce((sum, o) => sum + o.size, 0);
  let text =
    `heap: phase ${dump.phase}, ${dump.roots.length} roots, ` +
    `${dump.objects.length} objects, ${bytes} bytes\n`;
  for (const r of dump.roots) text += `root ${r.kind} 0x${r.ptr.toString(16)}\n`;
  for (const o of dump.objects) {
    const to = o.pointers.map((p) => ` 0x${p.toString(16)}`).join("");
    const flags = `${o.scan ? "scan" : "noscan"}${o.reachable ? "" : " garbage"}${o.marked ? " marked" : ""}`;
    text += `object 0x${o.base.toString(16)} ${o.size} ${flags}${to === "" ? "" : " ->" + to}\n`;
  }
  return text;
}

/**
 * Whether each of some pointers names an object that is reachable from the roots, by a walk of its own. O(bytes reachable + pointers).
 *
 * @throws as {@link dumpHeap} does
 *
 * @example
 * ```ts
 * import { createHeap, isReachable } from "@gort/gc";
 * import { float64, struct } from "@gort/types";
 *
 * const Point = struct({ x: float64, y: float64 });
 * const heap = createHeap({ reserve: 2 ** 24 });
 * const kept = heap.alloc(Point);
 * heap.root(kept);
 * isReachable(heap, kept, heap.alloc(Point)); // => [true, false]
 * ```
 */
export function isReachable(heap: object, ...pointers: Ptr[]): boolean[] {
  const h = insideOf(heap, "isReachable");
  const reached = reachableBases(h);
  return pointers.map((p) => reached.has(h.objects.find(p)));
}
