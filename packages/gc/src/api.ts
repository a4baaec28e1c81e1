/**
 * Contracts of `@gort/gc`: the heap, its roots and its statistics.
 *
 * Invariants
 *  1. A raw `Ptr` is valid until the next safepoint; to hold it longer, root it or store it in a rooted object.
 *  2. `alloc` and `writePtr` may assist a running cycle but never finish one, so they never free.
 *  3. Every pointer store goes through `writePtr` or `typedMove`; there is no other writer.
 */
import type { Memory, Ptr, Space } from "@gort/types";
import type { AllocStats, TracedAllocator } from "@gort/alloc";

export type { Memory, Ptr, Space, Type } from "@gort/types";
export type { AllocStats, TracedAllocator } from "@gort/alloc";

/** A garbage-collected heap. Every implementation passes `@gort/gc/testing`. */
export interface Heap extends Space {
  readonly memory: Memory;
  /**
   * Adds a set of roots, scanned once per cycle and again at mark termination; returns its removal. Each call counts by itself: a
   * source that was added twice is removed twice, and a removal that is called again does nothing. O(1), and the scan of a source
   * that is added while a cycle marks.
   * @throws GcArgumentError for no source; what its `scan` throws while a cycle marks: then it is not added
   */
  addRoots(source: RootSource): () => void;
  /**
   * A point where the caller holds no unrooted pointer: the collector may finish a cycle here. Some loads where nothing is to be done,
   * else one bounded piece of it.
   * @throws what a root source, a finalizer or cleanup, or a function of the options throws; AllocError `BAD_MEMORY` if the buffer is gone
   */
  safepoint(): void;
  /**
   * A full cycle: mark from the roots, sweep everything. A safepoint. Go's `runtime.GC`. O(bytes reachable + pages in use).
   * @throws GcArgumentError from inside a root source; else as `safepoint` does
   */
  collect(): void;
  /** Go's `runtime.MemStats`, a snapshot. As long as the allocator's own `stats` take. */
  stats(): MemStats;
}

/**
 * Where pointers live outside of the heap: a frame, a handle table, a goroutine's stack, a container. While it is asked it may
 * add sources and remove them, itself too. What it throws, the call that asked throws; the source is asked again before the cycle ends.
 */
export interface RootSource {
  /** Calls `visit` with each pointer held; 0 is allowed. Must not allocate. */
  scan(visit: (p: Ptr) => void): void;
  /**
   * Optional, for many roots: visits some thousand of them from number `from` on, and returns the number to go on with, 0 at the end.
   * A heap that marks in steps then scans the source between the program's operations, and its stops do not grow with it. In return
   * the source calls `visit`, the same one each time, with every pointer that it comes to hold afterwards, at any time: outside
   * of marking that does nothing. Must not allocate. `scan` stays the way for everyone else: checker, dumps, other collectors.
   */
  scanPart?(from: number, visit: (p: Ptr) => void): number;
}

/** `AllocStats` and what the collector knows. Times in milliseconds, sizes in bytes. */
export interface MemStats extends AllocStats {
  /** Cycles finished. */
  readonly numGC: number;
  /** Cycles that somebody asked for by `collect`. */
  readonly numForcedGC: number;
  /** Heap size at which the next cycle is due to be finished. */
  readonly nextGC: number;
  /** Bytes found reachable by the last cycle. */
  readonly heapMarked: number;
  /** All stops so far, in milliseconds. */
  readonly pauseTotalMs: number;
  /** The most recent pauses, oldest first, at most 256. */
  readonly pauseMs: readonly number[];
  /** The heap's clock, `performance.now()` if it has none of its own, at the end of the last cycle; 0 before the first. */
  readonly lastGCMs: number;
  /** Fraction of time spent collecting since the heap was made, 0 to 1. Marking and stops, as in Go; lazy sweeping does not count. */
  readonly gcCPUFraction: number;
  /** The phase the heap is in. */
  readonly gcPhase: Phase;
}

