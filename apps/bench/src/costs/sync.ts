/** What locks, groups and pools cost. */
import { gosched, run, type Go } from "@gort/sched";
import { Mutex, Once, Pool, RWMutex, Semaphore, SyncMap, WaitGroup } from "@gort/sync";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;
/** A body that is a goroutine. */
const goroutine =
  (main: (n: number) => Go<number>): JobBody =>
  async (n) => ({ check: await run(() => main(n)) });

const readLock = goroutine(function* (n) {
  const rw = new RWMutex();
  let count = 0;
  for (let i = 0; i < n; i++) {
    yield* rw.rLock();
    count++;
    rw.rUnlock();
  }
  return count;
});

const acquire = goroutine(function* (n) {
  const sem = new Semaphore(10);
  let count = 0;
  for (let i = 0; i < n; i++) {
    yield* sem.acquire(3);
    count++;
    sem.release(3);
  }
  return count;
});

const withLock = goroutine(function* (n) {
  const mu = new Mutex();
  let count = 0;
  for (let i = 0; i < n; i++) yield* mu.withLock(() => count++);
  return count;
});

const contended = goroutine(function* (n) {
  const mu = new Mutex();
  const wg = new WaitGroup();
  let count = 0;
  for (let g = 0; g < 4; g++) {
    wg.go(function* () {
      for (let i = 0; i < n / 4; i++) {
        yield* mu.lock();
        yield* gosched();
        count++;
        mu.unlock();
      }
    });
  }
  yield* wg.wait();
  return count;
});

const once = goroutine(function* (n) {
  const it = new Once();
  let count = 0;
  const first = (): void => void count++;
  for (let i = 0; i < n; i++) yield* it.do(first);
  return count;
});

const started: JobBody = async (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) {
    const token = await mu.lock().start();
    check++;
    token.unlock();
  }
  return { check };
};

const withLockAsync: JobBody = async (n) => {
  const mu = new Mutex();
  let check = 0;
  for (let i = 0; i < n; i++) await mu.withLock(() => check++);
  return { check };
};

const pool: JobBody = (n) => {
  const it = new Pool(() => ({ uses: 0 }));
  let check = 0;
  for (let i = 0; i < n; i++) {
    const x = it.get();
    check += ++x.uses === i + 1 ? 1 : 0;
    it.put(x);
  }
  return { check };
};

const size = 1000;
const loads: JobBody = (n) => {
  const m = new SyncMap<number, number>();
  for (let i = 0; i < size; i++) m.store(i, 1);
  let check = 0;
  for (let i = 0; i < n; i++) check += m.load(i % size)[0]!;
  return { check };
};
const mapGets: JobBody = (n) => {
  const m = new Map<number, number>();
  for (let i = 0; i < size; i++) m.set(i, 1);
  let check = 0;
  for (let i = 0; i < n; i++) check += m.get(i % size)!;
  return { check };
};

export default sheet({
  package: "sync",
  beside: { Go: "native Go", JavaScript: "JavaScript itself" },
  rows: [
    { title: "`tryLock` and `unlock`", job: "sync/trylock" },
    { title: "`yield* mu.lock()` and `unlock`, free", job: "sync/lock" },
    {
      id: "rlock",
      title: "`yield* rw.rLock()` and `rUnlock`, free",
      n: 100_000,
      check: all,
      gort: readLock,
    },
    {
      id: "acquire",
      title: "`yield* sem.acquire(3)` and `release`, free",
      n: 100_000,
      check: all,
      gort: acquire,
    },
    {
      id: "with-lock",
      title: "`yield* mu.withLock(fn)`, free",
      n: 100_000,
      check: all,
      gort: withLock,
    },
    {
      id: "contended",
      title: "`yield* mu.lock()` and `unlock`, four goroutines that yield inside",
      n: 40_000,
      check: all,
      gort: contended,
    },
    { title: "`await mu.lock()` and `unlock`, free", job: "sync/lock-async" },
    {
      id: "started",
      title: "`await mu.lock().start()` and `unlock`, free",
      n: 50_000,
      check: all,
      gort: started,
    },
    {
      id: "with-lock-async",
      title: "`await mu.withLock(fn)`, free",
      n: 50_000,
      check: all,
      gort: withLockAsync,
    },
    { id: "once", title: "`yield* once.do(fn)`, done", n: 300_000, check: () => 1, gort: once },
    { title: "an async function under a limit of ten", job: "sync/limit" },
    { id: "pool", title: "`pool.get` and `put`", n: 500_000, check: all, gort: pool },
    {
      id: "sync-map",
      title: "`SyncMap.load`; `Map.get`",
      n: 300_000,
      check: all,
      gort: loads,
      javascript: mapGets,
    },
    {
      title: "in a bundle: `Pool`; `Mutex`; `ErrGroup`",
      sizes: ["Pool", "Mutex", "ErrGroup"],
    },
  ],
});
