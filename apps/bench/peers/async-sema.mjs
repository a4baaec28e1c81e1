/** `async-sema`: a counting semaphore; one permit makes a lock. */
import { Sema } from "async-sema";
import { parked } from "../dist/parked.js";

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
const waiting = parked(async () => {
  const mu = new Sema(1);
  await mu.acquire();
  const release = () => mu.release();
  return { wait: () => mu.acquire(), open: release, leave: release };
});

export default {
  name: "async-sema",
  package: "async-sema",
  notes: { "*": "async functions", "sched/parked": "async functions that wait for a permit" },
  jobs: {
    "sched/parked": waiting,
    "sync/lock": lock,
    "sync/lock-async": lock,
    "sync/trylock": tryLock,
  },
};
