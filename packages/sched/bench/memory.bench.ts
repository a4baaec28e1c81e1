/**
 * Heap bytes per parked goroutine, and a million of them: start, park, wake, end.
 *
 * Run: node --expose-gc --conditions=@gort/source --import tsx packages/sched/bench/memory.bench.ts
 */
import { createScheduler, type Go, Op, type Scheduler, sleep, WaitQueue } from "@gort/sched";

const N = Number(process.env.N ?? 1_000_000);
const gc = (globalThis as { gc?: () => void }).gc ?? ((): void => {});

class Door {
  readonly waiting = new WaitQueue<DoorOp>();
}
class DoorOp extends Op<void> {
  readonly door: Door;
  constructor(door: Door) {
    super();
    this.door = door;
  }
  get reason() {
    return "semacquire" as const;
  }
  override tryNow() {
    return false;
  }
  override park() {
    this.door.waiting.push(this);
  }
  override unpark() {
    this.door.waiting.remove(this);
  }
}

function cpuMs(): number {
  const u = process.cpuUsage();
  return (u.user + u.system) / 1000;
}

async function measure(name: string, body: () => Go<void>, door: Door | null): Promise<void> {
  gc();
  const before = process.memoryUsage().heapUsed;
  const s: Scheduler = createScheduler({ sites: false });
  const t = cpuMs();
  await s.run(function* () {
    for (let i = 0; i < N; i++) s.go(body);
    while ((s.stats().blocks[door === null ? "sleep" : "semacquire"] ?? 0) < N) yield;
    const parked = cpuMs();
    gc();
    const bytes = (process.memoryUsage().heapUsed - before) / N;
    let line = `${name.padEnd(22)} ${bytes.toFixed(0)} B each, start and park ${(((parked - t) * 1e6) / N).toFixed(0)} ns`;
    if (door !== null) {
      const w = cpuMs();
      for (let op; (op = door.waiting.shift()) !== null;) op.complete();
      while (s.numGoroutine() > 1) yield;
      line += `, wake and end ${(((cpuMs() - w) * 1e6) / N).toFixed(0)} ns`;
    }
    console.log(line);
  });
}

const door = new Door();
await measure(
  "parked on an op",
  function* () {
    yield* new DoorOp(door);
  },
  door,
);
await measure(
  "asleep",
  function* () {
    yield* sleep(1e9);
  },
  null,
);
