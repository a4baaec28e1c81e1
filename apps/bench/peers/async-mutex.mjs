/** `async-mutex`. */
import { Mutex } from "async-mutex";

const lock = async (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) {
    const release = await mu.acquire();
    check++;
    release();
  }
  return { check };
};

export default {
  name: "async-mutex",
  package: "async-mutex",
  notes: { "*": "async functions" },
  limits: { "sync/lock": 100_000 },
  jobs: { "sync/lock": lock, "sync/lock-async": lock },
};
