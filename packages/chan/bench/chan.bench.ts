/**
 * Channels and select in generator goroutines and async functions, in nanoseconds per operation.
 *
 * Run: node --conditions=@gort/source --import tsx packages/chan/bench/chan.bench.ts [native Go too: GO=1]
 * Rounds alternate between the cases, so that drift of the machine hits all alike; the median is printed.
 */
import { execFileSync } from "node:child_process";
import { createFifoScheduler, sleep } from "@gort/sched";
import { makeChan, prepare, select, trySelect } from "../src/index.ts";

const N = Number(process.env.N ?? 200_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);

async function pair(cap: number): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const ch = makeChan<number>(cap, { zero: 0 });
    s.go(function* () {
      for (let i = 0; i < N; i++) yield* ch.send(i);
      ch.close();
    });
    let sum = 0;
    for (let i = 0; i < N; i++) sum += yield* ch.recv();
    return sum;
  });
}

async function range(cap: number): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const ch = makeChan<number>(cap, { zero: 0 });
    s.go(function* () {
      for (let i = 0; i < N; i++) yield* ch.send(i);
      ch.close();
    });
    let sum = 0;
    for (const r = ch.range(); yield* r.next();) sum += r.value;
    return sum;
  });
}

async function asyncPair(cap: number): Promise<void> {
  const ch = makeChan<number>(cap, { zero: 0 });
  const sender = (async () => {
    for (let i = 0; i < N; i++) await ch.send(i);
  })();
  for (let i = 0; i < N; i++) await ch.recv();
  await sender;
}

async function selectReady(): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const a = makeChan<number>(1, { zero: 0 });
    const b = makeChan<number>(1, { zero: 0 });
    a.trySend(1);
    b.trySend(1);
    for (let i = 0; i < N; i++) {
      const r = yield* select({ a: a.recv(), b: b.recv() });
      if (r.case === "a") a.trySend(1);
      else b.trySend(1);
    }
  });
}

async function selectBlocking(): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const a = makeChan<number>(0, { zero: 0 });
    const b = makeChan<number>(0, { zero: 0 });
    s.go(function* () {
      for (let i = 0; i < N; i++) yield* (i & 1 ? a : b).send(i);
    });
    let sum = 0;
    for (let i = 0; i < N; i++) sum += (yield* select({ a: a.recv(), b: b.recv() })).value;
    return sum;
  });
}

async function preparedReady(): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const a = makeChan<number>(1, { zero: 0 });
    const b = makeChan<number>(1, { zero: 0 });
    a.trySend(1);
    b.trySend(1);
    const next = prepare({ a: a.recv(), b: b.recv() });
    for (let i = 0; i < N; i++) {
      const r = yield* next;
      if (r.case === "a") a.trySend(1);
      else b.trySend(1);
    }
  });
}

async function preparedBlocking(): Promise<void> {
  const s = createFifoScheduler();
  await s.run(function* () {
    const a = makeChan<number>(0, { zero: 0 });
    const b = makeChan<number>(0, { zero: 0 });
    s.go(function* () {
      for (let i = 0; i < N; i++) yield* (i & 1 ? a : b).send(i);
    });
    const next = prepare({ a: a.recv(), b: b.recv() });
    let sum = 0;
    for (let i = 0; i < N; i++) sum += (yield* next).value;
    return sum;
  });
}

async function tries(): Promise<void> {
  const ch = makeChan<number>(100, { zero: 0 });
  for (let i = 0; i < N; i++) {
    ch.trySend(i);
    ch.tryRecv();
  }
}

async function tryDefault(): Promise<void> {
  const ch = makeChan<number>(0);
  for (let i = 0; i < N; i++) trySelect({ v: ch.recv() });
}

const cases: [string, () => Promise<void>][] = [
  ["unbuffered send+recv", () => pair(0)],
  ["buffered (100) send+recv", () => pair(100)],
  ["unbuffered send+range", () => range(0)],
  ["buffered (100) send+range", () => range(100)],
  ["select, two ready", selectReady],
  ["select, two blocking (with the send)", selectBlocking],
  ["prepared select, two ready", preparedReady],
  ["prepared select, two blocking", preparedBlocking],
  ["trySend+tryRecv", tries],
  ["trySelect, default", tryDefault],
  ["async unbuffered", () => asyncPair(0)],
  ["async buffered (100)", () => asyncPair(100)],
];

const times = new Map<string, number[]>(cases.map(([name]) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, job] of cases) {
    const start = process.hrtime.bigint();
    await job();
    const ns = Number(process.hrtime.bigint() - start) / N;
    if (round > 0) times.get(name)!.push(ns);
  }
}
await sleep(0);
for (const [name, list] of times) {
  list.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(40)} ${list[list.length >> 1]!.toFixed(0).padStart(6)} ns  (${list[0]!.toFixed(0)}–${list.at(-1)!.toFixed(0)})`,
  );
}
if (process.env.GO !== undefined) {
  process.stdout.write(
    execFileSync("go", ["run", new URL("chan.go", import.meta.url).pathname], {
      env: { ...process.env, GOMAXPROCS: "1" },
      encoding: "utf8",
    }),
  );
}
