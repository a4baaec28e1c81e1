/**
 * Two copies of packages in one process work together, or say clearly that they cannot. Each case is a module run by Node:
 * `a` are the packages of the project, `b` are second copies of the packages named.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { secondCopies } from "../src/copies.ts";
import { sh } from "../src/run.ts";
import { readPackages } from "../src/workspace.ts";

const { dir: project } = inject("project");
const everything = readPackages().map((p) => p.folder);

/** Runs a body with `a(name)` and `b(name)` importing a package's first and second copy; what it prints. */
async function withCopies(name: string, folders: readonly string[], body: string): Promise<string> {
  const dir = secondCopies(project, `copies-${name}`, folders);
  writeFileSync(join(dir, "load.mjs"), `export const load = (name) => import(name);\n`);
  writeFileSync(
    join(project, `copies-${name}.mjs`),
    `import { load as b } from "./copies-${name}/load.mjs";
const a = (name) => import(name);
for (const folder of ${JSON.stringify(folders)}) {
  const [x, y] = [await a("@gort/" + folder), await b("@gort/" + folder)];
  if (x === y) throw new Error(folder + " is one copy, not two");
}
const mine = {}, theirs = {};
for (const folder of ${JSON.stringify(everything)}) {
  mine[folder] = await a("@gort/" + folder);
  theirs[folder] = await b("@gort/" + folder);
}
const attempt = (f) => { try { return f(); } catch (error) { return error.name + ": " + error.message; } };
${body}
`,
  );
  return sh(project, process.execPath, `copies-${name}.mjs`);
}

test("a goroutine of one sched waits on channels, locks, timers and selects of another", async () => {
  const out = await withCopies(
    "sched",
    everything,
    `const found = [];
await mine.sched.run(function* () {
  const ch = theirs.chan.makeChan(1);
  const mu = new theirs.sync.Mutex();
  const wg = new theirs.sync.WaitGroup();
  yield* mu.lock();
  wg.add(2);
  mine.sched.go(function* () { yield* ch.send("by mine"); yield* mu.lock(); mu.unlock(); wg.done(); });
  theirs.sched.go(function* () { yield* theirs.sched.sleep(1); mu.unlock(); yield* ch.send("by theirs"); wg.done(); });
  found.push(yield* ch.recv());
  found.push(yield* ch.recv());
  yield* wg.wait();
  const done = theirs.chan.makeChan(0);
  mine.sched.go(function* () { yield* done.send("chosen"); });
  const r = yield* mine.chan.select({ done: done.recv(), late: theirs.sched.sleep(5000) });
  found.push(r.case, r.value);
  const s = yield* theirs.chan.select({ done: mine.chan.makeChan(0).recv(), late: mine.sched.sleep(1) });
  found.push(s.case);
});
console.log(found.join(", "));`,
  );
  expect(out).toBe("by mine, by theirs, done, chosen, late\n");
});

test("async functions and brands: ops, channels, errors and panics are known to the other copy", async () => {
  const out = await withCopies(
    "brands",
    everything,
    `const ch = mine.chan.makeChan(1);
const op = ch.recv();
console.log(theirs.sched.isOp(op), theirs.chan.isChan(ch));
await ch.send(1);
console.log((await theirs.chan.select({ got: op, late: mine.sched.sleep(5000) })).value);
const panicked = await mine.sched.run(function* () { theirs.sched.panic("boom"); }).catch((e) => e);
console.log(theirs.sched.isPanicError(panicked), mine.sched.isPanicError(panicked), panicked.message.split("\\n")[0]);
const stuck = await mine.sched.run(function* () { yield* theirs.chan.makeChan(0).recv(); }).catch((e) => e);
console.log(theirs.sched.isDeadlockError(stuck), stuck.message.split("\\n")[0]);
const misuse = attempt(() => { const c = mine.chan.makeChan(0); c.close(); c.close(); });
console.log(misuse);
console.log(theirs.types.isRuntimeError(await mine.sched.run(function* () { mine.chan.nilChan().close(); }).catch((e) => e.value ?? e)) ||
  "told apart");
console.log(theirs.sync.isMisuseError(attempt(() => 0)) === false);`,
  );
  const lines = out.trimEnd().split("\n");
  expect(lines.slice(0, 2)).toEqual(["true true", "1"]);
  expect(lines[2]).toMatch(/^true true .*boom/);
  expect(lines[3]).toMatch(/^true .*all goroutines are asleep - deadlock!/);
  expect(lines[4]).toMatch(/close of closed channel/);
});

test("a panic in one copy is recovered by the other, whose checkpoints give way too", async () => {
  const out = await withCopies(
    "panic",
    everything,
    `await mine.sched.run(function* () {
  const caught = yield* mine.sched.withDefer(function* (d) {
    d.defer(() => { const v = theirs.sched.recover(); d.result = "recovered " + v; });
    theirs.sched.panic("from theirs");
  });
  console.log(caught);
  let other = false;
  mine.sched.go(function* () { other = true; });
  theirs.sched.lockToP();
  const start = performance.now();
  while (!other && performance.now() - start < 5000) yield* theirs.sched.checkpoint();
  theirs.sched.unlockFromP();
  console.log(other);
});`,
  );
  expect(out).toBe("recovered from theirs\ntrue\n");
});

