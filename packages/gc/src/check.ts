/**
 * Checks a heap from the outside in: walks everything and derives every counter and list anew.
 *
 * Invariants checked, by the file that states them
 *  1. own-memory: the list of blocks is linked both ways, kinds are known, bytes add up.
 *  2. handles: slots in use and free slots add up, free slots hold nil, the count is right.
 *  3. stack: the used count lies inside the block.
 *  4. specials: each record is on exactly one list; attached ones on their page; the queue is counted.
 *  5. boxes: the lists of all pages hold exactly the values held.
 *  6. every pointer that can be reached names an object that is allocated.
 *  7. barrier: its bits are set exactly while marking; the tri-color invariant of its kind holds.
 *  8. large-room: a cycle that is urgent is asked for, or runs.
 *  9. the books: what the last cycle found and what was allocated since is not more than what is allocated.
 */
import type { Ptr } from "@gort/types";
import { DELETION, HYBRID, INSERTION } from "./barrier.ts";
import { badArgument, invariant } from "./errors.ts";
import { LARGE, OBJECT, OBLET } from "./grey.ts";
import { scanHandles } from "./handles.ts";
import type { HeapBase } from "./heap-base.ts";
import type { MarkSweepHeap } from "./mark-sweep.ts";
import { HANDLES, HEADER, INDEX, RECORDS, STACK, WORK } from "./own-memory.ts";
import * as own from "./own-memory.ts";
import { BOXES_HEAD, RECORDS_HEAD } from "./page-index.ts";
import {
  BASE,
  CLEANUP_QUEUED,
  FINALIZER_QUEUED,
  FINALIZER_RUNNING,
  FREE,
  KIND,
  NEXT,
  RECORD,
  RECORDS_END,
  RECORDS_FIRST,
  SAMPLE,
  scanRecords,
} from "./specials.ts";
import { scanStack } from "./stack.ts";
import { forEachPointer, insideOf, reachableBases } from "./walk.ts";

/**
 * Checks every invariant of a heap, in any phase. O(bytes of all objects), allocates nothing in the heap.
 *
 * @throws GcCheckError naming the first broken invariant; GcArgumentError for what is no heap of this package; what a root source throws
 *
 * @example
 * ```ts
 * import { checkHeap, createHeap } from "@gort/gc";
 *
 * checkHeap(createHeap({ reserve: 2 ** 24 })); // => undefined
 * ```
 */
export function checkHeap(heap: object): void {
  const h = insideOf(heap, "checkHeap");
  checkBlocks(h);
  checkHandles(h);
  checkRecords(h);
  checkBoxes(h);
  reachableBases(h, (p, where) => {
    invariant(false, `pointer ${p} in ${where} names no object`);
  });
  const barrier = h.wb & (INSERTION | DELETION);
  if (h.kind === "mark-sweep") {
    invariant((barrier !== 0) === (h.phase === "mark"), `barrier ${barrier} in phase ${h.phase}`);
    const kept = h.wbTop - h.wbStart;
    invariant(
      kept >= 0 && h.wbTop < h.wbEnd && (kept === 0 || barrier === HYBRID),
      `the barrier keeps ${kept} pointers in phase ${h.phase}`,
    );
    if (h.phase === "mark") checkTricolor(h, barrier === INSERTION ? "strong" : "weak");
  }
  if (h.phase === "off") invariant(!h.urgent || h.wanted, "a cycle is urgent, but not wanted");
  if (h.phase === "off" && h.kind !== "no-collect") {
    const live = h.live;
    const held = h.allocator.stats().heapAlloc;
    invariant(live <= held, `live is ${live}, but only ${held} bytes are allocated`);
  }
}

function checkBlocks(h: HeapBase): void {
  const { u32 } = h;
  let previous = 0;
  let bytes = 0;
  let stacks = 0;
  let { cursor } = h.own;
  h.own.forEach((block, kind) => {
    invariant(kind >= WORK && kind <= INDEX, `block ${block} has kind ${kind}`);
    invariant(u32[(block >>> 2) + 1] === previous, `block ${block} is not linked back`);
    bytes += h.own.words(block) * 4;
    previous = block;
    if (block === h.own.cursor) cursor = 0;
    if (kind !== STACK) return;
    stacks += h.own.words(block) * 4;
    const used = u32[(block + HEADER) >>> 2]!;
    invariant(used <= h.own.words(block), `stack block ${block} uses ${used} words`);
  });
  invariant(bytes === h.own.bytes, `blocks have ${bytes} bytes, counted ${h.own.bytes}`);
  invariant(
    stacks === h.own.stackBytes,
    `stacks have ${stacks} bytes, counted ${h.own.stackBytes}`,
  );
  invariant(cursor === 0, `the cursor is at ${cursor}, which is no block`);
}

function checkHandles(h: HeapBase): void {
  const { u32 } = h;
  const free = new Set<number>();
  for (let s = u32[h.own.user + own.USER_HANDLES_FREE]!; s !== 0; s = u32[s + 1]!) {
    invariant(!free.has(s), `handle slot ${s} is free twice`);
    invariant(u32[s] === 0, `free handle slot ${s} holds ${u32[s]}`);
    free.add(s);
  }
  let slots = 0;
  h.own.forEach((block, kind) => {
    if (kind === HANDLES) slots += (h.own.words(block) - (HEADER >>> 2)) >>> 1;
  });
  const used = slots - free.size;
  invariant(used === h.handles.count, `${used} handles in use, counted ${h.handles.count}`);
}

