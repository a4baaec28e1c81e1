/**
 * Chrome trace: a recording as the JSON that Perfetto and chrome://tracing open.
 *
 * Three groups of tracks: PROCS (a slice for each run of a goroutine on a P, spans such as collections on a
 * track of their own), GOROUTINES (each goroutine's running, runnable and waiting, one after the other), STATS
 * (counters). Arrows lead from `go` and from a wake-up to the run that follows.
 *
 * Invariants
 *  1. Times are microseconds from the first event, with nanoseconds as the fraction.
 *  2. Thread ids are unique over all groups (viewers name a track by its thread id alone): 100 + P, from 90 down for
 *     spans, 1,000,000 + goroutine.
 *  3. Slices of one track never overlap but by one lying within the other, as viewers nest them: spans that do otherwise are on tracks
 *     of their own.
 *  4. An arrow's two ends have the same id, category and name; its end stands after the slice it leads to.
 */
import { checkOptions } from "@gort/types";
import { checkMethods } from "../errors.ts";
import type { Recorder, TraceEvent } from "./recorder.ts";

const PROCS = 1;
const GOROUTINES = 2;
const STATS = 3;
/** The track of spans; those that overlap get the ones below it. */
const SPAN_TID = 90;
const PROC_TID = 100;
const G_TID = 1_000_000;
/** A counter is written at most so often. */
const COUNTER_EVERY_MS = 0.1;

/** Options of {@link chromeTrace}. */
export interface ChromeTraceOptions {
  /** Whether each goroutine gets a track of its own. @defaultValue true */
  readonly goroutines?: boolean | undefined;
}

interface State {
  phase: "runnable" | "running" | "waiting";
  since: number;
  why: string;
  proc: number;
  /** The arrow that leads to its next run. */
  flow: { id: number; name: string } | null;
}

/** Turns events into the objects of the trace format, one by one. */
class Writer {
  readonly #nameOf: (g: number) => string;
  readonly #tracks: boolean;
  readonly #states = new Map<number, State>();
  readonly #procs = new Set<number>();
  /** Where the spans of each track of spans begin and end, by time, without those that lie within another. */
  readonly #spans: [from: number, to: number][][] = [];
  readonly #counts = { running: 0, runnable: 0, waiting: 0 };
  readonly #out: object[] = [];
  #origin = NaN;
  #flow = 0;
  #counted = -Infinity;
  #last = 0;

  constructor(nameOf: (g: number) => string, tracks: boolean) {
    this.#nameOf = nameOf;
    this.#tracks = tracks;
  }

  *write(events: Iterable<TraceEvent>): IterableIterator<object> {
    const out = this.#out;
    this.#group(PROCS, "PROCS", 2);
    if (this.#tracks) this.#group(GOROUTINES, "GOROUTINES", 3);
    this.#group(STATS, "STATS", 1);
    for (const e of events) {
      if (this.#origin !== this.#origin) this.#origin = e.at - (e.kind === "span" ? e.amount : 0);
      this.#last = e.at;
      this.#event(e);
      yield* out.splice(0);
    }
    for (const [g, state] of this.#states) this.#close(g, state, this.#last, "end of trace");
    yield* out.splice(0);
  }

  #event(e: TraceEvent): void {
    switch (e.kind) {
      case "create":
        this.#enter(e.g, "runnable", e.at, "");
        this.#arrow(e, "go");
        break;
      case "unblock": {
        const old = this.#states.get(e.g);
        this.#enter(e.g, "runnable", e.at, "");
        this.#arrow(e, old?.phase === "waiting" ? `unblock (${old.why})` : "unblock");
        break;
      }
      case "start": {
        const flow = this.#states.get(e.g)?.flow ?? null;
        this.#proc(e.by);
        this.#enter(e.g, "running", e.at, "");
        const state = this.#states.get(e.g)!;
        state.proc = e.by;
        state.flow = flow;
        break;
      }
      case "stop":
        this.#enter(e.g, "runnable", e.at, e.why);
        break;
      case "block":
        this.#enter(e.g, "waiting", e.at, e.why);
        break;
      case "end": {
        const state = this.#states.get(e.g);
        if (state !== undefined) this.#close(e.g, state, e.at, e.why);
        this.#states.delete(e.g);
        break;
      }
      case "steal":
        this.#instant(e, `steal ${e.amount} from P${e.victim}`);
        break;
      case "timer":
        this.#instant(e, "timer");
        break;
      case "proc":
        this.#instant(e, `proc ${e.why}`);
        break;
      case "span":
        this.#span(e);
        break;
    }
    this.#count(e.at);
  }

  /** Microseconds from the origin. */
  #us(at: number): number {
    return Math.round((at - this.#origin) * 1e6) / 1e3;
  }

  #enter(g: number, phase: State["phase"], at: number, why: string): void {
    const old = this.#states.get(g);
    // A recording with a limit may begin after it was created.
    if (old !== undefined) this.#close(g, old, at, why);
    else if (this.#tracks) this.#thread(GOROUTINES, G_TID + g, `G${g}`, g);
    this.#states.set(g, { phase, since: at, why, proc: 0, flow: null });
    this.#counts[phase]++;
  }

  /** Writes the slice of a phase that ends at `at`. */
  #close(g: number, state: State, at: number, why: string): void {
    this.#counts[state.phase]--;
    const ts = this.#us(state.since);
    const dur = Math.max(0, Math.round((at - state.since) * 1e6) / 1e3);
    if (this.#tracks) {
      const name = state.phase === "waiting" ? `waiting: ${state.why}` : state.phase;
      this.#out.push({ name, ph: "X", ts, dur, pid: GOROUTINES, tid: G_TID + g });
    }
    if (state.phase !== "running") return;
    const tid = PROC_TID + state.proc;
    const name = `G${g} ${this.#nameOf(g)}`.trimEnd();
    this.#out.push({ name, ph: "X", ts, dur, pid: PROCS, tid, args: { g, stop: why } });
    if (state.flow !== null) {
      const { id, name: flow } = state.flow;
      this.#out.push({ name: flow, cat: "sched", ph: "f", bp: "e", ts, pid: PROCS, tid, id });
    }
  }

  /** Begins an arrow on the slice of the goroutine that caused the event. */
  #arrow(e: TraceEvent, name: string): void {
    const by = e.by === 0 ? undefined : this.#states.get(e.by);
    if (by === undefined || by.phase !== "running") return;
    const id = ++this.#flow;
    const tid = PROC_TID + by.proc;
    this.#out.push({ name, cat: "sched", ph: "s", ts: this.#us(e.at), pid: PROCS, tid, id });
    this.#states.get(e.g)!.flow = { id, name };
  }

  #instant(e: TraceEvent, name: string): void {
    this.#proc(e.by);
    const tid = PROC_TID + e.by;
    this.#out.push({ name, ph: "i", s: "t", ts: this.#us(e.at), pid: PROCS, tid });
  }

