/**
 * The index job: an inverted word index over a directory tree, built by a pipeline of goroutines.
 *
 *   walker ──paths──► readers ──files──► tokenizers ──batches──► merger ──► Store (gort heap)
 *                        └── a channel of parts per file ──┘
 *
 * Every arrow is a bounded channel, so a slow stage holds up those before it and memory stays bounded. An
 * errgroup runs the stages under one context: the first error, Ctrl-C or a timeout ends them all, and what
 * was merged until then is reported.
 */
import { makeChan, select } from "@gort/chan";
import { cause, type Context } from "@gort/context";
import type { GcHeap } from "@gort/gc";

import { checkpoint, newTicker, poll, type Go, type Scheduler } from "@gort/sched";
import { ErrGroup, Pool, SingleFlight, WaitGroup } from "@gort/sync";
import type { Parts } from "../options.ts";
import {
  READ_SIZE,
  Summary,
  called,
  type Batch,
  type Env,
  type Found,
  type Reading,
} from "./env.ts";
import { answer, topWords } from "./query.ts";
import { reader } from "./read.ts";
import { pauses, type Report } from "./report.ts";
import { StopWords } from "./stop-words.ts";
import { Store } from "./store.ts";
import { tokenizer } from "./tokenize.ts";
import { verify } from "./verify.ts";
import { checkDirectory, walk } from "./walk.ts";

