/** `ts-chan`: channels and select for async functions; yields to the event loop now and then, so timers are not starved. */
import { Chan, Select, recv } from "ts-chan";
import { lateness } from "../dist/workload.js";
import { parked } from "../dist/parked.js";

const pair = (cap) => async (n) => {
  const ch = new Chan(cap);
  const sender = (async () => {
    for (let i = 0; i < n; i++) await ch.send(i);
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += (await ch.recv()).value;
  await sender;
  return { check };
};

const selectReady = async (n) => {
  const a = new Chan(1);
  const b = new Chan(1);
  a.trySend(1);
  b.trySend(1);
  let check = 0;
  const both = new Select([recv(a), recv(b)]);
  for (let i = 0; i < n; i++) {
    const which = await both.wait();
    check += both.recv(both.cases[which]).value;
    (which === 0 ? a : b).trySend(1);
  }
  return { check };
};

const selectBlocking = async (n) => {
  const a = new Chan();
  const b = new Chan();
  const sender = (async () => {
    for (let i = 0; i < n; i++) await (i & 1 ? a : b).send(i);
  })();
  let check = 0;
  const both = new Select([recv(a), recv(b)]);
  for (let i = 0; i < n; i++) check += both.recv(both.cases[await both.wait()]).value;
  await sender;
  return { check };
};

const waiting = parked(() => {
  const ch = new Chan();
  return { wait: () => ch.recv(), open: () => ch.close() };
});

const timer = async (n) => {
  const value = await lateness(n, async (over) => {
    const ch = new Chan();
    const sender = (async () => {
      while (!over()) await ch.send(1);
      ch.close();
    })();
    while (!(await ch.recv()).done);
    await sender;
  });
  return { check: 0, value };
};

export default {
  name: "ts-chan",
  package: "ts-chan",
  notes: { "*": "async functions", "latency/timer": "yields by default" },
  limits: {
    "chan/unbuffered": 50_000,
    "chan/buffered": 50_000,
    "chan/select-ready": 50_000,
    "chan/select-blocking": 50_000,
  },
  jobs: {
    "chan/unbuffered": pair(0),
    "chan/buffered": pair(100),
    "chan/select-ready": selectReady,
    "chan/select-blocking": selectBlocking,
    "chan-async/unbuffered": pair(0),
    "chan-async/buffered": pair(100),
    "sched/parked": waiting,
    "latency/timer": timer,
  },
};
