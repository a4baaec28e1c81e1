/** `js-csp`: a port of core.async; generator processes, channels and `alts`. */
import csp from "js-csp";
import { lateness } from "../dist/workload.js";

/** Runs a process; resolves with what it returns. */
const program = (main) =>
  new Promise((resolve) => {
    csp.takeAsync(csp.go(main), resolve);
  });

const pair = (cap) => async (n) => {
  const check = await program(function* () {
    const ch = csp.chan(cap);
    csp.go(function* () {
      for (let i = 0; i < n; i++) yield csp.put(ch, i);
    });
    let sum = 0;
    for (let i = 0; i < n; i++) sum += yield csp.take(ch);
    return sum;
  });
  return { check };
};

const selectReady = async (n) => {
  const check = await program(function* () {
    const a = csp.chan(1);
    const b = csp.chan(1);
    csp.offer(a, 1);
    csp.offer(b, 1);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const r = yield csp.alts([a, b]);
      sum += r.value;
      csp.offer(r.channel, 1);
    }
    return sum;
  });
  return { check };
};

const selectBlocking = async (n) => {
  const check = await program(function* () {
    const a = csp.chan();
    const b = csp.chan();
    csp.go(function* () {
      for (let i = 0; i < n; i++) yield csp.put(i & 1 ? a : b, i);
    });
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (yield csp.alts([a, b])).value;
    return sum;
  });
  return { check };
};

/** Takers wait, a thousand per channel: js-csp lets no more wait on one. */
const parked = async (n, meter) => {
  const channels = Array.from({ length: Math.ceil(n / 1000) }, () => csp.chan());
  let check = 0;
  const before = meter.heapBytes();
  for (let i = 0; i < n; i++) {
    csp.go(function* () {
      yield csp.take(channels[Math.floor(i / 1000)]);
      check++;
    });
  }
  // Processes start in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const value = (meter.heapBytes() - before) / n;
  for (const ch of channels) ch.close();
  while (check < n) await new Promise((resolve) => setTimeout(resolve, 1));
  return { check, value };
};

const timer = async (n) => {
  const value = await lateness(n, (over) =>
    program(function* () {
      const ch = csp.chan();
      csp.go(function* () {
        while (!over()) yield csp.put(ch, 1);
        ch.close();
      });
      while ((yield csp.take(ch)) === 1);
      return 1;
    }),
  );
  return { check: 0, value };
};

const few = 30_000;

export default {
  name: "js-csp",
  package: "js-csp",
  notes: { "*": "generator processes" },
  limits: {
    "chan/unbuffered": few,
    "chan/buffered": few,
    "chan/select-ready": few,
    "chan/select-blocking": few,
  },
  jobs: {
    "chan/unbuffered": pair(0),
    "chan/buffered": pair(100),
    "chan/select-ready": selectReady,
    "chan/select-blocking": selectBlocking,
    "sched/parked": parked,
    "latency/timer": timer,
  },
};