/** A root made by {@link Rooting.root}: keeps one object alive until it is released. */
export interface Handle {
  /** The pointer held; 0 after {@link Handle.release}. */
  readonly ptr: Ptr;
  /**
   * Holds another pointer from now on. O(1).
   * @throws GcArgumentError after `release`, or for what is neither nil nor a pointer into an object
   */
  set(p: Ptr): void;
  /** Stops holding the object; the second call does nothing. */
  release(): void;
  /** The same as `release`, for `using`. */
  [Symbol.dispose](): void;
}

/** A fixed number of pointer slots on a {@link RootStack}; released in the opposite order of making. */
export interface Frame {
  /** Number of slots. */
  readonly slots: number;
  /**
   * The pointer in a slot, from 0. O(1).
   * @throws GcArgumentError for a slot that there is none of, or after `release`
   */
  get(slot: number): Ptr;
  /**
   * Puts a pointer into a slot, from 0. O(1).
   * @throws GcArgumentError for a slot that there is none of, for what is no address in the memory (in stress mode for what points into
   * no object), or after `release`
   */
  set(slot: number, p: Ptr): void;
  /**
   * Gives the slots back; the second call does nothing. O(1).
   * @throws GcArgumentError unless it is the topmost frame of its stack
   */
  release(): void;
  /** The same as `release`, for `using`. */
  [Symbol.dispose](): void;
}

/** The pointers of one thread of control, such as a goroutine: frames, last made first released. */
export interface RootStack {
  /**
   * Makes a frame of `slots` nil pointers, from 0 to 2^24, on top. O(slots).
   * @throws GcArgumentError for another number of slots, or after `release`; AllocError `OUT_OF_MEMORY`
   */
  frame(slots: number): Frame;
  /** Number of frames. */
  readonly depth: number;
  /** Drops all frames and the stack itself, as when a goroutine exits. O(blocks of 2 KiB and more). */
  release(): void;
  /** The same as `release`, for `using`. */
  [Symbol.dispose](): void;
}

/** Ways to hold pointers across safepoints. */
export interface Rooting {
  /**
   * A root for `p` (which may be nil or interior) until released; O(1), 8 bytes of heap memory.
   * @throws GcArgumentError for what is neither nil nor a pointer into an object; AllocError `OUT_OF_MEMORY`
   */
  root(p: Ptr): Handle;
  /**
   * A frame of so many nil pointers, from 0 to 2^24, on the heap's own stack. O(slots).
   * @throws as {@link RootStack.frame}
   */
  frame(slots: number): Frame;
  /** A further stack, one per goroutine. O(1); it takes memory with its first frame. */
  newStack(): RootStack;
}

/** The phases of a cycle, as `runtime.gcphase` with the sweep named. */
export type Phase = "off" | "mark" | "marktermination" | "sweep";

/**
 * What a background driver (a scheduler, an idle callback, a timer) needs: is there work, do some of it,
 * and be told when there is work again.
 */
export interface BackgroundWork {
  /** Whether a cycle is running or due. Reads the clock for the forced cycle. */
  readonly pending: boolean;
  /** Works for at most about `budgetMs` milliseconds, but as {@link Stepping.step}; true if there is more to do. A safepoint. */
  step(budgetMs: number): boolean;
  /**
   * Called when a cycle starts, from inside `alloc` or `safepoint`, and when finalizers that waited for an asynchronous one can
   * run: schedule `step`, do not call it here.
   */
  onReady: (() => void) | null;
}

/** Explicit control over a cycle. */
export interface Stepping {
  /** The phase the heap is in. */
  readonly phase: Phase;
  /**
   * One bounded piece of collection: starts a cycle if none runs. True while the cycle goes on. A safepoint.
   * Where large objects are about to find no pages it marks as a whole, however long that takes: `collect` would be next.
   * @param budgetMs milliseconds, from 0; exceeded by as much as is done between two looks at the clock
   * @throws GcArgumentError for another budget; else as `safepoint` does
   */
  step(budgetMs: number): boolean;
  /**
   * The same, large objects included, counted in bytes scanned (or swept) instead of time, so that runs repeat exactly. A safepoint.
   * @param bytes a number from 0
   * @throws GcArgumentError for another number; else as `safepoint` does
   */
  stepWork(bytes: number): boolean;
  /** What drives collection from outside. */
  readonly background: BackgroundWork;
}

