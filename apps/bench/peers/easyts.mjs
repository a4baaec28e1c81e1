/** `@king011/easyts`: the widest set of Go's primitives on npm. Reads and writes that need not wait return no promise. */
import easyts from "@king011/easyts";
import locks from "@king011/easyts/lib/es6/sync/mutex.js";
import { lateness } from "../dist/workload.js";
import { parked } from "../dist/parked.js";

const { Chan, selectChan } = easyts;
const { Mutex } = locks;

const pair = (cap) => async (n) => {
  const ch = new Chan(cap);
  const sender = (async () => {
    for (let i = 0; i < n; i++) await ch.write(i);
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += await ch.read();
  await sender;
  return { check };
};

const selectReady = async (n) => {
  const a = new Chan(1);
  const b = new Chan(1);
  a.tryWrite(1);
  b.tryWrite(1);
  let check = 0;
  for (let i = 0; i < n; i++) {
    const ra = a.readCase();
    const rb = b.readCase();
    const which = await selectChan(ra, rb);
    check += which.read();
    (which === ra ? a : b).tryWrite(1);
  }
  return { check };
};

const selectBlocking = async (n) => {
  const a = new Chan(0);
  const b = new Chan(0);
  const sender = (async () => {
    for (let i = 0; i < n; i++) await (i & 1 ? a : b).write(i);
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += (await selectChan(a.readCase(), b.readCase())).read();
  await sender;
  return { check };
};

const timer = async (n) => {
  const value = await lateness(n, async (over) => {
    const ch = new Chan(0);
    const sender = (async () => {
      while (!over()) await ch.write(1);
      ch.close();
    })();
    while ((await ch.readRaw())[1]);
    await sender;
  });
  return { check: 0, value };
};

const waiting = parked(() => {
  const ch = new Chan(0);
  return { wait: () => ch.read(), open: () => ch.close() };
});

const tryLock = (n) => {
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

const lock = async (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) {
    await mu.lock();
    check++;
    mu.unlock();
  }
  return { check };
};

export default {
  name: "easyts",
  package: "@king011/easyts",
  notes: { "*": "async functions" },
  jobs: {
    "chan/unbuffered": pair(0),
    "chan/buffered": pair(100),
    "chan/select-ready": selectReady,
    "chan/select-blocking": selectBlocking,
    "chan-async/unbuffered": pair(0),
    "chan-async/buffered": pair(100),
    "sched/parked": waiting,
    "latency/timer": timer,
    "sync/trylock": tryLock,
    "sync/lock": lock,
    "sync/lock-async": lock,
  },
};
