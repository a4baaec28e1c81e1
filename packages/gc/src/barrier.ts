/**
 * The write barrier: what one pointer store has to tell the collector while it marks.
 *
 *     writePtr(slot, value):
 *         if wb has DELETION:  shade(*slot)     Yuasa: what was reachable at the start stays marked
 *         if wb has INSERTION: shade(value)     Dijkstra: a black object never gets a white pointer
 *         *slot = value
 *
 * Invariants
 *  1. `insertion` (Go 1.5 to 1.7) keeps the strong tri-color invariant: no black object points to a white
 *     one. Roots are written without a barrier, so they are scanned again at mark termination, and
 *     what only they reach is marked in that stop.
 *  2. `deletion` keeps the weak one: a white object that a black one points to is also reached by a path
 *     of white objects from a grey one. It is a snapshot: all roots are scanned in the first stop, and
 *     a cycle may begin only at a safepoint, where the program holds no pointer of its own.
 *  3. `hybrid` (Go 1.8 on) does both. A cycle may begin inside an allocation, roots may be scanned piece by
 *     piece, and the second scan of the roots finds nothing new, so the last stop stays short.
 *  4. The buffer is empty unless the heap marks, and while it is looked at whether anything is grey.
 *  5. Objects allocated while marking are black from birth, under all three.
 *
 * Why hybrid is the default: it alone bounds both stops. Go's own barrier shades `value` only while the
 * stack is grey in theory and always in practice; here the same, because the program's local
 * variables, our stack, are never scanned.
 *
 * And for it alone there is a buffer, as in Go: a write puts both pointers there, and they are shaded when it is full, before
 * any step of marking, and before marking is found to be over. Until then they count as grey. Shading 240 in one loop takes little
 * more than half the time of shading each: a call has the same views, tables and lengths to load as the loop. Old pointers that
 * are nil are left out: with them the loop came to another page at every word, and a first write took twice the time. The
 * historical two shade at once, and so does every write in stress mode.
 */
import type { Memory, Ptr, Type } from "@gort/types";
import type { BarrierKind } from "./api.ts";

/** Bits of `Mutator.wb`. */
export const INSERTION = 1;
export const DELETION = 2;
/** Stress mode: check slot and value of every write. */
export const VERIFY = 4;

/** Both, and nothing else: the pointers of a write are kept, to be shaded with others. */
export const HYBRID = 3;

/** The bits of a strategy. */
export function barrierBits(kind: BarrierKind): number {
  return kind === "insertion" ? INSERTION : kind === "deletion" ? DELETION : HYBRID;
}

/** Shades for a typed move: the pointers that are overwritten, and those that arrive. */
export function shadeMove(
  heap: { readonly memory: Memory; shade(p: Ptr): void },
  type: Type,
  dst: Ptr,
  src: Ptr,
  count: number,
  wb: number,
): void {
  const { u32 } = heap.memory;
  const mask = type.ptrMask;
  const words = (type.ptrdata + 3) >>> 2;
  const deletes = (wb & DELETION) !== 0;
  const inserts = (wb & INSERTION) !== 0 && src !== 0;
  for (let i = 0, offset = 0; i < count; i++, offset += type.size) {
    for (let k = 0; k < words; k++) {
      if (((mask[k >>> 5]! >>> (k & 31)) & 1) === 0) continue;
      if (deletes) heap.shade(u32[((dst + offset) >>> 2) + k]!);
      if (inserts) heap.shade(u32[((src + offset) >>> 2) + k]!);
    }
  }
}

/** Moves whole words as if through a temporary: for a few of them faster than `copyWithin`. */
export function moveWords(i32: Int32Array, dst: Ptr, src: Ptr, bytes: number): void {
  const to = dst >>> 2;
  const from = src >>> 2;
  const n = bytes >>> 2;
  if (to < from) for (let i = 0; i < n; i++) i32[to + i] = i32[from + i]!;
  else for (let i = n - 1; i >= 0; i--) i32[to + i] = i32[from + i]!;
}