/** Go's `runtime/debug` knobs. */
export interface Tuning {
  /**
   * Sets GOGC; negative switches collection off. Returns the previous setting, -1 for off. O(1).
   * @throws GcArgumentError unless it is a finite number; the setting stays
   */
  setGCPercent(percent: number): number;
  /**
   * Sets the soft limit in bytes (`Infinity` for none), negative only reads. Returns the previous limit. O(1).
   * @throws GcArgumentError for what is no number; the limit stays
   */
  setMemoryLimit(bytes: number): number;
  /**
   * Collects and gives free pages back, as far as the allocator can. A safepoint. As `collect`, and O(bytes zeroed).
   * @throws as `collect` does
   */
  freeOSMemory(): void;
}

/** A registered cleanup. */
export interface Cleanup {
  /** Cancels it if it is not queued yet; later it has no effect. O(records of the object's page). */
  stop(): void;
}

/** A weak pointer: does not keep its object alive. Two of the same pointer are the same object. */
export interface Weak {
  /** The pointer, or 0 once the object was found unreachable. Valid until the next safepoint. O(1). */
  value(): Ptr;
}

/** What happens at the end of an object's life. */
export interface Lifetimes {
  /**
   * Go's `runtime.SetFinalizer`: `fn` gets the object once it is unreachable; null removes it. O(records of the object's page).
   * @throws GcFatalError with Go's text: `runtime.SetFinalizer: finalizer already set`, `pointer not in allocated block` and others;
   * GcArgumentError for an `fn` that is undefined; AllocError `OUT_OF_MEMORY`
   */
  setFinalizer(p: Ptr, fn: ((p: Ptr) => unknown) | null): void;
  /**
   * Go's `runtime.AddCleanup`: `fn(arg)` runs after the object that contains `p` is gone. O(1).
   * @throws GcFatalError with Go's text: `runtime.AddCleanup: ptr is nil`, `ptr is equal to arg, cleanup will never run`,
   * `ptr not in allocated block`; GcArgumentError for an `fn` that is no function; AllocError `OUT_OF_MEMORY`
   */
  addCleanup<A>(p: Ptr, fn: (arg: A) => unknown, arg: A): Cleanup;
  /**
   * Go's `weak.Make`. O(records of the object's page).
   * @throws GcArgumentError for what is neither nil nor a pointer into an object; AllocError `OUT_OF_MEMORY`
   */
  weak(p: Ptr): Weak;
  /**
   * Runs what is queued, in order, one at a time; returns how many ran. Done by safepoints unless `finalizers` is `"manual"`.
   * If one returns a promise, the rest stay queued: a call after it has settled runs them. `onFinalizers` tells of that moment.
   * If one throws, it is used up and the rest stay queued; the next safepoint calls `onFinalizers` again. O(1) each beside the functions.
   * @throws what a finalizer or cleanup throws
   */
  runFinalizers(): number;
}

/** A heap with everything: what `createHeap` and its twins return. */
export interface GcHeap extends Heap, Rooting, Stepping, Tuning, Lifetimes {
  /** Which of the heaps of this package it is. */
  readonly kind: "mark-sweep" | "stop-the-world" | "no-collect";
  /** Where its objects come from. */
  readonly allocator: TracedAllocator;
}

/** Which object a pointer write shades while marking: the new value (`insertion`), the old one (`deletion`), or both, as Go does (`hybrid`). */
export type BarrierKind = "insertion" | "deletion" | "hybrid";

