/** `@thi.ng/malloc`: malloc and free in an ArrayBuffer; a linked list of blocks, so it is asked for less where much is live. */
import { MemPool } from "@thi.ng/malloc";
import { blockSizes, churns, picks } from "../dist/workload.js";

const pairs = (n, meter) => {
  const pool = new MemPool({ size: 2 ** 24 });
  const u8 = pool.u8;
  let check = 0;
  meter.start();
  for (let i = 0; i < n; i++) {
    const p = pool.malloc(64);
    u8[p] = i;
    check += u8[p];
    pool.free(p);
  }
  meter.stop();
  return { check };
};

const churn = (live) => (n, meter) => {
  const pool = new MemPool({ size: Math.max(2 ** 24, live * 2048) });
  const u8 = pool.u8;
  const sizes = blockSizes();
  const at = picks(n, live);
  const slots = new Uint32Array(live);
  for (let i = 0; i < live; i++) {
    const p = pool.malloc(sizes[i & 65535]);
    u8[p] = i;
    slots[i] = p;
  }
  let check = 0;
  meter.start();
  for (let i = 0; i < n; i++) {
    const k = at[i];
    check += u8[slots[k]];
    pool.free(slots[k]);
    const p = pool.malloc(sizes[(i * 7) & 65535]);
    if (p === 0) throw new Error("out of memory");
    u8[p] = i;
    slots[k] = p;
  }
  meter.stop();
  return { check };
};

export default {
  name: "@thi.ng/malloc",
  package: "@thi.ng/malloc",
  limits: { "alloc/churn-1e3": 20_000, "alloc/churn-2e4": 5000 },
  jobs: {
    "alloc/pairs": pairs,
    "alloc/churn-1e3": churn(churns["alloc/churn-1e3"]),
    "alloc/churn-2e4": churn(churns["alloc/churn-2e4"]),
  },
};
