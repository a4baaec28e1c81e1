/**
 * Foreign root sources that are scanned in parts, so that a stop does not grow with them.
 *
 * Invariants
 *  1. Each source here is scanned to its end once per cycle, while marking; one added while marking is scanned too.
 *  2. What such a source comes to hold later it shades itself, so the last stop need not look at it again. So it is with handles
 *     and stacks, whose parts `mark.ts` scans.
 *  3. While a source is asked the heap is `busy`: it cannot allocate its way into the collector.
 *  4. The source that is asked is not in the list: it may remove itself and others, or add some. If it throws it is put back,
 *     with the part that it was asked for.
 */
import type { Ptr } from "@gort/alloc";
import type { RootSource } from "./api.ts";
import { badArgument } from "./errors.ts";

/** A source that was added, and how far it was scanned in this cycle. */
export interface RootEntry {
  readonly source: RootSource;
  /** The root that the next part begins with. */
  from: number;
  /** Whether there is a next part. */
  waiting: boolean;
}

/** What the parts need of the heap. */
export interface PartsHost {
  busy: boolean;
  readonly shade: (p: Ptr) => void;
}

/** What a part counts as in bytes of scan work: some thousand pointers. */
const PART_COST = 4096;

/** See the file header. */
export class RootParts {
  readonly #heap: PartsHost;
  /** Those that wait; one that was dropped stays here until its turn. */
  readonly #entries: RootEntry[] = [];

  constructor(heap: PartsHost) {
    this.#heap = heap;
  }

  get isDone(): boolean {
    return this.#entries.length === 0;
  }

  /** Adds a source that has `scanPart`. */
  add(entry: RootEntry): void {
    entry.from = 0;
    entry.waiting = true;
    this.#entries.push(entry);
  }

  /** Forgets a source, of which nothing need be scanned any more. */
  drop(entry: RootEntry): void {
    entry.waiting = false;
  }

  /** A new cycle: none is waiting. */
  reset(): void {
    this.#entries.length = 0;
  }

  /** Scans one part of the source added last; what it counts as. */
  next(): number {
    const heap = this.#heap;
    const entry = this.#entries.pop()!;
    if (!entry.waiting) return 0;
    const busy = heap.busy;
    heap.busy = true;
    try {
      const next = entry.source.scanPart!(entry.from, heap.shade);
      if (next !== 0 && !(next > entry.from))
        badArgument("scanPart", "result", next, `0 or a number above ${entry.from}`);
      entry.from = next;
      if (next === 0) entry.waiting = false;
    } finally {
      heap.busy = busy;
      if (entry.waiting) this.#entries.push(entry);
    }
    return PART_COST;
  }
}
