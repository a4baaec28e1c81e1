/**
 * Contracts of `@gort/gc`: the heap, its roots and its statistics.
 *
 * Invariants
 *  1. A raw `Ptr` is valid until the next safepoint; to hold it longer, root it or store it in a rooted object.
 *  2. `alloc` and `writePtr` may assist a running cycle but never finish one, so they never free.
 *  3. Every pointer store goes through `writePtr` or `typedMove`; there is no other writer.
 */
import type { Memory, Ptr, Space, Type } from "@gort/types";
import type { AllocStats } from "@gort/alloc";

export type { Memory, Ptr, Space, Type } from "@gort/types";

/** A garbage-collected heap. Every implementation passes `@gort/gc/testing`. */
export interface Heap extends Space {
  readonly memory: Memory;
  /** Adds a set of roots, scanned once per cycle and again at mark termination; returns its removal. */
  addRoots(source: RootSource): () => void;
  /** A point where the caller holds no unrooted pointer: the collector may finish a cycle here. */
  safepoint(): void;
  /** A full cycle: mark from the roots, sweep everything. A safepoint. Go's `runtime.GC`. */
  collect(): void;
  /** Go's `runtime.MemStats`. */
  stats(): MemStats;
}

/** Where pointers live outside of the heap: a frame, a handle table, a goroutine's stack, a container. */
export interface RootSource {
  /** Calls `visit` with each pointer held; 0 is allowed. Must not allocate. */
  scan(visit: (p: Ptr) => void): void;
}

/** `AllocStats` and what the collector knows. Times in milliseconds, sizes in bytes. */
export interface MemStats extends AllocStats {
  readonly numGC: number;
  readonly numForcedGC: number;
  /** Heap size at which the next cycle is due to be finished. */
  readonly nextGC: number;
  /** Bytes found reachable by the last cycle. */
  readonly heapMarked: number;
  readonly pauseTotalMs: number;
  /** The most recent pauses, oldest first, at most 256. */
  readonly pauseMs: readonly number[];
  /** `performance.now()` of the end of the last cycle; 0 before the first. */
  readonly lastGCMs: number;
  /** Fraction of time spent collecting since the heap was made, 0 to 1. */
  readonly gcCPUFraction: number;
  readonly gcPhase: "off" | "mark" | "marktermination" | "sweep";
}

/** Makes the objects of a type on a heap; `@gort/map` and `@gort/slice` take it as an option. */
export type HeapType<T = unknown> = Type<T>;
