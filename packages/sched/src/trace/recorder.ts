/**
 * Recorder: a tracer that keeps what happened, all of it or the last part (a flight recorder).
 *
 * Invariants
 *  1. An event is six numbers in typed arrays; recording one allocates nothing once its chunk exists and nobody reads it.
 *  2. With a limit, the newest `limit` events are kept, and the name of a goroutine as long as one of its
 *     events may be; without one, everything.
 *  3. A goroutine has one id in a recording, and no other goroutine that it speaks of has that: its own where it can be. Each
 *     scheduler counts from 1, and a recorder may serve several, one after the other or side by side.
 *  4. Events come out in the order in which they happened, each once: those that are there when they are asked for,
 *     whatever is recorded while somebody reads them.
 *
 * Why numbers and not objects: a program makes millions of events, and V8 would have to walk them. Why chunks are lent: a
 * reader keeps them as they are, and the recorder goes on in copies, made when it would write over them, so that asking for
 * the events of a long recording costs nothing.
 */
import { badArgument, badNumber, checkOptions } from "@gort/types";
import type { Goroutine, Tracer } from "../api.ts";
import { checkCount } from "../errors.ts";
import type { OpRecord } from "../op.ts";
import type { WaitReason } from "../wait-reason.ts";

/** What happened; see {@link Tracer} for when. */
export type TraceKind =
  "create" | "start" | "stop" | "block" | "unblock" | "end" | "steal" | "timer" | "proc" | "span";

/** One recorded event. */
export interface TraceEvent {
  /** What happened. */
  readonly kind: TraceKind;
  /** Milliseconds on the scheduler's clock. */
  readonly at: number;
  /**
   * Id of the goroutine in the recording: its own id, or a new one if a goroutine of another scheduler or program has that id in the
   * recording. 0 for events of a P, and of no goroutine.
   */
  readonly g: number;
  /** Creator or waker (its id; 0: from outside), P (start, steal, timer, proc). */
  readonly by: number;
  /** Victim P of a steal. */
  readonly victim: number;
  /** Goroutines stolen, or milliseconds of a span. */
  readonly amount: number;
  /** Why it stopped, blocked or ended; `start` or `stop` of a P; name of a span. */
  readonly why: string;
}

/** A tracer that keeps events. */
export interface Recorder extends Tracer {
  /** The recorded events, oldest first, as they are now: what is recorded while they are read is not among them. */
  events(): IterableIterator<TraceEvent>;
  /** Number of events kept. */
  readonly size: number;
  /** Events that were dropped because of the limit. */
  readonly dropped: number;
  /** Name of a goroutine of the recording. */
  nameOf(g: number): string;
  /**
   * The names of all goroutines that the events kept now mention, for whoever goes on reading those events while more are recorded.
   * O(goroutines that are not dead). May be missing: then `nameOf` is asked.
   */
  names?(): (g: number) => string;
  /**
   * Records a span of anything else, such as a collector's cycle, that ended at `at` (on the scheduler's clock) and took `ms`.
   * Throws a RangeError or a TypeError for what is no finite time, and for a name that is no string.
   */
  span(name: string, at: number, ms: number): void;
}

/** Options of {@link createRecorder}. */
export interface RecorderOptions {
  /** Keep the newest so many events, from 1 to 2^26. Default: all. */
  readonly limit?: number | undefined;
}

const KINDS: readonly TraceKind[] = [
  "create",
  "start",
  "stop",
  "block",
  "unblock",
  "end",
  "steal",
  "timer",
  "proc",
  "span",
];
const [CREATE, START, STOP, BLOCK, UNBLOCK, END, STEAL, TIMER, PROC, SPAN] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;

const CHUNK = 1 << 14;
const LIMIT_MAX = 2 ** 26;
const NAMES_SWEEP = 4096;

