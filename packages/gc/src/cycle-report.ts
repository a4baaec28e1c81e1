/**
 * Reports a finished cycle to whoever asked for it.
 *
 * Invariants
 *  1. Nothing is computed unless there is a listener.
 */
import type { CycleTrace, HeapOptions } from "./api.ts";
import { formatGctrace } from "./gctrace.ts";
import type { Ledger } from "./ledger.ts";
import type { Pacer } from "./pacer.ts";

/** What the collector measured; the rest of a {@link CycleTrace} is read from the heap. */
export type CycleTimes = Omit<
  CycleTrace,
  "n" | "cpuFraction" | "heapLive" | "stackBytes" | "globalBytes" | "procs"
>;

/** Called at the end of marking, after the ledger and the pacer know the cycle. */
export function reportCycle(
  heap: {
    readonly options: HeapOptions;
    readonly ledger: Ledger;
    readonly pacer: Pacer;
    readonly stackBytes: number;
    readonly globalBytes: number;
    readonly now: () => number;
  },
  times: CycleTimes,
): void {
  const { gctrace, onCycle } = heap.options;
  if (gctrace === undefined && onCycle === undefined) return;
  const cycle: CycleTrace = {
    n: heap.ledger.numGC,
    cpuFraction: heap.ledger.fraction(heap.now()),
    heapLive: heap.pacer.marked,
    stackBytes: heap.stackBytes,
    globalBytes: heap.globalBytes,
    procs: 1,
    ...times,
  };
  onCycle?.(cycle);
  gctrace?.(formatGctrace(cycle));
}
