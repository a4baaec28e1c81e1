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
    "latency/timer": timer,
  },
};
