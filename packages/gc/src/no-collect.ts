/**
 * The heap that never frees: the simplest conforming `Heap`, and the reference the others are compared with.
 *
 * Invariants
 *  1. Nothing is ever unreachable: finalizers and cleanups never run, weak pointers never become nil.
 *
 * Good for programs that end before memory does, and for finding out what a collector costs.
 */
import type { Ptr, TracedAllocator } from "@gort/alloc";
import type { HeapOptions } from "./api.ts";
import { budget } from "./arguments.ts";
import { HeapBase } from "./heap-base.ts";

export class NoCollectHeap extends HeapBase {
  readonly kind = "no-collect";

  constructor(allocator: TracedAllocator, options: HeapOptions, call: string) {
    super(
      allocator,
      options.gcPercent === undefined ? { ...options, gcPercent: -1 } : options,
      call,
    );
  }
  get due(): boolean {
    return false;
  }
  safepoint(): void {}
  collect(): void {
    const now = this.now();
    this.ledger.finish(0, now, true);
  }
  step(budgetMs: number): boolean {
    budget("step", "budgetMs", budgetMs);
    return false;
  }
  stepWork(bytes: number): boolean {
    budget("stepWork", "bytes", bytes);
    return false;
  }
  protected allocSlow(): void {
    this.grant(Infinity);
  }
  protected override allocLarge(_size: number): void {}
  protected shadeNow(_p: Ptr): void {}
  protected shadeWords(_first: number, _end: number): void {}
  shadeContents(_base: Ptr): void {}
}
