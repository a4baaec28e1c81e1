/**
 * Foreign root sources that are scanned in parts, so that a stop does not grow with them.
 *
 * Invariants
 *  1. Each source here is scanned to its end once per cycle, while marking; one added while marking is scanned too.
 *  2. What such a source comes to hold later it shades itself, so the last stop need not look at it again. So it is with handles
 *     and stacks, whose parts `mark.ts` scans.
 *  3. While a source is asked the heap is `busy`: it cannot allocate its way into the collector.
 */
import type { Ptr } from "@gort/alloc";
import type { RootSource } from "./api.ts";
import { badArgument } from "./errors.ts";

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
  readonly #waiting: { readonly source: RootSource; from: number }[] = [];

  constructor(heap: PartsHost) {
    this.#heap = heap;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** Adds a source that has `scanPart`. */
  add(source: RootSource): void {
    this.#waiting.push({ source, from: 0 });
  }

  /** Forgets a source, of which nothing need be scanned any more. */
  drop(source: RootSource): void {
    const i = this.#waiting.findIndex((w) => w.source === source);
    if (i >= 0) this.#waiting.splice(i, 1);
  }

  /** A new cycle: none is waiting. */
  reset(): void {
    this.#waiting.length = 0;
  }

  /** Scans one part of the source added last; what it counts as. */
  next(): number {
    const heap = this.#heap;
    const part = this.#waiting.at(-1)!;
    const busy = heap.busy;
    heap.busy = true;
    try {
      const next = part.source.scanPart!(part.from, heap.shade);
      if (next !== 0 && !(next > part.from))
        badArgument("scanPart", "result", next, `0 or a number above ${part.from}`);
      part.from = next;
    } finally {
      heap.busy = busy;
    }
    if (part.from === 0) this.#waiting.pop();
    return PART_COST;
  }
}
