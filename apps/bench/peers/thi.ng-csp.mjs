/** `@thi.ng/csp`: promise channels. They have no unbuffered form; a capacity of 1 stands for it. */
import { channel } from "@thi.ng/csp";
import { lateness } from "../dist/workload.js";
import { parked } from "../dist/parked.js";

const pair = (cap) => async (n) => {
  const ch = channel(cap);
  const sender = (async () => {
    for (let i = 0; i < n; i++) await ch.write(i);
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += await ch.read();
  await sender;
  return { check };
};

/** Readers wait, a thousand per channel: it lets no more wait on one. */
const waiting = parked((n) => {
  const per = 1000;
  const channels = Array.from({ length: Math.ceil(n / per) }, () => channel());
  return {
    wait: (i) => channels[Math.floor(i / per)].read(),
    open: () => channels.forEach((ch) => ch.close()),
  };
});

const timer = async (n) => {
  const value = await lateness(n, async (over) => {
    const ch = channel(1);
    const sender = (async () => {
      while (!over()) await ch.write(1);
      ch.close();
    })();
    while (!ch.closed()) await ch.read();
    await sender;
  });
  return { check: 0, value };
};

export default {
  name: "@thi.ng/csp",
  package: "@thi.ng/csp",
  notes: {
    "*": "async functions",
    "chan/unbuffered": "capacity 1: it has no rendezvous",
    "chan-async/unbuffered": "capacity 1: it has no rendezvous",
    "chan/buffered": "a write settles only when it is read",
    "chan-async/buffered": "a write settles only when it is read",
  },
  jobs: {
    "chan/unbuffered": pair(1),
    "chan/buffered": pair(100),
    "chan-async/unbuffered": pair(1),
    "chan-async/buffered": pair(100),
    "sched/parked": waiting,
    "latency/timer": timer,
  },
};
