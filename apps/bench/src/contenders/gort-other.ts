/** gort's other forms of a thing, where it has two: maps on the other storage, ops that are started, selects made once. */
import { makeChan, prepare } from "@gort/chan";
import { createHeap } from "@gort/gc";
import { makeMap } from "@gort/map";
import { go, run } from "@gort/sched";
import { WaitGroup } from "@gort/sync";
import { float64, int32, string, struct } from "@gort/types";
import type { Contender, JobBody } from "../job.ts";
import { mapJobs, stall } from "../map-jobs.ts";
import { OTHER_FORM } from "../targets.ts";

const Cell = struct({ x: int32, y: int32 });
const heap = (n: number) => createHeap({ reserve: Math.min(2 ** 32, Math.max(2 ** 26, n * 400)) });

const startedPair =
  (cap: number): JobBody =>
  async (n) => {
    const ch = makeChan<number>(cap, { zero: 0 });
    const sender = (async () => {
      for (let i = 0; i < n; i++) await ch.send(i).start();
    })();
    let check = 0;
    for (let i = 0; i < n; i++) check += await ch.recv().start();
    await sender;
    return { check };
  };

const preparedReady: JobBody = async (n) => {
  const check = await run(function* () {
    const a = makeChan<number>(1, { zero: 0 });
    const b = makeChan<number>(1, { zero: 0 });
    a.trySend(1);
    b.trySend(1);
    const either = prepare({ a: a.recv(), b: b.recv() });
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const r = yield* either;
      sum += r.value;
      if (r.case === "a") a.trySend(1);
      else b.trySend(1);
    }
    return sum;
  });
  return { check };
};

const preparedBlocking: JobBody = async (n) => {
  const check = await run(function* () {
    const a = makeChan<number>(0, { zero: 0 });
    const b = makeChan<number>(0, { zero: 0 });
    go(function* () {
      for (let i = 0; i < n; i++) yield* (i & 1 ? a : b).send(i);
    });
    const either = prepare({ a: a.recv(), b: b.recv() });
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (yield* either).value;
    return sum;
  });
  return { check };
};

const spawnPlain: JobBody = async (n) => {
  await run(function* () {
    const wg = new WaitGroup();
    const done = (): void => wg.done();
    for (let i = 0; i < n; i++) {
      wg.add(1);
      go(done);
      if (i % 1000 === 999) yield* wg.wait();
    }
    yield* wg.wait();
  });
  return { check: n };
};

const other: Contender = {
  name: OTHER_FORM,
  notes: {
    "chan/select-ready": "`prepare`: one select for the whole loop",
    "chan/select-blocking": "`prepare`: one select for the whole loop",
    "chan-async/unbuffered": "`await op.start()`",
    "chan-async/buffered": "`await op.start()`",
    "sched/spawn": "`wg.add(1); go(done)` with a plain function, as Go's `go wg.Done()`",
    "map/int-set": "on JavaScript values",
    "map/int-get": "on JavaScript values",
    "map/int-delete": "on JavaScript values",
    "map/string-set": "in a heap, as UTF-8",
    "map/string-get": "in a heap, as UTF-8",
    "map/struct-set": "in a heap",
    "map/struct-get": "in a heap",
    "map/stall": "on JavaScript values",
  },
  jobs: {
    "chan/select-ready": preparedReady,
    "chan/select-blocking": preparedBlocking,
    "chan-async/unbuffered": startedPair(0),
    "chan-async/buffered": startedPair(100),
    "sched/spawn": spawnPlain,
    ...mapJobs({
      int: () => makeMap<number, number>(),
      string: (n) => makeMap(string, float64, { heap: heap(n) }),
      struct: (n) => makeMap(Cell, float64, { heap: heap(n) }),
    }),
    "map/stall": stall(() => makeMap<number, number>()),
  },
};

export default other;
