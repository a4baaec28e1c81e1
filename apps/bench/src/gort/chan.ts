/** gort's channels: hand-over, select, sieve, from goroutines and from async functions, and the load for the timers. */
import { makeChan, select, type Chan } from "@gort/chan";
import { go, run, type Go } from "@gort/sched";
import type { JobBody } from "../job.ts";
import { lateness } from "../workload.ts";

const pair =
  (cap: number): JobBody =>
  async (n) => {
    const check = await run(function* () {
      const ch = makeChan<number>(cap, { zero: 0 });
      go(function* () {
        for (let i = 0; i < n; i++) yield* ch.send(i);
        ch.close();
      });
      let sum = 0;
      for (let i = 0; i < n; i++) sum += yield* ch.recv();
      return sum;
    });
    return { check };
  };

const asyncPair =
  (cap: number): JobBody =>
  async (n) => {
    const ch = makeChan<number>(cap, { zero: 0 });
    const sender = (async () => {
      for (let i = 0; i < n; i++) await ch.send(i);
    })();
    let check = 0;
    for (let i = 0; i < n; i++) check += await ch.recv();
    await sender;
    return { check };
  };

const selectReady: JobBody = async (n) => {
  const check = await run(function* () {
    const a = makeChan<number>(1, { zero: 0 });
    const b = makeChan<number>(1, { zero: 0 });
    a.trySend(1);
    b.trySend(1);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const r = yield* select({ a: a.recv(), b: b.recv() });
      sum += r.value;
      if (r.case === "a") a.trySend(1);
      else b.trySend(1);
    }
    return sum;
  });
  return { check };
};

const selectBlocking: JobBody = async (n) => {
  const check = await run(function* () {
    const a = makeChan<number>(0, { zero: 0 });
    const b = makeChan<number>(0, { zero: 0 });
    go(function* () {
      for (let i = 0; i < n; i++) yield* (i & 1 ? a : b).send(i);
    });
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (yield* select({ a: a.recv(), b: b.recv() })).value;
    return sum;
  });
  return { check };
};

const sieve: JobBody = async (n) => {
  const check = await run(function* () {
    const generate = function* (out: Chan<number, number>): Go {
      for (let i = 2; ; i++) yield* out.send(i);
    };
    const filter = function* (from: Chan<number, number>, to: Chan<number>, prime: number): Go {
      for (;;) {
        const i = yield* from.recv();
        if (i % prime !== 0) yield* to.send(i);
      }
    };
    let ch = makeChan<number>(0, { zero: 0 });
    go(generate, ch);
    let prime = 0;
    for (let i = 0; i < n; i++) {
      prime = yield* ch.recv();
      const next = makeChan<number>(0, { zero: 0 });
      go(filter, ch, next, prime);
      ch = next;
    }
    return prime;
  });
  return { check };
};

const timer: JobBody = async (n) => {
  const value = await lateness(n, (over) =>
    run(function* () {
      const ch = makeChan<number>(0, { zero: 0 });
      go(function* () {
        while (!over()) yield* ch.send(1);
        ch.close();
      });
      let ok = true;
      while (ok) ok = (yield* ch.recvOk())[1];
    }),
  );
  return { check: 0, value };
};

export const chan: Record<string, JobBody> = {
  "chan/unbuffered": pair(0),
  "chan/buffered": pair(100),
  "chan/select-ready": selectReady,
  "chan/select-blocking": selectBlocking,
  "chan/sieve": sieve,
  "chan-async/unbuffered": asyncPair(0),
  "chan-async/buffered": asyncPair(100),
  "latency/timer": timer,
};
