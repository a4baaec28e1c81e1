/** `async-sema`: a counting semaphore; one permit makes a lock. */
import { Sema } from "async-sema";

const lock = async (n) => {
  const mu = new Sema(1);
  let check = 0;
  for (let i = 0; i < n; i++) {
    await mu.acquire();
    check++;
    mu.release();
  }
  return { check };
};

const tryLock = (n) => {
  const mu = new Sema(1);
  let check = 0;
  for (let i = 0; i < n; i++) {
    if (mu.tryAcquire() !== undefined) {
      check++;
      mu.release();
    }
  }
  return { check };
};

/** Tasks that wait for a permit. */
const parked = async (n, meter) => {
  const mu = new Sema(1);
  await mu.acquire();
  let check = 0;
  const before = meter.heapBytes();
  const wait = async () => {
    await mu.acquire();
    check++;
    mu.release();
  };
  const all = [];
  for (let i = 0; i < n; i++) all.push(wait());
  const value = (meter.heapBytes() - before) / n;
  mu.release();
  await Promise.all(all);
  return { check, value };
};

export default {
  name: "async-sema",
  package: "async-sema",
  notes: { "*": "async functions", "sched/parked": "async functions that wait for a permit" },
  jobs: {
    "sched/parked": parked,
    "sync/lock": lock,
    "sync/lock-async": lock,
    "sync/trylock": tryLock,
  },
};