interface Chunk {
  readonly kind: Uint8Array;
  readonly at: Float64Array;
  readonly g: Float64Array;
  readonly by: Float64Array;
  readonly amount: Float64Array;
  readonly why: Uint32Array;
  /** Somebody may be reading it: it is copied before it is written to. */
  lent: boolean;
}

function newChunk(n: number): Chunk {
  return {
    kind: new Uint8Array(n),
    at: new Float64Array(n),
    g: new Float64Array(n),
    by: new Float64Array(n),
    amount: new Float64Array(n),
    why: new Uint32Array(n),
    lent: false,
  };
}

function copyOf(chunk: Chunk): Chunk {
  return {
    kind: chunk.kind.slice(),
    at: chunk.at.slice(),
    g: chunk.g.slice(),
    by: chunk.by.slice(),
    amount: chunk.amount.slice(),
    why: chunk.why.slice(),
    lent: false,
  };
}

class EventRecorder implements Recorder {
  readonly #limit: number;
  readonly #chunks: Chunk[] = [];
  readonly #texts: string[] = [""];
  readonly #textIds = new Map<string, number>([["", 0]]);
  readonly #live = new Map<number, Goroutine>();
  /** The greatest id so far. */
  #lastId = 0;
  /** Ids of those whose own was another one's; made when first needed. */
  #ids: WeakMap<Goroutine, number> | null = null;
  /** Names of the dead, in the order of their ends. */
  #names = new Map<number, string>();
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return Math.min(this.#count, this.#limit);
  }

  get dropped(): number {
    return this.#count - this.size;
  }

  nameOf(g: number): string {
    return this.#live.get(g)?.name ?? this.#names.get(g) ?? "";
  }

  names(): (g: number) => string {
    const live = new Map(this.#live);
    const dead = this.#names;
    return (g) => live.get(g)?.name ?? dead.get(g) ?? "";
  }

  #idOf(g: Goroutine | null): number {
    if (g === null) return 0;
    return this.#ids === null ? g.id : (this.#ids.get(g) ?? g.id);
  }

