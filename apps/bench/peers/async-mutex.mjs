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

/** Tasks that wait for a lock that is held. */
const parked = async (n, meter) => {
  const mu = new Mutex();
  const release = await mu.acquire();
  let check = 0;
  const before = meter.heapBytes();
  const wait = async () => {
    const done = await mu.acquire();
    check++;
    done();
  };
  const all = [];
  for (let i = 0; i < n; i++) all.push(wait());
  const value = (meter.heapBytes() - before) / n;
  release();
  await Promise.all(all);
  return { check, value };
};

export default {
  name: "async-mutex",
  package: "async-mutex",
  notes: { "*": "async functions", "sched/parked": "async functions that wait for its lock" },
  limits: { "sync/lock": 100_000, "sched/parked": 10_000 },
  jobs: { "sched/parked": parked, "sync/lock": lock, "sync/lock-async": lock },
};