function checkRecords(h: HeapBase): void {
  const { u32, specials } = h;
  const place = new Map<number, string>();
  const put = (r: number, where: string): void => {
    invariant(!place.has(r), `record ${r} is on ${place.get(r)} and on ${where}`);
    place.set(r, where);
  };
  for (let r = u32[h.own.user + own.USER_RECORDS_FREE]!; r !== 0; r = u32[r + NEXT]!) {
    put(r, "the free list");
    invariant(u32[r + KIND] === FREE, `free record ${r} has kind ${u32[r + KIND]}`);
  }
  let queued = 0;
  for (let r = u32[h.own.user + own.USER_QUEUE_HEAD]!; r !== 0; r = u32[r + NEXT]!) {
    put(r, "the queue");
    const kind = u32[r + KIND]!;
    invariant(
      kind === FINALIZER_QUEUED || kind === CLEANUP_QUEUED,
      `queued record ${r} has kind ${kind}`,
    );
    queued++;
  }
  invariant(queued === specials.queued, `${queued} records queued, counted ${specials.queued}`);
  h.index.forEach((page, entry) => {
    for (let r = u32[entry + RECORDS_HEAD]!; r !== 0; r = u32[r + NEXT]!) {
      put(r, `page ${page}`);
      const base = u32[r + BASE]!;
      const kind = u32[r + KIND]!;
      invariant(kind > FREE && kind <= SAMPLE, `record ${r} on page ${page} has kind ${kind}`);
      invariant(base >>> 13 === page, `record ${r} of object ${base} is on page ${page}`);
      invariant(h.objects.find(base) === base, `record ${r} is of ${base}, which is no object`);
    }
  });
  h.own.forEach((block, kind) => {
    if (kind !== RECORDS) return;
    for (let i = RECORDS_FIRST; i < RECORDS_END; i += RECORD) {
      const r = (block >>> 2) + i;
      const running = u32[r + KIND] === FINALIZER_RUNNING;
      invariant(place.has(r) || running, `record ${r} of kind ${u32[r + KIND]} is on no list`);
    }
  });
}

function checkBoxes(h: HeapBase): void {
  let count = 0;
  h.index.forEach((page, entry) => {
    for (let p = h.u32[entry + BOXES_HEAD]!; p !== 0; p = h.u32[(p >>> 2) + 1]!) {
      invariant(p >>> 13 === page, `box ${p} is on page ${page}`);
      invariant(h.boxes.isBox(p), `${p} on page ${page} is no box`);
      count++;
    }
  });
  invariant(count === h.boxes.count, `${count} boxes on pages, ${h.boxes.count} values held`);
}

/**
 * Checks the tri-color invariant of a `createHeap` heap that is marking. O(bytes of all objects).
 *
 * @param kind `"strong"`: no black object points to a white one. `"weak"`: every white object that a black one
 *   points to is also reached from a grey one through white ones.
 * @throws GcCheckError unless it holds, or if the heap does not mark; GcArgumentError for what is no heap of this package, or
 *   another kind
 *
 * @example
 * ```ts
 * import { checkTricolor, createHeap } from "@gort/gc";
 *
 * const heap = createHeap({ reserve: 2 ** 24 });
 * heap.step(0);
 * heap.phase; // => "mark"
 * checkTricolor(heap, "strong"); // => undefined
 * ```
 */
export function checkTricolor(heap: object, kind: "strong" | "weak"): void {
  const h = insideOf(heap, "checkTricolor");
  if (kind !== "strong" && kind !== "weak")
    badArgument("checkTricolor", "kind", kind, '"strong" or "weak"');
  invariant(h.kind === "mark-sweep" && h.phase === "mark", `phase is ${h.phase}, not mark`);
  const { objects } = h;
  const { grey } = (h as MarkSweepHeap).marker;
  const greys = new Set<Ptr>();
  const whites = new Set<Ptr>();
  const todo: Ptr[] = [];
  const reach = (p: Ptr): void => {
    const base = objects.find(p);
    if (base === 0 || objects.isMarked(base) || whites.has(base)) return;
    whites.add(base);
    todo.push(base);
  };
  // An oblet may be of an object that is not marked: one with a finalizer.
  grey.forEach((address, tag) => {
    if (tag === OBJECT || tag === LARGE) {
      invariant(objects.isMarked(address), `grey object ${address} is not marked`);
      greys.add(address);
    } else if (tag === OBLET) greys.add(objects.find(address));
  });
  // Blocks that were not scanned yet are as grey as what they hold.
  let { cursor } = h.own;
  for (let from = h.own.cursorWords; cursor !== 0; cursor = h.own.next(cursor), from = 0) {
    const blockKind = h.own.kind(cursor);
    if (blockKind === HANDLES) scanHandles(h.u32, cursor, reach);
    else if (blockKind === STACK) scanStack(h.u32, cursor, reach, from);
    else if (blockKind === RECORDS)
      scanRecords(h.u32, cursor, reach, (base) => forEachPointer(h, base, reach));
  }
  // So is what the barrier keeps.
  for (let w = h.wbStart; w < h.wbTop; w++) reach(h.u32[w]!);
  // With marks lost to a full memory, every marked object will be scanned again, so all count as grey.
  if (grey.overflow) return;
  for (const base of greys) forEachPointer(h, base, reach);
  for (let p = todo.pop(); p !== undefined; p = todo.pop()) forEachPointer(h, p, reach);
  objects.forEach((base) => {
    if (!objects.isMarked(base) || greys.has(base)) return;
    forEachPointer(h, base, (p, slot) => {
      const to = objects.find(p);
      if (to === 0 || objects.isMarked(to)) return;
      invariant(kind !== "strong", `black ${base} points to white ${to} at ${slot}`);
      invariant(whites.has(to), `white ${to} is only reached from black ${base} at ${slot}`);
    });
  });
}