/** One finished cycle, as `gctrace` prints it. Times in milliseconds, sizes in bytes. */
export interface CycleTrace {
  /** 1 for the first cycle. */
  readonly n: number;
  /** Start of the cycle since the heap was made. */
  readonly startMs: number;
  /** Share of the time since the heap was made that was spent collecting, 0 to 1. */
  readonly cpuFraction: number;
  /** The stop that begins the cycle: the end of sweeping, and mark setup, milliseconds. */
  readonly setupMs: number;
  /** From the start of marking to its end, on the wall clock, milliseconds. */
  readonly markMs: number;
  /** The stop that ends marking, milliseconds. */
  readonly terminationMs: number;
  /** Marking done by allocations, milliseconds. */
  readonly assistMs: number;
  /** Marking done by background steps, milliseconds. */
  readonly backgroundMs: number;
  /** Marking done by steps of an idle host, milliseconds. */
  readonly idleMs: number;
  /** Bytes of the heap at the start of the cycle. */
  readonly heapStart: number;
  /** Bytes of the heap at the end of marking. */
  readonly heapEnd: number;
  /** Bytes found live. */
  readonly heapLive: number;
  /** The size at which the cycle was to be finished, bytes. */
  readonly goal: number;
  /** Bytes of the root stacks that were scanned. */
  readonly stackBytes: number;
  /** Bytes of the other roots. */
  readonly globalBytes: number;
  /** Processors, as Go's line prints them: 1. */
  readonly procs: number;
  /** Whether somebody asked for the cycle by `collect`. */
  readonly forced: boolean;
}

/** Options of `createHeap`, `createStopTheWorldHeap`, `createNoCollectHeap` and `createStressHeap`. */
export interface HeapOptions {
  /**
   * The allocator to collect. It must have no objects yet: all that it makes from now on are the heap's, freed when no root reaches them.
   * For a heap beside objects that somebody frees by hand: `traced(allocator)`. Default: the size-class allocator on a memory of its own.
   */
  readonly allocator?: TracedAllocator | undefined;
  /**
   * Bytes of address space to reserve when no allocator is given, from 128 KiB to 4 GiB. Default: 1 GiB, or less where refused. The goal of a cycle stays
   * below what fits, so a heap does not run out while it has garbage, unless collection is off. A cycle also starts when free pages get
   * scarce, as where the program goes over to objects of other sizes, and when pieces for objects above 32 KiB do. But live objects
   * stay where they are: in a memory that is mostly full, pages may be full of slots of sizes that nobody asks for any more, and no
   * piece may be left for an object of a per cent of the memory or more.
   */
  readonly reserve?: number | undefined;
  /** GOGC: how much the heap may grow over what is live, in per cent, a finite number; negative for off. Default 100. */
  readonly gcPercent?: number | undefined;
  /** Soft limit on all memory in bytes, from 0. Default `Infinity`. */
  readonly memoryLimit?: number | undefined;
  /** Write barrier while marking. Default `"hybrid"`. */
  readonly barrier?: BarrierKind | undefined;
  /**
   * Milliseconds on any monotonic clock, which then is the only one that the heap reads. Default: the host's `performance.now`, read at
   * each call, and `Date.now` for what `readMemStats` tells in nanoseconds since 1970.
   */
  readonly now?: (() => number) | undefined;
  /** A cycle is started when the last one is this many milliseconds ago, from 0. Default 120,000; `Infinity` for never. */
  readonly forcedPeriodMs?: number | undefined;
  /**
   * Longest piece of marking done by one `safepoint`, in milliseconds from 0; one that large objects need room from marks as a whole.
   * Default 0.5.
   */
  readonly stepMsMax?: number | undefined;
  /** Who runs finalizers and cleanups: every safepoint, or only `runFinalizers()`. Default `"safepoint"`. */
  readonly finalizers?: "safepoint" | "manual" | undefined;
  /**
   * Called once when finalizers were queued, by the safepoint that finds them, and when those behind an asynchronous one can run.
   * If it throws, or a finalizer does in `runFinalizers()`, the next safepoint that finds some calls it again.
   */
  readonly onFinalizers?: (() => void) | undefined;
  /** Gets each `gctrace` line, without the line break. */
  readonly gctrace?: ((line: string) => void) | undefined;
  /** Gets each finished cycle. */
  readonly onCycle?: ((cycle: CycleTrace) => void) | undefined;
  /** Average bytes between two sampled allocations of the heap profile; 0 for none, 1 for all. Default 0. */
  readonly profileRate?: number | undefined;
  /** Collects at every safepoint, poisons freed memory at once, checks every write. Default false. */
  readonly stress?: boolean | undefined;
  /** Random numbers in [0, 1) for sampling. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}