test("a context tree has nodes of both copies: cancellation, values and causes pass", async () => {
  const out = await withCopies(
    "context",
    everything,
    `const k = mine.context.key("k");
const [root, cancel] = mine.context.withCancelCause(mine.context.background());
const named = theirs.context.withValue(root, k, "v");
const [leaf, cancelLeaf] = theirs.context.withTimeout(mine.context.withValue(named, mine.context.key("x"), 1), 60000);
console.log(leaf.value(k));
cancel(new Error("why"));
await leaf.done().recv();
console.log(leaf.err() === mine.context.Canceled || theirs.context.isCanceled(leaf.err()), mine.context.isCanceled(leaf.err()));
console.log(theirs.context.cause(leaf).message, mine.context.cause(leaf).message);
console.log(theirs.context.signalOf(leaf).aborted);
cancelLeaf();`,
  );
  expect(out).toBe("v\ntrue true\nwhy why\ntrue\n");
});

test("types: descriptors and interface values of one copy serve slices, maps, heaps and reflection of another", async () => {
  const out = await withCopies(
    "types",
    everything,
    `const t = mine.types, u = theirs.types;
const P = t.named("main.P", t.struct({ x: t.int32, next: t.ptr(() => P), name: t.string }));
console.log(u.isType(P), u.identical(t.array(t.int32, 4), u.array(u.int32, 4)));
const heap = theirs.gc.createHeap({ reserve: 2 ** 24 });
const p = heap.alloc(P);
const root = heap.root(p);
P.store(heap, p, { x: 7, next: 0, name: "seven" });
heap.collect();
console.log(P.load(heap, root.ptr).name, u.valueAt(P, heap, root.ptr).fieldByName("x").int());
const m = mine.map.makeMap(u.int32, t.float64, { heap });
for (let i = 0; i < 1000; i++) m.set(i, i / 2);
console.log(m.len, m.get(9));
const s = mine.slice.append(mine.slice.makeSlice(mine.slice.inHeap(heap, u.int32), 0, 0), 1, 2, 3);
console.log(s.len, theirs.slice.isSlice(s), theirs.slice.append(s, 4).len);
const v = t.toInterface(P, P.load(heap, root.ptr));
console.log(u.isInterfaceValue(v), u.dynamicType(v) === P, u.typeAssert(v, P).name);`,
  );
  const lines = out.trimEnd().split("\n");
  expect(lines.slice(0, 4)).toEqual(["true true", "seven 7n", "1000 4.5", "3 true 4"]);
  expect(lines[4]).toBe("true true seven");
});

test("memory: an allocator of one copy under a heap of another, and a second allocator attached to it", async () => {
  const out = await withCopies(
    "memory",
    everything,
    `const memory = mine.alloc.createMemory({ reserve: 2 ** 24 });
const allocator = mine.alloc.createAllocator(memory);
const p = allocator.alloc(100);
const again = theirs.alloc.attachAllocator(memory);
console.log(again.usableSize(p));
again.free(p);
theirs.alloc.checkAllocator(allocator);
const heap = theirs.gc.createHeap({ allocator: mine.alloc.createAllocator(mine.alloc.createMemory({ reserve: 2 ** 24 })) });
const root = heap.root(heap.alloc(mine.types.int64));
heap.alloc(theirs.types.int64);
heap.collect();
console.log(heap.stats().heapObjects);
console.log(theirs.alloc.isAllocError(await (async () => allocator.alloc(-1))().catch((e) => e)));`,
  );
  expect(out).toBe("112\n1\ntrue\n");
});

test.each(everything)("a second copy of %s alone, with the rest shared", async (folder) => {
  const out = await withCopies(
    `only-${folder}`,
    [folder],
    `const t = theirs.types;
const found = await theirs.sched.run(function* () {
  const ch = mine.chan.makeChan(0);
  theirs.sync.onceFunc(() => {})();
  mine.sched.go(function* () { yield* ch.send(theirs.slice.sliceOf(1, 2).len); });
  const [ctx, cancel] = theirs.context.withCancel(mine.context.background());
  const r = yield* theirs.chan.select({ got: ch.recv(), over: ctx.done().recv() });
  cancel();
  const heap = mine.gc.createHeap({ reserve: 2 ** 24 });
  const m = theirs.map.makeMap(t.int32, mine.types.int32, { heap });
  m.set(1, r.value);
  const n = mine.alloc.roundupsize(100) + theirs.alloc.roundupsize(100);
  const s = theirs.slice.append(mine.slice.makeSlice(t.int32, 0, 0), m.get(1));
  theirs.gc.readMemStats(heap);
  return n + s.get(0);
});
console.log(found);`,
  );
  expect(out).toBe("226\n");
});
