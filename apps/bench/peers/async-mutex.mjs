/** `async-mutex`. */
import { Mutex } from "async-mutex";
import { parked } from "../dist/parked.js";

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

/** Tasks that wait for a lock that is held. */
const waiting = parked(async () => {
  const mu = new Mutex();
  const release = await mu.acquire();
  return { wait: () => mu.acquire(), open: release, leave: (done) => done() };
});

export default {
  name: "async-mutex",
  package: "async-mutex",
  notes: { "*": "async functions", "sched/parked": "async functions that wait for its lock" },
  limits: { "sync/lock": 100_000, "sched/parked": 10_000 },
  jobs: { "sched/parked": waiting, "sync/lock": lock, "sync/lock-async": lock },
};
