/** `@thi.ng/malloc`: malloc and free in an ArrayBuffer; a linked list of blocks, so it is asked for less where much is live. */
import { MemPool } from "@thi.ng/malloc";
import { mallocJobs } from "../dist/malloc-jobs.js";

const jobs = mallocJobs((live) => {
  const pool = new MemPool({ size: Math.max(2 ** 24, live * 2048) });
  return {
    u8: pool.u8,
    alloc: (size) => {
      const p = pool.malloc(size);
      if (p === 0) throw new Error("out of memory");
      return p;
    },
    free: (p) => pool.free(p),
    clear: () => pool.freeAll(),
  };
});

export default {
  name: "@thi.ng/malloc",
  package: "@thi.ng/malloc",
  limits: { "alloc/churn-1e3": 20_000, "alloc/churn-2e4": 1000 },
  jobs: {
    "alloc/pairs": jobs["alloc/pairs"],
    "alloc/churn-1e3": jobs["alloc/churn-1e3"],
    "alloc/churn-2e4": jobs["alloc/churn-2e4"],
  },
};
