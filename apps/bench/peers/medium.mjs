/** `medium`: a small CSP on promises. */
import medium from "medium";
import { lateness } from "../dist/workload.js";
import { parked } from "../dist/parked.js";

const { chan, put, take, close, CLOSED } = medium;

const pair = (cap) => async (n) => {
  const ch = cap === 0 ? chan() : chan(cap);
  const sender = (async () => {
    for (let i = 0; i < n; i++) await put(ch, i);
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += await take(ch);
  await sender;
  return { check };
};

const waiting = parked(() => {
  const ch = chan();
  return { wait: () => take(ch), open: () => close(ch) };
});

const timer = async (n) => {
  const value = await lateness(n, async (over) => {
    const ch = chan();
    const sender = (async () => {
      while (!over()) await put(ch, 1);
      close(ch);
    })();
    while ((await take(ch)) !== CLOSED);
    await sender;
  });
  return { check: 0, value };
};

export default {
  name: "medium",
  package: "medium",
  notes: { "*": "async functions" },
  jobs: {
    "chan/unbuffered": pair(0),
    "chan/buffered": pair(100),
    "chan-async/unbuffered": pair(0),
    "chan-async/buffered": pair(100),
    "sched/parked": waiting,
    "latency/timer": timer,
  },
};
