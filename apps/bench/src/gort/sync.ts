/** gort's locks, and its way to run ten of many tasks at a time. */
import { run } from "@gort/sched";
import { ErrGroup, Mutex } from "@gort/sync";
import { background, withCancel } from "@gort/context";
import type { JobBody } from "../job.ts";

const tryLock: JobBody = (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) {
    if (mu.tryLock()) {
      check++;
      mu.unlock();
    }
  }
  return { check };
};

const lock: JobBody = async (n) => {
  const mu = new Mutex();
  const check = await run(function* () {
    let count = 0;
    for (let i = 0; i < n; i++) {
      yield* mu.lock();
      count++;
      mu.unlock();
    }
    return count;
  });
  return { check };
};

const lockAsync: JobBody = async (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) {
    await mu.lock();
    check++;
    mu.unlock();
  }
  return { check };
};

const limit: JobBody = async (n) => {
  let running = 0;
  let most = 0;
  let check = 0;
  const group = new ErrGroup();
  group.setLimit(10);
  for (let i = 0; i < n; i++) {
    await group.go(async () => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      check++;
    });
  }
  await group.wait();
  if (most > 10) throw new Error(`${most} at a time`);
  return { check };
};

const wide: JobBody = (n) => {
  const [root, cancel] = withCancel(background());
  const all = [];
  for (let i = 0; i < n; i++) all.push(withCancel(root)[0]);
  cancel();
  let check = 0;
  for (const c of all) if (c.err() !== null) check++;
  return { check };
};

const deep: JobBody = (n) => {
  const [root, cancel] = withCancel(background());
  let leaf = root;
  for (let i = 0; i < n; i++) leaf = withCancel(leaf)[0];
  cancel();
  return { check: leaf.err() === null ? 0 : n };
};

export const sync: Record<string, JobBody> = {
  "sync/trylock": tryLock,
  "sync/lock": lock,
  "sync/lock-async": lockAsync,
  "sync/limit": limit,
  "context/wide": wide,
  "context/deep": deep,
};
