/**
 * What the primitives cost, in nanoseconds per operation, best of a few rounds; with native Go on one P beside them
 * when a `go` is installed. Read the ratios: a shared machine drifts by tens of per cent.
 * `node --conditions=@gort/source --import tsx packages/sync/bench/sync.bench.ts`
 *
 * A loader's rewriting shows in the figures; bundled, as a user's code is:
 * `esbuild packages/sync/bench/sync.bench.ts --bundle --format=esm --platform=node --conditions=@gort/source | node --input-type=module -`
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gosched, run, type Go } from "@gort/sched";
import {
  ErrGroup,
  Mutex,
  Once,
  Pool,
  RWMutex,
  Semaphore,
  SyncMap,
  WaitGroup,
} from "../src/index.ts";

const N = 300_000;
const ROUNDS = 5;

function* empty(): Go {}

type Case = [name: string, body: () => Promise<number> | number];

async function time(f: () => Go | Promise<void> | void, n = N): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    const r = f();
    if (r !== undefined && Symbol.iterator in r) await run(() => r);
    else await r;
    best = Math.min(best, ((performance.now() - start) * 1e6) / n);
  }
  return best;
}

const mu = new Mutex();
const rw = new RWMutex();
const sem = new Semaphore(10);
const once = new Once();
const pool = new Pool(() => ({}));
const map = new SyncMap<number, number>();
for (let i = 0; i < 1000; i++) map.store(i, i);
map.range(() => true);

const cases: Case[] = [
  [
    "tryLock+unlock",
    () =>
      time(() => {
        for (let i = 0; i < N; i++) {
          mu.tryLock();
          mu.unlock();
        }
      }),
  ],
  [
    "yield* lock+unlock",
    () =>
      time(function* () {
        for (let i = 0; i < N; i++) {
          yield* mu.lock();
          mu.unlock();
        }
      }),
  ],
  [
    "yield* withLock(plain)",
    () =>
      time(function* () {
        for (let i = 0; i < N; i++) yield* mu.withLock(() => i);
      }),
  ],
  [
    "await lock+unlock",
    () =>
      time(async () => {
        for (let i = 0; i < N; i++) {
          await mu.lock();
          mu.unlock();
        }
      }),
  ],
  [
    "await lock.start()+unlock",
    () =>
      time(async () => {
        for (let i = 0; i < N; i++) {
          await mu.lock().start();
          mu.unlock();
        }
      }),
  ],
  [
    "await withLock(plain)",
    () =>
      time(async () => {
        for (let i = 0; i < N; i++) await mu.withLock(() => i);
      }),
  ],
  [
    "errgroup, 10 at a time",
    () =>
      time(async () => {
        const g = new ErrGroup();
        g.setLimit(10);
        for (let i = 0; i < N / 10; i++) await g.go(async () => {});
        await g.wait();
      }, N / 10),
  ],
  [
    "lock+unlock, 4 goroutines that yield inside",
    () =>
      time(function* () {
        const wg = new WaitGroup();
        for (let g = 0; g < 4; g++) {
          wg.go(function* () {
            for (let i = 0; i < N / 4; i++) {
              yield* mu.lock();
              yield* gosched();
              mu.unlock();
            }
          });
        }
        yield* wg.wait();
      }),
  ],
  [
    "yield* rLock+rUnlock",
    () =>
      time(function* () {
        for (let i = 0; i < N; i++) {
          yield* rw.rLock();
          rw.rUnlock();
        }
      }),
  ],
  [
    "yield* acquire+release",
    () =>
      time(function* () {
        for (let i = 0; i < N; i++) {
          yield* sem.acquire(3);
          sem.release(3);
        }
      }),
  ],
  [
    "wg.go + wg.wait",
    () =>
      time(function* () {
        const wg = new WaitGroup();
        for (let i = 0; i < N; i++) {
          wg.go(empty);
          if (i % 1000 === 999) yield* wg.wait();
        }
        yield* wg.wait();
      }),
  ],
  [
    "yield* once.do, done",
    () =>
      time(function* () {
        for (let i = 0; i < N; i++) yield* once.do(empty);
      }),
  ],
  [
    "pool get+put",
    () =>
      time(() => {
        for (let i = 0; i < N; i++) pool.put(pool.get());
      }),
  ],
  [
    "SyncMap load",
    () =>
      time(() => {
        for (let i = 0; i < N; i++) map.load(i % 1000);
      }),
  ],
];

const GO = `package main
import ("fmt"; "sync"; "time"; "runtime")
const N = 300000
func best(f func()) float64 { b := 1e18; for i := 0; i < 5; i++ { s := time.Now(); f(); if d := float64(time.Since(s))/N; d < b { b = d } }; return b }
func main() {
  runtime.GOMAXPROCS(1)
  var mu sync.Mutex; var rw sync.RWMutex; var once sync.Once; pool := sync.Pool{New: func() any { return new(int) }}
  var m sync.Map; for i := 0; i < 1000; i++ { m.Store(i, i) }; m.Range(func(k, v any) bool { return true })
  p := func(name string, f func()) { fmt.Printf("%s|%.1f\\n", name, best(f)) }
  p("tryLock+unlock", func() { for i := 0; i < N; i++ { mu.TryLock(); mu.Unlock() } })
  p("yield* lock+unlock", func() { for i := 0; i < N; i++ { mu.Lock(); mu.Unlock() } })
  p("lock+unlock, 4 goroutines that yield inside", func() { var wg sync.WaitGroup; for g := 0; g < 4; g++ { wg.Add(1); go func() { for i := 0; i < N/4; i++ { mu.Lock(); runtime.Gosched(); mu.Unlock() }; wg.Done() }() }; wg.Wait() })
  p("yield* rLock+rUnlock", func() { for i := 0; i < N; i++ { rw.RLock(); rw.RUnlock() } })
  p("wg.go + wg.wait", func() { var wg sync.WaitGroup; for i := 0; i < N; i++ { wg.Add(1); go func() { wg.Done() }(); if i%1000 == 999 { wg.Wait() } }; wg.Wait() })
  p("yield* once.do, done", func() { for i := 0; i < N; i++ { once.Do(func() {}) } })
  p("pool get+put", func() { for i := 0; i < N; i++ { pool.Put(pool.Get()) } })
  p("SyncMap load", func() { for i := 0; i < N; i++ { m.Load(i % 1000) } })
}
`;

function nativeGo(): Map<string, number> {
  const dir = mkdtempSync(join(tmpdir(), "gort-bench-"));
  try {
    writeFileSync(join(dir, "main.go"), GO);
    const { stdout } = spawnSync("go", ["run", "main.go"], { cwd: dir, encoding: "utf8" });
    const rows = (stdout ?? "").trim().split("\n").filter(Boolean);
    return new Map(
      rows.map((row) => {
        const [name, ns] = row.split("|");
        return [name!, Number(ns)];
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const native = nativeGo();
for (const [name, body] of cases) {
  const ns = await body();
  const goNs = native.get(name);
  const beside = goNs === undefined ? "" : `   Go ${goNs.toFixed(1)} ns`;
  console.log(`${name.padEnd(46)} ${ns.toFixed(1).padStart(8)} ns${beside}`);
}
