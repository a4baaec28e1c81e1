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

export default {
  name: "async-sema",
  package: "async-sema",
  notes: { "*": "async functions" },
  jobs: { "sync/lock": lock, "sync/lock-async": lock, "sync/trylock": tryLock },
};
