/**
 * The jobs of anything that has `alloc` and `free` over one buffer, so that the loops of all allocators are the same. Every
 * contender has a process of its own, so each copy of these loops is compiled for one allocator.
 *
 * And for one object of it: all runs of a process use the same, as a program does, and as Go and V8 do. What a run has
 * left is freed after it. With one for each run V8 would meet dozens at the same call, and no longer take its parts for
 * constants: a pair took gort 23 ns instead of 7, and TLSF 58 instead of 44.
 */
import type { JobBody } from "./job.ts";
import { blockSizes, churns, picks } from "./workload.ts";

/** An allocator, and the bytes that its addresses mean. */
export interface Malloc {
  readonly u8: Uint8Array;
  /** Throws if there is no room. */
  alloc(size: number): number;
  free(p: number): void;
  /** Frees everything at once; without it, blocks are freed one by one. */
  clear?(): void;
}

/** Makes an allocator that has room for `live` blocks of the job's sizes; 0: for one of 64 bytes. */
export type MakeMalloc = (live: number) => Malloc | Promise<Malloc>;

/** The same allocator for every run. */
function kept(make: MakeMalloc): MakeMalloc {
  const made = new Map<number, Malloc>();
  return async (live) => {
    const a = made.get(live) ?? (await make(live));
    made.set(live, a);
    return a;
  };
}

const pairs =
  (make: MakeMalloc): JobBody =>
  async (n, meter) => {
    const a = await make(0);
    const { u8 } = a;
    let check = 0;
    meter.start();
    for (let i = 0; i < n; i++) {
      const p = a.alloc(64);
      u8[p] = i;
      check += u8[p];
      a.free(p);
    }
    meter.stop();
    return { check };
  };

const churn =
  (make: MakeMalloc, live: number): JobBody =>
  async (n, meter) => {
    const a = await make(live);
    const { u8 } = a;
    const sizes = blockSizes();
    const at = picks(n, live);
    const slots = new Uint32Array(live);
    for (let i = 0; i < live; i++) {
      const p = a.alloc(sizes[i & 65535]!);
      u8[p] = i;
      slots[i] = p;
    }
    let check = 0;
    meter.start();
    for (let i = 0; i < n; i++) {
      const k = at[i]!;
      check += u8[slots[k]!]!;
      a.free(slots[k]!);
      const p = a.alloc(sizes[(i * 7) & 65535]!);
      u8[p] = i;
      slots[k] = p;
    }
    meter.stop();
    if (u8.length === 0) throw new Error("memory grew");
    if (a.clear) a.clear();
    else for (const p of slots) a.free(p);
    return { check };
  };

/** `alloc/pairs`, and `alloc/churn-…` for each number of live blocks. */
export function mallocJobs(makeOne: MakeMalloc): Record<string, JobBody> {
  const make = kept(makeOne);
  const jobs: Record<string, JobBody> = { "alloc/pairs": pairs(make) };
  for (const [id, live] of Object.entries(churns)) jobs[id] = churn(make, live);
  return jobs;
}
