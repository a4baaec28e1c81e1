/**
 * The jobs of anything that has `alloc` and `free` over one buffer, so that the loops of all allocators are the same. Every
 * contender has a process of its own, so each copy of these loops is compiled for one allocator.
 */
import type { JobBody } from "./job.ts";
import { blockSizes, churns, picks } from "./workload.ts";

/** An allocator, and the bytes that its addresses mean. */
export interface Malloc {
  readonly u8: Uint8Array;
  /** Throws if there is no room. */
  alloc(size: number): number;
  free(p: number): void;
}

/** Makes an allocator that has room for `live` blocks of the job's sizes; 0: for one of 64 bytes. */
export type MakeMalloc = (live: number) => Malloc | Promise<Malloc>;

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
    return { check };
  };

/** `alloc/pairs`, and `alloc/churn-…` for each number of live blocks. */
export function mallocJobs(make: MakeMalloc): Record<string, JobBody> {
  const jobs: Record<string, JobBody> = { "alloc/pairs": pairs(make) };
  for (const [id, live] of Object.entries(churns)) jobs[id] = churn(make, live);
  return jobs;
}
