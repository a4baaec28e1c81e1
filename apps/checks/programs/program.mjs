/**
 * The program that every platform runs: channels with select, a context, a lock, deferred calls that recover, a heap with collected
 * objects, a slice, maps on values and in the heap. Resolves with what it found, as text that is the same everywhere.
 */
import { createAllocator, createMemory } from "@gort/alloc";
import { makeChan, select } from "@gort/chan";
import { background, withTimeout } from "@gort/context";
import { createHeap } from "@gort/gc";
import { makeMap, structKey } from "@gort/map";
import { go, panic, recover, run, sleep, withDefer } from "@gort/sched";
import { append, makeSlice } from "@gort/slice";
import { ErrGroup, Mutex } from "@gort/sync";
import { accessor, float64, int32, named, ptr, struct } from "@gort/types";

/** Three producers, one consumer that gives up on time: generator goroutines on the GMP scheduler. */
function goroutines() {
  return run(
    function* () {
      const jobs = makeChan(2);
      const over = makeChan(0);
      for (let p = 0; p < 3; p++) {
        go(function* () {
          for (let i = 0; i < 100; i++) yield* jobs.send(i);
          yield* over.send(p);
        });
      }
      let sum = 0;
      let producers = 3;
      while (producers > 0) {
        const r = yield* select({ job: jobs.recv(), over: over.recv(), late: sleep(20_000) });
        if (r.case === "job") sum += r.value;
        else if (r.case === "over") producers--;
        else throw new Error("late");
      }
      for (;;) {
        const [n, , ready] = jobs.tryRecv();
        if (!ready) return sum;
        sum += n;
      }
    },
    { procs: 2 },
  );
}

/** The same primitives in async functions, with a context that ends them. */
async function asynchronous() {
  const [ctx, cancel] = withTimeout(background(), 20);
  const mu = new Mutex();
  const group = new ErrGroup();
  let steps = 0;
  for (let i = 0; i < 4; i++) {
    group.go(async () => {
      for (let n = 0; n < 10; n++) {
        await mu.lock();
        steps++;
        mu.unlock();
      }
    });
  }
  await group.wait();
  await ctx.done().recv();
  cancel();
  return `${steps} steps, ${ctx.err().message}`;
}

/** What deferred functions of each kind recover in functions of each kind. */
async function recovered() {
  const seen = [];
  const kinds = [
    () => {
      seen.push(recover());
    },
    function* () {
      seen.push(recover());
      yield* sleep(1);
    },
    async () => {
      seen.push(recover());
      await sleep(1);
    },
  ];
  withDefer((s) => {
    s.defer(kinds[0]);
    panic("plain");
  });
  for (const deferred of kinds) {
    await withDefer(async (s) => {
      s.defer(deferred);
      await sleep(1);
      panic("async");
    });
    await run(function* () {
      yield* withDefer(function* (s) {
        s.defer(deferred);
        yield* sleep(1);
        panic("generator");
      });
    });
  }
  return seen.join(" ");
}

/** A list of 1000 nodes among 20000 dropped ones, collected, then walked through a compiled accessor. */
function heap() {
  const Node = named("main.Node", struct({ next: ptr(() => Node), value: float64 }));
  const heap = createHeap({ reserve: 64 * 2 ** 20 });
  const list = heap.root(0);
  for (let i = 0; i < 20_000; i++) {
    const node = heap.alloc(Node);
    Node.store(heap, node, { next: i % 20 === 0 ? list.ptr : 0, value: i });
    if (i % 20 === 0) list.set(node);
    heap.safepoint();
  }
  heap.collect();
  let sum = 0;
  const at = new (accessor(Node))(heap, list.ptr);
  for (let p = list.ptr; p !== 0; p = at.next) {
    sum += at.$at(p).value;
  }
  const { heapObjects } = heap.stats();
  list.release();
  heap.collect();
  return `${heapObjects} live of 20000, sum ${sum}, ${heap.stats().heapObjects} at the end`;
}

/** Maps on JavaScript values and in a heap, a slice that grows, an allocator by itself. */
function data() {
  const visits = makeMap({ key: structKey("x", "y"), zero: () => 0 });
  for (let i = 0; i < 1000; i++) visits.update({ x: i % 10, y: i % 7 }, (n) => n + 1);
  const price = makeMap(int32, float64, { heap: createHeap({ reserve: 16 * 2 ** 20 }) });
  for (let id = 0; id < 5000; id++) price.set(id, id / 4);
  for (let id = 0; id < 5000; id += 2) price.delete(id);
  const numbers = append(makeSlice(int32, 0, 4), 3, 1, 2, 5, 4);
  const allocator = createAllocator(createMemory({ reserve: 2 ** 24 }));
  const p = allocator.alloc(100);
  const room = allocator.usableSize(p);
  allocator.free(p);
  return `${visits.len} cells, ${price.len} prices, ${price.get(11)}, slice ${numbers.len} of ${numbers.cap}, room ${room}`;
}

export async function program() {
  return [
    `sum ${await goroutines()}`,
    await asynchronous(),
    await recovered(),
    heap(),
    data(),
  ].join("; ");
}

/** What `program` must find, everywhere. */
export const expected =
  "sum 14850; 40 steps, context deadline exceeded; " +
  "plain async generator async generator async generator; 1000 live of 20000, sum 9990000, 0 at the end; " +
  "70 cells, 2500 prices, 2.75, slice 5 of 8, room 112";