export interface IndexRequest {
  readonly directory: string;
  readonly parts: Parts;
  readonly scheduler: Scheduler;
  readonly heap: GcHeap;
  readonly maxFile: number;
  readonly top: number;
  readonly queries: readonly string[];
  readonly verify: boolean;
  /** Called ten times a second. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly files: number;
  readonly found: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly goroutines: number;
  readonly heapLive: number;
}

const READERS = 8;
const TOKENIZERS = 4;
const TICK_MS = 100;

/** What the merger knows in the end. */
interface Merged {
  readonly documents: Map<number, string>;
  bytes: number;
  words: number;
  reindexed: number;
}

/** Runs the job; the main goroutine of `gort-demo index`. */
export function* index(ctx: Context, request: IndexRequest): Go<Report> {
  const { scheduler, heap } = request;
  const started = performance.now();
  yield* checkDirectory(request.directory);

  const [group, groupCtx] = ErrGroup.withContext(ctx);
  let buffersMade = 0;
  const env: Env = {
    ctx: groupCtx,
    summary: new Summary(),
    paths: makeChan<Found>(64, { name: "paths" }),
    files: makeChan<Reading>(READERS, { name: "files" }),
    batches: makeChan<Batch>(16, { name: "batches" }),
    buffers: new Pool(() => {
      buffersMade++;
      return Buffer.allocUnsafeSlow(READ_SIZE);
    }),
    flights: new SingleFlight(),
    shared: { files: 0 },
    readers: new WaitGroup(),
    tokenizers: new WaitGroup(),
    maxFile: request.maxFile,
  };
  const store = new Store(heap);
  const meter = new Meter([env.paths, env.files, env.batches]);
  const merged: Merged = { documents: new Map(), bytes: 0, words: 0, reindexed: 0 };

  void group.go(called("walker", () => walk(env, request.directory)));
  stage(group, env.readers, READERS, "reader", () => reader(env), env.files);
  stage(group, env.tokenizers, TOKENIZERS, "tokenizer", () => tokenizer(env), env.batches);
  void group.go(called("merger", () => merge(env, store, merged, request, meter, started)));

  yield* group.wait();
  const stopped = ctx.err() === null ? null : reasonText(cause(ctx));

  for (const _ of store.compact()) {
    heap.safepoint();
    yield* checkpoint();
  }
  heap.collect();
  const elapsedMs = performance.now() - started;

  const stop = yield* new StopWords().table();
  const verdict = request.verify ? yield* poll(verify(store, merged.documents)) : null;
  const sched = scheduler.stats();
  const mem = heap.stats();
  let distinctWords = 0;
  store.forEachWord(() => distinctWords++);
  return {
    directory: request.directory,
    parts: request.parts,
    stopped,
    files: merged.documents.size,
    bytes: merged.bytes,
    words: merged.words,
    distinctWords,
    postings: store.postings,
    reindexed: merged.reindexed,
    sharedFiles: env.shared.files,
    elapsedMs,
    byExtension: env.summary.byExtension,
    top: topWords(store, request.top, stop),
    answers: request.queries.map((q) => answer(store, q, merged.documents)),
    problems: env.summary.problems,
    verdict,
    runtime: {
      goroutinesCreated: sched.goroutinesCreated,
      contextSwitches: sched.contextSwitches,
      steals: sched.steals,
      blocks: sched.blocks,
      channels: meter.report(),
      gcCycles: mem.numGC,
      gcForced: mem.numForcedGC,
      ...pauses(mem.pauseMs),
      gcCPUFraction: mem.gcCPUFraction,
      heapLive: mem.heapAlloc,
      heapGoal: mem.nextGC,
      heapSys: mem.heapSys,
      heapMallocs: mem.mallocs,
      heapFrees: mem.frees,
      poolNews: buffersMade,
      sizeClasses: mem.bySize
        .map((s) => ({ size: s.size, live: s.mallocs - s.frees }))
        .filter((s) => s.live > 0)
        .sort((a, b) => b.size * b.live - a.size * a.live)
        .slice(0, 6),
    },
  };
}

/** Starts `n` goroutines of one stage, and closes what they send to once all of them are done. */
function stage(
  group: ErrGroup,
  wg: WaitGroup,
  n: number,
  name: string,
  worker: () => Go<void>,
  out: { readonly name: string; close(): void },
): void {
  wg.add(n);
  function* work(): Go<void> {
    try {
      yield* worker();
    } finally {
      wg.done();
    }
  }
  function* close(): Go<void> {
    yield* wg.wait();
    out.close();
  }
  for (let i = 0; i < n; i++) void group.go(called(name, work));
  void group.go(called(`close ${out.name}`, close));
}

/** The merger: the only goroutine that writes to the store. It also keeps the beat of the progress line. */
function* merge(
  env: Env,
  store: Store,
  merged: Merged,
  request: IndexRequest,
  meter: Meter,
  started: number,
): Go<void> {
  const { ctx, batches, summary } = env;
  const { heap, scheduler, onProgress } = request;
  const ticker = newTicker(TICK_MS);
  const done = ctx.done();
  try {
    for (;;) {
      const r = yield* select({ batch: batches.recv(), tick: ticker.c.recv(), done: done.recv() });
      switch (r.case) {
        case "batch":
          if (!r.ok) return;
          mergeBatch(store, merged, r.value);
          heap.safepoint();
          yield* checkpoint();
          break;
        case "tick":
          meter.sample();
          onProgress?.({
            files: merged.documents.size,
            found: summary.found,
            bytes: merged.bytes,
            elapsedMs: performance.now() - started,
            goroutines: scheduler.numGoroutine(),
            heapLive: heap.stats().heapAlloc,
          });
          break;
        case "done":
          return;
      }
    }
  } finally {
    ticker.stop();
  }
}

function mergeBatch(store: Store, merged: Merged, batch: Batch): void {
  const { doc, path, replaces, counts, bytes, words } = batch;
  store.add(doc, counts);
  if (replaces !== null) {
    store.kill(replaces);
    merged.documents.delete(replaces);
    merged.reindexed++;
  }
  if (!store.isDead(doc)) merged.documents.set(doc, path);
  if (replaces === null) {
    merged.bytes += bytes;
    merged.words += words;
  }
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Looks at the fill of the channels at each tick: where values pile up, the stage behind is the slow one. */
class Meter {
  readonly #chans: readonly { readonly name: string; readonly len: number; readonly cap: number }[];
  readonly #sums: number[];
  #samples = 0;

  constructor(
    chans: readonly { readonly name: string; readonly len: number; readonly cap: number }[],
  ) {
    this.#chans = chans;
    this.#sums = chans.map(() => 0);
  }

  sample(): void {
    this.#samples++;
    this.#chans.forEach((ch, i) => (this.#sums[i]! += ch.len / ch.cap));
  }

  report(): Report["runtime"]["channels"] {
    return this.#chans.map((ch, i) => ({
      name: ch.name,
      cap: ch.cap,
      fill: this.#samples === 0 ? 0 : this.#sums[i]! / this.#samples,
    }));
  }
}