  #span(e: TraceEvent): void {
    const end = Math.max(0, this.#us(e.at));
    // One that began before the first event is cut.
    const dur = Math.min(end, Math.round(e.amount * 1e6) / 1e3);
    const ts = Math.round((end - dur) * 1e3) / 1e3;
    let track = this.#spans.findIndex((spans) => fits(spans, ts, end));
    if (track < 0) {
      track = Math.min(this.#spans.length, SPAN_TID - 1);
      this.#spans[track] = [[ts, end]];
      this.#thread(PROCS, SPAN_TID - track, track === 0 ? "spans" : `spans ${track + 1}`, 0);
    }
    this.#out.push({ name: e.why, ph: "X", ts, dur, pid: PROCS, tid: SPAN_TID - track });
  }

  #count(at: number): void {
    if (at - this.#counted < COUNTER_EVERY_MS) return;
    this.#counted = at;
    const { running, runnable, waiting } = this.#counts;
    const args = { Running: running, Runnable: runnable, Waiting: waiting };
    this.#out.push({ name: "Goroutines", ph: "C", ts: this.#us(at), pid: STATS, tid: 0, args });
  }

  #proc(p: number): void {
    if (this.#procs.has(p)) return;
    this.#procs.add(p);
    this.#thread(PROCS, PROC_TID + p, `P${p}`, p + 1);
  }

  #group(pid: number, name: string, sort: number): void {
    const meta = { ph: "M", ts: 0, pid, tid: 0 };
    this.#out.push({ name: "process_name", ...meta, args: { name } });
    this.#out.push({ name: "process_sort_index", ...meta, args: { sort_index: sort } });
  }

  #thread(pid: number, tid: number, name: string, sort: number): void {
    const meta = { ph: "M", ts: 0, pid, tid };
    this.#out.push({ name: "thread_name", ...meta, args: { name } });
    this.#out.push({ name: "thread_sort_index", ...meta, args: { sort_index: sort } });
  }
}

/**
 * Adds a span to those of a track if it begins after them, or lies around the last of them, as a cycle does around its phases, which
 * end before it. One that begins with another one is not around it: viewers take the first that they read for the outer one.
 */
function fits(spans: [from: number, to: number][], from: number, to: number): boolean {
  let n = spans.length;
  while (n > 0 && spans[n - 1]![0] > from && spans[n - 1]![1] <= to) n--;
  if (n > 0 && spans[n - 1]![1] > from) return false;
  spans.length = n;
  spans.push([from, to]);
  return true;
}

/**
 * A recording as the text of a Chrome trace, in pieces: write them to a file one after the other. Some hundred
 * bytes per run of a goroutine. Events that are recorded after the first piece was asked for are not in it. O(events).
 *
 * @throws TypeError for what is no recorder, or for an option that there is none of
 *
 * @example
 * ```ts
 * import { chromeTrace, createRecorder, createScheduler, gosched } from "@gort/sched";
 *
 * const recorder = createRecorder();
 * await createScheduler({ tracer: recorder }).run(function* main() {
 *   yield* gosched();
 * });
 * const trace = JSON.parse([...chromeTrace(recorder)].join(""));
 * const runs = trace.traceEvents.filter((e: { ph: string; pid: number }) => e.ph === "X" && e.pid === 1);
 * runs.map((e: { name: string; args: { stop: string } }) => `${e.name}: ${e.args.stop}`);
 * // => ["G1 main: gosched", "G1 main: return"]
 * ```
 */
export function chromeTrace(
  recorder: Recorder,
  options: ChromeTraceOptions = {},
): IterableIterator<string> {
  checkMethods("chromeTrace", "recorder", recorder, "events nameOf");
  checkOptions("chromeTrace", options, "goroutines");
  return pieces(recorder, options.goroutines ?? true);
}

function* pieces(recorder: Recorder, tracks: boolean): IterableIterator<string> {
  // Before the first piece goes out, since the recording may go on while they are written.
  const events = recorder.events();
  const nameOf = recorder.names?.() ?? ((g) => recorder.nameOf(g));
  yield '{"displayTimeUnit":"ns","traceEvents":[\n';
  let piece = "";
  let first = true;
  for (const event of new Writer(nameOf, tracks).write(events)) {
    piece += first ? JSON.stringify(event) : ",\n" + JSON.stringify(event);
    first = false;
    if (piece.length > 1 << 16) {
      yield piece;
      piece = "";
    }
  }
  yield piece + "\n]}\n";
}