  /** The id of one whose own may be taken: it is not greater than all so far. */
  #newId(g: Goroutine): number {
    if (!this.#live.has(g.id) && !this.#names.has(g.id)) return g.id;
    (this.#ids ??= new WeakMap()).set(g, ++this.#lastId);
    return this.#lastId;
  }

  create(at: number, g: Goroutine, by: Goroutine | null): void {
    const id = g.id > this.#lastId ? (this.#lastId = g.id) : this.#newId(g);
    this.#live.set(id, g);
    this.#add(CREATE, at, id, this.#idOf(by), 0, 0);
  }
  start(at: number, g: Goroutine, proc: number): void {
    this.#add(START, at, this.#idOf(g), proc, 0, 0);
  }
  stop(at: number, g: Goroutine, why: "gosched" | "preempted"): void {
    this.#add(STOP, at, this.#idOf(g), 0, 0, this.#text(why));
  }
  block(at: number, g: Goroutine, reason: WaitReason, _op: OpRecord<any> | null): void {
    this.#add(BLOCK, at, this.#idOf(g), 0, 0, this.#text(reason));
  }
  unblock(at: number, g: Goroutine, by: Goroutine | null, _op: OpRecord<any> | null): void {
    this.#add(UNBLOCK, at, this.#idOf(g), this.#idOf(by), 0, 0);
  }
  end(at: number, g: Goroutine, how: "return" | "goexit" | "panic" | "killed"): void {
    const id = this.#idOf(g);
    this.#live.delete(id);
    this.#names.set(id, g.name);
    if (this.#names.size > 2 * this.#limit + NAMES_SWEEP) this.#forgetNames();
    this.#add(END, at, id, 0, 0, this.#text(how));
  }
  steal(at: number, proc: number, victim: number, count: number): void {
    this.#add(STEAL, at, victim, proc, count, 0);
  }
  timer(at: number, proc: number): void {
    this.#add(TIMER, at, 0, proc, 0, 0);
  }
  proc(at: number, proc: number, what: "start" | "stop"): void {
    this.#add(PROC, at, 0, proc, 0, this.#text(what));
  }
  span(name: string, at: number, ms: number): void {
    if (typeof name !== "string") throw badArgument("span", "name", name, "a string", "type");
    if (!Number.isFinite(at)) throw badNumber("span", "at", at, "a finite number of milliseconds");
    if (!(Number.isFinite(ms) && ms >= 0))
      throw badNumber("span", "ms", ms, "a finite number of milliseconds from 0");
    this.#add(SPAN, at, 0, 0, ms, this.#text(name));
  }

  events(): IterableIterator<TraceEvent> {
    const end = this.#count;
    return this.#read(this.#lend(), end - this.size, end);
  }

  /** The chunks as they are now. Without a limit nothing is written over. */
  #lend(): Chunk[] {
    if (this.#limit !== Infinity) for (const chunk of this.#chunks) chunk.lent = true;
    return this.#chunks.slice();
  }

  *#read(chunks: readonly Chunk[], from: number, end: number): IterableIterator<TraceEvent> {
    for (let i = from; i < end; i++) {
      const slot = i % this.#limit;
      const chunk = chunks[Math.floor(slot / CHUNK)]!;
      const j = slot % CHUNK;
      const kind = chunk.kind[j]!;
      const g = chunk.g[j]!;
      yield {
        kind: KINDS[kind]!,
        at: chunk.at[j]!,
        g: kind === STEAL ? 0 : g,
        by: chunk.by[j]!,
        victim: kind === STEAL ? g : 0,
        amount: chunk.amount[j]!,
        why: this.#texts[chunk.why[j]!]!,
      };
    }
  }

  #text(text: string): number {
    let id = this.#textIds.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#textIds.set(text, id);
    }
    return id;
  }

  #add(kind: number, at: number, g: number, by: number, amount: number, why: number): void {
    const slot = this.#count++ % this.#limit;
    const c = Math.floor(slot / CHUNK);
    const j = slot % CHUNK;
    let chunk = (this.#chunks[c] ??= newChunk(Math.min(CHUNK, this.#limit - c * CHUNK)));
    if (chunk.lent) this.#chunks[c] = chunk = copyOf(chunk);
    chunk.kind[j] = kind;
    chunk.at[j] = at;
    chunk.g[j] = g;
    chunk.by[j] = by;
    chunk.amount[j] = amount;
    chunk.why[j] = why;
  }

  /**
   * Every kept event belongs to one of the newest `limit` ends, or to a goroutine that is not dead. The others stay in the old map:
   * somebody may be reading it.
   */
  #forgetNames(): void {
    const names = new Map<number, string>();
    let surplus = this.#names.size - this.#limit;
    for (const [id, name] of this.#names) if (surplus-- <= 0) names.set(id, name);
    this.#names = names;
  }
}

/**
 * A tracer that records. Without a limit it keeps everything (37 bytes an event); with one it is a flight recorder:
 * always on, and read after something odd happened. One may serve several schedulers and programs, such as one for each request: a
 * goroutine whose id is taken in the recording gets another one there. O(1) per event.
 *
 * @throws RangeError for a limit out of range; TypeError for an option that there is none of
 *
 * @example
 * ```ts
 * import { createRecorder, createScheduler } from "@gort/sched";
 *
 * const recorder = createRecorder({ limit: 1000 });
 * await createScheduler({ tracer: recorder }).run(function* () {
 *   yield;
 * });
 * [...recorder.events()].map((e) => e.kind).filter((kind) => kind !== "proc");
 * // => ["create", "start", "stop", "start", "end"]
 * ```
 */
export function createRecorder(options: RecorderOptions = {}): Recorder {
  checkOptions("createRecorder", options, "limit");
  const limit = options.limit ?? Infinity;
  if (limit !== Infinity) checkCount("createRecorder", "limit", limit, 1, LIMIT_MAX);
  return new EventRecorder(limit);
}
