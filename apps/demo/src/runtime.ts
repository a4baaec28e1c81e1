/**
 * The runtime of a run, composed of the parts that were asked for. Everything else in the demo knows only
 * the contracts `Scheduler` and `Heap`, which is why any part can be swapped.
 */
import {
  createAllocator,
  createBumpAllocator,
  createMemory,
  type TracedAllocator,
} from "@gort/alloc";
import {
  createHeap,
  createNoCollectHeap,
  createStopTheWorldHeap,
  type CycleTrace,
  type GcHeap,
  type HeapOptions,
} from "@gort/gc";
import {
  createDeterministicScheduler,
  createFifoScheduler,
  createScheduler,
  type Scheduler,
  type Tracer,
} from "@gort/sched";
import type { AllocatorName, HeapName, Parts, SchedulerName } from "./options.ts";

/** Address space of the heap. Reserved, not used: pages cost memory when they are first touched. */
const RESERVE = 2 ** 30;

export interface Runtime {
  readonly scheduler: Scheduler;
  readonly heap: GcHeap;
}

export interface RuntimeHooks {
  readonly tracer?: Tracer | null;
  readonly gctrace?: (line: string) => void;
  readonly onCycle?: (cycle: CycleTrace) => void;
  /** Address space of the heap in bytes. */
  readonly reserve?: number;
}

const schedulers: Record<SchedulerName, (parts: Parts, tracer: Tracer | null) => Scheduler> = {
  gmp: ({ procs, seed }, tracer) => createScheduler({ procs, seed, tracer }),
  fifo: (_, tracer) => createFifoScheduler({ tracer }),
  deterministic: ({ seed }, tracer) => createDeterministicScheduler({ seed, tracer }),
};

const allocators: Record<AllocatorName, (reserve: number) => TracedAllocator> = {
  tiered: (reserve) => createAllocator(createMemory({ reserve })),
  bump: (reserve) => createBumpAllocator(createMemory({ reserve })),
};

const heaps: Record<HeapName, (options: HeapOptions) => GcHeap> = {
  "mark-sweep": createHeap,
  stw: createStopTheWorldHeap,
  none: createNoCollectHeap,
};

export function createRuntime(parts: Parts, hooks: RuntimeHooks = {}): Runtime {
  const allocator = allocators[parts.allocator](hooks.reserve ?? RESERVE);
  const { gctrace, onCycle } = hooks;
  return {
    scheduler: schedulers[parts.scheduler](parts, hooks.tracer ?? null),
    heap: heaps[parts.heap]({
      allocator,
      ...(gctrace === undefined ? {} : { gctrace }),
      ...(onCycle === undefined ? {} : { onCycle }),
    }),
  };
}
