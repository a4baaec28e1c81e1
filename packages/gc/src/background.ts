/**
 * The face a heap shows to whoever drives it in the background: a scheduler, a timer, an idle callback.
 *
 * Invariant: it holds no state of its own but the driver's callback; `step` without pending work does nothing.
 */
import type { BackgroundWork } from "./api.ts";
import { budget } from "./arguments.ts";
import type { HeapBase } from "./heap-base.ts";

export class Background implements BackgroundWork {
  readonly #heap: HeapBase;
  onReady: (() => void) | null = null;
  constructor(heap: HeapBase) {
    this.#heap = heap;
  }
  get pending(): boolean {
    return this.#heap.pending;
  }
  step(budgetMs: number): boolean {
    const heap = this.#heap;
    budget("background.step", "budgetMs", budgetMs);
    if (!heap.pending) return false;
    // Finalizers alone are no reason to begin a cycle.
    if (heap.phase === "off" && !heap.due) heap.safepoint();
    else heap.step(budgetMs);
    return heap.pending;
  }
}
