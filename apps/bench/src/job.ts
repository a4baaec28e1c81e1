/**
 * The one interface between the harness and whoever is measured.
 *
 * A contender is one file that exports a {@link Contender}: a name and a function for each job it can do. Adding a rival
 * is adding a file: to `src/contenders/` for gort and what JavaScript itself has, to `peers/` for a library.
 *
 * Invariants
 *  1. All contenders of a job do the same work for the same `n` and return the same `check`, which is compared before
 *     anything is timed.
 *  2. A job that measures time brackets the measured part with `start` and `stop`, or is measured as a whole. A job that
 *     measures something else returns it as `value`, in the unit of the job.
 *  3. A job that measures others with it, such as `set` before `get`, returns their values as `more`, each in its unit.
 */

/** Handed to a job: marks the part to be timed. */
export interface Meter {
  /** Timing starts here (default: at the call of the job). May be called again after `stop`; parts add up. */
  start(): void;
  /** Timing stops here (default: when the job's promise resolves). */
  stop(): void;
  /** Two full collections of V8's heap, so that what was made before is out of the way. */
  gc(): void;
  /** Bytes V8 holds, after {@link Meter.gc}: its own heap and the buffers outside of it. */
  heapBytes(): number;
}

/** What a run of a job gives back. */
export interface Outcome {
  /** A number that all contenders must agree on for the same `n`. */
  readonly check: number;
  /** The measured value where it is not the time taken. `Infinity` for: it never came to that. */
  readonly value?: number;
  /** Values of the jobs that are measured with this one, by job. */
  readonly more?: Readonly<Record<string, number>>;
  /** What the reader should know of this run. */
  readonly note?: string;
}

/** Does a job of size `n`. */
export type JobBody = (n: number, meter: Meter) => Outcome | Promise<Outcome>;

/** Someone who is measured. */
export interface Contender {
  readonly name: string;
  /** The package whose version the header names; none for what JavaScript itself has. */
  readonly package?: string;
  /** What must be known to read its figures, by job; `*` for all. */
  readonly notes?: Readonly<Record<string, string>>;
  /** The largest `n` it is asked for, by job: for those that would take minutes. Values are per operation all the same. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly jobs: Readonly<Record<string, JobBody>>;
}

/** What a measuring process is asked for. */
export interface Task {
  readonly job: string;
  readonly n: number;
  /** How often the job is measured, after it was repeated to warm up. 0: once, with no warm-up. */
  readonly runs: number;
  /** No further run once what was timed has taken that long. */
  readonly ms: number;
  readonly unit: string;
}

/** A task as arguments of a command line; `taskOf` and `go/main.go` read them in this order. */
export const argumentsOf = ({ job, n, runs, ms, unit }: Task): string[] => [
  job,
  `${n}`,
  `${runs}`,
  `${ms}`,
  unit,
];

/** The task of such arguments. */
export const taskOf = ([job, n, runs, ms, unit]: readonly string[]): Task => ({
  job: job!,
  n: Number(n),
  runs: Number(runs),
  ms: Number(ms),
  unit: unit!,
});

/** What a measuring process prints, one line of JSON. */
export interface Report {
  readonly check: number;
  /** The least value of the runs: what disturbs a process only ever adds. */
  readonly value: number;
  /** The same of the jobs measured with it. */
  readonly more?: Readonly<Record<string, number>>;
  readonly note?: string;
}
