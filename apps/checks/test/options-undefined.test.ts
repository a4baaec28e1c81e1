/** Options that are handed on: `undefined` means "not given" to all that take options, in types and when they run. */
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AllocatorOptions,
  type CheckOptions,
  createAllocator,
  createMemory,
  type FailingOptions,
  type MemoryOptions,
  type PoisonOptions,
} from "@gort/alloc";
import {
  type ChanOptions,
  type DescribedChanOptions,
  fromSource,
  makeChan,
  type PumpOptions,
  type SourceOptions,
  type TypedChanOptions,
} from "@gort/chan";
import { background, type DeadlineOptions, withTimeout } from "@gort/context";
import { createHeap, type HeapOptions } from "@gort/gc";
import {
  makeMap,
  type MapOptions,
  type TypedMapOptions,
  type ValueMapOptions,
  type ZeroMapOptions,
} from "@gort/map";
import {
  type ChromeTraceOptions,
  createDeterministicScheduler,
  createRecorder,
  createScheduler,
  type DeterministicOptions,
  type GmpOptions,
  type RecorderOptions,
  type SchedTraceOptions,
  sleep,
  type WaitOptions,
} from "@gort/sched";
import { type BubbleOptions } from "@gort/sched/testing";
import { Pool, type PoolOptions } from "@gort/sync";
import { type AccessorOptions } from "@gort/types";

/** Names of the optional members of `O` that cannot be given as `undefined`. */
type Refused<O> = {
  [K in keyof O]-?: Record<never, never> extends Pick<O, K>
    ? { [P in K]: undefined } extends Pick<O, K>
      ? never
      : K
    : never;
}[keyof O];

describe("options may be undefined", () => {
  test("in their types", () => {
    expectTypeOf<
      Refused<{ readonly a?: number; readonly b?: number | undefined }>
    >().toEqualTypeOf<"a">();
    expectTypeOf<Refused<MemoryOptions & AllocatorOptions & CheckOptions>>().toBeNever();
    expectTypeOf<Refused<PoisonOptions>>().toBeNever();
    expectTypeOf<Refused<FailingOptions>>().toBeNever();
    expectTypeOf<Refused<ChanOptions>>().toBeNever();
    expectTypeOf<Refused<TypedChanOptions<number>>>().toBeNever();
    expectTypeOf<Refused<DescribedChanOptions<number>>>().toBeNever();
    expectTypeOf<Refused<PumpOptions & SourceOptions>>().toBeNever();
    expectTypeOf<Refused<DeadlineOptions>>().toBeNever();
    expectTypeOf<Refused<HeapOptions>>().toBeNever();
    expectTypeOf<Refused<MapOptions & TypedMapOptions>>().toBeNever();
    expectTypeOf<Refused<ValueMapOptions<string, number>>>().toBeNever();
    expectTypeOf<Refused<ZeroMapOptions<string, number>>>().toBeNever();
    expectTypeOf<Refused<GmpOptions>>().toBeNever();
    expectTypeOf<Refused<DeterministicOptions>>().toBeNever();
    expectTypeOf<Refused<RecorderOptions & ChromeTraceOptions>>().toBeNever();
    expectTypeOf<Refused<SchedTraceOptions>>().toBeNever();
    expectTypeOf<Refused<WaitOptions>>().toBeNever();
    expectTypeOf<Refused<BubbleOptions>>().toBeNever();
    expectTypeOf<Refused<PoolOptions<number>>>().toBeNever();
    expectTypeOf<Refused<AccessorOptions>>().toBeNever();
  });

  test("when they run", async () => {
    const none = undefined;
    expect(
      createScheduler({ slice: none, procs: none, seed: none, clock: none }).stats().procs,
    ).toBe(1);
    expect(
      createScheduler({ tracer: none, sites: none, onPanic: none, deadlock: none }).numGoroutine(),
    ).toBe(0);
    expect(createScheduler({ context: none }).numGoroutine()).toBe(0);
    expect(createDeterministicScheduler({ seed: none, epoch: none }).clock.now()).toBe(0);
    expect(createRecorder({ limit: none }).size).toBe(0);
    await sleep(0, { signal: none, ctx: none });
    expect(makeChan(1, { name: none }).cap).toBe(1);
    const from = fromSource([1], { cap: none, name: none, signal: none, onError: none });
    expect(await from.recv()).toBe(1);
    const [, cancel] = withTimeout(background(), 1000, { clock: none });
    cancel();
    expect(makeMap({ hint: none }).len).toBe(0);
    expect(new Pool({ new: none, shard: none }).get()).toBeUndefined();
    const memory = createMemory({ reserve: none, reserveMin: none, shared: none, backing: none });
    expect(createAllocator(memory, { shards: none, tiny: none }).memory).toBe(memory);
    const heap = createHeap({
      allocator: none,
      reserve: none,
      gcPercent: none,
      memoryLimit: none,
      barrier: none,
      now: none,
      forcedPeriodMs: none,
      stepMsMax: none,
      finalizers: none,
      onFinalizers: none,
      gctrace: none,
      onCycle: none,
      profileRate: none,
      stress: none,
      random: none,
    });
    expect(heap.stats().numGC).toBe(0);
  });
});
